"""The smallest change of a text that makes it say something else: everything not touched stays byte for byte."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workflow.editing import writing
from workflow.editing.errors import EditError
from workflow.editing.layout import Collection, Entry, Layout, Model, Scalar, Spot, layout, said, same
from workflow.editing.lines import Chunk, Lines, Splice

Path = tuple[str | int, ...]
Renames = Mapping[Path, str]
"""New names of keys, by their old path; without it a renamed entry is taken out and written anew."""

FAILED = "This edit cannot be made here without touching other lines. Make it in the text."


def rewritten(text: str, wanted: Mapping[str, Model], renames: Renames | None = None) -> str:
    """The text changed so that it says `wanted`, read again and compared; raises EditError and changes nothing."""
    windows = "\r\n" in text and text.count("\n") == text.count("\r\n")
    source = text.replace("\r\n", "\n") if windows else text
    ended = source.endswith("\n")
    source = source if ended else f"{source}\n"
    before = layout(source)
    if same(said(before.root), dict(wanted)) and not renames:
        return text
    splices = _Splicer(before, renames or {}).collection(before.root, dict(wanted), (), Place(False, 0, 0, 0))
    after = applied(source, splices)
    if not ended:
        after = after.removesuffix("\n")
    if windows:
        after = after.replace("\n", "\r\n")
    if not same(said(layout(after).root), dict(wanted)):
        raise EditError(FAILED)
    return after


def applied(text: str, splices: Sequence[Splice], offset: int = 0) -> str:
    """The text with every splice made; `offset` is where `text` begins among their places."""
    parts: list[str] = []
    done = offset
    for splice in sorted(splices):
        if splice.start < done:
            raise EditError(FAILED)
        parts += [text[done - offset : splice.start - offset], splice.new]
        done = splice.end
    return "".join([*parts, text[done - offset :]])


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: inside brackets or not, the column of its key or dash, and where the key or dash is."""

    flow: bool
    column: int
    start: int
    after: int


class _Splicer:
    def __init__(self, before: Layout, renames: Renames) -> None:
        self.text = before.text
        self.lines = Lines(before.text)
        self.renames = renames
        self.step = _step(before)

    def value(self, spot: Spot, wanted: Model, path: Path, place: Place) -> list[Splice]:
        if same(said(spot), wanted) and not any(old[: len(path)] == path for old in self.renames):
            return []
        if isinstance(spot, Scalar) and not isinstance(wanted, (dict, list)):
            return [self.scalar(spot, wanted, place)]
        if isinstance(spot, Collection) and wanted and isinstance(wanted, dict if spot.table else list):
            return self.collection(spot, wanted, path, place)
        return self.replaced(spot, wanted, place)

    def scalar(self, spot: Scalar, wanted: str | bool | None, place: Place) -> Splice:
        if spot.start == spot.end and spot.start == place.after:
            return Splice(spot.start, spot.end, self.behind(wanted, place))
        column = spot.start - self.lines.begin(spot.start)
        new = writing.scalar(wanted, style=spot.style, flow=place.flow, column=column, indent=place.column + self.step)
        return Splice(spot.start, spot.end, new)

    def behind(self, wanted: Model, place: Place) -> str:
        """A value where none stood, behind its colon or dash."""
        colon = "" if self.text[place.after - 1 : place.after] in (":", "-") else ":"
        if isinstance(wanted, (dict, list)):
            return f"{colon} {writing.flow(wanted)}"
        column = place.after - self.lines.begin(place.after) + 1
        written = writing.scalar(wanted, flow=place.flow, column=column, indent=place.column + self.step)
        return f"{colon} {written}"

    def replaced(self, spot: Spot, wanted: Model, place: Place) -> list[Splice]:
        """Another kind of value in the place of this one."""
        if place.flow:
            new = self.behind(wanted, place) if spot.start == spot.end == place.after else writing.flow(wanted)
            return [Splice(spot.start, spot.end, new)]
        own_line = self.lines.begin(spot.start) == self.lines.begin(place.start)
        head = self.text[place.start : place.after]
        dash = head == "-"
        written = writing.entry(
            None if dash else "k", wanted, indent=place.column, step=self.step, brackets=self.brackets(spot, wanted)
        )
        first, rest = written[0].lstrip().removeprefix("-" if dash else "k:"), written[1:]
        block = "".join(f"\n{line}" for line in rest)
        close = self.lines.finish(max(spot.end, place.after))
        if own_line:
            opened = self.text[close - 1] != "\n" and bool(rest) and not first.strip()
            if opened or not rest:
                return [Splice(place.after, max(spot.end, place.after), first), Splice(close, close, block)]
            return [Splice(place.after, max(spot.end, place.after), first + block)]
        if rest and first.strip():
            raise EditError(FAILED)
        return [
            Splice(place.after, place.after, first),
            Splice(self.lines.finish(place.after), self._tail(spot, place), block),
        ]

    def brackets(self, spot: Spot, wanted: Model) -> bool | None:
        return True if not isinstance(wanted, dict) or not isinstance(spot, Collection) else spot.flow

    def _tail(self, spot: Spot, place: Place) -> int:
        if isinstance(spot, Collection) and spot.entries:
            return self.lines.chunks(spot)[-1].end - 1
        return self.lines.finish(spot.end)

    # collections

    def collection(self, spot: Collection, wanted: Model, path: Path, place: Place) -> list[Splice]:
        pairs = self._paired(spot, wanted, path)
        if spot.flow:
            return self.in_brackets(spot, pairs, path)
        return self.in_lines(spot, pairs, path)

    def _paired(self, spot: Collection, wanted: Model, path: Path) -> list[tuple[int | None, str | None, Model]]:
        """For each entry wanted: which old one it is (None: a new one), its key and its value."""
        if isinstance(wanted, dict):
            old = {
                self.renames.get((*path, str(entry.key.model)), str(entry.key.model)): number
                for number, entry in enumerate(spot.entries)
                if entry.key is not None
            }
            return [(old.get(key), key, value) for key, value in wanted.items()]
        assert isinstance(wanted, list)
        return [(number, None, value) for number, value in _matched([said(e.value) for e in spot.entries], wanted)]

    def inner(self, spot: Collection, number: int, key: str | None, wanted: Model, path: Path) -> list[Splice]:
        """What changes inside an entry that stays: its key, its value."""
        entry = spot.entries[number]
        splices: list[Splice] = []
        name: str | int = number
        if entry.key is not None and key is not None:
            name = str(entry.key.model)
            if name != key:
                flow, column = spot.flow, entry.start - self.lines.begin(entry.start)
                written = writing.scalar(key, style=entry.key.style, flow=flow, column=0, indent=column)
                splices.append(Splice(entry.key.start, entry.key.end, written))
        column = entry.start - self.lines.begin(entry.start) if not spot.flow else self.lines.indent(entry.start)
        place = Place(spot.flow, column, entry.start, entry.after)
        return splices + self.value(entry.value, wanted, (*path, name), place)

    def in_lines(self, spot: Collection, pairs: list[tuple[int | None, str | None, Model]], path: Path) -> list[Splice]:
        chunks = self.lines.chunks(spot)
        stable = _longest_rising([number for number, _, _ in pairs if number is not None])
        splices: list[Splice] = []
        spaced = self.lines.spaced(chunks)
        waiting: list[str] = []
        anchor: int | None = None

        def insert() -> None:
            if not waiting:
                return
            if anchor is None:
                splices.append(self._at_the_top(chunks[0], waiting, spaced and bool(stable)))
            else:
                gap = "\n" if spaced else ""
                where = chunks[anchor].end
                splices.append(Splice(where, where, "".join(gap + block for block in waiting)))
            waiting.clear()

        for number, key, value in pairs:
            if number is None:
                waiting.append(self._new(spot, key, value))
            elif number in stable:
                insert()
                splices += self.inner(spot, number, key, value, path)
                anchor = number
            else:
                if any(chunk.inline for chunk in chunks[: max(1, number + 1)]) and chunks[0].inline:
                    raise EditError(FAILED)
                chunk = chunks[number]
                raw = self.text[chunk.start : chunk.end]
                waiting.append(applied(raw, self.inner(spot, number, key, value, path), chunk.start))
        insert()
        gone = [number for number in range(len(chunks)) if number not in stable]
        return splices + self.lines.removed(chunks, gone)

    def _new(self, spot: Collection, key: str | None, value: Model) -> str:
        brackets: bool | None = None
        if isinstance(value, dict):
            forms = [entry.value.flow for entry in spot.entries if isinstance(entry.value, Collection)]
            brackets = 2 * sum(forms) > len(forms) if forms else spot.column > 0
        written = writing.entry(key, value, indent=spot.column, step=self.step, brackets=brackets)
        return "\n".join(written) + "\n"

    def _at_the_top(self, first: Chunk, blocks: list[str], spaced: bool) -> Splice:
        if first.inline:
            pad = " " * (first.start - self.lines.begin(first.start))
            return Splice(first.start, first.start, "".join(block.lstrip() for block in blocks) + pad)
        gap = "\n" if spaced else ""
        return Splice(first.start, first.start, "".join(block + gap for block in blocks))

    def in_brackets(
        self, spot: Collection, pairs: list[tuple[int | None, str | None, Model]], path: Path
    ) -> list[Splice]:
        numbers = [number for number, _, _ in pairs if number is not None]
        if numbers != sorted(numbers):
            return self._reordered(spot, pairs, path)
        entries = spot.entries
        splices: list[Splice] = []
        waiting: list[str] = []
        last: int | None = None
        begin = entries[0].start if entries else spot.start + 1

        def insert(more: bool) -> None:
            if not waiting:
                return
            if last is None:
                joined = ", ".join(waiting) + (", " if more else "")
                splices.append(Splice(begin, begin, joined))
            else:
                splices.append(self._behind_entry(spot, last, waiting))
            waiting.clear()

        for number, key, value in pairs:
            if number is None:
                waiting.append(writing.flow({key: value})[1:-1] if key is not None else writing.flow(value))
                continue
            insert(more=True)
            splices += self.inner(spot, number, key, value, path)
            last = number
        insert(more=False)
        return splices + self._taken_out(entries, numbers)

    def _behind_entry(self, spot: Collection, number: int, written: list[str]) -> Splice:
        where = spot.entries[number].end
        column = where - self.lines.begin(where)
        pad = " " * (spot.start + 1 - self.lines.begin(spot.start))
        new = ""
        for part in written:
            if column + len(part) + 3 > writing.WIDTH:
                new += f",\n{pad}{part}"
                column = len(pad) + len(part)
            else:
                new += f", {part}"
                column += len(part) + 2
        return Splice(where, where, new)

    def _taken_out(self, entries: tuple[Entry, ...], kept: list[int]) -> list[Splice]:
        splices: list[Splice] = []
        for number, entry in enumerate(entries):
            if number in kept:
                continue
            later = [other for other in kept if other > number]
            if later:
                behind = entries[number + 1].start
                if "#" in self.text[entry.end : behind]:
                    behind = self.text.index(",", entry.end) + 1
                splices.append(Splice(entry.start, behind, ""))
            elif kept:
                begin = entries[number - 1].end
                if "#" in self.text[begin : entry.start]:
                    comma = self.text.find(",", entry.end, entry.end + 1)
                    splices.append(Splice(entry.start, entry.end + (comma >= 0), ""))
                else:
                    splices.append(Splice(begin, entry.end, ""))
            else:
                behind = entries[number + 1].start if number + 1 < len(entries) else entry.end
                splices.append(Splice(entry.start, behind, ""))
        return splices

    def _reordered(
        self, spot: Collection, pairs: list[tuple[int | None, str | None, Model]], path: Path
    ) -> list[Splice]:
        """Brackets in another order: the parts keep their own text, what stands between them is written anew."""
        ends = [spot.start + 1, *(entry.end for entry in spot.entries)]
        starts = [*(entry.start for entry in spot.entries), spot.end - 1]
        if any("#" in self.text[end:start] for end, start in zip(ends, starts, strict=True)):
            raise EditError(FAILED)
        parts: list[str] = []
        for number, key, value in pairs:
            if number is None:
                parts.append(writing.flow({key: value})[1:-1] if key is not None else writing.flow(value))
            else:
                entry = spot.entries[number]
                raw = self.text[entry.start : entry.end]
                parts.append(applied(raw, self.inner(spot, number, key, value, path), entry.start))
        return [Splice(starts[0], ends[-1], ", ".join(parts))]


def _matched(old: list[Model], wanted: list[Model]) -> list[tuple[int | None, Model]]:
    """Which old part each wanted one is: the equal ones first, then the rest in their order."""
    free = list(range(len(old)))
    found: list[int | None] = []
    for value in wanted:
        equal = next((number for number in free if same(old[number], value)), None)
        if equal is not None:
            free.remove(equal)
        found.append(equal)
    for index, value in enumerate(wanted):
        if found[index] is None:
            alike = next((number for number in free if _alike(old[number], value)), None)
            if alike is not None:
                free.remove(alike)
                found[index] = alike
    return list(zip(found, wanted, strict=True))


def _alike(one: Model, other: Model) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return sum(same(value, other[key]) for key, value in one.items() if key in other) * 2 >= len(one)
    return type(one) is type(other)


def _longest_rising(numbers: list[int]) -> frozenset[int]:
    """The most numbers that already stand in rising order: these stay where they are, the others move."""
    tails: list[int] = []
    chains: list[tuple[int, ...]] = []
    for number in numbers:
        place = bisect_left(tails, number)
        chain = (*(chains[place - 1] if place else ()), number)
        tails[place:] = [number, *tails[place + 1 :]]
        chains[place:] = [chain, *chains[place + 1 :]]
    return frozenset(chains[-1]) if chains else frozenset()


def _step(before: Layout) -> int:
    """How far lines are indented in this text: by the first table inside the first."""
    for entry in before.root.entries:
        if isinstance(entry.value, Collection) and not entry.value.flow and entry.value.column > before.root.column:
            return entry.value.column - before.root.column
    return 2
