"""What settings and effects do to the facts, computed purely: the facts before, the facts after."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from workflow.expressions import evaluate

if TYPE_CHECKING:
    from workflow.definition import Setting
    from workflow.expressions import Expression
    from workflow.values import Facts, Record, Scalar, Value
    from workflow.vocabulary import Effect, Relation, Vocabulary


def applied(
    facts: Facts,
    *,
    settings: Iterable[Setting],
    effects: Iterable[Effect],
    extra: Facts,
    holds: Callable[[str], bool],
    vocabulary: Vocabulary,
) -> Facts:
    """The facts after a step.

    Every setting reads the facts as they were judged (their order does not matter); then the relations of the effects
    apply in order, each to the result of the one before. `extra` are actor.id, now and the answers.
    """
    after = dict(facts)
    for setting in settings:
        if setting.when is None or holds(setting.when):
            after[setting.fact] = evaluate(setting.to, facts, extra)
    for effect in effects:
        for relation in effect.relations:
            _relate(after, relation, extra)
    return without_orphans(after, vocabulary) if after != facts else facts


def without_orphans(facts: dict[str, Value], vocabulary: Vocabulary) -> Facts:
    """Facts given by a fact that is empty now are empty too (no technician, no technician's role)."""
    for name, fact in vocabulary.facts.items():
        if fact.given is not None and name in facts and facts.get(fact.given) is None:
            facts[name] = None
    return facts


def changed(before: Facts, after: Facts) -> frozenset[str]:
    """The names whose value differs."""
    if before is after:
        return frozenset()
    return frozenset(name for name, value in after.items() if name not in before or before[name] != value)


def _relate(facts: dict[str, Value], relation: Relation, extra: Facts) -> None:
    values = {name: evaluate(expression, facts, extra) for name, expression in relation.set.items()}
    facts.update(values)
    if relation.each is not None:
        facts[relation.each] = tuple(
            _related(record, relation, facts, extra) for record in records(facts, relation.each)
        )
    if relation.add is not None:
        added = _fields(relation.record, facts, extra)
        present = records(facts, relation.add)
        # A record about nobody (a link, a plan or a timer acts: `actor.id` is null) is no record.
        if added not in present and None not in added.values():
            facts[relation.add] = (*present, added)


def _related(record: Record, relation: Relation, facts: Facts, extra: Facts) -> Record:
    if relation.when is not None and evaluate(relation.when, facts, extra, record) is not True:
        return record
    return {**record, **_fields(relation.fields, facts, extra, record)}


def _fields(
    expressions: Mapping[str, Expression], facts: Facts, extra: Facts, record: Record | None = None
) -> dict[str, Scalar]:
    fields: dict[str, Scalar] = {}
    for name, expression in expressions.items():
        value = evaluate(expression, facts, extra, record)
        assert not isinstance(value, tuple), "the reader lets no list into a field"
        fields[name] = value
    return fields


def records(facts: Facts, name: str) -> tuple[Record, ...]:
    """A list fact's records; none when it is empty."""
    value = facts.get(name)
    return value if isinstance(value, tuple) else ()
