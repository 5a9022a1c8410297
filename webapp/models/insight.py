"""What the clockwork adds up of the history, day by day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Model


class InsightDay(Model):
    """One day (UTC) of a lifecycle, computed whole from its history and refusals, so that it can be computed again at any time.

    `stays`: by status the seconds of every stay that ended that day, in order. `waits`: by button the seconds from each refusal to the
    press that succeeded that day, in order. `refused`: by button and reason how often, and the sentence said last.
    """

    __tablename__ = "insight_days"
    lifecycle: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    computed_at: Mapped[datetime]
    stays: Mapped[dict[str, Any]]
    waits: Mapped[dict[str, Any]]
    refused: Mapped[dict[str, Any]]
