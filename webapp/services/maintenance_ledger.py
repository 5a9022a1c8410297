"""The ledger of a plan: which slot comes next, written beside what became of those before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session

from webapp.errors import NotFound
from webapp.models import MaintenancePlan, MaintenancePlanItem, MaintenanceSlot
from webapp.queries.maintenance_timing import FLOATING, MOST_SLOTS, firm_days, schedule_of, single, wakes_at, zone_of

COMING: ColumnElement[bool] = MaintenanceSlot.outcome == "planned"
"""The condition of the one row that tells of the slot to come."""
SETTLED: ColumnElement[bool] = or_(MaintenanceSlot.outcome != "moved", MaintenanceSlot.order_id.is_not(None))
"""The condition of a row that counts as done: not a slot that a change of the plan took away before it came."""


def add(
    session: Session,
    plan: MaintenancePlan,
    *,
    now: datetime,
    quantities: Mapping[int, Decimal] | None = None,
    from_now: bool = False,
) -> MaintenancePlan:
    """Store a new plan with its items and its first slot; `from_now` as in `replan`."""
    session.add(plan)
    session.flush()
    set_items(session, plan.id, quantities or {})
    replan(session, plan, now=now, from_now=from_now)
    return plan


def skip_while_it_rested(session: Session, plan: MaintenancePlan, *, now: datetime) -> None:
    if plan.next_slot_at is None or plan.anchor == FLOATING or plan.paused_at is None:
        return
    schedule = schedule_of(plan, zone=zone_of(session, unit_id=plan.unit_id), firm=firm_days(session))
    session.execute(
        delete(MaintenanceSlot).where(MaintenanceSlot.plan_id == plan.id, MaintenanceSlot.outcome == "planned")
    )
    reason = f"The plan was paused from {plan.paused_at:%-d %B %Y} to {now:%-d %B %Y}."
    for one in islice(schedule.onward(plan.next_slot_at - timedelta(microseconds=1)), MOST_SLOTS):
        if (one.due_at or one.slot) > now:
            break
        session.add(
            MaintenanceSlot(
                plan_id=plan.id,
                slot=one.slot,
                due_at=one.due_at,
                outcome="skipped",
                reason=one.reason or reason,
                at=now,
            )
        )
    session.flush()


def of_unit(session: Session, unit_id: int) -> Sequence[MaintenancePlan]:
    """The unit's plans, locked; the clockwork locks plans before units, and so must whoever changes both."""
    return session.scalars(
        select(MaintenancePlan)
        .where(MaintenancePlan.unit_id == unit_id)
        .order_by(MaintenancePlan.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def on_other_clocks(session: Session, plan: MaintenancePlan, *, former: str, zone: str, now: datetime) -> None:
    """Let a plan whose unit's zone was changed keep the days and the hour on the wall: no visit is lost or doubled."""

    def same_wall(moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(former)).replace(tzinfo=ZoneInfo(zone))

    plan.first_due_at = same_wall(plan.first_due_at).astimezone(UTC)
    coming = None if plan.next_slot_at is None else same_wall(plan.next_slot_at)
    if coming is not None and plan.anchor != FLOATING:
        coming = datetime.combine(coming.date(), time(), ZoneInfo(zone))  # the hour may not exist on that day
    because = f"The unit's time zone was changed to {zone} on {now:%-d %B %Y}."
    replan(session, plan, now=now, because=because, at_or_after=coming and coming.astimezone(UTC))


def replan(
    session: Session,
    plan: MaintenancePlan,
    *,
    now: datetime,
    because: str = "",
    from_now: bool = False,
    at_or_after: datetime | None = None,
) -> None:
    """Find the plan's next slot and write it into the ledger as planned; one that was planned instead is `moved`.

    `because` says which change of the plan it follows; `from_now`: slots before now are none of the plan's; `at_or_after`:
    the plan goes on there, wherever its last slot was.
    """
    rows = session.scalars(select(MaintenanceSlot).where(MaintenanceSlot.plan_id == plan.id, COMING)).all()
    if plan.ended_at is not None or plan.waits_for_id is not None:
        coming = None
    else:
        schedule = schedule_of(plan, zone=zone_of(session, unit_id=plan.unit_id), firm=firm_days(session))
        past = session.execute(
            select(func.max(MaintenanceSlot.slot)).where(MaintenanceSlot.plan_id == plan.id, ~COMING, SETTLED)
        ).scalar_one()
        if at_or_after is not None:
            schedule = single(schedule, at_or_after) if plan.anchor == FLOATING else schedule
            past = at_or_after - timedelta(microseconds=1)
        elif plan.anchor == FLOATING and past is not None and plan.next_slot_at is not None and not because:
            schedule = single(schedule, plan.next_slot_at)
        elif plan.anchor == FLOATING and past is not None:
            schedule = schedule.since(past)
        elif because and past is not None:
            past = max(past, now)  # a changed plan makes nothing up for days that are over
        if from_now:
            past = now if past is None else max(past, now)
        coming = next(schedule.onward(past), None)
    kept = None
    for row in rows:
        if coming is not None and row.slot == coming.slot:
            kept = row
        else:
            row.outcome, row.reason, row.at = "moved", because or "The plan was changed.", now
    if coming is not None:
        kept = (
            kept
            or session.scalars(
                select(MaintenanceSlot).where(MaintenanceSlot.plan_id == plan.id, MaintenanceSlot.slot == coming.slot)
            ).one_or_none()
        )
        if kept is None:
            kept = MaintenanceSlot(plan_id=plan.id, slot=coming.slot)
            session.add(kept)
        kept.due_at, kept.outcome, kept.reason, kept.at = coming.due_at, "planned", coming.reason, now
    plan.next_slot_at = coming.slot if coming else None
    plan.wake_at = wakes_at(coming, plan.lead_days) if coming and plan.active else None
    session.flush()


def set_items(session: Session, plan_id: int, quantities: Mapping[int, Decimal]) -> None:
    """Give the plan these quantities and no others."""
    session.execute(delete(MaintenancePlanItem).where(MaintenancePlanItem.plan_id == plan_id))
    session.add_all(
        MaintenancePlanItem(plan_id=plan_id, item_id=item_id, quantity=quantity)
        for item_id, quantity in quantities.items()
        if quantity > 0
    )
    session.flush()


def locked(session: Session, plan_id: int) -> MaintenancePlan:
    """The plan as it is now, locked; raises NotFound."""
    plan = session.scalars(
        select(MaintenancePlan)
        .where(MaintenancePlan.id == plan_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if plan is None:
        raise NotFound("There is no such maintenance plan.")
    return plan
