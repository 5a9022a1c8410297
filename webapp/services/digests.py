"""The daily mail: everything that came into a person's feed since the last one, at the hour he chose, once a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from webapp.folding import fold
from webapp.models import Delivery, Firm, Notification, NotificationChoices, User
from webapp.services import message_texts
from webapp.services.choices import Choices
from webapp.services.deliveries import MAIL, lane_of

MOST = 200
"""Entries written out in one mail; the rest is counted."""


def due(session: Session, *, now: datetime) -> Sequence[int]:
    """The people whose digest of today was not written yet."""
    zone = _firms_zone(session)
    rows = session.scalars(
        select(NotificationChoices)
        .join(User, User.id == NotificationChoices.user_id)
        .where(NotificationChoices.digest_at.is_not(None), User.active)
        .order_by(NotificationChoices.user_id)
    )
    return [row.user_id for row in rows if _day(row, zone, now)]


def write(session: Session, *, user_id: int, now: datetime) -> bool:
    """Write today's mail of a person if that was not done yet; False when it was, or when nothing came.

    The entries are marked with the mail that tells of them, in the same transaction: none is lost, none told twice.
    """
    choices = session.scalars(
        select(NotificationChoices)
        .where(NotificationChoices.user_id == user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if choices is None:
        return False
    zone = _firms_zone(session)
    day = _day(choices, zone, now)
    if day is None:
        return False
    choices.digest_on = day
    session.flush()
    came = session.scalars(
        select(Notification)
        .where(
            Notification.user_id == user_id,
            Notification.digest_id.is_(None),
            Notification.at >= (choices.digest_since or now),
        )
        .order_by(Notification.id)
    ).all()
    if not came:
        return False
    user = session.get_one(User, user_id)
    key = f"digest:{user_id}:{day}"
    quantity = "One thing" if len(came) == 1 else f"{len(came)} things"
    values = {
        "key": key,
        "message": message_texts.DIGEST,
        "audience": "himself",
        "channel": MAIL,
        "user_id": user_id,
        "address": user.email,
        "recipient_name": user.name,
        "search_text": fold(f"{user.name}\n{user.email}"),
        "context": {"subject": f"{quantity} happened since your last daily mail", "body": _body(came)},
        "next_at": now,
        "created_at": now,
        "message_id": f"<{key.replace(':', '.')}@fieldwright>",
        "lane": lane_of(user.email),
    }
    mail = session.execute(insert(Delivery).values(values).returning(Delivery.id)).scalar_one()
    session.execute(update(Notification).where(Notification.id.in_([one.id for one in came])).values(digest_id=mail))
    return True


def _body(came: Sequence[Notification]) -> str:
    said = "\n\n".join(f"{one.title}\n{one.body}".strip() for one in came[:MOST])
    more = f"\n\nAnd {len(came) - MOST} more, in the application." if len(came) > MOST else ""
    return f"{said}{more}"


def _firms_zone(session: Session) -> str:
    return session.scalar(select(Firm.time_zone).where(Firm.id == 1)) or "UTC"


def _day(row: NotificationChoices, firms_zone: str, now: datetime) -> str | None:
    """The day whose mail is due; a day that another zone, or a clock set back, brings once more had its mail."""
    day = Choices(digest_at=row.digest_at, zone=row.time_zone or firms_zone).digest_due(now)
    return day if day is not None and day > row.digest_on else None
