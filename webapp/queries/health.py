"""Whether the parts of the system are alive, for the health check and the metrics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.models import Delivery, Heartbeat, WorkOrder

SILENT_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Health:
    """Whether worker and clock signed within the last 60 seconds."""

    worker: bool
    clock: bool


def health(session: Session, *, now: datetime) -> Health:
    """Return who has signed lately."""
    alive = set(session.scalars(select(Heartbeat.name).where(Heartbeat.at > now - SILENT_AFTER)))
    return Health(worker="worker" in alive, clock="beat" in alive)


@dataclass(frozen=True, slots=True)
class Numbers:
    """What is measured: deliveries by state, orders by status, seconds since each heartbeat."""

    deliveries: dict[str, int]
    orders: dict[str, int]
    silence: dict[str, float]


def numbers(session: Session, *, now: datetime) -> Numbers:
    """Count for the metrics page."""
    return Numbers(
        deliveries=dict(session.execute(select(Delivery.state, func.count()).group_by(Delivery.state)).all()),
        orders=dict(session.execute(select(WorkOrder.status, func.count()).group_by(WorkOrder.status)).all()),
        silence={
            row.name: (now - row.at).total_seconds() for row in session.execute(select(Heartbeat.name, Heartbeat.at))
        },
    )
