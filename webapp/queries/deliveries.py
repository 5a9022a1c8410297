"""The outbox as people read it: who was told what, when, and what the other side answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from webapp.models import Delivery, DeliveryAttempt, KeptMail, WorkOrder
from webapp.queries.searching import contains

PAGE = 50
STATES = ("waiting", "delivered", "kept", "undeliverable", "dead")


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One delivery in a list."""

    id: int
    message: str
    channel: str
    recipient: str
    address: str
    order_number: int | None
    state: str
    reason: str
    attempts: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """Rows, newest first, the id to go on after (None: the end), and the count per state."""

    rows: tuple[DeliveryRow, ...]
    next: int | None
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try."""

    at: datetime
    outcome: str
    answer: str


@dataclass(frozen=True, slots=True)
class DeliveryDetail:
    """One delivery with its attempts and, for a mail that was sent or kept, what it says."""

    row: DeliveryRow
    attempts: tuple[Attempt, ...]
    subject: str | None
    text: str | None


def page(session: Session, *, state: str | None, search: str, before: int | None) -> DeliveryPage:
    """Deliveries in one state (None: all) whose recipient or address contains the search, or whose order has the number."""
    query = select(Delivery, WorkOrder.number).outerjoin(WorkOrder, WorkOrder.id == Delivery.order_id)
    if state:
        query = query.where(Delivery.state == state)
    if search:
        found = [contains(Delivery.search_text, search)]
        if search.isdigit() and len(search) < 10:
            found.append(WorkOrder.number == int(search))
        query = query.where(or_(*found))
    if before is not None:
        query = query.where(Delivery.id < before)
    rows = [_row(one, number) for one, number in session.execute(query.order_by(Delivery.id.desc()).limit(PAGE + 1))]
    counts = dict(session.execute(select(Delivery.state, func.count()).group_by(Delivery.state)).all())
    return DeliveryPage(tuple(rows[:PAGE]), rows[PAGE - 1].id if len(rows) > PAGE else None, counts)


def detail(session: Session, *, delivery_id: int) -> DeliveryDetail | None:
    """One delivery, or None when there is no such row."""
    found = session.execute(
        select(Delivery, WorkOrder.number)
        .outerjoin(WorkOrder, WorkOrder.id == Delivery.order_id)
        .where(Delivery.id == delivery_id)
    ).one_or_none()
    if found is None:
        return None
    tries = session.scalars(
        select(DeliveryAttempt).where(DeliveryAttempt.delivery_id == delivery_id).order_by(DeliveryAttempt.id.desc())
    )
    mail = session.scalar(select(KeptMail).where(KeptMail.delivery_id == delivery_id))
    return DeliveryDetail(
        row=_row(found[0], found[1]),
        attempts=tuple(Attempt(one.at, one.outcome, one.answer) for one in tries),
        subject=mail.subject if mail else None,
        text=mail.text if mail else None,
    )


def _row(one: Delivery, number: int | None) -> DeliveryRow:
    return DeliveryRow(
        id=one.id,
        message=one.message,
        channel="in the app" if one.channel == "in_app" else "e-mail",
        recipient=one.recipient_name,
        address=one.address or "",
        order_number=number,
        state=one.state,
        reason=one.reason,
        attempts=one.attempts,
        created_at=one.created_at,
    )
