"""Maintenance plans as a list, with its search and filters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session

from webapp.folding import fold
from webapp.models import Customer, DeviceModel, MaintenancePlan, MaintenanceSlot, Unit, User, WorkOrder
from webapp.queries.lifecycles import of_kinds
from webapp.queries.maintenance_timing import zone_of
from webapp.recurrence import read

PAGE = 50
STATES = {
    "running": "Running",
    "resting": "Paused",
    "blocked": "Needs attention",
    "late": "Overdue",
    "over": "Ended",
}
"""What the list can be narrowed to."""


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One plan in a list; `zone` is the unit's, in which its moments are shown."""

    id: int
    name: str
    recurrence: str
    unit_id: int
    unit: str
    customer: str
    technician: str
    zone: str
    next_slot_at: datetime | None
    state: str
    row_version: int
    of_rule: bool


@dataclass(frozen=True, slots=True)
class PlanPage:
    """Rows in the order they were made and the id to go on after (None: the end)."""

    rows: tuple[PlanRow, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; empty or None: not by this."""

    search: str = ""
    state: str = ""
    technician_id: int | None = None
    device_type_id: int | None = None


def page(session: Session, *, filters: Filters, after: int | None, now: datetime) -> PlanPage:
    """A page of the plans that fit."""
    query = rows_of(session, now).order_by(MaintenancePlan.id).limit(PAGE + 1)
    if after is not None:
        query = query.where(MaintenancePlan.id > after)
    for condition in _conditions(session, filters, now):
        query = query.where(condition)
    zone = zone_of(session, unit_id=None)
    rows = [row_of(one, zone) for one in session.execute(query)]
    return PlanPage(tuple(rows[:PAGE]), rows[PAGE - 1].id if len(rows) > PAGE else None)


def row(session: Session, *, plan_id: int, now: datetime) -> PlanRow | None:
    """One plan as the list shows it."""
    found = session.execute(rows_of(session, now).where(MaintenancePlan.id == plan_id)).one_or_none()
    return None if found is None else row_of(found, zone_of(session, unit_id=None))


def needs_attention(session: Session) -> int:
    """How many plans have a slot that became no order and waits for the office, counted up to 100."""
    found = select(MaintenancePlan.id).where(has_blocked(), MaintenancePlan.ended_at.is_(None)).limit(100)
    return len(session.scalars(found).all())


def has_blocked() -> ColumnElement[bool]:
    """The condition that a slot of the plan is blocked."""
    return exists().where(MaintenanceSlot.plan_id == MaintenancePlan.id, MaintenanceSlot.outcome == "blocked")


def is_late(session: Session, now: datetime) -> ColumnElement[bool]:
    """The condition that an order of the plan has not begun although its time is over."""
    return exists().where(
        WorkOrder.unit_id == MaintenancePlan.unit_id,
        WorkOrder.created_by_plan_id == MaintenancePlan.id,
        WorkOrder.arrived_at.is_(None),
        WorkOrder.due_at < now,
        of_kinds(session, "queue", "ready", "held"),
    )


def _conditions(session: Session, filters: Filters, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    words = fold(filters.search)
    if words:
        unit_name = Unit.search_text.contains(words, autoescape=True)
        named = MaintenancePlan.name.icontains(filters.search.strip(), autoescape=True)
        found.append(or_(named, unit_name, Customer.search_text.contains(words, autoescape=True)))
    if filters.technician_id is not None:
        found.append(MaintenancePlan.technician_id == filters.technician_id)
    if filters.device_type_id is not None:
        found.append(DeviceModel.device_type_id == filters.device_type_id)
    open_ended = MaintenancePlan.ended_at.is_(None) & or_(
        MaintenancePlan.next_slot_at.is_not(None), MaintenancePlan.waits_for_id.is_not(None)
    )
    by_state = {
        "running": MaintenancePlan.active & open_ended,
        "resting": ~MaintenancePlan.active & open_ended,
        "over": ~open_ended,
        "blocked": has_blocked(),
        "late": is_late(session, now),
    }
    if filters.state in by_state:
        found.append(by_state[filters.state])
    return found


def rows_of(session: Session, now: datetime) -> Select[MaintenancePlan, Unit, str, str, bool, bool]:
    """Everything a row needs, in one statement."""
    return (
        select(
            MaintenancePlan,
            Unit,
            Customer.display_name,
            User.name,
            has_blocked().label("blocked"),
            is_late(session, now).label("late"),
        )
        .join(Unit, Unit.id == MaintenancePlan.unit_id)
        .outerjoin(Customer, Customer.id == Unit.customer_id)
        .outerjoin(User, User.id == MaintenancePlan.technician_id)
        .outerjoin(DeviceModel, DeviceModel.id == Unit.device_model_id)
    )


def row_of(found: tuple[MaintenancePlan, Unit, str, str, bool, bool], firm_zone: str) -> PlanRow:
    """The row of what `rows_of` found."""
    plan, unit, customer, technician, blocked, late = found
    if plan.ended_at is not None or (plan.next_slot_at is None and plan.waits_for_id is None):
        state = "over"
    elif not plan.active:
        state = "resting"
    else:
        state = "blocked" if blocked else "late" if late else "running"
    return PlanRow(
        id=plan.id,
        name=plan.name,
        recurrence=read(plan.rrule).words,
        unit_id=unit.id,
        unit=unit.serial_number or f"Unit {unit.id}",
        customer=customer or "",
        technician=technician or "",
        zone=unit.time_zone or firm_zone,
        next_slot_at=plan.next_slot_at,
        state=state,
        row_version=plan.row_version,
        of_rule=plan.rule_id is not None,
    )
