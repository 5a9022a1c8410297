"""A person's feed of notifications, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
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
    """A page of entries, the id to go on before (None: the end), the zone its times are shown in, and how much is unread."""

    entries: tuple[Entry, ...]
    next: int | None
    zone: str
    unread: int


@dataclass(frozen=True, slots=True)
class Unread:
    """How many entries of a feed are unread, and the newest entry there is (0: none)."""

    count: int
    newest: int


def feed(session: Session, *, actor: Actor, before: int | None, unread: bool = False) -> Feed:
    """The actor's newest entries, or the `unread` ones only, older than `before` if given."""
    query = select(Notification).where(Notification.user_id == actor.user_id)
    if before is not None:
        query = query.where(Notification.id < before)
    if unread:
        query = query.where(Notification.read_at.is_(None))
    rows = session.scalars(query.order_by(Notification.id.desc()).limit(PAGE + 1)).all()
    entries = tuple(
        Entry(row.id, row.title, row.body, row.at, row.read_at is None, row.order_id is not None) for row in rows[:PAGE]
    )
    zone = session.execute(select(Firm.time_zone)).scalar() or "UTC"
    following = entries[-1].id if len(rows) > PAGE else None
    return Feed(entries, following, zone, news(session, actor=actor).count)


def news(session: Session, *, actor: Actor) -> Unread:
    """What is new for the actor, read from one index: asked for again and again by every page that is looked at."""
    mine = Notification.user_id == actor.user_id
    count = select(func.count()).select_from(Notification).where(mine, Notification.read_at.is_(None)).scalar_subquery()
    newest = select(func.max(Notification.id)).where(mine).scalar_subquery()
    row = session.execute(select(count, newest)).one()
    return Unread(int(row[0]), int(row[1] or 0))
