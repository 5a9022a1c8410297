"""What a person chose about being told, and his calendar link as far as it may be seen again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.models import CalendarLink, Firm, NotificationChoices


@dataclass(frozen=True, slots=True)
class Chosen:
    """A person's choices as a form shows them; times of day as texts, empty for none."""

    mail_off: frozenset[str]
    quiet_from: str
    quiet_until: str
    time_zone: str
    firm_zone: str
    digest_at: str


@dataclass(frozen=True, slots=True)
class Link:
    """The calendar link in force: when it was made, and its last letters."""

    ending: str
    made_at: datetime


def chosen(session: Session, *, actor: Actor) -> Chosen:
    """The actor's choices; who never chose gets every mail at once."""
    row = session.get(NotificationChoices, actor.user_id) if actor.user_id else None
    zone = session.scalar(select(Firm.time_zone).where(Firm.id == 1)) or "UTC"
    if row is None:
        return Chosen(frozenset(), "", "", "", zone, "")
    return Chosen(
        mail_off=frozenset(row.mail_off),
        quiet_from=_clock(row.quiet_from),
        quiet_until=_clock(row.quiet_until),
        time_zone=row.time_zone,
        firm_zone=zone,
        digest_at=_clock(row.digest_at),
    )


def link(session: Session, *, actor: Actor) -> Link | None:
    """The actor's calendar link in force, or None."""
    row = session.execute(
        select(CalendarLink.ending, CalendarLink.made_at).where(
            CalendarLink.user_id == actor.user_id, CalendarLink.revoked_at.is_(None)
        )
    ).one_or_none()
    return None if row is None else Link(row.ending, row.made_at)


def _clock(minute: int | None) -> str:
    return "" if minute is None else f"{minute // 60:02}:{minute % 60:02}"
