"""Two people's edits of one definition brought together, part by part; where both meant another thing, somebody chooses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from workflow.changes.wording import PARTS, Words, subject, value
from workflow.editing import Model, Path, model_of, rewritten, same
from workflow.spelling import shown

Side = Literal["mine", "theirs"]
Choices = Mapping[str, Side]
"""Which side was chosen, by the conflict's `key`."""


class _Missing:
    """Stands where a side has nothing."""


_MISSING = _Missing()
_Value = Model | _Missing


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both changed the same thing differently. `key` names the choice; None stands for “taken out”."""

    key: str
    sentence: str
    mine: Model
    theirs: Model


@dataclass(frozen=True, slots=True)
class Merged:
    """The text of both when nothing is open, else the conflicts; `chosen` conflicts are settled and listed no more."""

    text: str | None
    conflicts: tuple[Conflict, ...] = ()


@dataclass(slots=True)
class _Merge:
    words: Words
    choices: Choices
    conflicts: list[Conflict] = field(default_factory=list)


def merged(base: str, mine: str, theirs: str, choices: Choices | None = None) -> Merged:
    """`theirs` spliced into `mine`, whose comments and form stay.

    Raises EditError when one of the three cannot be read. What is merged is not checked: a button of theirs to a
    status deleted by mine is a problem for the reader.
    """
    if same_text(base, theirs) or same_text(mine, theirs):
        return Merged(mine)
    if same_text(base, mine):
        return Merged(theirs)
    old, my, other = model_of(base), model_of(mine), model_of(theirs)
    merge = _Merge(Words({**old, **other}, my), choices or {})
    found = _tables(merge, old, my, other, ())
    if merge.conflicts:
        return Merged(None, tuple(merge.conflicts))
    return Merged(rewritten(mine, found))


def same_text(one: str, other: str) -> bool:
    """Equal but for the line ends."""
    return one.replace("\r\n", "\n") == other.replace("\r\n", "\n")


def _tables(
    merge: _Merge, base: Mapping[str, Model], mine: Mapping[str, Model], theirs: Mapping[str, Model], path: Path
) -> dict[str, Model]:
    found: dict[str, Model] = {}
    for name in _order(list(base), list(mine), list(theirs)):
        result = _one(
            merge, base.get(name, _MISSING), mine.get(name, _MISSING), theirs.get(name, _MISSING), (*path, name)
        )
        if not isinstance(result, _Missing):
            found[name] = result
    return found


def _one(merge: _Merge, base: _Value, mine: _Value, theirs: _Value, path: Path) -> _Value:
    if _same(mine, theirs) or _same(base, theirs):
        return mine
    if _same(base, mine):
        return theirs
    if path == ("scenarios",):
        return _scenarios(merge, base, mine, theirs)
    if isinstance(mine, dict) and isinstance(theirs, dict):
        return _tables(merge, base if isinstance(base, dict) else {}, mine, theirs, path)
    return _chosen(merge, mine, theirs, path)


def _chosen(merge: _Merge, mine: _Value, theirs: _Value, path: Path) -> _Value:
    key = "/".join(map(str, path))
    choice = merge.choices.get(key)
    if choice is not None:
        return mine if choice == "mine" else theirs
    my, other = _shown(mine), _shown(theirs)
    merge.conflicts.append(Conflict(key, _sentence(merge.words, mine, theirs, path), my, other))
    return mine


def _sentence(words: Words, mine: _Value, theirs: _Value, path: Path) -> str:
    section = str(path[0])
    if section == "scenarios":
        part = f"The scenario “{shown(str(path[1]))}”"
    elif section in PARTS and len(path) > 1:
        part = subject(words, section, str(path[1]))
    else:
        part = f"“{section}”"
    where = " › ".join(map(str, path[2:]))
    of = f"{part}: “{where}”" if where else part
    if isinstance(mine, _Missing):
        return f"{of} was taken out by you and changed by the other to {_said(theirs)}."
    if isinstance(theirs, _Missing):
        return f"{of} was taken out by the other and changed by you to {_said(mine)}."
    return f"{of} is {_said(mine)} in your text and {_said(theirs)} in the other's."


def _said(model: _Value) -> str:
    said = "nothing" if isinstance(model, _Missing) else value(model)
    return said if len(said) <= 200 else f"{said[:199]}…"


def _shown(model: _Value) -> Model:
    return None if isinstance(model, _Missing) else model


def _same(one: _Value, other: _Value) -> bool:
    if isinstance(one, _Missing) or isinstance(other, _Missing):
        return one is other
    return same(one, other)


def _scenarios(merge: _Merge, base: _Value, mine: _Value, theirs: _Value) -> _Value:
    """Scenarios are told apart by their sentence."""
    sides = [_by_sentence(side) for side in (base, mine, theirs)]
    if any(side is None for side in sides):
        return _chosen(merge, mine, theirs, ("scenarios", "all"))
    old, my, other = (side or {} for side in sides)
    found: list[Model] = []
    for says in _order(list(old), list(my), list(other)):
        one, two, three = old.get(says, _MISSING), my.get(says, _MISSING), other.get(says, _MISSING)
        if _same(two, three) or _same(one, three):
            result = two
        elif _same(one, two):
            result = three
        else:
            result = _chosen(merge, two, three, ("scenarios", says))
        if not isinstance(result, _Missing):
            found.append(result)
    return found


def _by_sentence(side: _Value) -> dict[str, Model] | None:
    if isinstance(side, _Missing) or side is None:
        return {}
    if not isinstance(side, list):
        return None
    found: dict[str, Model] = {str(row.get("says")): row for row in side if isinstance(row, dict)}
    return found if len(found) == len(side) else None


def _order(base: list[str], mine: list[str], theirs: list[str]) -> list[str]:
    """My order, or theirs where I left the old one; what only the other has stands behind what it stands behind there."""
    kept = [name for name in mine if name in theirs]
    moved_by_me = kept != [name for name in base if name in kept]
    first, second = (mine, theirs) if moved_by_me or len(kept) < 2 else (_as_theirs(mine, theirs), theirs)
    found = list(first)
    for number, name in enumerate(second):
        if name not in found:
            before = [other for other in second[:number] if other in found]
            found.insert(found.index(before[-1]) + 1 if before else 0, name)
    return found


def _as_theirs(mine: list[str], theirs: list[str]) -> list[str]:
    """My parts with those that both have in the other's order; mine alone stay behind what they stand behind."""
    found = [name for name in theirs if name in mine]
    for number, name in enumerate(mine):
        if name not in found:
            before = [other for other in mine[:number] if other in found]
            found.insert(found.index(before[-1]) + 1 if before else 0, name)
    return found
