"""What the form of a maintenance plan or rule offers: units, device types, technicians, items."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from webapp.errors import NotFound
from webapp.models import Customer, DeviceType, Item, MaintenancePlan, MaintenanceRule, MaintenanceRuleItem, Unit
from webapp.queries import technicians
from webapp.queries.maintenance_plan import Settings, settings_of
from webapp.recurrence import read

Choice = tuple[int, str]
MOST = 500


@dataclass(frozen=True, slots=True)
class PlanChoices:
    """Pairs of id and label."""

    units: tuple[Choice, ...]
    device_types: tuple[Choice, ...]
    technicians: tuple[Choice, ...]
    items: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule of a device type in the list."""

    id: int
    name: str
    device_type: str
    recurrence: str
    active: bool


def of(session: Session, *, unit_id: int | None = None) -> PlanChoices:
    """Units in use that have a customer (and the one named), device types, technicians, active items."""
    units = session.execute(
        select(Unit.id, Unit.serial_number, Customer.display_name)
        .outerjoin(Customer, Customer.id == Unit.customer_id)
        .where(or_(Unit.id == (unit_id or 0), ~Unit.archived & Unit.customer_id.is_not(None)))
        .order_by(Unit.id != (unit_id or 0), Customer.display_name, Unit.id)
        .limit(MOST)
    )
    types = session.execute(select(DeviceType.id, DeviceType.name).order_by(DeviceType.name))
    items = session.execute(select(Item.id, Item.name).where(Item.active).order_by(Item.name).limit(MOST))
    return PlanChoices(
        units=tuple(
            (row.id, f"{row.display_name or 'No customer'}: {row.serial_number or f'unit {row.id}'}") for row in units
        ),
        device_types=tuple((row.id, row.name) for row in types),
        technicians=tuple(technicians.names(session)),
        items=tuple((row.id, row.name) for row in items),
    )


def rules(session: Session) -> tuple[RuleRow, ...]:
    """Every rule, by name."""
    found = session.execute(
        select(
            MaintenanceRule.id,
            MaintenanceRule.name,
            DeviceType.name.label("device_type"),
            MaintenanceRule.rrule,
            MaintenanceRule.active,
        )
        .join(DeviceType, DeviceType.id == MaintenanceRule.device_type_id)
        .order_by(MaintenanceRule.name, MaintenanceRule.id)
    )
    return tuple(RuleRow(row.id, row.name, row.device_type, read(row.rrule).words, row.active) for row in found)


@dataclass(frozen=True, slots=True)
class RuleDetail:
    """A rule with its items and how many plans follow it, and how many have values of their own."""

    id: int
    device_type_id: int
    settings: Settings
    quantities: tuple[tuple[int, Decimal], ...]
    plans: int
    own: int


def rule(session: Session, *, rule_id: int) -> RuleDetail:
    """One rule; raises NotFound."""
    found = session.get(MaintenanceRule, rule_id)
    if found is None:
        raise NotFound("There is no such maintenance rule.")
    items = session.execute(
        select(MaintenanceRuleItem.item_id, MaintenanceRuleItem.quantity).where(MaintenanceRuleItem.rule_id == rule_id)
    )
    counted = select(MaintenancePlan.own, func.count().label("plans")).where(
        MaintenancePlan.rule_id == rule_id, MaintenancePlan.ended_at.is_(None)
    )
    plans = {bool(row.own): row.plans for row in session.execute(counted.group_by(MaintenancePlan.own))}
    return RuleDetail(
        id=found.id,
        device_type_id=found.device_type_id,
        settings=settings_of(found),
        quantities=tuple((row.item_id, row.quantity) for row in items),
        plans=plans.get(False, 0),
        own=plans.get(True, 0),
    )
