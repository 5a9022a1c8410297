"""What a proof looks at: the facts that matter, the atoms of every guard, and the groups that share no fact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from workflow.definition import AutomaticRule, Definition, Transition
from workflow.expressions import BUILT_IN, And, Compare, Expression, Literal, Name, Node, Not, Or, learned, walk
from workflow.proving.atoms import Atom, Atoms, Formed, all_of, every, facts_of, is_empty
from workflow.vocabulary import Effect, Fact, Vocabulary

list_of_nodes = list[Node]

NOW = "now"
ACTOR = Name("actor.id", BUILT_IN["actor.id"])


@dataclass(frozen=True, slots=True)
class Group:
    """Facts that no guard and no change connects with any other fact, and the atoms that read them."""

    number: int
    facts: tuple[str, ...]
    lists: tuple[str, ...]
    rows: tuple[Atom, ...]
    volatile: tuple[Atom, ...]


@dataclass(frozen=True, slots=True)
class Tested:
    """A test of the prover's own, with what it is formed of."""

    node: Node
    formed: Formed


@dataclass(frozen=True, slots=True)
class Approval:
    """What an approving effect covers. `unasked`: some line is over and was never approved; `outgrown`: some line is
    over although it was; `own`: whoever acts set such a line himself (None where nobody is remembered)."""

    effect: str
    unasked: Tested
    outgrown: Tested
    own: Tested | None


class Model:
    """A definition as the proof sees it; made once, then only read."""

    def __init__(self, definition: Definition, vocabulary: Vocabulary) -> None:
        self.definition = definition
        self.vocabulary = vocabulary
        self.atoms = Atoms()
        self.guards: dict[str, Formed] = {
            guard.name: self.atoms.formed(guard.check.tree) for guard in definition.guards.values()
        }
        self.moments = dict(self._moments())
        self.effects: dict[str, Effect] = {
            name: vocabulary.effects[name]
            for rule in self.rules()
            for name in (*_lines(rule), *rule.do)
            if name in vocabulary.effects
        }
        self.edited = frozenset(name for field in vocabulary.fields.values() for name in (*field.changes, *field.also))
        self.performed = frozenset(_performed(vocabulary))
        self.approvals = tuple(self._approvals())
        self.relevant = self._relevant()
        self._remember_emptiness()
        self.tracks_now = NOW in self.relevant
        self.groups = self._groups()
        self.group_of = {atom.number: group.number for group in self.groups for atom in (*group.rows, *group.volatile)}

    def rules(self) -> Iterator[Transition | AutomaticRule]:
        """Everything that changes a status."""
        yield from self.definition.transitions.values()
        yield from self.definition.automatic.values()

    def fact(self, name: str) -> Fact:
        """A declared scalar fact; `now` is one."""
        return Fact(NOW, "time", NOW, owner="clock") if name == NOW else self.vocabulary.facts[name]

    def is_list(self, name: str) -> bool:
        """Whether a fact is a list of records."""
        return name in self.vocabulary.facts and self.vocabulary.facts[name].type == "list"

    def only_performed(self, name: str) -> bool:
        """Whether only settings and effects write a fact, so that it is empty when an order is made."""
        return name in self.performed and name not in self.edited

    def uncovered(self, name: str) -> bool:
        """Whether nothing in the vocabulary writes a record's field: it comes from the catalogue with its line."""
        return name not in self.performed and name not in self.edited

    # taking apart

    def _moments(self) -> Iterator[tuple[str, Formed]]:
        """By the name of a timer that presses a button at a moment an order need not have: that it has one."""
        for timer in self.definition.timers.values():
            fact = self.vocabulary.facts[timer.at_fact] if timer.take and timer.at_fact is not None else None
            if fact is not None and fact.nullable:
                yield timer.name, self.atoms.formed(Not(is_empty(fact)))

    def _approvals(self) -> Iterator[Approval]:
        for effect in self.effects.values():
            for relation in effect.relations if effect.approves else ():
                if relation.each is None or relation.when is None:
                    continue
                list, over = relation.each, relation.when.tree
                granted = [name for name in relation.fields if self.only_performed(f"{list}.{name}")]
                fields = [self.vocabulary.facts[list].fields[name] for name in granted]
                if not fields:
                    continue  # it writes what others write too, so no line shows whether it was approved
                blank: list_of_nodes = [is_empty(field, list) for field in fields if field.nullable]
                none = all_of(blank)
                yield Approval(
                    effect.name,
                    unasked=self._some(list, And((over, none)) if blank else over),
                    outgrown=self._some(list, And((over, Not(none))) if blank else Literal(False)),
                    own=self._own(list, over),
                )

    def _some(self, list: str, body: Node) -> Tested:
        node = Not(every(list, Not(body)))
        return Tested(node, self.atoms.formed(node))

    def _own(self, list: str, over: Node) -> Tested | None:
        fields = self.vocabulary.facts[list].fields
        mine: list_of_nodes = []
        for name in self._setters(list):
            same = Compare(Name(f"{list}.{name}", fields[name], list), "==", ACTOR)
            known = Not(is_empty(fields[name], list))
            mine.append(And((known, same)) if fields[name].nullable else same)
        return self._some(list, And((over, mine[0] if len(mine) == 1 else Or(tuple(mine))))) if mine else None

    def _setters(self, list: str) -> Iterator[str]:
        """The record's fields that remember who edited it."""
        for field in self.vocabulary.fields.values():
            for name, expression in field.also.items():
                of, _, bare = name.partition(".")
                if of == list and isinstance(expression.tree, Name) and expression.tree.fact == "actor.id":
                    yield bare

    def _relevant(self) -> frozenset[str]:
        found = set(facts_of([atom.node for atom in self.atoms.all]))
        by_now = NOW in found
        before = -1
        while before != len(found):
            before = len(found)
            for target, read in self._flows():
                if target in found:
                    found |= {name for name in read if name != NOW or by_now}
        return frozenset(found)

    def _flows(self) -> Iterator[tuple[str, frozenset[str]]]:
        """Each fact that a change writes, with the facts read for it."""
        for rule in self.rules():
            for setting in rule.set:
                guards = [self.definition.guards[setting.when].check.tree] if setting.when is not None else []
                yield setting.fact, facts_of([setting.to.tree, *guards])
        for effect in self.effects.values():
            for relation in effect.relations:
                for name, expression in relation.set.items():
                    yield name, facts_of([expression.tree])
                target = relation.each or relation.add
                if target is not None:
                    when = (relation.when,) if relation.when is not None else ()
                    yield target, _read((*relation.fields.values(), *relation.record.values(), *when))
        for field in self.vocabulary.fields.values():
            for name, expression in field.also.items():
                yield (
                    self._owner(name),
                    facts_of([expression.tree])
                    | {self._owner(changed) for changed in field.changes if self._owner(changed) == self._owner(name)},
                )
        for fact in self.vocabulary.facts.values():
            if fact.given is not None:
                yield fact.name, frozenset({fact.given})

    def _owner(self, name: str) -> str:
        """The list of a record's field; a scalar itself."""
        if name in self.vocabulary.facts:
            return name
        return name.partition(".")[0]

    def _remember_emptiness(self) -> None:
        """Whether what only settings and effects write is still empty decides much and costs little."""
        read = {each.fact for atom in self.atoms.all for each in walk(atom.node) if isinstance(each, Name)}
        for name in sorted(self.relevant):
            fact = self.vocabulary.facts.get(name)
            if fact is None:
                continue
            if fact.type != "list" and fact.nullable and self.only_performed(name):
                self.atoms.formed(is_empty(fact))
            for each, field in fact.fields.items():
                if field.nullable and self.only_performed(f"{name}.{each}") and f"{name}.{each}" in read:
                    self.atoms.formed(every(name, is_empty(field, name)))

    def _groups(self) -> tuple[Group, ...]:
        leader: dict[str, str] = {name: name for name in self.relevant}

        def top(name: str) -> str:
            while leader[name] != name:
                name = leader[name]
            return name

        def join(names: Iterable[str]) -> None:
            known = [top(name) for name in names if name in leader]
            for name in known[1:]:
                leader[top(name)] = top(known[0])

        for guard in self.definition.guards.values():
            join(sorted(facts_of([guard.check.tree])))
        for atom in self.atoms.all:
            join(sorted(facts_of([atom.node])))
        for target, read in self._flows():
            if target in leader:
                join((target, *sorted(read)))
        homes: dict[str, list[Atom]] = {}
        for atom in self.atoms.all:
            facts = sorted(facts_of([atom.node]))
            homes.setdefault(top(facts[0]) if facts else f"#{atom.number}", []).append(atom)
        return tuple(
            Group(
                number,
                facts=tuple(self.ordered(name for name in leader if not self.is_list(name) and top(name) == home)),
                lists=tuple(sorted(name for name in leader if self.is_list(name) and top(name) == home)),
                rows=tuple(atom for atom in atoms if not atom.volatile),
                volatile=tuple(atom for atom in atoms if atom.volatile),
            )
            for number, (home, atoms) in enumerate(homes.items())
        )

    def ordered(self, names: Iterable[str]) -> list[str]:
        """Facts after the facts they are given by."""
        known = sorted(names)
        ordered: list[str] = []

        def put(name: str) -> None:
            given = self.fact(name).given
            if given is not None and given in known and given not in ordered:
                put(given)
            if name not in ordered:
                ordered.append(name)

        for name in known:
            put(name)
        return ordered


def _lines(rule: Transition | AutomaticRule) -> tuple[str, ...]:
    return rule.lines if isinstance(rule, Transition) else ()


def _read(expressions: Iterable[Expression]) -> frozenset[str]:
    return facts_of([expression.tree for expression in expressions])


def _performed(vocabulary: Vocabulary) -> Iterator[str]:
    """Facts, and fields of records, that settings or effects can fill.

    An effect that changes a field only where it is filled already is none of them: somebody else fills it first.
    """
    for fact in vocabulary.facts.values():
        if fact.settable:
            yield fact.name
    for effect in vocabulary.effects.values():
        for relation in effect.relations:
            yield from relation.set
            filled = learned(relation.when.tree, True) if relation.when is not None else frozenset()
            for list in (relation.each, relation.add):
                names = (f"{list}.{name}" for name in (*relation.fields, *relation.record) if list is not None)
                yield from (name for name in names if name not in filled)
