"""Values written as YAML the reader takes for exactly these values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from workflow.editing.layout import Model
from workflow.reading.nodes import List, Text, tree

WIDTH = 118
"""Lines are kept this short where they can be broken."""

_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`=~.+0-9][^\r\n]*|[0-9][0-9 .a-zA-Z:-]*")


def scalar(value: str | bool | None, *, style: str = "", flow: bool, column: int, indent: int) -> str:
    """One value in its old `style` where it fits; `column` is where it begins, `indent` where it may go on."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if not flow and (style in ("|", ">") or (not style and column + len(value) > WIDTH + 30 and _folds(value))):
        block = _block(value, style or ">", indent)
        if block is not None:
            return block
    if style in ("'", '"'):
        written = _quoted(value, style)
    elif is_plain(value, flow):
        written = value
    else:
        written = _quoted(value, '"' if '"' not in value and "\\" not in value else "'")
    if column + len(written) > WIDTH and _folds(value):
        return _folded(written, column, indent)
    return written


@lru_cache(maxsize=2048)
def is_plain(value: str, flow: bool) -> bool:
    """Whether a text may stand without quotes and still be read as this text by every program."""
    if value in ("true", "false", "null") or not _PLAIN.fullmatch(value):
        return False
    root, problems = tree(f"[{value}]" if flow else f"- {value}")
    return (
        not problems
        and isinstance(root, List)
        and len(root.items) == 1
        and isinstance(root.items[0], Text)
        and root.items[0].value == value
    )


def flow(value: Model, *, column: int = 0, indent: int = 0) -> str:
    """A value on one line, in brackets."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key, flow=True)}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(one) for one in value) + "]"
    return scalar(value, flow=True, column=column, indent=indent)


def entry(key: str | None, value: Model, *, indent: int, step: int, brackets: bool | None = None) -> list[str]:
    """The lines of one entry: `key: value`, or `- value` for None. `brackets` says whether a collection stands in them."""
    pad = " " * indent
    head = "-" if key is None else f"{_key(key, flow=False)}:"
    if not isinstance(value, (dict, list)):
        column = indent + len(head) + 1
        return f"{pad}{head} {scalar(value, flow=False, column=column, indent=indent + step)}".split("\n")
    inline = flow(value)
    fits = indent + len(head) + 1 + len(inline) <= WIDTH
    rows = isinstance(value, list) and len(value) > 1 and not _is_words(value)
    if not value or (fits and brackets is not False and not rows) or _is_words(value):
        if fits or not value:
            return [f"{pad}{head} {inline}"]
        return _wrapped(f"{pad}{head} ", value, indent + step)
    deeper = indent + (2 if key is None else step)
    inner = [line for name, one in _pairs(value) for line in entry(name, one, indent=deeper, step=step)]
    return [f"{pad}- {inner[0].lstrip()}", *inner[1:]] if key is None else [f"{pad}{head}", *inner]


def _pairs(value: dict[str, Model] | list[Model]) -> list[tuple[str | None, Model]]:
    if isinstance(value, dict):
        return [(name, one) for name, one in value.items()]
    return [(None, one) for one in value]


def _is_words(value: Mapping[str, Model] | list[Model]) -> bool:
    return isinstance(value, list) and not any(isinstance(one, (dict, list)) for one in value)


def _wrapped(head: str, words: Mapping[str, Model] | list[Model], indent: int) -> list[str]:
    """A long list of words, broken at its commas."""
    lines, line = [], f"{head}["
    for number, word in enumerate(words):
        assert not isinstance(word, (dict, list))
        part = scalar(word, flow=True, column=0, indent=0) + ("," if number < len(words) - 1 else "]")
        if len(line) + len(part) > WIDTH and not line.endswith("["):
            lines.append(line.rstrip())
            line = " " * indent
        line += f"{part} "
    return [*lines, line.rstrip()]


def _key(name: str, *, flow: bool) -> str:
    return name if is_plain(name, flow) else _quoted(name, '"')


def _quoted(value: str, style: str) -> str:
    if style == "'" and "\n" not in value:
        return "'" + value.replace("'", "''") + "'"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _folds(value: str) -> bool:
    return " " in value and "  " not in value and "\n" not in value and value == value.strip()


def _block(value: str, sign: str, indent: int) -> str | None:
    """A text in lines of its own, without a line break at its end; None where this form cannot say it."""
    pad = " " * indent
    if sign == "|":
        if value != value.strip() or any(line != line.strip() or not line for line in value.split("\n")):
            return None
        return "|-\n" + "\n".join(pad + line for line in value.split("\n"))
    if not _folds(value) and (" " in value or "\n" in value or not value):
        return None
    return ">-\n" + "\n".join(pad + line for line in _lines(value, WIDTH - indent, WIDTH - indent))


def _folded(written: str, column: int, indent: int) -> str:
    first, *rest = _lines(written, WIDTH - column, WIDTH - indent)
    return "\n".join([first, *(" " * indent + line for line in rest)])


def _lines(text: str, first: int, width: int) -> list[str]:
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        limit = width if lines else first
        if line and len(line) + 1 + len(word) > limit:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]
