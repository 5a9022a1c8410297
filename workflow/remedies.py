"""Finds what would make a failing guard hold, and tries every idea on the guard before proposing it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from workflow.effects import records
from workflow.expressions import BUILT_IN, Compare, Expression, Failing, In, Literal, Name, Node, failing, holds, walk
from workflow.expressions.evaluate import compiled
from workflow.offers import Remedy, RemedyKind
from workflow.values import Facts, Record, Scalar, Value
from workflow.vocabulary import Fact, Vocabulary

if TYPE_CHECKING:
    from workflow.definition import Transition
    from workflow.engine import Lifecycle
    from workflow.judging import Case

SOMEBODY = "somebody"
"""An example of a person; whoever reads a remedy is never shown it."""

SOMEBODY_ELSE = "somebody else"

EXAMPLES = 24
"""How many values are tried for one fact."""

NOW = BUILT_IN["now"]

NAMED = 5
"""How many records a sentence names."""

MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


@dataclass(frozen=True, slots=True)
class Idea:
    """A fact, or a field of one record of a list, given another value."""

    fact: str
    value: Value
    record: int | None = None
    field: str | None = None


def remedies(lifecycle: Lifecycle, case: Case, transition: Transition, guard: str) -> tuple[Remedy, ...]:
    """Everything that alone would remove this blocker, tried; a single `never` when nothing can be done here."""
    search = _Search(lifecycle, case, transition, lifecycle.definition.guards[guard].check)
    found = (*search.waiting(), *search.edits(), *search.answers(), *search.somebody_else(), *search.presses())
    if found or search.could_help:
        return found
    label = lifecycle.definition.statuses[case.situation.status].label
    return (Remedy(kind="never", sentence=f"Nobody can change this any more while the order is {label}."),)


def remedies_for_status(lifecycle: Lifecycle, case: Case, transition: Transition) -> tuple[Remedy, ...]:
    """Ways to a status the button leaves: buttons out of this one, and what an automatic rule still waits for."""
    here = case.situation.status
    roles_of = lifecycle.definition.roles
    steps = [one for one in lifecycle.leaving(here) if one.to in transition.from_ and one is not transition]
    found: list[Remedy] = []
    if steps:
        roles = tuple(dict.fromkeys(role for one in steps for role in one.by))
        buttons = spoken(f"“{one.label}”" for one in steps)
        found.append(
            Remedy(
                kind="press",
                sentence=f"First press {buttons} ({spoken(roles_of[role].label for role in roles)} can).",
                transitions=tuple(one.name for one in steps),
                roles=roles,
            )
        )
    for rule in lifecycle.following(here):
        missing = [guard for guard in rule.when if not case.holds(guard)]
        if rule.to in transition.from_ and len(missing) == 1 and not any(case.holds(one) for one in rule.unless):
            tried = remedies(lifecycle, case, transition, missing[0])
            found.extend(one for one in tried if one.kind in ("fill", "change", "wait"))
    return tuple(found)


def with_value(
    vocabulary: Vocabulary,
    facts: Facts,
    fact: str,
    value: Value,
    *,
    record: int | None = None,
    field: str | None = None,
) -> Facts:
    """The facts with one value changed as a remedy says; facts given by it become their sample, or empty with it."""
    after = dict(facts)
    if record is None or field is None:
        after[fact] = value
    else:
        assert not isinstance(value, tuple), "a list holds no lists"
        rows = list(records(facts, fact))
        rows[record] = {**rows[record], field: value}
        after[fact] = tuple(rows)
    for name, declared in vocabulary.facts.items():
        if declared.given == fact and name in facts:
            after[name] = None if value is None else _given(declared)
    return after


def _given(fact: Fact) -> Value:
    if fact.sample is not None:
        return fact.sample
    return True if fact.type == "boolean" else None


class _Search:
    """One failing guard and everything that is known about it."""

    def __init__(self, lifecycle: Lifecycle, case: Case, transition: Transition, check: Expression) -> None:
        self.lifecycle = lifecycle
        self.vocabulary = lifecycle.vocabulary
        self.case = case
        self.facts = case.situation.facts
        self.extra = case.extra
        self.transition = transition
        self.check = check
        self.leaves = failing(check, self.facts, case.extra)
        self.could_help = False

    # Time

    def waiting(self) -> Iterator[Remedy]:
        """The first moment at which it holds by itself."""
        moments = {
            moment
            for leaf in self.leaves
            for name, operator, other in _sides(leaf)
            if name.fact == "now"
            and operator in (">", ">=")
            and isinstance(moment := self._value(other, leaf), datetime)
        }
        for moment in sorted({*moments, *(one + timedelta(seconds=1) for one in moments)}):
            if moment > self.case.situation.now and holds(self.check, self.facts, {**self.extra, "now": moment}):
                yield Remedy(kind="wait", sentence=f"Wait until {self.case.shown(NOW, moment)}.", until=moment)
                return

    # Editing

    def edits(self) -> Iterator[Remedy]:
        """One value changed, by whoever may change it here; of a list, one field in every record responsible."""
        seen: set[tuple[str, str | None]] = set()
        for leaf in self.leaves:
            for name in _names(leaf.node):
                target = self._target(name)
                if target in seen:
                    continue
                seen.add(target)
                fact, field = target
                words, roles = self._editors(fact if field is None else f"{fact}.{field}")
                if not words and not self._decided_elsewhere(fact, field):
                    continue
                self.could_help = True
                remedy = self._scalar(fact, words, roles) if field is None else self._field(fact, field, words, roles)
                if remedy is not None:
                    yield remedy
            if leaf.list is None and leaf.record is None:
                yield from self._added(leaf)

    def _target(self, name: Name) -> tuple[str, str | None]:
        if name.record_of is not None:
            return name.record_of, name.declared.name
        return name.declared.given or name.fact, None

    def _scalar(self, fact: str, words: tuple[str, ...], roles: tuple[str, ...]) -> Remedy | None:
        declared = self.vocabulary.facts.get(fact)
        if declared is None:
            return None
        current = self.facts.get(fact)
        for value in self._examples(declared, fact, None, None):
            if value != current and self._fixes(Idea(fact, value)):
                return self._edit(declared, Idea(fact, value), current, words, roles)
        return None

    def _field(self, fact: str, field: str, words: tuple[str, ...], roles: tuple[str, ...]) -> Remedy | None:
        declared = self.vocabulary.facts[fact].fields[field]
        numbers = sorted({leaf.record for leaf in self.leaves if leaf.list == fact and leaf.record is not None})
        rows = records(self.facts, fact)
        ideas = [idea for number in numbers if (idea := self._record(declared, fact, field, number)) is not None]
        one = next((idea for idea in ideas if self._fixes(idea)), None)
        if one is not None:
            assert one.record is not None, "an idea about a field is about a record"
            return self._edit(declared, one, rows[one.record].get(field), words, roles)
        if len(ideas) < 2:
            return None
        after = self.facts
        for idea in ideas:
            after = self._after(idea, after)
        whole = Idea(fact, after[fact], field=field)
        if not holds(self.check, after, self.extra):
            return None
        empty = all(rows[number].get(field) is None for number in numbers)
        return self._edit(declared, whole, None if empty else rows, words, roles)

    def _record(self, declared: Fact, fact: str, field: str, number: int) -> Idea | None:
        """The value of this field with which this record is responsible no more."""
        current = records(self.facts, fact)[number].get(field)
        for value in self._examples(declared, fact, field, number):
            idea = Idea(fact, value, number, field)
            if value != current:
                left = failing(self.check, self._after(idea, self.facts), self.extra)
                if all(leaf.record != number or leaf.list != fact for leaf in left):
                    return idea
        return None

    def _added(self, leaf: Failing) -> Iterator[Remedy]:
        """A record where none is and one is asked for."""
        lists = {node.list for node in walk(leaf.node) if hasattr(node, "list")}
        for fact in sorted(lists):
            declared = self.vocabulary.facts[fact]
            words, roles = self._editors(*(f"{fact}.{field}" for field in declared.fields), fact)
            if records(self.facts, fact) or not words:
                continue
            self.could_help = True
            record: Record = {name: _first(one) for name, one in declared.fields.items()}
            idea = Idea(fact, (record,))
            if self._fixes(idea):
                yield self._edit(declared, idea, None, words, roles)

    def _edit(
        self, declared: Fact, idea: Idea, current: Value, words: tuple[str, ...], roles: tuple[str, ...]
    ) -> Remedy:
        kind: RemedyKind = "fill" if current is None else "change"
        return Remedy(
            kind=kind,
            sentence=self._said(declared, idea, kind, roles),
            fact=idea.fact,
            record=idea.record,
            field=idea.field,
            value=idea.value,
            fields=words,
            roles=roles,
        )

    def _said(self, declared: Fact, idea: Idea, kind: RemedyKind, roles: tuple[str, ...]) -> str:
        what = f"“{declared.label}”"
        if idea.field is not None:
            return self._told(self._said_of_records(what, declared, idea, kind), roles)
        if isinstance(idea.value, tuple):
            return self._told(f"Add to {what}", roles)
        return self._told(self._said_of_one(what, declared, idea.value, kind), roles)

    def _said_of_one(self, what: str, declared: Fact, value: Value, kind: RemedyKind) -> str:
        if value is None:
            return f"Clear {what}"
        if declared.type == "identity":
            return f"Choose {what}" if kind == "fill" else f"Choose another {what}"
        return f"Fill in {what}" if kind == "fill" else f"Change {what} to {self.case.shown(declared, value)}"

    def _said_of_records(self, what: str, declared: Fact, idea: Idea, kind: RemedyKind) -> str:
        """Records by their names, those with the same new value together."""
        assert idea.field is not None, "an idea about records is about a field of theirs"
        before = records(self.facts, idea.fact)
        after = records(self._after(idea, self.facts), idea.fact)
        key = next(iter(self.vocabulary.facts[idea.fact].fields))
        names: dict[Scalar, list[str]] = {}
        for row, old in zip(after, before, strict=True):
            if row != old:
                names.setdefault(row[idea.field], []).append(str(row[key]))
        if kind == "fill" or len(names) == 1:
            every = [name for some in names.values() for name in some]
            return self._said_of_one(f"{what} of {_listed(every)}", declared, next(iter(names)), kind)
        each = [f"of {_listed(some)} to {self.case.shown(declared, value)}" for value, some in names.items()]
        return f"Change {what} {_listed(each)}"

    def _told(self, say: str, roles: tuple[str, ...]) -> str:
        who = self._labels(roles)
        return f"{say} ({who} can)." if who else f"{say}."

    def _editors(self, *facts: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The words that cover one of the facts and may be edited here, and by which roles."""
        covering = {field.name for field in self.vocabulary.fields.values() if set(facts) & set(field.changes)}
        may_edit = self.lifecycle.definition.statuses[self.case.situation.status].may_edit
        words = tuple(sorted(covering & {word for some in may_edit.values() for word in some}))
        roles = tuple(
            role for role, some in may_edit.items() if covering & set(some) and self._able(role, some, covering)
        )
        return (words, roles) if roles else ((), ())

    def _able(self, name: str, words: Iterable[str], covering: set[str]) -> bool:
        """A link and the clock hold no permission, so they cannot edit a field that needs one besides."""
        role = self.lifecycle.definition.roles[name]
        needed = {self.vocabulary.fields[word].permission for word in words if word in covering}
        return role.permission is not None or None in needed

    def _decided_elsewhere(self, fact: str, field: str | None) -> bool:
        declared = self.vocabulary.facts.get(fact)
        covered = any(fact in one.changes for one in self.vocabulary.fields.values())
        return field is None and declared is not None and declared.owner == "world" and not covered

    # People

    def answers(self) -> Iterator[Remedy]:
        """Another answer, when the guard reads one."""
        for question in self.transition.ask.values():
            fact = f"answer.{question.name}"
            if fact in self.check.facts:
                self.could_help = True
                declared = Fact(fact, "text", question.label, values=tuple(question.choices))
                kind: RemedyKind = "fill" if self.extra.get(fact) is None else "change"
                for value in self._answers(question.kind, declared):
                    if holds(self.check, self.facts, {**self.extra, fact: value}):
                        yield Remedy(kind=kind, sentence=f"Answer “{question.label}”.", fact=fact, value=value)
                        break

    def _answers(self, kind: str, declared: Fact) -> Iterator[Scalar]:
        if kind == "choice":
            yield from declared.values
        elif kind == "date":
            yield from self._times()
        elif kind == "number":
            yield from self._numbers(None, None)
        else:
            yield from ("something", *self._texts())

    def somebody_else(self) -> Iterator[Remedy]:
        """The same button pressed by another person, when the guard asks who presses."""
        if "actor.id" not in self.check.facts:
            return
        roles = tuple(name for name in self.transition.by if not self.lifecycle.definition.roles[name].clock)
        named = {
            str(value)
            for leaf in self.leaves
            for name, operator, other in _sides(leaf)
            if name.fact == "actor.id" and operator == "==" and (value := self._value(other, leaf)) is not None
        }
        for person in (SOMEBODY_ELSE, *sorted(named)):
            if holds(self.check, self.facts, {**self.extra, "actor.id": person}):
                yield Remedy(
                    kind="someone_else",
                    sentence=f"Somebody else has to do this: {self._labels(roles)}.",
                    roles=roles,
                    value=None if person == SOMEBODY_ELSE else person,
                )
                return

    def presses(self) -> Iterator[Remedy]:
        """Buttons out of this status whose own effects would do it."""
        helping = [one for one in self.lifecycle.leaving(self.case.situation.status) if self._helps(one)]
        if helping:
            roles = tuple(dict.fromkeys(role for one in helping for role in one.by))
            buttons = spoken(f"“{one.label}”" for one in helping)
            yield Remedy(
                kind="press",
                sentence=f"Press {buttons} first ({self._labels(roles)} can).",
                transitions=tuple(one.name for one in helping),
                roles=roles,
            )

    def _helps(self, other: Transition) -> bool:
        if other is self.transition or not (other.lines or other.do or other.set):
            return False
        after = self.lifecycle.effect_of(self.case, other.set, (*other.lines, *other.do))
        return after != self.facts and holds(self.check, after, self.extra)

    # Trying

    def _fixes(self, idea: Idea) -> bool:
        return holds(self.check, self._after(idea, self.facts), self.extra)

    def _after(self, idea: Idea, facts: Facts) -> Facts:
        return with_value(self.vocabulary, facts, idea.fact, idea.value, record=idea.record, field=idea.field)

    def _value(self, node: Node, leaf: Failing) -> object:
        row = None if leaf.list is None or leaf.record is None else records(self.facts, leaf.list)[leaf.record]
        return compiled(node)(self.facts, self.extra, row)

    def _examples(self, declared: Fact, fact: str, field: str | None, number: int | None) -> list[Scalar]:
        """Values worth trying, the nearest to what the test compares with first."""
        wanted: list[Scalar] = []
        for leaf in self.leaves:
            if number is not None and (leaf.list != fact or leaf.record != number):
                continue
            for name, operator, other in _sides(leaf):
                if self._target(name) == (fact, field) and operator in ("==", "<=", ">="):
                    value = self._value(other, leaf)
                    if isinstance(value, (bool, Decimal, str, datetime)) and name.declared.given is None:
                        wanted.append(value)
            if isinstance(leaf.node, In):
                wanted.extend(choice.value for choice in leaf.node.choices)
        every = [*(one for one in wanted if _fits(declared, one)), *self._typical(declared, fact, number)]
        if declared.nullable:
            every.append(None)
        return list(dict.fromkeys(every))[: EXAMPLES + 1]

    def _typical(self, declared: Fact, fact: str, number: int | None) -> Iterator[Scalar]:
        match declared.type:
            case "boolean":
                yield from (True, False)
            case "enumeration":
                yield from declared.values
            case "number":
                yield from (one for one in self._numbers(fact, number) if one >= 0)
            case "time":
                yield from self._times()
            case "identity":
                yield from (SOMEBODY, SOMEBODY_ELSE)
            case _:
                yield from (_first(declared), *self._texts(), "something")

    def _numbers(self, fact: str | None, number: int | None) -> list[Decimal]:
        row: Record = {} if fact is None or number is None else records(self.facts, fact)[number]
        here: list[object] = [*row.values(), *self.facts.values(), *self._written()]
        near = [one for one in here if isinstance(one, Decimal) and not isinstance(one, bool) and one.is_finite()]
        return [Decimal(0), Decimal(1), *near, *(one - 1 for one in near), *(one + 1 for one in near)]

    def _times(self) -> list[datetime]:
        now = self.case.situation.now
        near = [now, *(one for one in self.facts.values() if isinstance(one, datetime))]
        steps = (timedelta(0), timedelta(days=1), -timedelta(days=1), timedelta(days=365), -timedelta(days=365))
        return [one + step for step in steps for one in near if 1000 < one.year < 9000]

    def _texts(self) -> list[str]:
        return [one for one in self._written() if isinstance(one, str)]

    def _written(self) -> list[object]:
        return [node.value for node in walk(self.check.tree) if isinstance(node, Literal) and node.value is not None]

    def _labels(self, roles: Iterable[str]) -> str:
        return spoken(self.lifecycle.definition.roles[name].label for name in roles)


def spoken(words: Iterable[str]) -> str:
    """Words joined for a sentence: a, b or c."""
    every = list(words)
    return " or ".join(part for part in (", ".join(every[:-1]), *every[-1:]) if part)


def _listed(words: list[str]) -> str:
    """Names joined for a sentence: a, b and c; of many only the first."""
    if len(words) > NAMED:
        words = [*words[: NAMED - 1], f"{len(words) - NAMED + 1} more"]
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def _sides(leaf: Failing) -> Iterator[tuple[Name, str, Node]]:
    """Each name compared in this leaf, as `name operator other` must hold."""
    if isinstance(leaf.node, Compare):
        operator: str = leaf.node.operator if leaf.wanted else NEGATED[leaf.node.operator]
        if isinstance(leaf.node.left, Name):
            yield leaf.node.left, operator, leaf.node.right
        if isinstance(leaf.node.right, Name):
            yield leaf.node.right, MIRRORED[operator], leaf.node.left


def _names(node: Node) -> Iterator[Name]:
    return (one for one in walk(node) if isinstance(one, Name) and one.fact not in ("now", "actor.id"))


def _fits(declared: Fact, value: Scalar) -> bool:
    match declared.type:
        case "boolean":
            return isinstance(value, bool)
        case "number":
            return isinstance(value, Decimal)
        case "time":
            return isinstance(value, datetime)
        case "enumeration":
            return value in declared.values
        case _:
            return isinstance(value, str)


def _first(declared: Fact) -> Scalar:
    if declared.sample is not None and not isinstance(declared.sample, tuple):
        return declared.sample
    if declared.nullable:
        return None
    match declared.type:
        case "boolean":
            return True
        case "number":
            return Decimal(1)
        case "enumeration":
            return declared.values[0]
        case "identity":
            return SOMEBODY
        case _:
            return "something"
