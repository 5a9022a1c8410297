"""The guard language as z3 formulas: every node means to the prover exactly what it means to evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import z3

from workflow.expressions import (
    Add,
    And,
    Compare,
    In,
    Literal,
    Name,
    Node,
    Not,
    Or,
    Quantifier,
    Span,
    Subtract,
)
from workflow.vocabulary import Fact

Formula = Any
"""A z3 expression, or the Python bool or None it folds to; z3 ships no types."""

SECONDS = {"days": 86_400, "hours": 3_600}


@dataclass(frozen=True, slots=True)
class Term:
    """A value that may be empty. `value` means nothing where `empty` holds; None is the value of `null` itself."""

    empty: Formula
    value: Formula


NOTHING = Term(True, None)


@dataclass(frozen=True, slots=True)
class Line:
    """One record of a list, that need not be there."""

    present: Formula
    fields: Mapping[str, Term]


@dataclass(slots=True)
class Moment:
    """What is known of an order at one moment: scalar facts (with `now`, `actor.id`, `answer.*`) and lists of lines."""

    facts: dict[str, Term]
    lists: dict[str, tuple[Line, ...]] = field(default_factory=dict)

    def copy(self) -> Moment:
        """Another moment with the same values."""
        return Moment(dict(self.facts), dict(self.lists))


class Words:
    """Texts, words of enumerations and identities as numbers: equal words have equal numbers."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self._words: list[str] = []

    def code(self, word: str) -> int:
        """The number of a word."""
        if word not in self._codes:
            self._codes[word] = len(self._words)
            self._words.append(word)
        return self._codes[word]

    def word(self, code: int) -> str | None:
        """The word of a number; None for a number no word in the definition has."""
        return self._words[code] if 0 <= code < len(self._words) else None


class Formulas:
    """Makes terms for facts and formulas for trees, all over one table of words."""

    def __init__(self) -> None:
        self.words = Words()
        self.numbers: list[Formula] = []
        self._count = 0

    # terms

    def term(self, fact: Fact, given: Term | None = None) -> tuple[Term, list[Formula]]:
        """A new unknown value of a fact, and what is true of every such value."""
        self._count += 1
        name = f"{fact.name}#{self._count}"
        empty: Formula = z3.Bool(f"{name}?") if fact.nullable else False
        if given is not None:
            empty = or_(given.empty, empty)
        match fact.type:
            case "boolean":
                return Term(empty, z3.Bool(name)), []
            case "number" | "time":
                value = z3.Real(name)
                if fact.type == "number":
                    self.numbers.append(value)
                return Term(empty, value), []
            case _:
                value = z3.Int(name)
                if fact.type == "enumeration":
                    return Term(empty, value), [z3.Or([value == self.words.code(word) for word in fact.values])]
                return Term(empty, value), [value >= 0]

    def flag(self, name: str) -> Formula:
        """A new unknown that is true or false."""
        self._count += 1
        return z3.Bool(f"{name}#{self._count}")

    # trees

    def truth(self, node: Node, at: Moment, line: Line | None = None) -> Formula:
        """When a test holds."""
        match node:
            case Not(of=of):
                return not_(self.truth(of, at, line))
            case And(parts=parts):
                return and_(*(self.truth(part, at, line) for part in parts))
            case Or(parts=parts):
                return or_(*(self.truth(part, at, line) for part in parts))
            case Compare(left=left, operator=operator, right=right):
                one, other = self.value(left, at, line), self.value(right, at, line)
                if operator == "==":
                    return equal(one, other)
                return not_(equal(one, other)) if operator == "!=" else _ordered(operator, one, other)
            case In(of=of, choices=choices):
                one = self.value(of, at, line)
                return or_(*(equal(one, self.value(choice, at, line)) for choice in choices))
            case Quantifier(kind=kind, list=name, body=body):
                lines = at.lists.get(name, ())
                if kind == "all":
                    return and_(*(or_(not_(each.present), self.truth(body, at, each)) for each in lines))
                return or_(*(and_(each.present, self.truth(body, at, each)) for each in lines))
            case _:
                found = self.value(node, at, line)
                return and_(not_(found.empty), found.value) if found.value is not None else False

    def value(self, node: Node, at: Moment, line: Line | None = None) -> Term:
        """What a node evaluates to; a length of time in seconds."""
        match node:
            case Literal(value=None):
                return NOTHING
            case Literal(value=bool() as value):
                return Term(False, z3.BoolVal(value))
            case Literal(value=Decimal() as value):
                return Term(False, z3.RealVal(format(value, "f")))
            case Literal(value=str() as value):
                return Term(False, z3.IntVal(self.words.code(value)))
            case Name(record_of=None, fact=fact):
                return at.facts.get(fact, NOTHING)
            case Name(declared=declared):
                return NOTHING if line is None else line.fields.get(declared.name, NOTHING)
            case Add(left=left, right=right):
                return _sum(self.value(left, at, line), self.value(right, at, line), 1)
            case Subtract(left=left, right=right):
                return _sum(self.value(left, at, line), self.value(right, at, line), -1)
            case Span(unit=unit, amount=amount):
                inner = self.value(amount, at, line)
                return NOTHING if inner.value is None else Term(inner.empty, inner.value * SECONDS[unit])
            case _:
                return Term(False, _as_formula(self.truth(node, at, line)))


def and_(*parts: Formula) -> Formula:
    """All of the parts; folds what is plainly true or false."""
    left = [part for part in parts if part is not True]
    if any(part is False for part in left):
        return False
    return True if not left else left[0] if len(left) == 1 else z3.And(left)


def or_(*parts: Formula) -> Formula:
    """Any of the parts; folds what is plainly true or false."""
    left = [part for part in parts if part is not False]
    if any(part is True for part in left):
        return True
    return False if not left else left[0] if len(left) == 1 else z3.Or(left)


def not_(part: Formula) -> Formula:
    """The opposite."""
    return (not part) if isinstance(part, bool) else z3.Not(part)


def equal(one: Term, other: Term) -> Formula:
    """Whether two values are the same; two empty ones are."""
    if one.value is None or other.value is None:
        return and_(one.empty, other.empty)
    both_empty = and_(one.empty, other.empty)
    if one.value.sort() != other.value.sort():
        return both_empty
    return or_(both_empty, and_(not_(one.empty), not_(other.empty), one.value == other.value))


def either(when: Formula, one: Term, other: Term) -> Term:
    """One value where a test holds, the other elsewhere."""
    if isinstance(when, bool):
        return one if when else other
    value: Formula
    if one.value is None or other.value is None:
        value = other.value if one.value is None else one.value
    elif one.value.sort() != other.value.sort():
        value = other.value
    else:
        value = z3.If(when, one.value, other.value)
    return Term(or_(and_(when, one.empty), and_(not_(when), other.empty)), value)


def _ordered(operator: str, one: Term, other: Term) -> Formula:
    if one.value is None or other.value is None or not (z3.is_arith(one.value) and z3.is_arith(other.value)):
        return False
    compared = {
        "<": one.value < other.value,
        "<=": one.value <= other.value,
        ">": one.value > other.value,
        ">=": one.value >= other.value,
    }[operator]
    return and_(not_(one.empty), not_(other.empty), compared)


def _sum(one: Term, other: Term, sign: int) -> Term:
    if one.value is None or other.value is None:
        return NOTHING
    value = one.value + other.value if sign > 0 else one.value - other.value
    return Term(or_(one.empty, other.empty), value)


def _as_formula(truth: Formula) -> Formula:
    return z3.BoolVal(truth) if isinstance(truth, bool) else truth
