"""The nodes of the guard language: one tree that evaluation, explanation, remedies and proof all walk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Literal as OneOf

from workflow.problems import NOWHERE, Position
from workflow.values import Facts, Record, Value
from workflow.vocabulary import Fact

if TYPE_CHECKING:
    from workflow.expressions.types import Type

Operator = OneOf["==", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written out: true, null, 5, "repair"."""

    value: bool | Decimal | str | None
    at: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A fact read. Inside a loop `record_of` names the list and `fact` is `items.quantity`, `declared.name` `quantity`."""

    fact: str
    declared: Fact
    record_of: str | None = None
    at: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """True when `of` is false."""

    of: Node
    at: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class And:
    """True when every part is, read left to right."""

    parts: tuple[Node, ...]
    at: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    """True when any part is, read left to right."""

    parts: tuple[Node, ...]
    at: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Compare:
    """Two values compared."""

    left: Node
    operator: Operator
    right: Node
    at: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class In:
    """True when `of` equals one of the choices written out."""

    of: Node
    choices: tuple[Literal, ...]
    at: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Add:
    """A number and a number, or a time and a span."""

    left: Node
    right: Node
    at: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Subtract:
    """A number less a number, or a time less a span."""

    left: Node
    right: Node
    at: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: days(2), hours(1)."""

    unit: OneOf["days", "hours"]
    amount: Node
    at: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Quantifier:
    """A test of every record (`all`) or of some record (`exists`) of a list; `variable` stands for the record."""

    kind: OneOf["all", "exists"]
    list: str
    variable: str
    body: Node
    at: Position = field(default=NOWHERE, compare=False)


Node = Literal | Name | Not | And | Or | Compare | In | Add | Subtract | Span | Quantifier

Computed = Value | timedelta
"""What a node can evaluate to; a span exists only inside an expression."""

Run = Callable[[Facts, Facts, Record | None], Computed]


@dataclass(frozen=True, slots=True)
class Failing:
    """A leaf that is responsible: `node` is not `wanted`, in record number `record` of `list` (None outside a loop)."""

    node: Node
    wanted: bool = True
    record: int | None = None
    list: str | None = None


Why = Callable[[Facts, Facts, Record | None, int | None, str | None], Iterator[Failing]]
"""Names the leaves responsible, given also the record, its index and the list it is of."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression: its text, its place, its tree, its type, and every fact it reads by full dotted name."""

    text: str
    tree: Node
    type: Type
    facts: frozenset[str]
    run: Run = field(repr=False, compare=False)
    why: Why = field(repr=False, compare=False)
    at: Position = field(default=NOWHERE, compare=False)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below `node`, left to right."""
    match node:
        case Not(of=of):
            return (of,)
        case And(parts=parts) | Or(parts=parts):
            return parts
        case Compare() | Add() | Subtract():
            return (node.left, node.right)
        case In():
            return (node.of, *node.choices)
        case Span():
            return (node.amount,)
        case Quantifier():
            return (node.body,)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Every node of the tree, parents first."""
    yield node
    for child in children(node):
        yield from walk(child)


def facts_read(node: Node) -> frozenset[str]:
    """Full dotted names of the facts read, list names included."""
    names: set[str] = set()
    for each in walk(node):
        if isinstance(each, Name):
            names.add(each.fact)
            if each.declared.given is not None:
                names.add(each.declared.given)
            if each.record_of is not None:
                names.add(each.record_of)
        elif isinstance(each, Quantifier):
            names.add(each.list)
    return frozenset(names)
