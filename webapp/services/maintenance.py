"""Maintenance plans as people make, change, pause and retry them; the ledger follows in the same transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.models import MaintenancePlan, MaintenanceSlot, Unit
from webapp.queries.maintenance_timing import zone_of
from webapp.services import maintenance_floating, maintenance_rules, maintenance_slots, versions
from webapp.services.maintenance_entries import PlanEntry, fill, problems
from webapp.services.maintenance_ledger import add, locked, replan, set_items, skip_while_it_rested


def create(session: Session, *, actor: Actor, now: datetime, unit_id: int, entry: PlanEntry) -> MaintenancePlan:
    """Make a plan; raises Forbidden, or Invalid with a sentence per field."""
    if not actor.may("maintenance.create"):
        raise Forbidden("maintenance.create")
    found = problems(session, entry)
    unit = session.get(Unit, unit_id)
    if unit is None or unit.archived:
        found["unit_id"] = "Choose a unit."
    if found:
        raise Invalid(found)
    plan = MaintenancePlan(unit_id=unit_id, edited_by_id=actor.user_id, created_at=now)
    fill(plan, entry, zone=zone_of(session, unit_id=unit_id))
    return add(session, plan, quantities=entry.quantities, now=now)


def save(
    session: Session, *, actor: Actor, now: datetime, plan_id: int, row_version: int, entry: PlanEntry
) -> MaintenancePlan:
    """Change a plan; slots to come follow at once, those that were are as they were.

    A plan of a rule has values of its own from now on. Raises Forbidden, NotFound, Conflict for a stale row version, Invalid.
    """
    if not actor.may("maintenance.edit"):
        raise Forbidden("maintenance.edit")
    plan = locked(session, plan_id)
    versions.check(plan, row_version, what="this plan")
    found = problems(session, entry, technician_before=plan.technician_id)
    if found:
        raise Invalid(found)
    fill(plan, entry, zone=zone_of(session, unit_id=plan.unit_id))
    set_items(session, plan.id, entry.quantities)
    plan.own = plan.rule_id is not None
    plan.edited_by_id = actor.user_id
    versions.touch(plan, actor=actor, now=now)
    session.flush()
    replan(session, plan, now=now, because=f"{actor.name} changed the plan on {now:%-d %B %Y}.")
    return plan


def set_active(session: Session, *, actor: Actor, plan_id: int, active: bool, now: datetime) -> MaintenancePlan:
    """Pause a plan, or let it go on: what was due meanwhile is skipped and says so."""
    if not actor.may("maintenance.edit"):
        raise Forbidden("maintenance.edit")
    plan = locked(session, plan_id)
    if plan.active == active:
        return plan
    plan.active, plan.edited_by_id = active, actor.user_id
    versions.touch(plan, actor=actor, now=now)
    if active:
        skip_while_it_rested(session, plan, now=now)
        plan.paused_at = None
    else:
        plan.paused_at, plan.wake_at = now, None
    session.flush()
    if active:
        replan(session, plan, now=now)
    return plan


def retry(session: Session, *, actor: Actor, now: datetime, plan_id: int, slot_id: int) -> MaintenanceSlot:
    """Make the order of a slot that got none: blocked, missed or skipped. Raises Invalid when it cannot be made."""
    if not actor.may("maintenance.run"):
        raise Forbidden("maintenance.run")
    plan = locked(session, plan_id)
    row = session.scalars(
        select(MaintenanceSlot).where(MaintenanceSlot.id == slot_id, MaintenanceSlot.plan_id == plan.id)
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such slot.")
    if row.order_id is None and row.outcome in ("blocked", "missed", "skipped"):
        maintenance_slots.make_up(session, plan_id=plan.id, row=row, now=now, said=f"{actor.name} asked for it.")
    return row


def leave_out(session: Session, *, actor: Actor, now: datetime, plan_id: int, slot_id: int) -> None:
    """Skip a blocked slot for good, so that it waits for nobody any more."""
    if not actor.may("maintenance.run"):
        raise Forbidden("maintenance.run")
    locked(session, plan_id)
    row = session.scalars(
        select(MaintenanceSlot).where(MaintenanceSlot.id == slot_id, MaintenanceSlot.plan_id == plan_id)
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such slot.")
    if row.outcome == "blocked":
        row.outcome, row.at = "skipped", now
        row.reason = f"{actor.name} left it out on {now:%-d %B %Y}. It was blocked: {row.reason}"
    session.flush()


def tick(session: Session, *, now: datetime) -> int:
    """One chunk of everything whose time has come; returns how much there was, 0 when nothing is left to do."""
    return (
        maintenance_rules.follow(session, now=now)
        or maintenance_floating.go_on(session, now=now)
        or maintenance_slots.create_due(session, now=now)
    )
