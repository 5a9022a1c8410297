"""A person's feed of notifications: marking entries as read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import NotFound
from webapp.models import Notification, WorkOrder


def open_entry(session: Session, *, notification_id: int, actor: Actor, now: datetime) -> int | None:
    """Mark an entry of the actor's feed as read; returns the number of the order it tells of, if any."""
    entry = session.scalars(
        select(Notification).where(Notification.id == notification_id, Notification.user_id == actor.user_id)
    ).one_or_none()
    if entry is None:
        raise NotFound("There is no such notification.")
    entry.read_at = entry.read_at or now
    session.flush()
    if entry.order_id is None:
        return None
    return session.execute(select(WorkOrder.number).where(WorkOrder.id == entry.order_id)).scalar_one()


def mark_read(session: Session, *, notification_id: int, actor: Actor, now: datetime) -> None:
    """Mark an entry of the actor's feed as read, and stay where one is."""
    open_entry(session, notification_id=notification_id, actor=actor, now=now)


def read_all(session: Session, *, actor: Actor, now: datetime) -> None:
    """Mark everything in the actor's feed as read."""
    session.execute(
        update(Notification)
        .where(Notification.user_id == actor.user_id, Notification.read_at.is_(None))
        .values(read_at=now)
    )
