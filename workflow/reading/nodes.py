"""YAML events to a small tree of texts, lists and tables, each with its place; whatever misleads is refused here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from workflow.problems import NOWHERE, Position, Problem
from workflow.spelling import shown

DEPTH = 10
NODES = 5_000

# What the parser raises on some broken texts besides its own errors: bad escapes, lookups past the end.
BROKEN = (YAMLError, ValueError, ArithmeticError, LookupError, TypeError, AttributeError, AssertionError)


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar as written; `plain` when it stands without quotes; `source` is its raw text, for places inside it."""

    value: str
    at: Position
    plain: bool = True
    source: str = field(default="", repr=False)

    def locate(self, offset: int) -> Position:
        """Where the character at `offset` of the value stands in the file, folded or not."""
        places = _places(self.source, self.plain, self.at)
        before = len(self.value[:offset]) - sum(map(self.value[:offset].count, " \n"))
        if before < len(places):
            return places[before]
        last = places[-1] if places else self.at
        return Position(last.line, last.column + 1)


@lru_cache(maxsize=4)
def _places(source: str, plain: bool, at: Position) -> tuple[Position, ...]:
    """The places of the letters of a scalar. Folding changes spaces and line breaks only, so the n-th letter stays it."""
    begin = source.find("\n") + 1 if source[:1] in ("|", ">") and not plain else 0 if plain else 1
    line, column = at.line, at.column
    found: list[Position] = []
    for number, letter in enumerate(source):
        if number >= begin and letter not in " \r\n":
            found.append(Position(line, column))
        line, column = (line + 1, 1) if letter == "\n" else (line, column + 1)
    return tuple(found[:-1] if begin == 1 else found)


@dataclass(frozen=True, slots=True)
class List:
    """A sequence."""

    items: tuple[Node, ...]
    at: Position


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping; its keys are unique."""

    entries: tuple[tuple[Text, Node], ...]
    at: Position

    def get(self, key: str) -> Node | None:
        return next((value for name, value in self.entries if name.value == key), None)

    def key(self, key: str) -> Text | None:
        return next((name for name, _ in self.entries if name.value == key), None)


Node = Text | List | Table

_SAYINGS = (
    (
        "mapping values are not allowed",
        "A colon and a space stand inside a text. Put the whole text in quotes, or add the colon missing in the line above.",
    ),
    (
        "could not find expected ':'",
        "Here a colon and a value are missing, as in “label: Pause”, or the indent is wrong.",
    ),
    ("while scanning a quoted scalar", "A quotation mark opens here and is never closed."),
    ("found unexpected end of stream", "A quotation mark opens here and is never closed."),
    ("expected ',' or ']'", "A list in [ ] needs commas between its parts and a ] at its end."),
    ("expected ',' or '}'", "A table in { } needs commas between its parts and a } at its end."),
    (
        "expected <block end>",
        "Either this line is indented differently from the ones it belongs to, or a text goes on after its quotes or brackets.",
    ),
    ("inconsistent indent", "This line is indented differently from the ones it belongs to. Line it up with them."),
    (
        "unknown escape character",
        "After a backslash in double quotes stands a sign that means nothing. Use single quotes.",
    ),
    ("cannot start any token", "A text cannot begin with this sign. Put the text in quotes."),
    ("sequence entries are not allowed", "A list with - cannot begin here. Put it on its own line."),
    (
        "expected '<document start>'",
        "This line is indented differently from the ones it belongs to. Line it up with them.",
    ),
    ("expected the node content", "A value is missing here."),
    ("expected chomping", "After | or > the text begins in the next line."),
    ("mapping keys are not allowed", "A table cannot begin here. Put it on its own line."),
)
_AMBIGUOUS = re.compile(r"(?:(?i:yes|no|on|off|y|n)|~|True|TRUE|False|FALSE|Null|NULL)\Z")
_CLOCK = re.compile(r"[-+]?[0-9]+(?::[0-9]{1,2})+(?:\.[0-9]*)?\Z")
_OCTAL = re.compile(r"[-+]?0[0-9_]+\Z|[-+]?0[xob][0-9a-fA-F_]+\Z")
_ODD_NUMBER = re.compile(
    r"[-+]?[0-9][0-9_]*_[0-9_]*(?:\.[0-9_]*)?\Z|[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][-+]?[0-9]+\Z|"
    r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z|[-+]?\.[0-9]+\Z|[-+]?[0-9]+\.\Z|\+[0-9.]+\Z"
)
_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[Tt ].*)?\Z", re.DOTALL)
_LOST = re.compile(r"[ ]+(#[^\s#!][^\n]*|#[ ]?[0-9]+[ ]*(?=\n|\Z))")  # “Part #5”, “Part # 5”, no sentence


def tree(text: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """The tree of a text that passed the gate, None when it cannot be read, and everything that misleads in it."""
    reading = Reading(text)
    return reading.document(), tuple(reading.problems)


class _Stop(Exception):
    """Reading further makes no sense; the problem is noted."""


class Reading:
    """One pass over the events of a text; editing extends it to learn where each node ends."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.problems: list[Problem] = []
        self.count = 0

    def report(self, code: str, message: str, at: Position) -> None:
        self.problems.append(Problem(code, message, at))

    def document(self) -> Node | None:
        yaml: Any = YAML(typ="safe", pure=True)
        root: Node | None = None
        try:
            events: Iterator[Any] = yaml.parse(self.text)
            for event in events:
                if isinstance(event, DocumentStartEvent):
                    if root is not None:
                        self.report(
                            "second-document",
                            "A file holds one definition. Delete the line --- and what follows.",
                            _at(event),
                        )
                        return None
                elif isinstance(event, NodeEvent):
                    if root is not None:
                        continue
                    root = self.node(event, events, 1)
        except _Stop:
            return None
        except MarkedYAMLError as error:
            self.broken(error)
            return None
        except BROKEN:
            self.report(
                "not-yaml", "This text cannot be read as YAML. Look for quotes and brackets that do not match.", NOWHERE
            )
            return None
        if root is None:
            self.report("empty", "There is nothing here. Begin with “format: fieldwright/1”.", NOWHERE)
        return root

    def broken(self, error: Any) -> None:
        mark = error.problem_mark or error.context_mark
        told = f"{error.context or ''} {error.problem or ''}"
        saying = next((s for sign, s in _SAYINGS if sign in told), None)
        if saying is None:
            saying = f"This cannot be read as YAML ({shown(str(error.problem or error.context or 'unknown'))}). Check the indent, quotes and brackets here and in the line above."
        elif "never closed" in saying and error.context_mark is not None:
            mark = error.context_mark
        self.report("not-yaml", saying, Position(mark.line + 1, mark.column + 1) if mark is not None else NOWHERE)

    def node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        at = _at(event)
        self.count += 1
        if self.count > NODES:
            self.report("too-many", f"A definition may have {NODES:,} values. Take something out.", at)
            raise _Stop
        if depth > DEPTH:
            self.report("too-deep", f"Lists and tables may nest {DEPTH} deep. Write this flatter.", at)
            raise _Stop
        if isinstance(event, AliasEvent):
            self.report("alias", "A text cannot begin with *. Write the value out, or put the text in quotes.", at)
            raise _Stop
        if event.anchor is not None:
            self.report("anchor", "A text cannot begin with &. Leave the anchor out, or put the text in quotes.", at)
            raise _Stop
        if event.tag is not None:
            self.report("tag", "A value cannot begin with !. Leave the tag out, or put the text in quotes.", at)
            raise _Stop
        if isinstance(event, ScalarEvent):
            return self.scalar(event, at)
        if isinstance(event, SequenceStartEvent):
            items: list[Node] = []
            while not isinstance(event := next(events), SequenceEndEvent):
                items.append(self.node(event, events, depth + 1))
            return List(tuple(items), at)
        assert isinstance(event, MappingStartEvent)
        return self.table(events, depth, at)

    def table(self, events: Iterator[Any], depth: int, at: Position) -> Table:
        entries: dict[str, tuple[Text, Node]] = {}
        while not isinstance(event := next(events), MappingEndEvent):
            key = self.node(event, events, depth + 1)
            value = self.node(next(events), events, depth + 1)
            if not isinstance(key, Text):
                self.report("key", "A name must be one word, not a list or a table.", key.at)
            elif key.value == "<<" and key.plain:
                self.report("merge", "<< merges tables, which is not allowed. Write the keys out.", key.at)
            elif key.value in entries:
                first = entries[key.value][0].at.line
                self.report(
                    "duplicate-key",
                    f"“{shown(key.value)}” is here twice; it stands already in line {first}. Keep one.",
                    key.at,
                )
            else:
                entries[key.value] = (key, value)
        return Table(tuple(entries.values()), at)

    def scalar(self, event: Any, at: Position) -> Text:
        value: str = event.value
        plain = not event.style
        source = self.text[event.start_mark.index : event.end_mark.index]
        if plain and value:
            self.misleading(value, at)
            lost = _LOST.match(self.text, event.end_mark.index - (len(source) - len(source.rstrip(" "))))
            if lost is not None:
                self.report(
                    "lost-comment",
                    f"Everything from # on is taken for a comment: “{shown(lost[1])}” would be lost. "
                    "Put the whole text in quotes, or write a space after # if it is a comment.",
                    at,
                )
        return Text(value, at, plain, source)

    def misleading(self, value: str, at: Position) -> None:
        said = shown(value)
        if _AMBIGUOUS.match(value):
            self.report(
                "ambiguous-word",
                f"“{said}” means true, false or nothing to some programs. Write true, false or null, or put it in quotes: '{said}'.",
                at,
            )
        elif _CLOCK.match(value):
            self.report("ambiguous-number", f"“{said}” is a number to some programs. Put it in quotes: '{said}'.", at)
        elif _OCTAL.match(value) or _ODD_NUMBER.match(value):
            self.report(
                "ambiguous-number",
                f"“{said}” is read differently by different programs. Write the number plainly, or put it in quotes: '{said}'.",
                at,
            )
        elif (match := _DATE.match(value)) and not _is_date(match):
            self.report(
                "not-a-date", f"“{said}” looks like a date, but there is no such day. Write for example 2026-11-25.", at
            )


def _is_date(match: re.Match[str]) -> bool:
    try:
        date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return False
    return True


def _at(event: Any) -> Position:
    return Position(event.start_mark.line + 1, event.start_mark.column + 1)
