"""What the plans would create in the days ahead, and how much work that is, by week and technician."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from webapp.models import Customer, MaintenancePlan, Unit, User
from webapp.queries.maintenance_timing import FLOATING, FirmDays, firm_days, schedule_of, single, wakes_at
from webapp.recurrence import Occurrence

DAYS = 90
SHOWN = 300
"""Visits listed; the load counts all of them."""
MOST_PLANS = 20_000
NOBODY = "Nobody yet"


@dataclass(frozen=True, slots=True)
class Visit:
    """An order that would be made, and when; no due moment: the visit falls away, and the reason says why."""

    plan_id: int
    plan: str
    customer: str
    technician: str
    slot: datetime
    due_at: datetime | None
    made_at: datetime
    reason: str
    zone: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Week:
    """The work of a week that begins on a Monday: minutes for each technician of the load, and in all."""

    begins: date
    minutes: tuple[int, ...]
    visits: int

    @property
    def total(self) -> int:
        """Minutes of everybody."""
        return sum(self.minutes)


@dataclass(frozen=True, slots=True)
class Ahead:
    """The visits by due moment (the first of them), how many there are, and the load by week."""

    visits: tuple[Visit, ...]
    count: int
    technicians: tuple[str, ...]
    weeks: tuple[Week, ...]

    @property
    def most(self) -> int:
        """The minutes of the fullest week, at least one."""
        return max([week.total for week in self.weeks], default=0) or 1


def ahead(session: Session, *, now: datetime, days: int = DAYS, technician_id: int | None = None) -> Ahead:
    """Everything that would be due within so many days if nothing changes; nothing is written.

    Whether a visit is merged into an order that has not begun is only known when its turn comes.
    """
    end = now + timedelta(days=days)
    firm = firm_days(session)
    query = (
        select(
            MaintenancePlan.__table__,
            Unit.time_zone,
            Customer.display_name.label("customer"),
            User.name.label("technician"),
        )
        .select_from(MaintenancePlan)
        .join(Unit, Unit.id == MaintenancePlan.unit_id)
        .outerjoin(Customer, Customer.id == Unit.customer_id)
        .outerjoin(User, User.id == MaintenancePlan.technician_id)
        .where(
            MaintenancePlan.active,
            MaintenancePlan.ended_at.is_(None),
            MaintenancePlan.next_slot_at <= end + timedelta(days=31),
        )
        .order_by(MaintenancePlan.next_slot_at, MaintenancePlan.id)
        .limit(MOST_PLANS)
    )
    if technician_id is not None:
        query = query.where(MaintenancePlan.technician_id == technician_id)
    visits = [visit for plan in session.execute(query) for visit in _visits(plan, firm, end)]
    visits.sort(key=lambda visit: (visit.due_at or visit.slot, visit.plan_id))
    real = [visit for visit in visits if visit.due_at is not None]
    people, weeks = _load(real, now=now, end=end, zone=firm.zone)
    return Ahead(tuple(visits[:SHOWN]), len(real), people, weeks)


def _visits(plan: Row[*tuple[Any, ...]], firm: FirmDays, end: datetime) -> list[Visit]:
    schedule = schedule_of(plan, zone=plan.time_zone, firm=firm)
    if plan.anchor == FLOATING:
        schedule = single(schedule, plan.next_slot_at)
    found: list[Occurrence] = []
    for one in schedule.onward(plan.next_slot_at - timedelta(microseconds=1)):
        if one.slot > end + timedelta(days=31):
            break
        if (one.due_at or one.slot) <= end:
            found.append(one)
    return [
        Visit(
            plan_id=plan.id,
            plan=plan.name,
            customer=plan.customer or "",
            technician=plan.technician or NOBODY,
            slot=one.slot,
            due_at=one.due_at,
            made_at=wakes_at(one, plan.lead_days),
            reason=one.reason,
            zone=plan.time_zone or firm.zone,
            minutes=plan.duration_minutes,
        )
        for one in found
    ]


def _load(
    visits: Sequence[Visit], *, now: datetime, end: datetime, zone: str
) -> tuple[tuple[str, ...], tuple[Week, ...]]:
    people = tuple(sorted({visit.technician for visit in visits}, key=lambda name: (name == NOBODY, name)))
    minutes: dict[tuple[date, str], int] = defaultdict(int)
    counted: dict[date, int] = defaultdict(int)
    local = ZoneInfo(zone)
    for visit in visits:
        assert visit.due_at is not None
        monday = _monday(visit.due_at.astimezone(local).date())
        minutes[monday, visit.technician] += visit.minutes
        counted[monday] += 1
    begins = min([_monday(now.astimezone(local).date()), *counted])
    weeks = []
    while begins <= end.astimezone(local).date():
        weeks.append(Week(begins, tuple(minutes[begins, name] for name in people), counted[begins]))
        begins += timedelta(weeks=1)
    return people, tuple(weeks)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
