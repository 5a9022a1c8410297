"""Columns that several tables share: which version a row is at, who changed it last, and what a search looks through."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column

from webapp.folding import fold


class Versioned:
    """A row that a form changes: its version, and who changed it last and when (empty: nobody since it was made)."""

    row_version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime | None]
    updated_by: Mapped[str] = mapped_column(default="")


class Searched:
    """A row that a search box finds: `search_text` holds the columns `SEARCHED`, folded, whoever writes the row."""

    SEARCHED: ClassVar[tuple[str, ...]]
    search_text: Mapped[str] = mapped_column(default="")


@event.listens_for(Searched, "before_insert", propagate=True)
@event.listens_for(Searched, "before_update", propagate=True)
def keep_search_text(_mapper: Any, _connection: Any, row: Searched) -> None:
    """Fold the searched columns into `search_text` whenever the row is written."""
    row.search_text = fold("\n".join(getattr(row, name) or "" for name in row.SEARCHED))
