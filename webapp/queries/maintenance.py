"""Maintenance plans and their ledgers as people read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from webapp.models import (
    Customer,
    Firm,
    Item,
    MaintenancePlan,
    MaintenancePlanItem,
    MaintenanceSlot,
    Unit,
    User,
    WorkOrder,
)
from webapp.queries.maintenance_timing import firm_days, schedule_of
from webapp.recurrence import read

PAGE = 50


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One plan in a list; `zone` is the unit's, in which its moments are shown."""

    id: int
    name: str
    recurrence: str
    unit: str
    customer: str
    zone: str
    next_slot_at: datetime | None
    active: bool


@dataclass(frozen=True, slots=True)
class PlanPage:
    """Rows by name and the id to go on after (None: the end)."""

    rows: tuple[PlanRow, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class SlotRow:
    """One due date and what became of it."""

    slot: datetime
    outcome: str
    reason: str
    order_number: int | None


@dataclass(frozen=True, slots=True)
class PlanDetail:
    """One plan with its past slots (newest first) and the next twelve to come."""

    row: PlanRow
    unit_id: int
    lead_days: int
    duration_minutes: int
    technician: str
    request: str
    items: tuple[tuple[str, object], ...]
    past: tuple[SlotRow, ...]
    coming: tuple[datetime, ...]


def page(session: Session, *, after: int | None) -> PlanPage:
    """Plans in the order they were made."""
    query = _rows().order_by(MaintenancePlan.id).limit(PAGE + 1)
    if after is not None:
        query = query.where(MaintenancePlan.id > after)
    zone = _firm_zone(session)
    rows = [_row(plan, unit, customer, zone) for plan, unit, customer in session.execute(query)]
    return PlanPage(tuple(rows[:PAGE]), rows[PAGE - 1].id if len(rows) > PAGE else None)


def detail(session: Session, *, plan_id: int) -> PlanDetail | None:
    """One plan, or None when there is no such plan."""
    found = session.execute(_rows().where(MaintenancePlan.id == plan_id)).one_or_none()
    if found is None:
        return None
    plan, unit, customer = found
    row = _row(plan, unit, customer, _firm_zone(session))
    past = session.execute(
        select(MaintenanceSlot, WorkOrder.number)
        .outerjoin(WorkOrder, WorkOrder.id == MaintenanceSlot.order_id)
        .where(MaintenanceSlot.plan_id == plan_id, MaintenanceSlot.outcome != "planned")
        .order_by(MaintenanceSlot.slot.desc())
        .limit(PAGE)
    )
    items = session.execute(
        select(Item.name, MaintenancePlanItem.quantity)
        .join(Item, Item.id == MaintenancePlanItem.item_id)
        .where(MaintenancePlanItem.plan_id == plan_id)
        .order_by(Item.name)
    )
    technician = session.get(User, plan.technician_id) if plan.technician_id else None
    rows = tuple(SlotRow(one.slot, one.outcome, one.reason, number) for one, number in past)
    ahead = schedule_of(plan, zone=unit.time_zone, firm=firm_days(session)).onward(rows[0].slot if rows else None)
    return PlanDetail(
        row=row,
        unit_id=plan.unit_id,
        lead_days=plan.lead_days,
        duration_minutes=plan.duration_minutes,
        technician=technician.name if technician else "",
        request=plan.request,
        items=tuple(items),
        past=rows,
        coming=tuple(one.slot for one in islice(ahead, 12)) if plan.next_slot_at is not None else (),
    )


def _rows() -> Select[MaintenancePlan, Unit, str]:
    return (
        select(MaintenancePlan, Unit, Customer.display_name)
        .join(Unit, Unit.id == MaintenancePlan.unit_id)
        .outerjoin(Customer, Customer.id == Unit.customer_id)
    )


def _row(plan: MaintenancePlan, unit: Unit, customer: str | None, firm_zone: str) -> PlanRow:
    return PlanRow(
        id=plan.id,
        name=plan.name,
        recurrence=_words(plan),
        unit=unit.serial_number or f"Unit {unit.id}",
        customer=customer or "",
        zone=unit.time_zone or firm_zone,
        next_slot_at=plan.next_slot_at,
        active=plan.active,
    )


def _words(plan: MaintenancePlan) -> str:
    """How often, in plain words."""
    return read(plan.rrule).words


def _firm_zone(session: Session) -> str:
    firm = session.get(Firm, 1)
    return firm.time_zone if firm else "UTC"
