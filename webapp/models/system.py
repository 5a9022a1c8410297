"""The firm, its counters, and the signs of life of the clockwork."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Model


class Firm(Model):
    """The one firm of this installation (id 1)."""

    __tablename__ = "firm"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    time_zone: Mapped[str] = mapped_column(default="UTC")
    currency: Mapped[str] = mapped_column(default="EUR")
    week_start: Mapped[int] = mapped_column(default=0)
    service_visit_after_days: Mapped[int] = mapped_column(default=30)
    service_visit_window_days: Mapped[int] = mapped_column(default=60)
    service_visits: Mapped[bool] = mapped_column(default=True)
    holiday_country: Mapped[str] = mapped_column(default="")
    holiday_region: Mapped[str] = mapped_column(default="")
    days_off: Mapped[list[Any]] = mapped_column(default=lambda: [5, 6])
    """Days of the week (0 is Monday) on which nobody works."""


class Heartbeat(Model):
    """The last sign of life of one part of the clockwork.

    kind: `beat` and `worker` (a process, named `beat-<pid>@<host>`), `stand_in` (a worker that sends the ticks while no beat
    signs), `tick` (a task of the beat table, with how often it is sent), `replaced` (what `fieldwright up` had to replace).
    """

    __tablename__ = "heartbeats"
    name: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    at: Mapped[datetime | None]
    every: Mapped[float | None]
    failed_at: Mapped[datetime | None]
    detail: Mapped[str] = mapped_column(default="")


class Counter(Model):
    """The next public number of a kind of thing; taken under a row lock, so without gaps."""

    __tablename__ = "counters"
    name: Mapped[str] = mapped_column(primary_key=True)
    next: Mapped[int]
