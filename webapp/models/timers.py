"""Which timers rang for which order, in which stay in a status, and what came of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Model


class OrderTimer(Model):
    """One timer that rang once: for one stay of an order in a status, and one moment it counts from.

    `stay` is the sequence of the history row with which the stay began. outcome: told (it only sends messages), taken, refused.
    `row_version` is the version of the order that a refused button was tried on: it is tried again on another one.
    """

    __tablename__ = "order_timers"
    __table_args__ = (UniqueConstraint("order_id", "timer", "stay", "counted_from"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("work_orders.id"))
    timer: Mapped[str]
    stay: Mapped[int]
    counted_from: Mapped[datetime]
    due_at: Mapped[datetime]
    fired_at: Mapped[datetime]
    definition_version_id: Mapped[int] = mapped_column(ForeignKey("definition_versions.id"))
    outcome: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    row_version: Mapped[int]
