"""What the frame of every page shows besides its content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.config import LONGEST_SILENCE
from webapp.models import Firm, Notification
from webapp.queries.health import health


@dataclass(frozen=True, slots=True)
class Frame:
    """`unread` notifications, sentences to warn a supervisor with, the firm's name and its zone."""

    unread: int
    banners: tuple[str, ...]
    firm_name: str
    firm_zone: str


def frame(session: Session, *, actor: Actor, now: datetime, silent_after: float = LONGEST_SILENCE) -> Frame:
    """Return the frame for one person at one moment."""
    unread = session.execute(
        select(func.count())
        .select_from(Notification)
        .where(Notification.user_id == actor.user_id, Notification.read_at.is_(None))
    ).scalar_one()
    firm = session.execute(select(Firm.name, Firm.time_zone)).one_or_none()
    banners: tuple[str, ...] = ()
    if actor.may("work_orders.supervise"):
        banners = health(session, now=now, silent_after=silent_after).sentences
    return Frame(
        unread=int(unread),
        banners=banners,
        firm_name=firm.name if firm else "Fieldwright",
        firm_zone=firm.time_zone if firm else "UTC",
    )
