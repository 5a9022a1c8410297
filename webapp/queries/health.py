"""Whether the parts of the system are alive, for the health check, the banner and the metrics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.config import LONGEST_SILENCE
from webapp.models import Delivery, Heartbeat, WorkOrder

BEAT = "beat"
WORKER = "worker"
STAND_IN = "stand_in"
TICK = "tick"
REPLACED = "replaced"
SIGNS_PER_SILENCE = 9
"""Signs of life in the time after which a part counts as silent, so that a few may come late."""
CLOCKS = (BEAT, STAND_IN)
"""Who sends ticks: a beat, or a worker while no beat signs."""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a worker and somebody who sends the ticks signed lately; `beat` is False while a worker stands in."""

    worker: bool
    clock: bool
    beat: bool

    @property
    def sentences(self) -> tuple[str, ...]:
        """What a supervisor should know; nothing when all is well."""
        said = []
        if not self.worker:
            said.append("The background worker is silent: notifications and maintenance orders wait until it is back.")
        if not self.clock:
            said.append("The background clock is silent: notifications and maintenance orders wait until it is back.")
        elif not self.beat:
            said.append("The background clock is silent; a worker does its work meanwhile.")
        return tuple(said)


def health(session: Session, *, now: datetime, silent_after: float = LONGEST_SILENCE) -> Health:
    """Return who has signed within the last `silent_after` seconds."""
    lately = Heartbeat.at > now - timedelta(seconds=silent_after)
    alive = set(session.scalars(select(Heartbeat.kind).where(lately).distinct()))
    return Health(worker=WORKER in alive, clock=not alive.isdisjoint(CLOCKS), beat=BEAT in alive)


def beat_signed(session: Session, *, now: datetime, within: float) -> bool:
    """Return whether any beat has signed within so many seconds."""
    lately = Heartbeat.at > now - timedelta(seconds=within)
    return session.scalar(select(Heartbeat.name).where(Heartbeat.kind == BEAT, lately).limit(1)) is not None


@dataclass(frozen=True, slots=True)
class Numbers:
    """What is measured: deliveries by state, orders by status, seconds since each sign of life (infinite: never)."""

    deliveries: dict[str, int]
    orders: dict[str, int]
    silence: dict[str, float]
    ticks: dict[str, float]
    workers: int
    oldest_waiting: float


def numbers(session: Session, *, now: datetime, silent_after: float = LONGEST_SILENCE) -> Numbers:
    """Count for the metrics page."""

    def age(at: datetime | None) -> float:
        return float("inf") if at is None else (now - at).total_seconds()

    def silence(*kinds: str) -> float:
        return min((age(row.at) for row in signs if row.kind in kinds), default=float("inf"))

    signs = session.execute(select(Heartbeat.name, Heartbeat.kind, Heartbeat.at)).all()
    waiting = Delivery.state == "waiting"
    oldest = session.scalar(select(func.min(Delivery.next_at)).where(waiting, Delivery.next_at <= now))
    return Numbers(
        deliveries=dict(session.execute(select(Delivery.state, func.count()).group_by(Delivery.state)).all()),
        orders=dict(session.execute(select(WorkOrder.status, func.count()).group_by(WorkOrder.status)).all()),
        silence={"worker": silence(WORKER), "clock": silence(*CLOCKS), "beat": silence(BEAT)},
        ticks={row.name: age(row.at) for row in signs if row.kind == TICK},
        workers=sum(row.kind == WORKER and age(row.at) <= silent_after for row in signs),
        oldest_waiting=0.0 if oldest is None else (now - oldest).total_seconds(),
    )
