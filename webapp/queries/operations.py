"""What the clockwork is doing, for the operations page: processes, ticks, and what waits in the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.models import Delivery, Heartbeat
from webapp.queries.health import BEAT, REPLACED, SIGNS_PER_SILENCE, STAND_IN, TICK, WORKER, Health, health

SHOWN_FOR = timedelta(hours=1)
"""A process that has been silent this long has ended; it is no longer shown."""
PROCESSES = {BEAT: "Clock", WORKER: "Worker", STAND_IN: "Worker in place of the clock"}
LATE_AFTER = 3
"""A tick that missed this many turns is late."""


@dataclass(frozen=True, slots=True)
class Process:
    """A clock or worker that signed within the last hour; `alive` when it did so lately."""

    kind: str
    name: str
    at: datetime
    age: float
    alive: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """A task of the beat table; state: on time, late, failing, unknown (it never ran)."""

    name: str
    every: float
    at: datetime | None
    age: float | None
    state: str
    fault: str


@dataclass(frozen=True, slots=True)
class Replacement:
    """A process that was ended because it gave no sign of life."""

    at: datetime
    sentence: str


@dataclass(frozen=True, slots=True)
class Outbox:
    """How many deliveries are in each state; of those waiting, how many are due, and since when the oldest of them."""

    states: dict[str, int]
    due: int
    oldest: datetime | None
    oldest_age: float | None


@dataclass(frozen=True, slots=True)
class Operations:
    """Everything the page shows that the database knows."""

    health: Health
    processes: tuple[Process, ...]
    ticks: tuple[Tick, ...]
    replacements: tuple[Replacement, ...]
    outbox: Outbox
    database: str

    @property
    def workers(self) -> int:
        return sum(one.alive for one in self.processes if one.kind == PROCESSES[WORKER])


def operations(session: Session, *, now: datetime, silent_after: float) -> Operations:
    """Return the state of the clockwork at this moment."""
    rows = session.scalars(select(Heartbeat).order_by(Heartbeat.kind, Heartbeat.name)).all()
    return Operations(
        health=health(session, now=now, silent_after=silent_after),
        processes=tuple(
            Process(PROCESSES[row.kind], row.name, row.at, _age(row.at, now), _age(row.at, now) <= silent_after)
            for row in rows
            if row.kind in PROCESSES and row.at is not None and now - row.at <= SHOWN_FOR
        ),
        ticks=tuple(_tick(row, now=now, silent_after=silent_after) for row in rows if row.kind == TICK),
        replacements=tuple(
            Replacement(row.at, row.detail) for row in rows if row.kind == REPLACED and row.at is not None
        ),
        outbox=_outbox(session, now=now),
        database={"postgresql": "PostgreSQL", "sqlite": "SQLite"}[session.get_bind().dialect.name],
    )


def _age(at: datetime, now: datetime) -> float:
    return max(0.0, (now - at).total_seconds())


def _tick(row: Heartbeat, *, now: datetime, silent_after: float) -> Tick:
    every = row.every or 0.0
    failing = row.failed_at is not None and (row.at is None or row.failed_at > row.at)
    age = None if row.at is None else _age(row.at, now)
    if failing:
        state = "failing"
    elif age is None:
        state = "unknown"
    else:
        state = "late" if age > LATE_AFTER * every + silent_after / SIGNS_PER_SILENCE else "on time"
    return Tick(row.name, every, row.at, age, state, row.detail if failing else "")


def _outbox(session: Session, *, now: datetime) -> Outbox:
    states = dict(session.execute(select(Delivery.state, func.count()).group_by(Delivery.state)).all())
    due, oldest = session.execute(
        select(func.count(), func.min(Delivery.next_at)).where(Delivery.state == "waiting", Delivery.next_at <= now)
    ).one()
    return Outbox(states, int(due), oldest, None if oldest is None else _age(oldest, now))
