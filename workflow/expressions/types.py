"""The types of the guard language: what may be compared with what, and that an empty fact is tested before use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal as OneOf

from workflow.expressions.tree import (
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
from workflow.problems import Position, Problem
from workflow.spelling import did_you_mean
from workflow.vocabulary import Fact

Kind = OneOf["boolean", "number", "text", "time", "enumeration", "identity", "list", "span", "null", "unknown"]

WORDS = {
    "boolean": "true or false",
    "number": "a number",
    "text": "a text",
    "time": "a time",
    "enumeration": "one of a few words",
    "identity": "a person",
    "list": "a list",
    "span": "a length of time",
    "null": "nothing",
}

Names = frozenset[str]
NONE: Names = frozenset()


@dataclass(frozen=True, slots=True)
class Type:
    """What an expression gives; `unknown` stands where a mistake was already reported."""

    kind: Kind
    nullable: bool = False
    values: tuple[str, ...] = ()


UNKNOWN = Type("unknown")
BOOLEAN = Type("boolean")
NUMBER = Type("number")


def learned(node: Node, truth: bool, known: Names = NONE) -> Names:
    """The facts that cannot be empty where `node` is known to be `truth` and those of `known` are not."""
    match node:
        case Not(of=of):
            return learned(of, not truth, known)
        case And(parts=parts) | Or(parts=parts):
            if isinstance(node, And) == truth:
                gained = known
                for part in parts:
                    gained |= learned(part, truth, gained)
                return gained - known
            # The first part that decides: everything before it went the other way.
            before: Names = NONE
            ways: list[Names] = []
            for part in parts:
                ways.append(before | learned(part, truth, known | before))
                before |= learned(part, not truth, known | before)
            return ways[0].intersection(*ways[1:])
        case Compare(left=left, operator=operator, right=right) if operator in ("==", "!="):
            if (operator == "==") == truth:
                return _present(left, right, known) | _present(right, left, known)
            return _tested(left, right) | _tested(right, left)
        case In(of=Name(fact=fact), choices=choices) if truth and all(c.value is not None for c in choices):
            return frozenset({fact})
        case _:
            return NONE


def _present(this: Node, other: Node, known: Names) -> Names:
    """`this` equals a value that cannot be empty."""
    if isinstance(this, Name) and isinstance(other, Literal) and other.value is not None:
        return frozenset({this.fact})
    if isinstance(this, Name) and isinstance(other, Name) and (other.fact in known or not other.declared.nullable):
        return frozenset({this.fact})
    return NONE


def _tested(this: Node, other: Node) -> Names:
    """`this` differs from nothing."""
    if isinstance(this, Name) and isinstance(other, Literal) and other.value is None:
        return frozenset({this.fact})
    return NONE


class Checker:
    """Walks a tree once and collects every problem of type; `unknown` are places of names already reported."""

    def __init__(self, unknown: frozenset[Position], variable: str = "") -> None:
        self.unknown = unknown
        self.variable = variable
        self.problems: list[Problem] = []

    def written(self, name: Name) -> str:
        """A name as the person wrote it."""
        return f"{self.variable}.{name.declared.name}" if name.record_of else name.fact

    def report(self, code: str, message: str, at: Position) -> Type:
        self.problems.append(Problem(code, message, at))
        return UNKNOWN

    def type_of(self, node: Node, present: Names) -> Type:
        """The type of `node` where the facts of `present` are known not to be empty."""
        match node:
            case Literal(value=value):
                return _literal(value)
            case Name():
                return self.name(node, present)
            case Not(of=of):
                self.boolean(of, present, "After ! stands")
                return BOOLEAN
            case And(parts=parts) | Or(parts=parts):
                known = present
                for part in parts:
                    self.boolean(part, known, "Around && stands" if isinstance(node, And) else "Around || stands")
                    known |= learned(part, isinstance(node, And), known)
                return BOOLEAN
            case Compare():
                return self.compare(node, present)
            case In():
                return self.one_of(node, present)
            case Add() | Subtract():
                return self.sum(node, present)
            case Span(unit=unit, amount=amount):
                kind = self.type_of(amount, present)
                if kind.kind not in ("number", "unknown") or self.maybe_empty(kind, amount, present):
                    return self.report("type", f"Write a number inside {unit}( ).", amount.at)
                return Type("span")
            case Quantifier(body=body, variable=variable):
                self.variable = variable
                self.boolean(body, present, f"After “{variable},” stands")
                return BOOLEAN

    def name(self, node: Name, present: Names) -> Type:
        if node.at in self.unknown:
            return UNKNOWN
        fact = node.declared
        given = fact.given
        if given is not None:
            given = f"{node.record_of}.{given}" if node.record_of and not given.startswith(node.record_of) else given
            if given not in present:
                return self.report(
                    "null-untested",
                    f"“{node.fact}” exists only when “{given}” is not empty. "
                    f"Test that first: {given} != null && {node.fact}.",
                    node.at,
                )
        if fact.type == "list":
            return self.report(
                "list-alone",
                f"“{node.fact}” is a list. Write {node.fact}.all(x, …) or {node.fact}.exists(x, …).",
                node.at,
            )
        return type_of_fact(fact, present=node.fact in present)

    def boolean(self, node: Node, present: Names, where: str) -> None:
        kind = self.type_of(node, present)
        if kind.kind == "unknown":
            return
        if kind.kind != "boolean":
            self.report("type", f"{where} something that is true or false, but this is {WORDS[kind.kind]}.", node.at)
        elif kind.nullable:
            self.untested(node)

    def untested(self, node: Node) -> Type:
        name = self.written(node) if isinstance(node, Name) else "this"
        return self.report(
            "null-untested",
            f"“{name}” may be empty. Test that first: {name} != null && …, or {name} == null || ….",
            node.at,
        )

    def maybe_empty(self, kind: Type, node: Node, present: Names) -> bool:
        if kind.nullable:
            self.untested(node)
        return kind.nullable

    def compare(self, node: Compare, present: Names) -> Type:
        left, right = self.type_of(node.left, present), self.type_of(node.right, present)
        if "unknown" in (left.kind, right.kind):
            return BOOLEAN
        if node.operator in ("==", "!="):
            self.equal(node, left, right)
            return BOOLEAN
        for side, kind in ((node.left, left), (node.right, right)):
            if kind.kind not in ("number", "time"):
                self.report(
                    "type", f"{node.operator} compares numbers or times, but this is {WORDS[kind.kind]}.", side.at
                )
                return BOOLEAN
        if left.kind != right.kind:
            self.mismatch(node, left, right)
            return BOOLEAN
        self.maybe_empty(left, node.left, present)
        self.maybe_empty(right, node.right, present)
        return BOOLEAN

    def mismatch(self, node: Compare, left: Type, right: Type) -> None:
        self.report(
            "type",
            f"The left side is {WORDS[left.kind]} and the right side is {WORDS[right.kind]}; they can never be compared.",
            node.at,
        )

    def equal(self, node: Compare, left: Type, right: Type) -> None:
        for kind, other, tested in ((left, right, node.left), (right, left, node.right)):
            if other.kind != "null":
                continue
            if kind.kind == "null":
                self.report("type", "This compares nothing with nothing. Write a fact on one side.", node.at)
            elif not (isinstance(tested, Name) and tested.declared.nullable):
                self.report(
                    "null-never", "This can never be empty, so there is nothing to test. Leave it out.", tested.at
                )
            return
        if "span" in (left.kind, right.kind):
            self.report("type", "Compare times, for example now > order.due_date + days(2).", node.at)
            return
        for this, _, written in ((left, right, node.right), (right, left, node.left)):
            if this.kind == "enumeration" and isinstance(written, Literal) and isinstance(written.value, str):
                self.value_of(this, written)
                return
        if left.kind != right.kind:
            self.mismatch(node, left, right)
        elif left.nullable and right.nullable:
            name = next((self.written(n) for n in (node.left, node.right) if isinstance(n, Name)), "this")
            self.report(
                "null-untested",
                f"Both sides may be empty, and two empty sides would count as equal. "
                f"Test one first: {name} != null && ….",
                node.at,
            )

    def value_of(self, kind: Type, written: Literal) -> None:
        value = written.value
        if isinstance(value, str) and value not in kind.values:
            known = ", ".join(kind.values)
            self.report(
                "unknown-value",
                f"“{value}” is none of its values ({known}).{did_you_mean(value, kind.values)}",
                written.at,
            )

    def one_of(self, node: In, present: Names) -> Type:
        kind = self.type_of(node.of, present)
        if kind.kind in ("unknown",):
            return BOOLEAN
        for choice in node.choices:
            written = _literal(choice.value)
            if kind.kind == "enumeration" and written.kind == "text":
                self.value_of(kind, choice)
            elif written.kind == "null" or written.kind != kind.kind:
                self.report(
                    "type",
                    f"Before “in” stands {WORDS[kind.kind]}, but this choice is {WORDS[written.kind]}.",
                    choice.at,
                )
        return BOOLEAN

    def sum(self, node: Add | Subtract, present: Names) -> Type:
        left, right = self.type_of(node.left, present), self.type_of(node.right, present)
        if "unknown" in (left.kind, right.kind):
            return UNKNOWN
        sign = "+" if isinstance(node, Add) else "-"
        if (left.kind, right.kind) == ("time", "span"):
            return UNKNOWN if self.maybe_empty(left, node.left, present) else Type("time")
        if (left.kind, right.kind) == ("number", "number"):
            empty = self.maybe_empty(left, node.left, present) | self.maybe_empty(right, node.right, present)
            return UNKNOWN if empty else NUMBER
        return self.report(
            "type",
            f"{sign} works on two numbers, or on a time and days( ) or hours( ); "
            f"this is {WORDS[left.kind]} and {WORDS[right.kind]}.",
            node.at,
        )


def type_of_fact(fact: Fact, *, present: bool = False) -> Type:
    """The type a declared fact has; `present` when it is known not to be empty."""
    return Type(fact.type, nullable=fact.nullable and not present, values=fact.values)


def _literal(value: object) -> Type:
    if value is None:
        return Type("null", nullable=True)
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, str):
        return Type("text")
    return NUMBER


def misfit(given: Type, tree: Node, wanted: Fact) -> str | None:
    """Why a value of type `given` cannot become the fact `wanted`; None when it can."""
    if given.kind == "null":
        return None if wanted.nullable else f"“{wanted.name}” can never be empty."
    if wanted.type == "enumeration" and isinstance(tree, Literal) and isinstance(tree.value, str):
        if tree.value in wanted.values:
            return None
        known = ", ".join(wanted.values)
        return f"“{tree.value}” is none of the values of “{wanted.name}” ({known}).{did_you_mean(tree.value, wanted.values)}"
    if given.kind == "enumeration" and wanted.type == "enumeration" and not set(given.values) <= set(wanted.values):
        return f"It may give a word that “{wanted.name}” does not know."
    if given.kind == "enumeration" and wanted.type == "text":
        return (
            None
            if not given.nullable or wanted.nullable
            else f"It may be empty, and “{wanted.name}” can never be empty."
        )
    if given.kind != wanted.type:
        return f"“{wanted.name}” is {WORDS[wanted.type]}, but this is {WORDS[given.kind]}."
    if given.nullable and not wanted.nullable:
        return f"It may be empty, and “{wanted.name}” can never be empty."
    return None
