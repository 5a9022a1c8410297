"""The firm, its counters, and the signs of life of the clockwork."""

from __future__ import annotations

from datetime import datetime

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


class Heartbeat(Model):
    """When a part of the clockwork last said it is alive: `beat`, `worker`."""

    __tablename__ = "heartbeats"
    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class Counter(Model):
    """The next public number of a kind of thing; taken under a row lock, so without gaps."""

    __tablename__ = "counters"
    name: Mapped[str] = mapped_column(primary_key=True)
    next: Mapped[int]
