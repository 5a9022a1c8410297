"""Floating plans go on when the order they wait for is done, or was given up."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from webapp.models import MaintenancePlan, MaintenanceSlot, Unit, WorkOrder
from webapp.queries.lifecycles import of_kinds
from webapp.queries.maintenance_timing import firm_days, schedule_of, wakes_at

CHUNK = 250


def go_on(session: Session, *, now: datetime, limit: int = CHUNK) -> int:
    """Plan the next slot of every floating plan whose order is over; returns how many went on.

    Counted from the day the work was done; from its own slot when the order was given up.
    """
    claimed = session.scalars(
        select(MaintenancePlan.id)
        .join(WorkOrder, WorkOrder.id == MaintenancePlan.waits_for_id)
        .where(
            MaintenancePlan.ended_at.is_(None),
            or_(WorkOrder.completed_at.is_not(None), of_kinds(session, "done", "closed")),
        )
        .order_by(MaintenancePlan.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=MaintenancePlan)
    ).all()
    if not claimed:
        return 0
    firm = firm_days(session)
    found = session.execute(
        select(MaintenancePlan, WorkOrder.completed_at, WorkOrder.done_at, Unit.time_zone)
        .join(WorkOrder, WorkOrder.id == MaintenancePlan.waits_for_id)
        .join(Unit, Unit.id == MaintenancePlan.unit_id)
        .where(MaintenancePlan.id.in_(claimed))
        .execution_options(populate_existing=True)
    ).all()
    slots = dict(
        session.execute(
            select(MaintenanceSlot.plan_id, func.max(MaintenanceSlot.slot))
            .where(MaintenanceSlot.plan_id.in_(claimed))
            .group_by(MaintenanceSlot.plan_id)
        ).all()
    )
    for plan, completed_at, done_at, zone in found:
        done = None if completed_at is None else done_at or completed_at
        last = slots[plan.id]
        schedule = schedule_of(plan, zone=zone, firm=firm).since(done or last)
        coming = next(schedule.onward(max(last, schedule.first)), None)
        plan.waits_for_id = None
        plan.next_slot_at = coming.slot if coming else None
        plan.wake_at = wakes_at(coming, plan.lead_days) if coming and plan.active else None
        if coming is not None:
            said = (
                f"Counted from {done:%-d %B %Y}, when the work was done." if done else "The order before was given up."
            )
            session.add(
                MaintenanceSlot(
                    plan_id=plan.id,
                    slot=coming.slot,
                    due_at=coming.due_at,
                    outcome="planned",
                    reason=f"{said} {coming.reason}".strip(),
                    at=now,
                )
            )
    session.flush()
    return len(claimed)
