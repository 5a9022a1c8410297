"""Plain data of a text, read without trusting its shape: a draft may say anything."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping

from workflow.editing import Model

EMPTY: Mapping[str, Model] = {}
RESERVED = frozenset({"true", "false", "null", "in"})


def table(value: Model) -> Mapping[str, Model]:
    """The value as a table; an empty one when it is none."""
    return value if isinstance(value, dict) else EMPTY


def rows(value: Model) -> list[Mapping[str, Model]]:
    """The tables of a list; a table alone is a list of one."""
    found = value if isinstance(value, list) else [value]
    return [one for one in found if isinstance(one, dict)]


def words(value: Model) -> list[str]:
    """The words of a list; a word alone is a list of one."""
    found = value if isinstance(value, list) else [value]
    return [one for one in found if isinstance(one, str) and one]


def text(value: Model) -> str:
    """The value as a text; true and false as their words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else ""


def at(value: Model, path: tuple[str, ...]) -> Model:
    """What stands at a place, or None."""
    for key in path:
        value = table(value).get(key)
    return value


def spoken(name: str) -> str:
    """A technical name as people would read it: due_date_set is “Due date set”."""
    plain = name.replace("_", " ").strip()
    return plain[:1].upper() + plain[1:]


def slug(label: str, taken: Collection[str] = ()) -> str:
    """A technical name made from what people read, another than those taken; at most 40 letters."""
    folded = unicodedata.normalize("NFKD", label.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "_", folded).strip("_")[:40].strip("_")
    if not name[:1].isalpha() or name in RESERVED:
        name = f"x_{name}"[:40].strip("_")
    found, number = name, 2
    while found in taken:
        end = f"_{number}"
        found, number = name[: 40 - len(end)] + end, number + 1
    return found
