"""The outbox as people read it: who was told what, when, and what the other side answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from webapp.models import Delivery, DeliveryAttempt, KeptMail, WorkOrder
from webapp.queries.searching import contains

PAGE = 50
CHANNELS = {"in_app": "in the app", "mail": "e-mail", "webhook": "webhook"}
FAILED = ("dead", "undeliverable")
LAST_ANSWER = (
    select(DeliveryAttempt.answer)
    .where(DeliveryAttempt.delivery_id == Delivery.id)
    .order_by(DeliveryAttempt.id.desc())
    .limit(1)
    .correlate(Delivery)
    .scalar_subquery()
)
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
    next_at: datetime | None
    """When it is tried again, while it waits."""
    answer: str
    """What the other side answered last."""


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
    identity: str
    """Under which the other side knows it, on every attempt."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deliveries a list shows; nothing chosen shows all."""

    state: str = ""
    channel: str = ""
    search: str = ""
    endpoint_id: int | None = None

    def conditions(self, *, state: bool = True) -> list[ColumnElement[bool]]:
        """What a row has to fulfil; recipient or address contain the search, or the order has the number."""
        found: list[ColumnElement[bool]] = []
        if state and self.state in STATES:
            found.append(Delivery.state == self.state)
        if self.channel in CHANNELS:
            found.append(Delivery.channel == self.channel)
        if self.endpoint_id is not None:
            found.append(Delivery.endpoint_id == self.endpoint_id)
        if self.search:
            either = [contains(Delivery.search_text, self.search)]
            if self.search.isascii() and self.search.isdigit() and len(self.search) < 10:
                number = select(WorkOrder.id).where(WorkOrder.number == int(self.search)).scalar_subquery()
                either.append(Delivery.order_id == number)
            found.append(or_(*either))
        return found


EVERYTHING = Wanted()


def page(
    session: Session, *, wanted: Wanted = EVERYTHING, before: int | None = None, limit: int = PAGE
) -> DeliveryPage:
    """The newest deliveries that are wanted, older than `before` if given, each with what was answered last."""
    query = select(Delivery, WorkOrder.number, LAST_ANSWER).outerjoin(WorkOrder, WorkOrder.id == Delivery.order_id)
    query = query.where(*wanted.conditions())
    if before is not None:
        query = query.where(Delivery.id < before)
    found = session.execute(query.order_by(Delivery.id.desc()).limit(limit + 1)).all()
    rows = tuple(_row(one, number, answer) for one, number, answer in found[:limit])
    counted = select(Delivery.state, func.count()).where(*wanted.conditions(state=False)).group_by(Delivery.state)
    counts = dict(session.execute(counted).all())
    return DeliveryPage(rows, rows[-1].id if len(found) > limit else None, counts)


def failed(session: Session, *, wanted: Wanted, limit: int) -> tuple[int, ...]:
    """The ids of the wanted deliveries that came to no good end, the newest first."""
    rows = session.scalars(
        select(Delivery.id)
        .where(*wanted.conditions(), Delivery.state.in_(FAILED))
        .order_by(Delivery.id.desc())
        .limit(limit)
    )
    return tuple(rows)


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
    ).all()
    mail = session.scalar(select(KeptMail).where(KeptMail.delivery_id == delivery_id))
    return DeliveryDetail(
        row=_row(found[0], found[1], tries[0].answer if tries else None),
        attempts=tuple(Attempt(one.at, one.outcome, one.answer) for one in tries),
        subject=mail.subject if mail else None,
        text=mail.text if mail else None,
        identity=found[0].message_id,
    )


def _row(one: Delivery, number: int | None, answer: str | None) -> DeliveryRow:
    return DeliveryRow(
        id=one.id,
        message=one.message,
        channel=CHANNELS.get(one.channel, one.channel),
        recipient=one.recipient_name,
        address=one.address or "",
        order_number=number,
        state=one.state,
        reason=one.reason,
        attempts=one.attempts,
        created_at=one.created_at,
        next_at=one.next_at if one.state == "waiting" else None,
        answer=answer or "",
    )
