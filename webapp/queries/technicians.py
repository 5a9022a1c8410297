"""Who can be given an order, and what each one has to do on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import Role, User, WorkOrder
from webapp.queries.lifecycles import of_kinds, versions
from webapp.queries.words import TYPES


@dataclass(frozen=True, slots=True)
class DayOrder:
    """An order of a technician's day; `overlaps` the time the order on the page would take."""

    number: int
    type_label: str
    status_label: str
    due_at: datetime
    duration_minutes: int
    overlaps: bool


@dataclass(frozen=True, slots=True)
class TechnicianChoice:
    """A person who can be picked, with that day's orders."""

    id: int
    name: str
    orders: tuple[DayOrder, ...]

    @property
    def overlaps(self) -> bool:
        """Whether one of the day's orders overlaps."""
        return any(order.overlaps for order in self.orders)


def technician_ids(session: Session) -> frozenset[int]:
    """Everybody who can be given an order: active, in a role marked as a technician's."""
    return frozenset(
        session.scalars(select(User.id).join(Role, Role.id == User.role_id).where(User.active, Role.is_technician))
    )


def names(session: Session) -> list[tuple[int, str]]:
    """Id and name of everybody who can be given an order, by name."""
    rows = session.execute(
        select(User.id, User.name)
        .join(Role, Role.id == User.role_id)
        .where(User.active, Role.is_technician)
        .order_by(User.name, User.id)
    )
    return [(row.id, row.name) for row in rows]


def choices(
    session: Session,
    *,
    day: datetime,
    zone: ZoneInfo,
    due_at: datetime | None = None,
    duration_minutes: int = 60,
    besides: int | None = None,
) -> tuple[TechnicianChoice, ...]:
    """Every technician by name, with his open orders of the day in the zone, without the order `besides`."""
    people = names(session)
    start = datetime.combine(day.astimezone(zone).date(), time(), zone)
    end = datetime.combine(day.astimezone(zone).date() + timedelta(days=1), time(), zone)
    orders: dict[int, list[DayOrder]] = defaultdict(list)
    known = versions(session)
    for order in _of_day(session, [id for id, _ in people], start, end, besides):
        assert order.due_at is not None
        assert order.technician_id is not None
        status = known[order.definition_version_id].definition.statuses[order.status]
        orders[order.technician_id].append(
            DayOrder(
                number=order.number,
                type_label=TYPES[order.type],
                status_label=status.label,
                due_at=order.due_at.astimezone(zone),
                duration_minutes=order.duration_minutes,
                overlaps=due_at is not None and overlap(order.due_at, order.duration_minutes, due_at, duration_minutes),
            )
        )
    return tuple(TechnicianChoice(id, name, tuple(orders[id])) for id, name in people)


def overlap(one: datetime, minutes: int, other: datetime, other_minutes: int) -> bool:
    """Whether two visits take some of the same time; touching ends do not."""
    return one < other + timedelta(minutes=other_minutes) and other < one + timedelta(minutes=minutes)


def _of_day(
    session: Session, ids: Iterable[int], start: datetime, end: datetime, besides: int | None
) -> Iterable[WorkOrder]:
    open_now = of_kinds(session, "queue", "ready", "working", "held", "review")
    return session.scalars(
        select(WorkOrder)
        .where(
            WorkOrder.technician_id.in_(list(ids)),
            WorkOrder.due_at >= start,
            WorkOrder.due_at < end,
            WorkOrder.id != (besides or 0),
            open_now,
        )
        .order_by(WorkOrder.due_at, WorkOrder.id)
    ).all()
