"""Who was told what about one work order, whether it arrived, and what the customer was asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import ApprovalRequest, Delivery, DeliveryAttempt, WorkOrder
from webapp.queries.deliveries import CHANNELS
from webapp.queries.words import local
from workflow.engine import Lifecycle


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One try of a delivery."""

    at: datetime
    outcome: str
    answer: str


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """Who was told what, and whether it arrived."""

    id: int
    message: str
    channel: str
    recipient: str
    address: str
    state: str
    reason: str
    at: datetime
    attempts: tuple[AttemptRow, ...]


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """One question to the customer, and its answer."""

    state: str
    asked_at: datetime
    lines: tuple[str, ...]
    answered_at: datetime | None
    answered_by: str
    reason: str


def deliveries(session: Session, order: WorkOrder, compiled: Lifecycle, zone: ZoneInfo) -> tuple[DeliveryRow, ...]:
    """Everything sent about it, newest first, each with its attempts."""
    rows = session.scalars(select(Delivery).where(Delivery.order_id == order.id).order_by(Delivery.id.desc())).all()
    attempts: dict[int, list[AttemptRow]] = defaultdict(list)
    for attempt in _attempts(session, [row.id for row in rows]):
        attempts[attempt.delivery_id].append(AttemptRow(attempt.at.astimezone(zone), attempt.outcome, attempt.answer))
    messages = compiled.vocabulary.messages
    return tuple(
        DeliveryRow(
            id=row.id,
            message=messages[row.message].label if row.message in messages else row.message,
            channel=CHANNELS.get(row.channel, row.channel),
            recipient=row.recipient_name,
            address=row.address or "",
            state=row.state,
            reason=row.reason,
            at=row.created_at.astimezone(zone),
            attempts=tuple(attempts[row.id]),
        )
        for row in rows
    )


def _attempts(session: Session, delivery_ids: Iterable[int]) -> Iterable[DeliveryAttempt]:
    return session.scalars(
        select(DeliveryAttempt).where(DeliveryAttempt.delivery_id.in_(list(delivery_ids))).order_by(DeliveryAttempt.id)
    )


def approvals(session: Session, order: WorkOrder, zone: ZoneInfo, names: Mapping[int, str]) -> tuple[ApprovalRow, ...]:
    """What the customer was asked, newest first."""
    rows = session.scalars(
        select(ApprovalRequest).where(ApprovalRequest.order_id == order.id).order_by(ApprovalRequest.id.desc())
    )
    return tuple(
        ApprovalRow(
            state=row.state,
            asked_at=row.asked_at.astimezone(zone),
            lines=tuple(
                f"{line['name']}: {Decimal(line['quantity']).normalize():f} {line['unit_of_measure']}"
                f" (limit {Decimal(line['limit']).normalize():f})"
                for line in row.asked
            ),
            answered_at=local(row.answered_at, zone),
            answered_by=names.get(
                row.answered_by_id or 0, "the customer" if row.state in ("approved", "declined") else ""
            ),
            reason=row.reason,
        )
        for row in rows
    )
