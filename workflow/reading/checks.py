"""The walk over a definition's tree: every key, every name and every kind of value, each mistake at its own place."""

from __future__ import annotations

import re

from workflow.problems import Position, Problem, Severity
from workflow.reading.names import WHAT, Names
from workflow.reading.nodes import List, Node, Table, Text
from workflow.reading.shapes import (
    NAME,
    Choice,
    Code,
    Duration,
    Entries,
    Flag,
    Keys,
    Many,
    Prose,
    Rows,
    Shape,
    TextOr,
    Values,
    Word,
)
from workflow.reading.values import duration
from workflow.spelling import did_you_mean, shown

_NAME = re.compile(NAME)
HINTS = 100
LITERALS = ("true", "false", "null")


class Checks:
    """Collects the problems of one reading."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.problems: list[Problem] = []
        self.hints = 0

    def report(self, code: str, message: str, at: Position, severity: Severity = "error") -> None:
        self.problems.append(Problem(code, message, at, severity))

    def hint(self, word: str, known: tuple[str, ...]) -> str:
        """What was probably meant, for the first mistakes; looking it up for thousands would take seconds."""
        self.hints += 1
        return did_you_mean(word, known) if self.hints <= HINTS else ""

    @property
    def sound(self) -> bool:
        """True while nothing stops publishing."""
        return not any(problem.stops for problem in self.problems)

    def walk(self, node: Node, shape: Shape, what: str) -> None:
        """Checks `node` against `shape`; `what` names it in sentences."""
        match shape:
            case Prose(limit=limit):
                if (text := self.text(node, what)) is None:
                    return
                if len(text.value) > limit:
                    self.report(
                        "too-long", f"“{what}” may have {limit} characters; this has {len(text.value)}.", node.at
                    )
                if text.plain and text.value in LITERALS:
                    self.report("ambiguous-word", f"Put it in quotes if it is a text: '{text.value}'.", node.at)
            case Word():
                if (text := self.text(node, what)) is not None:
                    self.word(text, shape)
            case Choice(words=words):
                if (text := self.text(node, what)) is not None and text.value not in words:
                    self.report(
                        "unknown-value",
                        f"“{shown(text.value)}” cannot stand here. Write one of: {', '.join(words)}.{self.hint(text.value, words)}",
                        node.at,
                    )
            case Flag():
                if not isinstance(node, Text) or node.value not in ("true", "false") or not node.plain:
                    self.report("wrong-kind", f"“{what}” is true or false.", node.at)
            case Duration():
                if (text := self.text(node, what)) is not None and duration(text.value) is None:
                    self.report(
                        "duration",
                        f"“{shown(text.value)}” is no length of time. Write for example 2 days or 1 hour.",
                        node.at,
                    )
            case Code():
                self.text(node, what)
            case Many(of=of, empty=empty):
                self.many(node, of, empty, what)
            case Rows(of=of, single=single):
                if isinstance(node, List):
                    for item in node.items:
                        self.walk(item, of, what)
                elif single and isinstance(node, Table):
                    self.walk(node, of, what)
                else:
                    self.wrong(node, f"“{what}” is a list. Begin each part with a dash, or write [ ] around them.")
            case Entries():
                self.entries(node, shape, what)
            case Keys():
                self.keys(node, shape, what)
            case TextOr(text=text_shape, table=table):
                self.walk(node, table if isinstance(node, Table) else text_shape, what)
            case Values():
                if not isinstance(node, Table):
                    self.wrong(node, f"“{what}” is a table, as in {{type: repair}}.")

    def wrong(self, node: Node, message: str) -> None:
        self.report("wrong-kind", message, node.at)

    def text(self, node: Node, what: str) -> Text | None:
        if not isinstance(node, Text):
            self.wrong(node, f"“{what}” is one text, not a {'list' if isinstance(node, List) else 'table'}.")
            return None
        if not node.value.strip():
            self.report("empty-value", f"A value is missing after “{what}:”.", node.at)
            return None
        return node

    def word(self, text: Text, word: Word) -> None:
        known = (*self.names.get(word.kind, ()), *word.also)
        if text.value in known:
            return
        there = f" There are: {', '.join(known)}." if 0 < len(known) <= 8 else ""
        self.report(
            f"unknown-{word.kind.replace(' ', '-')}",
            f"There is no {WHAT[word.kind]} “{shown(text.value)}”.{self.hint(text.value, known) or there}",
            text.at,
        )

    def many(self, node: Node, of: Word, empty: bool, what: str) -> None:
        if isinstance(node, Text):
            self.walk(node, of, what)
            return
        if isinstance(node, Table):
            self.wrong(node, f"“{what}” is one name or a list of names.")
            return
        if not node.items and not empty:
            self.report("empty-value", f"“{what}” needs at least one name.", node.at)
        seen: set[str] = set()
        for item in node.items:
            self.walk(item, of, what)
            if isinstance(item, Text):
                if item.value in seen:
                    self.report("twice", f"“{shown(item.value)}” is in this list twice. Keep one.", item.at)
                seen.add(item.value)

    def entries(self, node: Node, shape: Entries, what: str) -> None:
        if not isinstance(node, Table):
            if isinstance(node, Text) and not node.value and shape.empty:
                return
            self.wrong(node, f"“{what}” is a table of names. Write each as “name: …” on its own line.")
            return
        if not node.entries and not shape.empty:
            self.report("empty-value", f"“{what}” needs at least one entry.", node.at)
        for key, value in node.entries:
            if shape.key is not None:
                self.word(key, shape.key)
            elif not _NAME.fullmatch(key.value) or key.value in LITERALS:
                self.report(
                    "name",
                    f"“{shown(key.value)}” is no name. Use small letters, digits and _, beginning with a letter, 40 at most.",
                    key.at,
                )
            self.walk(value, shape.of, key.value)

    def keys(self, node: Node, shape: Keys, what: str) -> None:
        if not isinstance(node, Table):
            known = ", ".join((*shape.required, *shape.optional))
            self.wrong(node, f"“{what}” is a table with: {known}.")
            return
        for key, value in node.entries:
            found = shape.shape(key.value)
            if found is None:
                known_keys = (*shape.required, *shape.optional)
                hint = self.hint(key.value, known_keys) or f" There are: {', '.join(known_keys)}."
                self.report("unknown-key", f"“{shown(key.value)}” means nothing in “{shown(what)}”.{hint}", key.at)
            else:
                self.walk(value, found, key.value)
        for name in shape.required:
            if node.get(name) is None:
                self.report("missing-key", f"“{shown(what)}” needs “{name}:”.", node.at)
