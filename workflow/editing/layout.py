"""Where every value of a text begins and ends, and the plain data the text says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from workflow.editing.errors import EditError
from workflow.reading.nodes import List, Node, Reading, Table, Text
from workflow.reading.text import admit

Model = str | bool | None | list["Model"] | dict[str, "Model"]
"""What a text says, without its form: texts, true and false, null, lists and tables in their order."""

_PLAIN: dict[str, Model] = {"true": True, "false": False, "null": None, "": None}


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value: `style` is empty for a plain one, else its quote or its sign for a block."""

    model: str | bool | None
    style: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A part of a collection: begins at its key or its dash; `after` is the place right behind colon or dash."""

    key: Scalar | None
    value: Spot
    start: int
    after: int

    @property
    def end(self) -> int:
        return max(self.after, self.value.end)


@dataclass(frozen=True, slots=True)
class Collection:
    """A list or a table, in brackets (`flow`) or in lines of its own; `column` counts from 0."""

    entries: tuple[Entry, ...]
    table: bool
    flow: bool
    start: int
    end: int
    column: int


Spot = Scalar | Collection


@dataclass(frozen=True, slots=True)
class Layout:
    """A readable text with the places of its values."""

    text: str
    root: Collection


def said(spot: Spot) -> Model:
    """What stands there, as plain data."""
    if isinstance(spot, Scalar):
        return spot.model
    if not spot.table:
        return [said(entry.value) for entry in spot.entries]
    return {str(entry.key.model): said(entry.value) for entry in spot.entries if entry.key is not None}


def same(one: Model, other: Model) -> bool:
    """Equal, the order of keys included."""
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


def model_of(text: str) -> dict[str, Model]:
    """What a text says; raises EditError when it cannot be read."""
    model = said(layout(text).root)
    assert isinstance(model, dict)
    return model


@lru_cache(maxsize=16)
def layout(text: str) -> Layout:
    """The places in a text; raises EditError when the gate or the parser finds a problem in it."""
    admitted, problems = admit(text)
    if not problems:
        reading = _Reading(admitted)
        root = reading.document()
        problems = tuple(reading.problems)
        if isinstance(root, Table) and not problems:
            found = reading.spot(root)
            assert isinstance(found, Collection)
            return Layout(text, found)
    if not problems:
        raise EditError("This is no definition yet. Begin with “format: fieldwright/1” in the text.")
    first = problems[0]
    raise EditError(f"Mend the text first. Line {first.at.line}: {first.message}", problems)


class _Reading(Reading):
    """The reader's own pass, which also writes down where each value ends."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.last: Any = None
        self.marks: dict[int, tuple[int, int, Any]] = {}

    def node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        if depth == 1:
            events = self._noted(events)
            self.last = event
        found = super().node(event, events, depth)
        if isinstance(found, Text):
            self.marks[id(found)] = (event.start_mark.index, event.end_mark.index, event.style or "")
        else:
            flow = bool(event.flow_style)
            self.marks[id(found)] = (event.start_mark.index, self.last.end_mark.index, flow)
        return found

    def _noted(self, events: Iterator[Any]) -> Iterator[Any]:
        for event in events:
            self.last = event
            yield event

    def spot(self, node: Node, after: int = 0) -> Spot:
        """The node with its places; an empty value stands at `after`."""
        start, end, form = self.marks[id(node)]
        if isinstance(node, Text):
            if node.plain and not node.value:
                return Scalar(None, "", after, after)
            model = _PLAIN.get(node.value, node.value) if node.plain else node.value
            assert model is None or isinstance(model, (str, bool))
            return Scalar(model, form, start, start + len(self.text[start:end].rstrip()))
        entries = tuple(self._entries(node, start, form))
        if not form:
            end = entries[-1].end
        return Collection(entries, isinstance(node, Table), form, start, end, node.at.column - 1)

    def _entries(self, node: List | Table, start: int, flow: bool) -> Iterator[Entry]:
        if isinstance(node, Table):
            for name, value in node.entries:
                begin, end, style = self.marks[id(name)]
                key = Scalar(name.value, style, begin, begin + len(self.text[begin:end].rstrip()))
                after = self._behind_colon(key.end)
                yield Entry(key, self.spot(value, after), key.start, after)
            return
        before = start
        for item in node.items:
            if flow:
                found = self.spot(item, self.marks[id(item)][0])
                yield Entry(None, found, found.start, found.start)
            else:
                dash = self._dash(before)
                found = self.spot(item, dash + 1)
                yield Entry(None, found, dash, dash + 1)
                before = max(found.end, dash + 1)

    def _behind_colon(self, end: int) -> int:
        """Right behind the colon of a key; without one (`{a}`) right behind the key."""
        rest = self.text[end:]
        ahead = len(rest) - len(rest.lstrip(" \r\n"))
        return end + ahead + 1 if rest[ahead : ahead + 1] == ":" else end

    def _dash(self, begin: int) -> int:
        """The next dash, past blank lines and comments."""
        place = begin
        while place < len(self.text):
            letter = self.text[place]
            if letter == "-":
                return place
            if letter == "#":
                place = self.text.find("\n", place)
            place += 1
        raise EditError("This list cannot be edited here. Edit it in the text.")
