"""Plans for every unit of a device type: made, changed and ended as units come, change and go."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.models import (
    DeviceModel,
    DeviceType,
    MaintenancePlan,
    MaintenanceRule,
    MaintenanceRuleItem,
    MaintenanceSlot,
    Recurring,
    Unit,
)
from webapp.queries.maintenance_timing import zone_of
from webapp.services import versions
from webapp.services.maintenance_entries import PlanEntry, fill, problems
from webapp.services.maintenance_ledger import add, replan, set_items

CHUNK = 100
COPIED = tuple(
    name
    for name in Recurring.__annotations__
    if name not in ("first_due_at", "created_at", "edited_by_id", "row_version", "updated_at", "updated_by")
)
"""What a plan takes from its rule as it is; the first visit is put on the clocks of its unit."""
WRONG_TYPE = "The unit is of another device type now."
ARCHIVED = "The unit is archived."


def create(session: Session, *, actor: Actor, now: datetime, device_type_id: int, entry: PlanEntry) -> MaintenanceRule:
    """Make a rule; the clockwork makes its plans. Raises Forbidden, or Invalid with a sentence per field."""
    if not actor.may("maintenance.create"):
        raise Forbidden("maintenance.create")
    found = problems(session, entry)
    if session.get(DeviceType, device_type_id) is None:
        found["device_type_id"] = "Choose a device type."
    if found:
        raise Invalid(found)
    rule = MaintenanceRule(device_type_id=device_type_id, edited_by_id=actor.user_id, created_at=now)
    fill(rule, entry, zone=zone_of(session, unit_id=None))
    session.add(rule)
    session.flush()
    _set_items(session, rule, entry)
    return rule


def save(
    session: Session, *, actor: Actor, now: datetime, rule_id: int, row_version: int, entry: PlanEntry
) -> MaintenanceRule:
    """Change a rule; the clockwork changes the plans that have no values of their own."""
    if not actor.may("maintenance.edit"):
        raise Forbidden("maintenance.edit")
    rule = locked(session, rule_id)
    versions.check(rule, row_version, what="this rule")
    found = problems(session, entry, technician_before=rule.technician_id)
    if found:
        raise Invalid(found)
    fill(rule, entry, zone=zone_of(session, unit_id=None))
    _set_items(session, rule, entry)
    rule.edited_by_id = actor.user_id
    versions.touch(rule, actor=actor, now=now)
    session.flush()
    return rule


def set_active(session: Session, *, actor: Actor, now: datetime, rule_id: int, active: bool) -> MaintenanceRule:
    """Pause a rule with all plans that follow it, or let them go on."""
    if not actor.may("maintenance.edit"):
        raise Forbidden("maintenance.edit")
    rule = locked(session, rule_id)
    if rule.active != active:
        rule.active, rule.edited_by_id = active, actor.user_id
        versions.touch(rule, actor=actor, now=now)
        session.flush()
    return rule


def follow(session: Session, *, now: datetime, limit: int = CHUNK) -> int:
    """Bring a chunk of plans in line with their rules and units; returns how many, 0 when all are."""
    rules = session.scalars(
        select(MaintenanceRule)
        .order_by(MaintenanceRule.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    done = 0
    for rule in rules:
        done += _end(session, rule, now=now, limit=limit - done)
        done += _change(session, rule, now=now, limit=limit - done)
        done += _begin(session, rule, now=now, limit=limit - done) if rule.active else 0
        if done >= limit:
            break
    return done


def _begin(session: Session, rule: MaintenanceRule, *, now: datetime, limit: int) -> int:
    """Make a plan for units of the type without one, and let ended ones begin again for units that came back."""
    found = session.execute(
        select(Unit, MaintenancePlan)
        .join(DeviceModel, DeviceModel.id == Unit.device_model_id)
        .outerjoin(MaintenancePlan, (MaintenancePlan.unit_id == Unit.id) & (MaintenancePlan.rule_id == rule.id))
        .where(
            DeviceModel.device_type_id == rule.device_type_id,
            Unit.archived.is_(False),
            or_(MaintenancePlan.id.is_(None), MaintenancePlan.ended_at.is_not(None)),
        )
        .order_by(Unit.id)
        .limit(limit)
    ).all()
    for unit, plan in found:
        if plan is None:
            made = MaintenancePlan(unit_id=unit.id, rule_id=rule.id, created_at=now)
            _copy(session, rule, made)
            add(session, made, quantities=_items(session, rule), now=now, from_now=True)
        else:
            plan.ended_at, plan.ended_because = None, ""
            session.flush()
            replan(session, plan, now=now, from_now=True)
    return len(found)


def _end(session: Session, rule: MaintenanceRule, *, now: datetime, limit: int) -> int:
    """End the plans of units that are archived or of another type now."""
    found = session.execute(
        select(MaintenancePlan, Unit.archived)
        .join(Unit, Unit.id == MaintenancePlan.unit_id)
        .outerjoin(DeviceModel, DeviceModel.id == Unit.device_model_id)
        .where(
            MaintenancePlan.rule_id == rule.id,
            MaintenancePlan.ended_at.is_(None),
            or_(
                Unit.archived,
                DeviceModel.device_type_id.is_(None),
                DeviceModel.device_type_id != rule.device_type_id,
            ),
        )
        .order_by(MaintenancePlan.id)
        .limit(limit)
        .with_for_update(of=MaintenancePlan)
    ).all()
    for plan, archived in found:
        plan.ended_at, plan.ended_because = now, ARCHIVED if archived else WRONG_TYPE
        plan.next_slot_at = plan.wake_at = None
        for row in session.scalars(
            select(MaintenanceSlot).where(MaintenanceSlot.plan_id == plan.id, MaintenanceSlot.outcome == "planned")
        ):
            row.outcome, row.reason, row.at = "skipped", f"The plan ended: {plan.ended_because}", now
    session.flush()
    return len(found)


def _change(session: Session, rule: MaintenanceRule, *, now: datetime, limit: int) -> int:
    """Give plans that follow the rule what changed in it."""
    found = session.scalars(
        select(MaintenancePlan)
        .where(
            MaintenancePlan.rule_id == rule.id,
            MaintenancePlan.own.is_(False),
            MaintenancePlan.ended_at.is_(None),
            MaintenancePlan.rule_version != rule.row_version,
        )
        .order_by(MaintenancePlan.id)
        .limit(limit)
        .with_for_update()
    ).all()
    items = _items(session, rule)
    for plan in found:
        _copy(session, rule, plan)
        plan.paused_at = None if plan.active else (plan.paused_at or now)
        plan.row_version += 1
        plan.updated_at, plan.updated_by = rule.updated_at, rule.updated_by
        set_items(session, plan.id, items)
        replan(session, plan, now=now, because=f"{rule.updated_by} changed the rule of the device type.", from_now=True)
    return len(found)


def _copy(session: Session, rule: MaintenanceRule, plan: MaintenancePlan) -> None:
    for name in COPIED:
        setattr(plan, name, getattr(rule, name))
    plan.excluded = list(rule.excluded)
    firm, unit = zone_of(session, unit_id=None), zone_of(session, unit_id=plan.unit_id)
    wall = rule.first_due_at.astimezone(ZoneInfo(firm)).replace(tzinfo=ZoneInfo(unit))
    plan.first_due_at, plan.edited_by_id, plan.rule_version = wall.astimezone(UTC), rule.edited_by_id, rule.row_version


def _items(session: Session, rule: MaintenanceRule) -> dict[int, Decimal]:
    rows = session.execute(
        select(MaintenanceRuleItem.item_id, MaintenanceRuleItem.quantity).where(MaintenanceRuleItem.rule_id == rule.id)
    )
    return dict(rows.all())


def _set_items(session: Session, rule: MaintenanceRule, entry: PlanEntry) -> None:
    session.execute(delete(MaintenanceRuleItem).where(MaintenanceRuleItem.rule_id == rule.id))
    session.add_all(
        MaintenanceRuleItem(rule_id=rule.id, item_id=item_id, quantity=quantity)
        for item_id, quantity in entry.quantities.items()
        if quantity > 0
    )
    session.flush()


def locked(session: Session, rule_id: int) -> MaintenanceRule:
    """The rule as it is now, locked; raises NotFound."""
    rule = session.scalars(
        select(MaintenanceRule)
        .where(MaintenanceRule.id == rule_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if rule is None:
        raise NotFound("There is no such maintenance rule.")
    return rule
