"""What the frame of every page shows besides its content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.models import Firm, Heartbeat, Notification

SILENT_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Frame:
    """`unread` notifications, sentences to warn a supervisor with, and the firm's name."""

    unread: int
    banners: tuple[str, ...]
    firm_name: str


def frame(session: Session, *, actor: Actor, now: datetime) -> Frame:
    """Return the frame for one person at one moment."""
    unread = session.execute(
        select(func.count())
        .select_from(Notification)
        .where(Notification.user_id == actor.user_id, Notification.read_at.is_(None))
    ).scalar_one()
    name = session.execute(select(Firm.name)).scalar()
    banners: tuple[str, ...] = ()
    if actor.may("work_orders.supervise"):
        alive = {row.name for row in session.execute(select(Heartbeat.name).where(Heartbeat.at > now - SILENT_AFTER))}
        if "worker" not in alive:
            banners = ("The background worker is silent: notifications and maintenance orders wait until it is back.",)
    return Frame(unread=int(unread), banners=banners, firm_name=name or "Fieldwright")
