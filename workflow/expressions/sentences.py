"""The sentences said when a guard fails: plain text in which {order.x} and {item.name} stand for values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from workflow.errors import Unsound
from workflow.expressions.evaluate import NOTHING
from workflow.expressions.parser import BUILT_IN, Locate, Scope, place
from workflow.expressions.tree import Expression, Name, Quantifier, walk
from workflow.problems import NOWHERE, Position, Problem
from workflow.spelling import did_you_mean, shown
from workflow.values import Facts, Value
from workflow.vocabulary import Fact

Show = Callable[[Fact, Value], str]

_PIECE = re.compile(r"\{\{|\}\}|\{(?P<name>[^{}]*)\}|[{}]")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A checked sentence; `parts` are plain texts and the names between them."""

    text: str
    parts: tuple[str | Name, ...]
    at: Position = field(default=NOWHERE, compare=False)

    @property
    def facts(self) -> frozenset[str]:
        """Full dotted names of the facts shown."""
        return frozenset(part.fact for part in self.parts if isinstance(part, Name))

    def fill(self, facts: Facts, record: int | None = None, extra: Facts = NOTHING, show: Show | None = None) -> str:
        """The sentence with values in it; `record` is the index of the record that {item.…} speaks of."""
        say = show or plain
        return "".join(
            part if isinstance(part, str) else say(part.declared, _value(part, facts, record, extra))
            for part in self.parts
        )


def _value(name: Name, facts: Facts, record: int | None, extra: Facts) -> Value:
    if name.record_of is None:
        return extra[name.fact] if name.fact in extra else facts.get(name.fact)
    rows = facts.get(name.record_of)
    if not isinstance(rows, tuple) or not rows or record is None or record >= len(rows):
        return None
    return rows[record].get(name.declared.name)


def plain(fact: Fact, value: Value) -> str:
    """A value as a person reads it."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return _number(value)
        case datetime():
            return f"{value.day} {value:%B %Y, %H:%M}"
        case str():
            return value
        case _:
            return str(len(value))


def _number(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def loops(check: Expression) -> dict[str, str]:
    """The loop variables of an expression and the lists they run through."""
    return {node.variable: node.list for node in walk(check.tree) if isinstance(node, Quantifier)}


def sentence(
    text: str,
    scope: Scope,
    at: Position = NOWHERE,
    *,
    check: Expression | None = None,
    locate: Locate | None = None,
) -> Sentence:
    """The checked sentence in `text`; raises `Unsound`. {item.name} is known when `check` loops with `item`."""
    where = locate or place(text, at)
    known = {**scope, **BUILT_IN}
    variables = loops(check) if check is not None else {}
    problems: list[Problem] = []
    parts = tuple(_parts(text, known, variables, where, problems))
    if problems:
        raise Unsound(tuple(problems))
    return Sentence(text, parts, at)


def _parts(
    text: str, scope: Scope, variables: dict[str, str], where: Locate, problems: list[Problem]
) -> Iterator[str | Name]:
    offset = 0
    for piece in _PIECE.finditer(text):
        if piece.start() > offset:
            yield text[offset : piece.start()]
        offset = piece.end()
        if piece.group() in ("{{", "}}"):
            yield piece.group()[0]
        elif piece["name"] is None:
            problems.append(
                Problem("brace", "A brace { needs its }. Write {{ or }} for the sign itself.", where(piece.start()))
            )
        else:
            found = _name(piece["name"].strip(), scope, variables, where(piece.start()), problems)
            if found is not None:
                yield found
    if offset < len(text):
        yield text[offset:]


def _name(name: str, scope: Scope, variables: dict[str, str], at: Position, problems: list[Problem]) -> Name | None:
    head, _, rest = name.partition(".")
    listed = variables.get(head)
    fact = scope[listed].fields.get(rest) if listed is not None else scope.get(name)
    if fact is not None and fact.type != "list":
        return Name(name, fact, None, at) if listed is None else Name(f"{listed}.{rest}", fact, listed, at)
    if fact is not None:
        problems.append(Problem("list-alone", f"“{name}” is a list and cannot stand in a sentence.", at))
        return None
    known = [*scope, *(f"{variable}.{each}" for variable, of in variables.items() for each in scope[of].fields)]
    problems.append(
        Problem("unknown-fact", f"There is no fact “{shown(name)}” to show here.{did_you_mean(name, known)}", at)
    )
    return None
