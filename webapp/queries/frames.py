"""What the frame of every page shows besides its content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.models import Firm, Notification
from webapp.queries.health import health


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
        found = health(session, now=now)
        if not (found.worker and found.clock):
            silent = "worker" if not found.worker else "clock"
            banners = (
                f"The background {silent} is silent: notifications and maintenance orders wait until it is back.",
            )
    return Frame(unread=int(unread), banners=banners, firm_name=name or "Fieldwright")
