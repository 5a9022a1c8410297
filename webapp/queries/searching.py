"""How a search box's words become a condition of the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy.orm import InstrumentedAttribute

MOST_WORDS = 8


def contains(column: InstrumentedAttribute[Any], search: str) -> ColumnElement[bool]:
    """That the column holds `search` as it is written, without regard to case."""
    words = " ".join(words_of(search)).lower()
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return func.lower(column).like(f"%{escaped}%", escape="\\")


def matches(search: str, *columns: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """That each word of `search` stands in one of the columns."""
    found = [or_(*(contains(column, word) for column in columns)) for word in words_of(search)[:MOST_WORDS]]
    return and_(True, *found)


def words_of(search: str) -> list[str]:
    """The words typed, without what cannot be printed."""
    return "".join(letter if letter.isprintable() else " " for letter in search).split()
