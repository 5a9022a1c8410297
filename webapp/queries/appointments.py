"""Orders as appointments: one of them, and all that a technician has before him."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from webapp.models import CalendarLink, Customer, Firm, OrderChange, Unit, User, WorkOrder
from webapp.queries.lifecycles import of_kind, standing_in, versions
from webapp.queries.words import TYPES

MOST = 1000
KEPT = timedelta(days=60)
"""How long what lies behind stays in a technician's calendar."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """One order in a calendar; `sequence` is the order's row version, `changed_at` when it came to be so."""

    order_id: int
    number: int
    sequence: int
    starts: datetime
    minutes: int
    title: str
    place: str
    words: str
    url: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose calendar a link opens."""

    user_id: int
    name: str


CHANGED = (
    select(func.max(OrderChange.at)).where(OrderChange.order_id == WorkOrder.id).correlate(WorkOrder).scalar_subquery()
)


def one(session: Session, *, order_id: int, base_url: str) -> Appointment | None:
    """The order as an appointment, or None when it has no date."""
    row = session.execute(_select().where(WorkOrder.id == order_id, WorkOrder.due_at.is_not(None))).one_or_none()
    return None if row is None else _appointment(row, base_url)


def of_technician(session: Session, *, user_id: int, base_url: str, now: datetime) -> tuple[Appointment, ...]:
    """Everything assigned to him that has a date and is not closed for good without work, the earliest first.

    Cancelled and billed orders, and those given to somebody else, are gone.
    """
    here = standing_in(versions(session), lambda lifecycle, status: not of_kind("closed")(lifecycle, status))
    rows = session.execute(
        _select()
        .where(WorkOrder.technician_id == user_id, WorkOrder.due_at >= now - KEPT, here)
        .order_by(WorkOrder.due_at, WorkOrder.id)
        .limit(MOST)
    )
    return tuple(_appointment(row, base_url) for row in rows)


def holder(session: Session, *, token_hash: str) -> Holder | None:
    """Whose calendar it is: an active person's whose link is in force, or nobody's."""
    row = session.execute(
        select(User.id, User.name)
        .join(CalendarLink, CalendarLink.user_id == User.id)
        .where(CalendarLink.token_hash == token_hash, CalendarLink.revoked_at.is_(None), User.active)
    ).one_or_none()
    return None if row is None else Holder(row.id, row.name)


def _select() -> Select[*tuple[object, ...]]:
    zone = select(Firm.time_zone).where(Firm.id == 1).scalar_subquery()
    return (
        select(
            WorkOrder.id,
            WorkOrder.number,
            WorkOrder.type,
            WorkOrder.row_version,
            WorkOrder.due_at,
            WorkOrder.duration_minutes,
            WorkOrder.request,
            WorkOrder.created_at,
            CHANGED.label("changed_at"),
            Unit.service_address,
            Unit.serial_number,
            func.coalesce(Unit.time_zone, zone, "UTC").label("zone"),
            Customer.display_name,
            Customer.phones,
        )
        .join(Unit, Unit.id == WorkOrder.unit_id)
        .outerjoin(Customer, Customer.id == WorkOrder.customer_id)
    )


def _appointment(row: Row[*tuple[object, ...]], base_url: str) -> Appointment:
    kind = TYPES.get(row.type, row.type)
    url = f"{base_url}/work-orders/{row.number}"
    phone = next(iter(row.phones or ()), "")
    local = row.due_at.astimezone(ZoneInfo(row.zone))
    lines = (
        f"{kind}, work order {row.number}",
        f"Due {local:%a %d %b %Y, %H:%M} ({row.zone})",
        f"Customer: {row.display_name}" if row.display_name else "",
        f"Phone: {phone}" if phone else "",
        f"Serial number: {row.serial_number}" if row.serial_number else "",
        row.request,
        url,
    )
    return Appointment(
        order_id=row.id,
        number=row.number,
        sequence=row.row_version,
        starts=row.due_at,
        minutes=row.duration_minutes,
        title=f"{kind}: {row.display_name}" if row.display_name else kind,
        place=row.service_address,
        words="\n".join(line for line in lines if line),
        url=url,
        changed_at=row.changed_at or row.created_at,
    )
