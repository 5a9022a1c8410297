"""Tells a solved path: the values as a scenario would write them, and every step as a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import z3

from workflow.expressions import Name, walk
from workflow.proving.formulas import Formula, Line, Moment, Term
from workflow.proving.model import NOW, Model
from workflow.proving.moves import Move
from workflow.proving.paths import Leg, Solved
from workflow.proving.values import Story, StoryStep, Told
from workflow.staging import START
from workflow.vocabulary import Fact

POSITION = "52.5, 13.4"
LONGEST = timedelta(days=36_500)


class Teller:
    """Tells one solved path; `story` is the whole of it, not yet replayed."""

    def __init__(self, model: Model, solved: Solved) -> None:
        self.model = model
        self.solved = solved
        self.definition = model.definition
        self.facts = model.vocabulary.facts
        self.names: dict[int, str] = {}
        self.people: dict[str, tuple[str, ...]] = {}
        self._letters: dict[tuple[str, int], str] = {}
        self._read = {each.fact for atom in model.atoms.all for each in walk(atom.node) if isinstance(each, Name)}
        self._cast()

    def story(self) -> Story:
        """The order and its steps."""
        first, *legs = self.solved.legs
        order = self._order(first.before)
        steps = [self._made(order)]
        status = self.definition.first_status
        for name in first.edge.rules:
            status = self.definition.automatic[name].to
            steps.append(self._by_itself(name))
        for earlier, leg in zip(self.solved.legs, legs, strict=False):
            steps += self._gone(leg, status, earlier)
            status = steps[-1].status
        return Story(order, tuple(steps), self.people)

    # who

    def _cast(self) -> None:
        """Gives everybody who acts a name and his roles; one person may act in several."""
        playing: dict[int, list[str]] = {}
        for leg in self.solved.legs:
            if leg.actor is not None and leg.edge.move is not None:
                roles = playing.setdefault(self._code(leg.actor), [])
                for role in (*leg.edge.move.roles, *self._bringing(leg.edge.move)):
                    if role not in roles:
                        roles.append(role)
        for code, roles in playing.items():
            self.names[code] = self._free(roles[0])
            self.people[self.names[code]] = tuple(roles)

    def _bringing(self, move: Move) -> Iterator[str]:
        """Roles that bring the permissions a save needs and its own roles do not hold."""
        roles = self.definition.roles
        held = {roles[name].permission for name in move.roles}
        for permission in sorted(move.permissions - held):
            yield from [role.name for role in roles.values() if role.permission == permission][:1]

    def _free(self, wanted: str) -> str:
        taken = {*self.names.values()}
        name, number = wanted, 1
        while name in taken or (number > 1 and name in self.definition.roles):
            number += 1
            name = f"{wanted}_{number}"
        return name

    def _who(self, leg: Leg) -> tuple[str, str]:
        """The name under which somebody acts, and the words for him."""
        assert leg.edge.move is not None
        role = self.definition.roles[leg.edge.move.roles[0]]
        if leg.actor is None:
            return role.name, _sentence_begin(role.label)
        name = self.names[self._code(leg.actor)]
        alike = [one for one, roles in self.people.items() if role.name in roles]
        return name, _sentence_begin(role.label) + (f" ({name})" if len(alike) > 1 or name != role.name else "")

    # values

    def _code(self, term: Term) -> int:
        return int(self._value(term.value).as_long())

    def _value(self, formula: Formula) -> Any:
        return self.solved.values.eval(formula, model_completion=True)

    def _true(self, formula: Formula) -> bool:
        return formula if isinstance(formula, bool) else z3.is_true(self._value(formula))

    def _told(self, fact: Fact, term: Term) -> Told:
        if term.value is None or self._true(term.empty):
            return None
        match fact.type:
            case "boolean":
                return self._true(term.value)
            case "number":
                return _number(self._value(term.value).as_fraction())
            case "time":
                return _moment(self._value(term.value).as_fraction())
            case "identity":
                return self._somebody(fact, self._code(term))
            case _:
                word = self.solved.formulas.words.word(self._code(term))
                return word if word is not None else f"{fact.label} {self._code(term)}"

    def _somebody(self, fact: Fact, code: int) -> str:
        if code not in self.names:
            self.names[code] = self._free(fact.name.rpartition(".")[2] + "_1")
        return self.names[code]

    def _scalars(self, at: Moment) -> dict[str, Told]:
        return {
            name: self._told(self.facts[name], term)
            for name, term in at.facts.items()
            if name in self.facts and not name.startswith("answer.")
        }

    def _lines(self, name: str, lines: tuple[Line, ...]) -> dict[int, dict[str, object]]:
        fields = self.facts[name].fields
        key = next(iter(fields))
        found: dict[int, dict[str, object]] = {}
        for number, line in enumerate(lines):
            if self._true(line.present):
                row: dict[str, object] = {each: self._told(fact, line.fields[each]) for each, fact in fields.items()}
                if fields[key].type == "text" and f"{name}.{key}" not in self._read:
                    letter = self._letters.setdefault((name, number), chr(ord("A") + len(self._letters)))
                    row[key] = f"Part {letter}"
                found[number] = row
        return found

    def _order(self, at: Moment) -> dict[str, Told]:
        order: dict[str, Told] = {name: value for name, value in self._scalars(at).items() if value is not None}
        for name, lines in at.lists.items():
            rows = [
                {each: value for each, value in row.items() if value is not None}
                for row in self._lines(name, lines).values()
            ]
            if rows:
                order[name] = rows
        return order

    # steps

    def _made(self, order: Mapping[str, Told]) -> StoryStep:
        told = [self._said(name, value) for name, value in order.items() if not self._goes_without_saying(name, value)]
        says = f"An order is made: {'; '.join(told)}." if told else "An order is made, with nothing filled in."
        return StoryStep(says, self.definition.first_status, save={})

    def _gone(self, leg: Leg, status: str, earlier: Leg) -> Iterator[StoryStep]:
        move = leg.edge.move
        assert move is not None
        yield self._moved(leg, move, status, self._passed(earlier, leg))
        for name in leg.edge.rules[: -1 if leg.edge.endless else None]:
            yield self._by_itself(name)
        if leg.edge.endless:
            last = leg.edge.rules[-1]
            yield StoryStep(
                f"By itself ({last}) it would go on, and so for ever: the step is refused.", status, rule=last
            )

    def _moved(self, leg: Leg, move: Move, status: str, wait: timedelta) -> StoryStep:
        match move.kind:
            case "press":
                transition = self.definition.transitions[str(move.transition)]
                role = self.definition.roles[move.roles[0]]
                if role.clock:
                    says = f"{_spoken(wait)} pass, and “{transition.label}” is taken by the clock."
                    return StoryStep(says, transition.to, wait=wait)
                name, who = self._who(leg)
                return StoryStep(
                    f"{who} presses “{transition.label}”.",
                    transition.to,
                    by=name,
                    press=transition.name,
                    answers=self._answers(leg),
                )
            case "save":
                name, who = self._who(leg)
                save, after = self._changes(leg)
                said = "; ".join(after) or "nothing, only saves the order"
                return StoryStep(f"{who} changes {said}.", status, by=name, save=save)
            case "world":
                world, after = self._changes(leg)
                return StoryStep(f"Outside this order, without a save, {'; '.join(after)}.", status, world=world)
            case _:
                return StoryStep(f"{_spoken(wait)} pass.", status, wait=wait)

    def _passed(self, earlier: Leg, leg: Leg) -> timedelta:
        before, after = (self._value(each.after.facts[NOW].value).as_fraction() for each in (earlier, leg))
        return min(LONGEST, timedelta(seconds=float(after - before)))

    def _by_itself(self, name: str) -> StoryStep:
        to = self.definition.automatic[name].to
        return StoryStep(f"By itself ({name}): it becomes {self.definition.statuses[to].label}.", to, rule=name)

    def _answers(self, leg: Leg) -> dict[str, Told]:
        assert leg.edge.move is not None
        given: dict[str, Told] = {}
        for name, question in self.definition.transitions[str(leg.edge.move.transition)].ask.items():
            term = leg.answers.get(f"answer.{name}")
            if term is None or self._true(term.empty):
                continue
            match question.kind:
                case "position":
                    given[name] = POSITION
                case "date":
                    given[name] = _moment(self._value(term.value).as_fraction())
                case "number":
                    given[name] = _number(self._value(term.value).as_fraction())
                case _:
                    word = self.solved.formulas.words.word(self._code(term))
                    given[name] = word if word else "Because."
        return given

    def _changes(self, leg: Leg) -> tuple[dict[str, Told], list[str]]:
        """What differs after a step, as a save and in words; what follows by itself is left out."""
        move = leg.edge.move
        assert move is not None
        fields = [self.model.vocabulary.fields[word] for word in move.words]
        follows = {name for field in fields for name in field.also} - {
            name for field in fields for name in field.changes
        }
        save: dict[str, Told] = {}
        says: list[str] = []
        before, after = self._scalars(leg.before), self._scalars(leg.moved)
        for name, value in after.items():
            given = self.facts[name].given
            orphaned = given is not None and after.get(given) is None
            told_anew = given is not None and move.kind == "save" and before.get(given) != after.get(given)
            if name in follows or orphaned or (before.get(name) == value and not told_anew):
                continue
            save[name] = value
            if not self._goes_without_saying(name, value) or move.kind == "world":
                says.append(self._turned(name, value, move.kind))
        for name in leg.moved.lists:
            rows, told = self._rows(name, leg.before.lists[name], leg.moved.lists[name], follows)
            if rows:
                save[name] = rows
                says += told
        return save, says

    def _rows(
        self, name: str, before: tuple[Line, ...], after: tuple[Line, ...], follows: set[str]
    ) -> tuple[list[dict[str, object]], list[str]]:
        old = self._lines(name, before)
        rows: list[dict[str, object]] = []
        says: list[str] = []
        fields = self.facts[name].fields
        key = next(iter(fields))
        for number, row in self._lines(name, after).items():
            known = {each: value for each, value in row.items() if f"{name}.{each}" not in follows}
            if number not in old:
                given = {each: value for each, value in known.items() if value is not None}
                rows.append(given)
                says.append(f"{self.facts[name].label}, adding {self._row(name, given)}")
                continue
            changed = {each: value for each, value in known.items() if old[number].get(each) != value and each != key}
            if changed:
                rows.append({key: row[key], **changed})
                says += [
                    f"{fields[each].label} of {row[key]} from {_plain(old[number].get(each))} to {_plain(value)}"
                    for each, value in changed.items()
                ]
        return rows, says

    # words

    def _goes_without_saying(self, name: str, value: Told) -> bool:
        fact = self.facts[name]
        return fact.type == "boolean" and bool(fact.sample) == value

    def _said(self, name: str, value: Told) -> str:
        if isinstance(value, list):
            return f"{self.facts[name].label}: {', '.join(self._row(name, row) for row in value)}"
        return f"{self.facts[name].label} {_plain(value)}"

    def _turned(self, name: str, value: Told, kind: str) -> str:
        return f"{self.facts[name].label} {'becomes' if kind == 'world' else 'to'} {_plain(value)}"

    def _row(self, name: str, row: Mapping[str, object]) -> str:
        fields = self.facts[name].fields
        key = next(iter(fields))
        rest = ", ".join(f"{fields[each].label} {_plain(value)}" for each, value in row.items() if each != key)
        return f"{_plain(row.get(key))} ({rest})" if rest else _plain(row.get(key))


def _sentence_begin(label: str) -> str:
    return label[:1].upper() + label[1:]


def _plain(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)


def _number(value: Fraction) -> int | str:
    if value.denominator == 1:
        return value.numerator
    return format(Decimal(value.numerator) / Decimal(value.denominator), "f")


def _moment(value: Fraction) -> str:
    span = timedelta(seconds=float(value))
    return (START + max(-LONGEST, min(LONGEST, span))).isoformat()


def _spoken(wait: timedelta) -> str:
    days, rest = wait.days, wait.seconds
    parts = [f"{days} days"] if days else []
    if rest or not days:
        parts.append(f"{rest / 3600:g} hours")
    return " and ".join(parts)
