"""Evaluation and explanation of an expression: total on any facts, and exact about which leaf is responsible."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from typing import Any

from workflow.expressions.tree import (
    Add,
    And,
    Compare,
    Computed,
    Expression,
    Failing,
    In,
    Literal,
    Name,
    Node,
    Not,
    Or,
    Quantifier,
    Run,
    Span,
    Subtract,
    Why,
    facts_read,
)
from workflow.expressions.types import learned
from workflow.values import Facts, Record, Value

NOTHING: Facts = {}
EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC)

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def evaluate(expression: Expression, facts: Facts, extra: Facts = NOTHING, record: Record | None = None) -> Value:
    """The value of an expression. `extra` holds `actor.id`, `now`, `answer.*`; a fact that is missing counts as empty.

    Never raises: what the checker has excluded (comparing with nothing) is false, and sums past the end stay there.
    """
    result = expression.run(facts, extra, record)
    return None if isinstance(result, timedelta) else result


def holds(expression: Expression, facts: Facts, extra: Facts = NOTHING, record: Record | None = None) -> bool:
    """True when a test holds."""
    return expression.run(facts, extra, record) is True


def failing(expression: Expression, facts: Facts, extra: Facts = NOTHING) -> tuple[Failing, ...]:
    """The leaves that keep the test from holding, in the order written; none when it holds.

    Of an `||` every alternative is named, of an `&&` every failing part whose facts its neighbours do not guard.
    """
    if holds(expression, facts, extra):
        return ()
    return tuple(expression.why(facts, extra, None, None, None))


def explained(node: Node, wanted: bool = True) -> Why:
    """A function that names the leaves making `node` differ from `wanted`; its caller knows that it does.

    Compiled once like the test itself, since a list of orders explains the same guards for every row.
    """
    match node:
        case Not(of=inner):
            return explained(inner, not wanted)
        case And(parts=parts) | Or(parts=parts):
            return _explained_parts(parts, wanted, every=isinstance(node, And) != wanted)
        case Quantifier(list=name, body=body):
            test, why = compiled(body), explained(body, wanted)

            def of_rows(
                facts: Facts, extra: Facts, record: Record | None, index: int | None, of: str | None
            ) -> Iterator[Failing]:
                rows = _rows(facts, name)
                if not rows:
                    yield Failing(node, wanted)
                for number, row in enumerate(rows):
                    if (test(facts, extra, row) is True) is not wanted:
                        yield from why(facts, extra, row, number, name)

            return of_rows
        case _:
            return lambda facts, extra, record, index, of: iter((Failing(node, wanted, index, of),))


def _explained_parts(parts: tuple[Node, ...], wanted: bool, *, every: bool) -> Why:
    known = [(compiled(part), explained(part, wanted), facts_read(part), learned(part, wanted)) for part in parts]

    def of_parts(
        facts: Facts, extra: Facts, record: Record | None, index: int | None, of: str | None
    ) -> Iterator[Failing]:
        guarded: frozenset[str] = frozenset()
        for test, why, read, teaches in known:
            wrong = (test(facts, extra, record) is True) is not wanted
            if wrong and not (guarded & read):
                yield from why(facts, extra, record, index, of)
            if wrong and not every:
                guarded |= teaches

    return of_parts


def _rows(facts: Facts, name: str) -> tuple[Record, ...]:
    rows = facts.get(name)
    return rows if isinstance(rows, tuple) else ()


def compiled(node: Node) -> Run:
    """A function of (facts, extra, record) that computes `node`: one closure per node, nothing generated."""
    match node:
        case Literal(value=value):
            return lambda facts, extra, record: value
        case Name(record_of=None, fact=fact):
            if fact in ("now", "actor.id") or fact.startswith("answer."):
                return lambda facts, extra, record: extra.get(fact)
            return lambda facts, extra, record: facts.get(fact)
        case Name(declared=declared):
            field = declared.name
            return lambda facts, extra, record: None if record is None else record.get(field)
        case Not(of=of):
            inner = compiled(of)
            return lambda facts, extra, record: inner(facts, extra, record) is not True
        case And(parts=parts):
            every = tuple(compiled(part) for part in parts)
            return lambda facts, extra, record: all(part(facts, extra, record) is True for part in every)
        case Or(parts=parts):
            some = tuple(compiled(part) for part in parts)
            return lambda facts, extra, record: any(part(facts, extra, record) is True for part in some)
        case Compare(left=left, operator="==", right=right):
            this, other = compiled(left), compiled(right)
            return lambda facts, extra, record: _equal(this(facts, extra, record), other(facts, extra, record))
        case Compare(left=left, operator="!=", right=right):
            this, other = compiled(left), compiled(right)
            return lambda facts, extra, record: not _equal(this(facts, extra, record), other(facts, extra, record))
        case Compare(left=left, operator=sign, right=right):
            this, other, order = compiled(left), compiled(right), _ORDER[sign]
            return lambda facts, extra, record: _ordered(order, this(facts, extra, record), other(facts, extra, record))
        case In(of=of, choices=choices):
            inner, values = compiled(of), tuple(choice.value for choice in choices)
            return lambda facts, extra, record: any(
                _equal(value, each) for value in (inner(facts, extra, record),) for each in values
            )
        case Add(left=left, right=right):
            this, other = compiled(left), compiled(right)
            return lambda facts, extra, record: _sum(this(facts, extra, record), other(facts, extra, record), 1)
        case Subtract(left=left, right=right):
            this, other = compiled(left), compiled(right)
            return lambda facts, extra, record: _sum(this(facts, extra, record), other(facts, extra, record), -1)
        case Span(unit=unit, amount=amount):
            inner, hours = compiled(amount), Decimal(24 if unit == "days" else 1)
            return lambda facts, extra, record: _span(inner(facts, extra, record), hours)
        case Quantifier(kind=kind, list=name, body=body):
            inner = compiled(body)
            if kind == "all":
                return lambda facts, extra, record: all(inner(facts, extra, row) is True for row in _rows(facts, name))
            return lambda facts, extra, record: any(inner(facts, extra, row) is True for row in _rows(facts, name))


def _equal(left: Computed, right: Computed) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    try:
        return left == right
    except ArithmeticError:  # a signalling NaN
        return False


def _ordered(order: Callable[[Any, Any], bool], left: Computed, right: Computed) -> bool:
    if left is None or right is None:
        return False
    try:
        return order(left, right)
    except (TypeError, ArithmeticError):  # values of another type than declared
        return False


def _sum(left: Computed, right: Computed, sign: int) -> Computed:
    if isinstance(left, datetime) and isinstance(right, timedelta):
        try:
            return left + right * sign
        except OverflowError:
            return LATEST if (right * sign) > timedelta(0) else EARLIEST
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        with localcontext() as context:
            context.clear_traps()
            return left + right * sign
    return None


def _span(amount: Computed, hours: Decimal) -> Computed:
    if not isinstance(amount, Decimal):
        return None
    try:
        return timedelta(hours=float(amount * hours))
    except (OverflowError, ValueError, ArithmeticError):
        return timedelta.min if amount.is_signed() else timedelta.max
