"""Which lines belong to an entry: its own, the comments right above it, and deeper comments right below it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from workflow.editing.layout import Collection


@dataclass(frozen=True, slots=True, order=True)
class Splice:
    """`new` takes the place of what stands from `start` to `end`."""

    start: int
    end: int
    new: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """From the first comment above an entry to the line break after it; `inline` when it begins behind a dash."""

    start: int
    end: int
    inline: bool


class Lines:
    """A text by its lines; it ends with a line break."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0]
        for number, letter in enumerate(text, 1):
            if letter == "\n":
                self.starts.append(number)

    def number(self, place: int) -> int:
        return bisect_right(self.starts, place) - 1

    def begin(self, place: int) -> int:
        """Where the line of this place begins."""
        return self.starts[self.number(place)]

    def finish(self, place: int) -> int:
        """Where the line of this place ends, before its line break."""
        found = self.text.find("\n", place)
        return found if found >= 0 else len(self.text)

    def line(self, number: int) -> str:
        if not 0 <= number < len(self.starts) - 1:
            return ""
        return self.text[self.starts[number] : self.starts[number + 1]]

    def indent(self, place: int) -> int:
        line = self.line(self.number(place))
        return len(line) - len(line.lstrip(" "))

    def chunks(self, spot: Collection) -> tuple[Chunk, ...]:
        """The lines of every entry of a collection that stands in lines of its own."""
        found: list[Chunk] = []
        above = -1
        for entry, following in zip(spot.entries, (*spot.entries[1:], None), strict=True):
            begin = self.number(entry.start)
            inline = bool(self.text[self.starts[begin] : entry.start].strip())
            start = entry.start
            if not inline:
                top = begin
                while top - 1 > above and self._comment(top - 1) is not None:
                    top -= 1
                start = self.starts[top]
            last = self.number(max(entry.start, entry.end - 1))
            limit = self.number(following.start) if following is not None else len(self.starts) - 1
            while last + 1 < limit and (self._comment(last + 1) or 0) > spot.column:
                last += 1
            found.append(Chunk(start, self.starts[last + 1], inline))
            above = last
        return tuple(found)

    def _comment(self, number: int) -> int | None:
        """The indent of a line that is nothing but a comment."""
        line = self.line(number)
        bare = line.lstrip(" ")
        return len(line) - len(bare) if bare.startswith("#") else None

    def _blank(self, number: int) -> bool:
        return number < len(self.starts) - 1 and not self.line(number).strip()

    def spaced(self, chunks: tuple[Chunk, ...]) -> bool:
        """Whether blank lines stand between most entries."""
        gaps = [self._blank(self.number(chunk.end)) for chunk in chunks[:-1]]
        return bool(gaps) and 2 * sum(gaps) >= len(gaps)

    def removed(self, chunks: tuple[Chunk, ...], gone: list[int]) -> list[Splice]:
        """Takes these chunks out, each with the blank lines after it, or before it at the end of the collection."""
        splices: list[Splice] = []
        for number in gone:
            chunk = chunks[number]
            start, end = chunk.start, chunk.end
            if chunk.inline:
                splices.append(self._without_first(chunks, number))
                continue
            if number + 1 < len(chunks):
                line = self.number(end)
                while self._blank(line) and self.starts[line] < chunks[number + 1].start:
                    line += 1
                end = self.starts[line]
            elif number > 0 and number - 1 not in gone:
                line = self.number(start)
                while self._blank(line - 1) and self.starts[line - 1] >= chunks[number - 1].end:
                    line -= 1
                start = self.starts[line]
            splices.append(Splice(start, end, ""))
        return splices

    def _without_first(self, chunks: tuple[Chunk, ...], number: int) -> Splice:
        chunk, following = chunks[number], chunks[number + 1]
        line = self.number(chunk.end)
        if self.starts[line] == following.start and self._comment(line) is None:
            pad = chunk.start - self.begin(chunk.start)
            return Splice(chunk.start, following.start + pad, "")
        start = chunk.start
        while self.text[start - 1] == " ":
            start -= 1
        return Splice(start, chunk.end - 1, "")
