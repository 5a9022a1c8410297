"""Follows a name through a definition: the shapes say where a word means a status, a guard, a role, a transition."""

from __future__ import annotations

from collections.abc import Callable

from workflow.editing.layout import Model
from workflow.editing.splicing import Path
from workflow.reading.shapes import DEFINITION, Entries, Keys, Many, Rows, Shape, TextOr, Word

Change = Callable[[str, Word], str | None]
"""What becomes of a word: another one, itself, or None: it goes out of its list."""


def renamed(model: dict[str, Model], kind: str, old: str, new: str) -> tuple[dict[str, Model], dict[Path, str]]:
    """Every mention of `old`, of this kind, says `new`; and the keys that changed, by their old path."""
    keys: dict[Path, str] = {}
    people = model.get("people")
    persons = people if isinstance(people, dict) else {}

    def change(word: str, shape: Word) -> str:
        meant = shape.kind == kind or (kind == "role" and shape.kind == "person" and old not in persons)
        return new if word == old and meant and word not in shape.also else word

    found = _walked(model, DEFINITION, (), change, keys)
    assert isinstance(found, dict)
    return found, keys


def without(model: dict[str, Model], kind: str, name: str) -> dict[str, Model]:
    """The name taken out of every list and table that mentions it; a key that says nothing but this name stays."""

    def change(word: str, shape: Word) -> str | None:
        return None if shape.kind == kind and word == name and word not in shape.also else word

    found = _walked(model, DEFINITION, (), change, {})
    assert isinstance(found, dict)
    return found


def mentions(model: dict[str, Model], kind: str, name: str) -> tuple[Path, ...]:
    """Where a name is mentioned, by path."""
    found: list[Path] = []

    def change(word: str, shape: Word) -> str:
        return word

    _walked(model, DEFINITION, (), change, {}, lambda path, word, shape: found.append(path) if (
        shape.kind == kind and word == name and word not in shape.also) else None)  # fmt: skip
    return tuple(found)


def _walked(
    model: Model,
    shape: Shape,
    path: Path,
    change: Change,
    keys: dict[Path, str],
    see: Callable[[Path, str, Word], None] | None = None,
) -> Model:
    def on(value: Model, inner: Shape, name: str | int) -> Model:
        return _walked(value, inner, (*path, name), change, keys, see)

    match shape, model:
        case Word(), str():
            if see is not None:
                see(path, model, shape)
            changed = change(model, shape)
            return model if changed is None else changed
        case Many(of=of), list():
            if see is not None:
                for number, word in enumerate(model):
                    if isinstance(word, str):
                        see((*path, number), word, of)
            words = [change(word, of) if isinstance(word, str) else word for word in model]
            return [word for word in words if word is not None]
        case Many(of=of), str():
            return _walked(model, of, path, change, keys, see)
        case Rows(of=of), list():
            return [on(row, of, number) for number, row in enumerate(model)]
        case Rows(of=of), dict():
            return _walked(model, of, path, change, keys, see)
        case Entries(of=of, key=word), dict():
            found: dict[str, Model] = {}
            for name, value in model.items():
                if word is not None and see is not None:
                    see((*path, name), name, word)
                new = name if word is None else change(name, word)
                if new is None:
                    continue
                if new != name:
                    keys[*path, name] = new
                found[new] = on(value, of, name)
            return found
        case Keys(), dict():
            return {
                name: on(value, inner, name) if (inner := shape.shape(name)) else value for name, value in model.items()
            }
        case TextOr(table=table), dict():
            return _walked(model, table, path, change, keys, see)
        case _:
            return model
