"""Signs of life of the clockwork: which process is alive, when each tick last ran, and what had to be replaced."""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from webapp.models import Heartbeat
from webapp.queries.health import BEAT, REPLACED, SIGNS_PER_SILENCE, STAND_IN, TICK, WORKER

__all__ = [
    "BEAT", "REPLACED", "SIGNS_PER_SILENCE", "STAND_IN", "TAKE_OVER", "TICK", "WORKER",
    "expected", "failed", "forget", "name_of", "replaced", "sign", "ticked",
]  # fmt: skip

TAKE_OVER = 4 / 3
"""A part that has been silent this many times as long as is allowed is replaced, and a worker sends the ticks meanwhile."""
FORGOTTEN_AFTER = timedelta(days=1)
"""Processes come and go; the row of one that ended long ago says nothing any more."""


def name_of(kind: str, pid: int | None = None) -> str:
    """Return the name a process of this machine signs with; our own unless a pid is given."""
    return f"{kind}-{pid or os.getpid()}@{socket.gethostname()}"


def sign(session: Session, *, kind: str, name: str, now: datetime) -> None:
    """Note that this process is alive at this moment."""
    _write(session, name=name, kind=kind, at=now)


def ticked(session: Session, *, name: str, every: float, now: datetime) -> None:
    """Note that a task of the beat table ran to its end."""
    _write(session, name=name, kind=TICK, every=every, at=now)


def expected(session: Session, *, name: str, every: float) -> None:
    """Note that a task is sent from now on, so that one that never runs is seen as well."""
    _write(session, name=name, kind=TICK, every=every)


def failed(session: Session, *, name: str, every: float, fault: str, now: datetime) -> None:
    """Note that a task of the beat table ended with a fault."""
    _write(session, name=name, kind=TICK, every=every, failed_at=now, detail=fault)


def replaced(session: Session, *, part: str, sentence: str, now: datetime) -> None:
    """Note that a part was ended and started anew because it had fallen silent, and why."""
    _write(session, name=f"replaced {part}", kind=REPLACED, at=now, detail=sentence)


def forget(session: Session, *, now: datetime) -> None:
    """Drop the rows of processes that ended long ago."""
    session.execute(
        delete(Heartbeat).where(Heartbeat.kind.in_((BEAT, WORKER, STAND_IN)), Heartbeat.at < now - FORGOTTEN_AFTER)
    )


def _write(session: Session, *, name: str, kind: str, **values: object) -> None:
    """Insert or update one row in one statement: several processes may sign for one tick at the same moment."""
    postgres = session.get_bind().dialect.name == "postgresql"
    insert = (postgresql.insert if postgres else sqlite.insert)(Heartbeat)
    statement = insert.values(name=name, kind=kind, **{"detail": "", **values})
    session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"kind": kind, **values}))
