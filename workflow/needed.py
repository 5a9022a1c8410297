"""Which facts a lifecycle needs to know of an order, so that the application gathers these and no others."""

from __future__ import annotations

from collections.abc import Iterator

from workflow.definition import Definition, Setting
from workflow.vocabulary import Relation, Vocabulary


def facts_read(definition: Definition, vocabulary: Vocabulary) -> frozenset[str]:
    """The declared names that guards, sentences, settings, effects and timers read or write."""
    named = frozenset(_named(definition, vocabulary))
    read = {name for name in named if name in vocabulary.facts}
    given = {fact.given for name, fact in vocabulary.facts.items() if name in read and fact.given is not None}
    return frozenset(read | given)


def _named(definition: Definition, vocabulary: Vocabulary) -> Iterator[str]:
    for guard in definition.guards.values():
        yield from guard.check.facts
        yield from guard.otherwise.facts
    effects: set[str] = set()
    for transition in definition.transitions.values():
        yield from _of_settings(transition.set)
        effects.update(transition.do, transition.lines)
    for rule in definition.automatic.values():
        yield from _of_settings(rule.set)
        effects.update(rule.do)
    for name in effects:
        for relation in vocabulary.effects[name].relations:
            yield from _of_relation(relation)
    for timer in definition.timers.values():
        if timer.at_fact is not None:
            yield timer.at_fact


def _of_settings(settings: tuple[Setting, ...]) -> Iterator[str]:
    for setting in settings:
        yield setting.fact
        yield from setting.to.facts


def _of_relation(relation: Relation) -> Iterator[str]:
    yield from relation.set
    yield from (name for name in (relation.each, relation.add) if name is not None)
    for expression in (*relation.set.values(), *relation.fields.values(), *relation.record.values()):
        yield from expression.facts
    if relation.when is not None:
        yield from relation.when.facts
