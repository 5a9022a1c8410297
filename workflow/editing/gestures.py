"""What an editor's buttons do to a definition, each as one small value; `edited` makes them in a text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field

from workflow.editing.errors import EditError
from workflow.editing.layout import Model, model_of
from workflow.editing.references import renamed, without
from workflow.editing.splicing import Path, rewritten
from workflow.reading.checks import LITERALS
from workflow.reading.names import SECTIONS
from workflow.reading.shapes import DEFINITION, NAME, Entries, Keys, Many, Rows, Shape, TextOr
from workflow.spelling import shown

ONE = {
    "roles": "role", "statuses": "status", "guards": "guard", "transitions": "transition", "automatic": "automatic rule",
    "when_changed": "notice", "timers": "timer", "promises": "promise", "people": "person", "scenarios": "scenario",
}  # fmt: skip
"""The sections of a definition, and what one part of each is called."""

KIND = {section: kind for kind, section in SECTIONS.items()}
ORDER = (*("format", "lifecycle", "name", "first_status", "roles", "statuses", "guards", "transitions", "automatic"),
         *("when_changed", "timers", "promises", "people", "scenarios"))  # fmt: skip
"""The sections from top to bottom, in the order a person asks."""
KEYS = {
    "transitions": ("label", "help", "look", "from", "to", "by", "needs", "lines", "confirm", "ask", "set", "do", "notify"),
    "statuses": ("label", "kind", "color", "help", "may_edit", "final"),
}  # fmt: skip
_NAME = re.compile(NAME)


@dataclass(frozen=True, slots=True)
class Add:
    """A new part of a section, before another or at the end; a scenario has no `name`."""

    section: str
    name: str
    value: Model
    before: str | int | None = None


@dataclass(frozen=True, slots=True)
class Rename:
    """Another name, followed wherever it is mentioned."""

    section: str
    name: str
    to: str


@dataclass(frozen=True, slots=True)
class Move:
    """Another place in the section: before another part, or at the end."""

    section: str
    name: str | int
    before: str | int | None = None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The same once more under another name, right after it; a scenario is copied with another sentence."""

    section: str
    name: str | int
    to: str


@dataclass(frozen=True, slots=True)
class Delete:
    """Takes a part out. What mentions it becomes a problem to mend, unless `mentions` goes out of lists too."""

    section: str
    name: str | int
    mentions: bool = False


@dataclass(frozen=True, slots=True)
class Put:
    """The value of one key: ("transitions", "pause", "by"), ("first_status",); numbers count the rows of a list."""

    path: Path
    value: Model


@dataclass(frozen=True, slots=True)
class Remove:
    """Takes a key out, or a row of a list."""

    path: Path


Gesture = Add | Rename | Move | Duplicate | Delete | Put | Remove


@dataclass(slots=True)
class _Draft:
    model: dict[str, Model]
    renames: dict[Path, str] = field(default_factory=dict)


def edited(text: str, *gestures: Gesture) -> str:
    """The text after these gestures, one after another; raises EditError, and then none of them is made."""
    for gesture in gestures:
        draft = _Draft(deepcopy(model_of(text)))
        made(draft, gesture)
        text = rewritten(text, draft.model, draft.renames)
    return text


def made(draft: _Draft, gesture: Gesture) -> None:
    """The gesture on the plain data."""
    match gesture:
        case Add(section=section, name=name, value=value, before=before):
            _add(draft, section, name, value, before)
        case Rename(section=section, name=name, to=to):
            _rename(draft, section, name, to)
        case Move(section=section, name=name, before=before):
            _move(draft, section, name, before)
        case Duplicate(section=section, name=name, to=to):
            _duplicate(draft, section, name, to)
        case Delete(section=section, name=name, mentions=mentions):
            _delete(draft, section, name, mentions)
        case Put(path=path, value=value):
            _put(draft, path, value)
        case Remove(path=path):
            _remove(draft, path)


def _add(draft: _Draft, section: str, name: str, value: Model, before: str | int | None) -> None:
    if section == "scenarios":
        rows = _rows(draft)
        rows.insert(_row(rows, before) if before is not None else len(rows), value)
        return
    parts = _parts(draft, section)
    _new_name(section, name, parts)
    _replace(parts, _placed(parts, name, value, _known(section, before, parts)))


def _rename(draft: _Draft, section: str, name: str, to: str) -> None:
    parts = _parts(draft, section)
    _known(section, name, parts)
    if to == name:
        return
    _new_name(section, to, parts)
    _replace(parts, {to if key == name else key: value for key, value in parts.items()})
    draft.renames[section, name] = to
    if section in KIND:
        draft.model, keys = renamed(draft.model, KIND[section], name, to)
        draft.renames.update({_old(path, section, name, to): new for path, new in keys.items()})
    elif section == "people":
        _rename_person(draft, name, to)


def _old(path: Path, section: str, name: str, to: str) -> Path:
    return (section, name, *path[2:]) if path[:2] == (section, to) else path


def _rename_person(draft: _Draft, name: str, to: str) -> None:
    rows = draft.model.get("scenarios")
    for row in rows if isinstance(rows, list) else ():
        steps = row.get("steps") if isinstance(row, dict) else None
        for step in steps if isinstance(steps, list) else ():
            if isinstance(step, dict) and step.get("by") == name:
                step["by"] = to


def _move(draft: _Draft, section: str, name: str | int, before: str | int | None) -> None:
    if section == "scenarios":
        rows = _rows(draft)
        number = _row(rows, name)
        target = _row(rows, before) if before is not None else len(rows)
        row = rows.pop(number)
        rows.insert(target - (target > number), row)
        return
    parts = _parts(draft, section)
    key = _known(section, name, parts)
    if key == before or key is None:
        return
    anchor = _known(section, before, parts)
    value = parts[key]
    rest = {other: one for other, one in parts.items() if other != key}
    _replace(parts, _placed(rest, key, value, anchor))


def _duplicate(draft: _Draft, section: str, name: str | int, to: str) -> None:
    if section == "scenarios":
        rows = _rows(draft)
        number = _row(rows, name)
        copy = deepcopy(rows[number])
        if isinstance(copy, dict):
            copy = {**copy, "says": to}
        rows.insert(number + 1, copy)
        return
    parts = _parts(draft, section)
    key = _known(section, name, parts)
    assert key is not None
    _new_name(section, to, parts)
    names = list(parts)
    following = names[names.index(key) + 1 : names.index(key) + 2]
    _replace(parts, _placed(parts, to, deepcopy(parts[key]), following[0] if following else None))


def _delete(draft: _Draft, section: str, name: str | int, mentions: bool) -> None:
    if section == "scenarios":
        rows = _rows(draft)
        del rows[_row(rows, name)]
        return
    parts = _parts(draft, section)
    key = _known(section, name, parts)
    assert key is not None
    del parts[key]
    if mentions and section in KIND:
        draft.model = without(draft.model, KIND[section], key)


def _put(draft: _Draft, path: Path, value: Model) -> None:
    if not path:
        raise EditError("Say which key to set.")
    if len(path) == 1 and path[0] in ONE:
        raise EditError("A whole section cannot be set at once; change its parts.")
    holder: Model = draft.model
    shape: Shape | None = DEFINITION
    for depth, name in enumerate(path[:-1]):
        inner = _inside(holder, name)
        if inner is None and isinstance(holder, dict) and depth != 1:
            made_now: Model = {}
            _set(holder, str(name), made_now, _order(path[:depth], shape))
            inner = made_now
        if not isinstance(inner, (dict, list)):
            raise EditError(f"There is no “{shown(str(name))}” here any more.")
        shape = _shape(shape, name)
        holder = inner
    last = path[-1]
    if isinstance(holder, list):
        if not isinstance(last, int) or not 0 <= last <= len(holder):
            raise EditError(f"There is no row {shown(str(last))} here.")
        holder[last:] = [value, *holder[last + 1 :]]
    elif isinstance(holder, dict):
        many = isinstance(_shape(shape, last), Many)
        _set(holder, str(last), _as_before(holder.get(str(last)), value) if many else value, _order(path[:-1], shape))


def _remove(draft: _Draft, path: Path) -> None:
    if len(path) < 1 or (len(path) == 1 and path[0] in ("format", "lifecycle", "statuses", "transitions", "roles")):
        raise EditError("A definition cannot be without this.")
    holder: Model = draft.model
    for name in path[:-1]:
        holder = _inside(holder, name)
    last = path[-1]
    if isinstance(holder, dict):
        holder.pop(str(last), None)
        if not holder and len(path) > 3:
            _remove(draft, path[:-1])
    elif isinstance(holder, list) and isinstance(last, int) and 0 <= last < len(holder):
        del holder[last]
    else:
        raise EditError(f"There is no “{shown(str(last))}” here any more.")


# parts


def _parts(draft: _Draft, section: str) -> dict[str, Model]:
    if section not in ONE or section == "scenarios":
        raise EditError(f"There is no section “{shown(section)}”.")
    parts = draft.model.get(section)
    if parts is None:
        parts = {}
        _set(draft.model, section, parts, ORDER)
    if not isinstance(parts, dict):
        raise EditError(f"“{section}” is no table of names. Mend it in the text.")
    return parts


def _rows(draft: _Draft) -> list[Model]:
    rows = draft.model.get("scenarios")
    if rows is None:
        rows = []
        _set(draft.model, "scenarios", rows, ORDER)
    if not isinstance(rows, list):
        raise EditError("“scenarios” is no list. Mend it in the text.")
    return rows


def _row(rows: list[Model], number: str | int) -> int:
    if not isinstance(number, int) or not 0 <= number < len(rows):
        raise EditError("There is no such scenario any more.")
    return number


def _known(section: str, name: str | int | None, parts: Mapping[str, Model]) -> str | None:
    if name is None:
        return None
    if not isinstance(name, str) or name not in parts:
        raise EditError(f"There is no {ONE[section]} “{shown(str(name))}” any more.")
    return name


def _new_name(section: str, name: str, parts: Mapping[str, Model]) -> None:
    if not _NAME.fullmatch(name) or name in LITERALS:
        raise EditError(
            f"“{shown(name)}” is no name. Use small letters, digits and _, beginning with a letter, 40 at most."
        )
    if name in parts:
        raise EditError(f"There is a {ONE[section]} “{name}” already. Choose another name.")


def _placed(parts: Mapping[str, Model], name: str, value: Model, before: str | None) -> dict[str, Model]:
    found: dict[str, Model] = {}
    for key, one in parts.items():
        if key == before:
            found[name] = value
        found[key] = one
    return found if name in found else {**found, name: value}


def _replace(parts: dict[str, Model], new: dict[str, Model]) -> None:
    parts.clear()
    parts.update(new)


def _inside(holder: Model, name: str | int) -> Model:
    if isinstance(holder, dict):
        return holder.get(str(name))
    if isinstance(holder, list) and isinstance(name, int) and 0 <= name < len(holder):
        return holder[name]
    return None


def _set(holder: dict[str, Model], key: str, value: Model, order: tuple[str, ...]) -> None:
    """A new key goes behind the last one that comes before it in the usual order."""
    if key in holder or key not in order:
        holder[key] = value
        return
    earlier = order[: order.index(key)]
    places = [number for number, name in enumerate(holder) if name in earlier]
    pairs = list(holder.items())
    pairs.insert(places[-1] + 1 if places else 0, (key, value))
    _replace(holder, dict(pairs))


def _order(path: Path, shape: Shape | None) -> tuple[str, ...]:
    if not path:
        return ORDER
    if len(path) == 2 and path[0] in KEYS:
        return KEYS[str(path[0])]
    return (*shape.required, *shape.optional) if isinstance(shape, Keys) else ()


def _shape(shape: Shape | None, name: str | int) -> Shape | None:
    match shape:
        case Keys():
            return shape.shape(str(name))
        case Entries(of=of):
            return of
        case Rows(of=keys):
            return keys if isinstance(name, int) else keys.shape(name)
        case TextOr(table=table):
            return table.shape(str(name))
        case _:
            return None


def _as_before(old: Model, value: Model) -> Model:
    """One name stays without brackets where it stood without, and a list stays a list."""
    if isinstance(old, list) and isinstance(value, str):
        return [value]
    if not isinstance(old, list) and isinstance(value, list) and len(value) == 1:
        return value[0]
    return value
