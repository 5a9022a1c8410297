"""How a search box's words become a condition of the database."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import InstrumentedAttribute

from webapp.folding import fold

MOST_WORDS = 8


def contains(column: InstrumentedAttribute[str], search: str) -> ColumnElement[bool]:
    """That a folded column (`search_text`) holds `search` as it is written, in whatever letters."""
    words = fold(" ".join(words_of(search)))
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return column.like(f"%{escaped}%", escape="\\")


def matches(search: str, *columns: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """That each word of `search` stands in one of the folded columns."""
    found = [or_(*(contains(column, word) for column in columns)) for word in words_of(search)[:MOST_WORDS]]
    return and_(True, *found)


def words_of(search: str) -> list[str]:
    """The words typed, without what cannot be printed."""
    return "".join(letter if letter.isprintable() else " " for letter in search).split()
