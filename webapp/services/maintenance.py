"""Maintenance plans: every slot becomes an order through the one door, or a row that says why not; each exactly once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import takewhile

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.models import Firm, MaintenancePlan, MaintenancePlanItem, MaintenanceSlot, Unit, WorkOrder
from webapp.queries.recurrence import PERIODS, slots
from webapp.services import definitions, orders

LONGEST_LEAD = timedelta(days=365)
OUTAGE = "The clock stood still past this date; the newest slot was created instead."
MOST_SLOTS = 1_000
"""Slots one transaction looks at; an older plan goes on at the next tick."""


def plan_actor(plan: MaintenancePlan) -> Actor:
    """The plan as an actor: it may do what an office and a supervisor may do to make an order."""
    held = frozenset({"work_orders.create", "work_orders.edit", "work_orders.view", "work_orders.supervise"})
    return Actor(kind="plan", user_id=None, name=f"maintenance plan {plan.id}", permissions=held, plan_id=plan.id)


def create(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    unit_id: int,
    name: str,
    every: int,
    period: str,
    first_due_at: datetime,
    lead_days: int = 14,
    duration_minutes: int = 60,
    technician_id: int | None = None,
    request: str = "",
    quantities: Mapping[int, Decimal] | None = None,
) -> MaintenancePlan:
    """Make a plan; raises Forbidden, or Invalid with a sentence per field."""
    if not actor.may("maintenance.create"):
        raise Forbidden("maintenance.create")
    problems: dict[str, str] = {}
    unit = session.get(Unit, unit_id)
    if unit is None or unit.archived:
        problems["unit_id"] = "Choose a unit."
    if not name.strip():
        problems["name"] = "Give the plan a name, for example Yearly boiler service."
    if period not in PERIODS[:3]:
        problems["period"] = "Choose days, weeks or months."
    if not 1 <= every <= 1000:
        problems["every"] = "Enter a whole number from 1 to 1000."
    if not 0 <= lead_days <= LONGEST_LEAD.days:
        problems["lead_days"] = "Enter a number of days from 0 to 365."
    if any(quantity < 0 for quantity in (quantities or {}).values()):
        problems["quantities"] = "A quantity cannot be negative."
    if problems:
        raise Invalid(problems)
    plan = MaintenancePlan(
        unit_id=unit_id,
        name=name.strip(),
        every=every,
        period=period,
        first_due_at=first_due_at,
        next_slot_at=first_due_at,
        lead_days=lead_days,
        duration_minutes=duration_minutes,
        technician_id=technician_id,
        request=request,
        edited_by_id=actor.user_id,
        created_at=now,
    )
    session.add(plan)
    session.flush()
    session.add_all(
        MaintenancePlanItem(plan_id=plan.id, item_id=item_id, quantity=quantity)
        for item_id, quantity in (quantities or {}).items()
        if quantity > 0
    )
    session.flush()
    return plan


def set_active(session: Session, *, actor: Actor, plan_id: int, active: bool) -> MaintenancePlan:
    """Pause a plan or let it go on."""
    if not actor.may("maintenance.edit"):
        raise Forbidden("maintenance.edit")
    plan = _locked(session, plan_id)
    plan.active, plan.edited_by_id = active, actor.user_id
    plan.row_version += 1
    session.flush()
    return plan


def due_plans(session: Session, *, now: datetime, limit: int = 500) -> tuple[int, ...]:
    """The ids of the plans that have a slot whose lead time has begun, most urgent first."""
    plans = session.execute(
        select(MaintenancePlan.id, MaintenancePlan.next_slot_at, MaintenancePlan.lead_days)
        .where(MaintenancePlan.active, MaintenancePlan.next_slot_at <= now + LONGEST_LEAD)
        .order_by(MaintenancePlan.next_slot_at)
    )
    due = (plan.id for plan in plans if plan.next_slot_at - timedelta(days=plan.lead_days) <= now)
    return tuple(plan_id for plan_id, _ in zip(due, range(limit), strict=False))


def create_due(session: Session, *, plan_id: int, now: datetime) -> tuple[MaintenanceSlot, ...]:
    """Give every due slot of one plan its outcome, under the plan's row lock; returns the new rows.

    Several slots behind us mean the clock stood still: the newest becomes an order, the others are `missed`. While an
    order of this plan has not begun, the slot is `merged` into it. A unit without a customer is `blocked`.
    """
    plan = _locked(session, plan_id)
    unit = session.get_one(Unit, plan.unit_id)
    firm = session.get(Firm, 1)
    zone = unit.time_zone or (firm.time_zone if firm else "UTC")
    horizon = now + timedelta(days=plan.lead_days)
    if not plan.active or plan.next_slot_at is None or plan.next_slot_at > horizon:
        return ()
    last = session.scalar(select(func.max(MaintenanceSlot.slot)).where(MaintenanceSlot.plan_id == plan.id))
    ahead = slots(first=plan.first_due_at, every=plan.every, period=plan.period, zone=zone, after=last)
    coming = takewhile(lambda slot: slot <= horizon, ahead)
    due = [slot for slot, _ in zip(coming, range(MOST_SLOTS), strict=False)]
    past = [slot for slot in due if slot <= now]
    rows = []
    for slot in due:
        row = MaintenanceSlot(plan_id=plan.id, slot=slot, at=now)
        if past and slot < past[-1]:
            row.outcome, row.reason = "missed", OUTAGE
        else:
            _carry_out(session, plan=plan, unit=unit, row=row, now=now)
        session.add(row)
        session.flush()
        rows.append(row)
    if due:
        onward = slots(first=plan.first_due_at, every=plan.every, period=plan.period, zone=zone, after=due[-1])
        plan.next_slot_at = next(onward, None)
    session.flush()
    return tuple(rows)


def _carry_out(session: Session, *, plan: MaintenancePlan, unit: Unit, row: MaintenanceSlot, now: datetime) -> None:
    """Make the slot's order, or say why there is none."""
    if unit.customer_id is None or unit.archived:
        row.outcome = "blocked"
        row.reason = "The unit is archived." if unit.archived else "The unit has no customer."
        return
    open_order = _not_begun(session, plan)
    if open_order is not None:
        row.outcome, row.order_id = "merged", open_order.id
        row.reason = f"Work order {open_order.number} of this plan has not begun."
        return
    actor = plan_actor(plan)
    order = orders.create(
        session, actor=actor, now=now, type=plan.order_type, unit_id=unit.id, request=plan.request, due_at=row.slot
    )
    items = session.execute(
        select(MaintenancePlanItem.item_id, MaintenancePlanItem.quantity).where(MaintenancePlanItem.plan_id == plan.id)
    )
    quantities = {row.item_id: row.quantity for row in items}
    changes: dict[str, object] = {"duration_minutes": plan.duration_minutes}
    if quantities:
        changes["quantities"] = quantities
    if plan.technician_id is not None:
        changes["technician_id"] = plan.technician_id
    orders.save(session, number=order.number, row_version=order.row_version, changes=changes, actor=actor, now=now)
    row.outcome, row.order_id = "created", order.id


def _not_begun(session: Session, plan: MaintenancePlan) -> WorkOrder | None:
    """The newest order of this plan on which no work has begun and that is not closed."""
    made = session.scalars(
        select(WorkOrder)
        .where(WorkOrder.created_by_plan_id == plan.id, WorkOrder.arrived_at.is_(None))
        .order_by(WorkOrder.id.desc())
    )
    for order in made:
        status = definitions.lifecycle(session, order.definition_version_id).definition.statuses[order.status]
        if status.kind in ("queue", "ready", "held"):
            return order
    return None


def _locked(session: Session, plan_id: int) -> MaintenancePlan:
    plan = session.scalar(
        select(MaintenancePlan)
        .where(MaintenancePlan.id == plan_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if plan is None:
        raise NotFound("There is no such maintenance plan.")
    return plan
