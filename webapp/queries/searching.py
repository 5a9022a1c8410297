"""How a search box's words become a condition of the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import InstrumentedAttribute


def contains(column: InstrumentedAttribute[Any], search: str) -> ColumnElement[bool]:
    """That the column holds `search` as it is written, without regard to case."""
    words = " ".join("".join(letter if letter.isprintable() else " " for letter in search).split()).lower()
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return func.lower(column).like(f"%{escaped}%", escape="\\")
