"""A person's feed of notifications, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.models import Firm, Notification

PAGE = 30


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the feed."""

    id: int
    title: str
    body: str
    at: datetime
    unread: bool
    has_order: bool


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of entries, the id to go on before (None: the end), and the zone its times are shown in."""

    entries: tuple[Entry, ...]
    next: int | None
    zone: str


def feed(session: Session, *, actor: Actor, before: int | None) -> Feed:
    """The actor's newest entries, older than `before` if given."""
    query = select(Notification).where(Notification.user_id == actor.user_id)
    if before is not None:
        query = query.where(Notification.id < before)
    rows = session.scalars(query.order_by(Notification.id.desc()).limit(PAGE + 1)).all()
    entries = tuple(
        Entry(row.id, row.title, row.body, row.at, row.read_at is None, row.order_id is not None) for row in rows[:PAGE]
    )
    zone = session.execute(select(Firm.time_zone)).scalar() or "UTC"
    return Feed(entries, entries[-1].id if len(rows) > PAGE else None, zone)
