"""Text to tree: a hand-written reader of the guard language whose limits are part of the language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal as OneOf
from typing import NoReturn, cast

from workflow.errors import Unsound
from workflow.expressions.evaluate import compiled, explained
from workflow.expressions.tree import (
    Add,
    And,
    Compare,
    Expression,
    In,
    Literal,
    Name,
    Node,
    Not,
    Operator,
    Or,
    Quantifier,
    Span,
    Subtract,
    facts_read,
)
from workflow.expressions.types import NONE, Checker
from workflow.problems import NOWHERE, Position, Problem
from workflow.spelling import did_you_mean, shown
from workflow.vocabulary import Fact

CHARACTERS = 400
TOKENS = 150
DEPTH = 12
DIGITS = 15

Scope = Mapping[str, Fact]
Locate = Callable[[int], Position]

BUILT_IN: Scope = {
    "actor.id": Fact("actor.id", "identity", "whoever acts", owner="world", nullable=True),
    "now": Fact("now", "time", "now", owner="clock"),
}
RESERVED = frozenset({"actor", "answer", "now", "in", "true", "false", "null", "days", "hours", "all", "exists"})

_TOKEN = re.compile(
    r"""(?P<space>[ \n]+)
      | (?P<number>[0-9]+(?:\.[0-9]+)?)
      | (?P<word>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
      | (?P<text>"(?:[^"\\\n]|\\["'\\])*"|'(?:[^'\\\n]|\\["'\\])*')
      | (?P<sign>&&|\|\||==|!=|<=|>=|[<>!()\[\],+\-])""",
    re.VERBOSE,
)
_INSTEAD = {
    "and": "Write && instead of “and”.",
    "or": "Write || instead of “or”.",
    "not": "Write ! instead of “not”.",
    "is": "Write == instead of “is”.",
    "none": "Write null instead of “none”.",
    "None": "Write null instead of “None”.",
    "True": "Write true in small letters.",
    "False": "Write false in small letters.",
    "&": "Write && for “and”.",
    "|": "Write || for “or”.",
    "=": "Write == to compare.",
    "*": "Only + and - are known; there is no multiplication.",
    "/": "Only + and - are known; there is no division.",
    "\t": "Use spaces instead of tabs.",
}


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    offset: int


def place(text: str, at: Position) -> Locate:
    """Where a character of `text` stands when the text begins at `at`."""

    def locate(offset: int) -> Position:
        before = text[:offset]
        lines = before.count("\n")
        if not lines:
            return Position(at.line, at.column + offset)
        return Position(at.line + lines, offset - before.rfind("\n"))

    return locate


def parse(
    text: str,
    scope: Scope,
    at: Position = NOWHERE,
    *,
    record: tuple[str, str] | None = None,
    locate: Locate | None = None,
    known: frozenset[str] = NONE,
) -> Expression:
    """The checked expression in `text`; raises `Unsound` with every problem found, each at its place.

    `scope` are the facts it may read by full dotted name, `answer.*` among them; `actor.id` and `now` are always known.
    `record` (variable, list) lets it read one record of a list, as effects do. `locate` maps offsets to places when the
    text was folded. The facts of `known` cannot be empty here.
    """
    parser = Parser(text, {**scope, **BUILT_IN}, locate or place(text, at), record)
    tree = parser.whole()
    checker = Checker(frozenset(parser.unknown), record[0] if record else "")
    type_ = checker.type_of(tree, known)
    problems = (*parser.problems, *checker.problems)
    if problems:
        raise Unsound(problems)
    return Expression(
        text=text, tree=tree, type=type_, facts=facts_read(tree), run=compiled(tree), why=explained(tree), at=at
    )


class Parser:
    """One reading of one text."""

    def __init__(self, text: str, scope: Scope, locate: Locate, record: tuple[str, str] | None) -> None:
        self.text = text
        self.scope = scope
        self.locate = locate
        self.loop = record
        self.problems: list[Problem] = []
        self.unknown: list[Position] = []
        self.depth = 0
        self.position = 0
        self.tokens = self.split()

    # words

    def split(self) -> list[Token]:
        if len(self.text) > CHARACTERS:
            self.stop(
                "too-long",
                f"A test may have {CHARACTERS} characters; this one has {len(self.text)}. Split it in two guards.",
                0,
            )
        tokens: list[Token] = []
        offset = 0
        while offset < len(self.text):
            match = _TOKEN.match(self.text, offset)
            if match is None:
                self.strange(offset)
            if match.lastgroup != "space":
                tokens.append(Token(str(match.lastgroup), match.group(), offset))
            offset = match.end()
        if len(tokens) > TOKENS:
            self.stop(
                "too-long",
                f"A test may have {TOKENS} words and signs; this one has {len(tokens)}. Split it in two guards.",
                0,
            )
        if not tokens:
            self.stop("empty-expression", "A test is missing here. Write for example order.technician != null.", 0)
        tokens.append(Token("end", "", len(self.text)))
        return tokens

    def strange(self, offset: int) -> NoReturn:
        letter = self.text[offset]
        if letter in "\"'":
            self.stop("syntax", f"This text never ends. Close it with {letter}.", offset)
        hint = _INSTEAD.get(letter, "Leave it out.")
        self.stop("syntax", f"“{shown(letter)}” is not known here. {hint}", offset)

    def stop(self, code: str, message: str, offset: int) -> NoReturn:
        raise Unsound((*self.problems, Problem(code, message, self.locate(offset))))

    @property
    def next(self) -> Token:
        return self.tokens[self.position]

    def take(self) -> Token:
        token = self.next
        if token.kind != "end":
            self.position += 1
        return token

    def sees(self, *signs: str) -> bool:
        return self.next.kind == "sign" and self.next.text in signs

    def expect(self, sign: str, after: str) -> None:
        if not self.sees(sign):
            found = f", not “{shown(self.next.text)}”" if self.next.kind != "end" else ""
            self.stop("syntax", f"Here must stand “{sign}” {after}{found}.", self.next.offset)
        self.take()

    def deeper(self, offset: int) -> None:
        self.depth += 1
        if self.depth > DEPTH:
            self.stop("too-deep", f"Brackets and ! may nest {DEPTH} deep. Split this test in two guards.", offset)

    # grammar, loosest first

    def whole(self) -> Node:
        node = self.either()
        if self.next.kind != "end":
            hint = _INSTEAD.get(self.next.text, "Put && or || between two tests.")
            self.stop("syntax", f"“{shown(self.next.text)}” cannot stand here. {hint}", self.next.offset)
        return node

    def either(self) -> Node:
        at = self.here()
        parts = [self.both()]
        while self.sees("||"):
            self.take()
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Or(tuple(parts), at)

    def both(self) -> Node:
        at = self.here()
        parts = [self.comparison()]
        while self.sees("&&"):
            self.take()
            parts.append(self.comparison())
        return parts[0] if len(parts) == 1 else And(tuple(parts), at)

    def comparison(self) -> Node:
        at = self.here()
        left = self.sum()
        if self.next.kind == "word" and self.next.text == "in":
            self.take()
            return In(left, self.choices(), at)
        if not self.sees("==", "!=", "<", "<=", ">", ">="):
            return left
        sign = cast(Operator, self.take().text)
        right = self.sum()
        if self.sees("==", "!=", "<", "<=", ">", ">="):
            self.stop("syntax", "Compare two things at a time and join the tests with &&.", self.next.offset)
        return Compare(left, sign, right, at)

    def choices(self) -> tuple[Literal, ...]:
        self.expect("[", "after “in”, as in order.type in ['repair', 'service']")
        found: list[Literal] = []
        while True:
            offset = self.next.offset
            choice = self.unary()
            if not isinstance(choice, Literal):
                self.stop("syntax", "Only written-out values stand in the brackets of “in”.", offset)
            found.append(choice)
            if not self.sees(","):
                break
            self.take()
        self.expect("]", "after the last choice")
        return tuple(found)

    def sum(self) -> Node:
        at = self.here()
        left = self.unary()
        while self.sees("+", "-"):
            if self.take().text == "+":
                left = Add(left, self.unary(), at)
            else:
                left = Subtract(left, self.unary(), at)
        return left

    def unary(self) -> Node:
        token = self.next
        at = self.here()
        if self.sees("!"):
            self.take()
            self.deeper(token.offset)
            inner = self.unary()
            self.depth -= 1
            return Not(inner, at)
        if self.sees("-"):
            self.take()
            if self.next.kind != "number":
                self.stop("syntax", "A minus stands before a written number or between two numbers.", token.offset)
            return Literal(-self.number(self.take()), at)
        return self.primary()

    def primary(self) -> Node:
        token = self.take()
        at = self.locate(token.offset)
        if token.kind == "number":
            return Literal(self.number(token), at)
        if token.kind == "text":
            return Literal(re.sub(r"\\(.)", r"\1", token.text[1:-1]), at)
        if token.kind == "word":
            return self.word(token, at)
        if token.text == "(":
            self.deeper(token.offset)
            inner = self.either()
            self.expect(")", "to close the bracket")
            self.depth -= 1
            return inner
        if token.kind == "end":
            self.stop("syntax", "The test stops too early: a fact or a value is missing at its end.", token.offset)
        return self.stop("syntax", f"A fact or a value must stand here, not “{token.text}”.", token.offset)

    def number(self, token: Token) -> Decimal:
        if len(token.text) > DIGITS + 1:
            self.stop("too-long", f"A number may have {DIGITS} digits.", token.offset)
        if re.match("0[0-9]", token.text):
            self.stop("syntax", "A number does not begin with 0.", token.offset)
        return Decimal(token.text)

    def word(self, token: Token, at: Position) -> Node:
        text = token.text
        if text in ("true", "false"):
            return Literal(text == "true", at)
        if text == "null":
            return Literal(None, at)
        if self.sees("("):
            return self.call(token, at)
        if text in _INSTEAD and text not in self.scope:
            self.stop("syntax", _INSTEAD[text], token.offset)
        return self.name(text, at)

    def call(self, token: Token, at: Position) -> Node:
        head, _, verb = token.text.rpartition(".")
        if token.text in ("days", "hours"):
            self.take()
            self.deeper(token.offset)
            amount = self.sum()
            self.expect(")", f"to close {token.text}(")
            self.depth -= 1
            return Span(cast(OneOf["days", "hours"], token.text), amount, at)
        if head and verb in ("all", "exists"):
            return self.quantifier(head, cast(OneOf["all", "exists"], verb), token, at)
        known = (
            "days",
            "hours",
            *(f"{name}.{v}" for name, f in self.scope.items() if f.type == "list" for v in ("all", "exists")),
        )
        return self.stop(
            "unknown-function",
            f"“{shown(token.text)}( )” does not exist; there are days(n), hours(n), list.all(x, …) and list.exists(x, …)."
            f"{did_you_mean(token.text, known)}",
            token.offset,
        )

    def quantifier(self, head: str, verb: OneOf["all", "exists"], token: Token, at: Position) -> Node:
        if self.loop is not None:
            self.stop("nested-loop", "A loop cannot stand inside a loop. Make two guards.", token.offset)
        fact = self.scope.get(head)
        if fact is None or fact.type != "list":
            lists = [name for name, each in self.scope.items() if each.type == "list"]
            if fact is not None:
                self.stop("type", f"“{head}” is not a list. The lists are: {', '.join(lists)}.", token.offset)
            self.stop("unknown-fact", f"There is no list “{shown(head)}”.{did_you_mean(head, lists)}", token.offset)
        self.take()
        self.deeper(token.offset)
        variable = self.take()
        if variable.kind != "word" or "." in variable.text:
            self.stop("syntax", f"Name one record first, as in {head}.{verb}(item, …).", variable.offset)
        taken = {name.partition(".")[0] for name in self.scope} | RESERVED
        if variable.text in taken:
            self.stop(
                "taken-name",
                f"“{variable.text}” already means something. Name the record differently.",
                variable.offset,
            )
        self.expect(",", f"after “{variable.text}”")
        self.loop = (variable.text, head)
        body = self.either()
        self.loop = None
        self.expect(")", f"to close {head}.{verb}(")
        self.depth -= 1
        return Quantifier(verb, head, variable.text, body, at)

    def name(self, text: str, at: Position) -> Node:
        head, _, rest = text.partition(".")
        if self.loop is not None and head == self.loop[0]:
            return self.field(text, rest, at)
        fact = self.scope.get(text)
        if fact is None:
            names = [
                *self.scope,
                *([f"{self.loop[0]}.{f}" for f in self.scope[self.loop[1]].fields] if self.loop else []),
            ]
            return self.missing(text, at, f"There is no fact “{shown(text)}”.{did_you_mean(text, names)}")
        return Name(text, fact, None, at)

    def field(self, text: str, field: str, at: Position) -> Node:
        assert self.loop is not None
        variable, listed = self.loop
        fields = self.scope[listed].fields
        if not field:
            return self.missing(
                text,
                at,
                f"“{variable}” is a whole record. Name one field, as in {variable}.{next(iter(fields), 'name')}.",
            )
        fact = fields.get(field)
        if fact is None:
            hint = did_you_mean(text, [f"{variable}.{each}" for each in fields])
            return self.missing(text, at, f"“{listed}” has no field “{shown(field)}”.{hint}")
        return Name(f"{listed}.{field}", fact, listed, at)

    def missing(self, text: str, at: Position, message: str) -> Node:
        self.problems.append(Problem("unknown-fact", message, at))
        self.unknown.append(at)
        return Name(text, Fact(text, "text", text), None, at)

    def here(self) -> Position:
        return self.locate(self.next.offset)
