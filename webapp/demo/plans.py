"""Maintenance plans due in the past, today and ahead; the worker makes their orders as soon as it runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.models import DeviceType, Item, Unit
from webapp.recurrence import Rule
from webapp.services import maintenance, maintenance_rules
from webapp.services.maintenance_entries import PlanEntry

PLANS: tuple[
    tuple[str, Rule, int, dict[str, Any]], ...
] = (  # name, how often, first due in days from now, what else is special about it
    ("Yearly boiler service", Rule("year"), -20, {}),
    ("Half-yearly air conditioning service", Rule("month", 6), 0, {"anchor": "floating"}),
    ("Quarterly filter change", Rule("month", 3), 9, {"shift": "after"}),
    ("Pressure check on the first Tuesday", Rule("month", nth=1, weekdays=(1,)), 40, {"shift": "before"}),
    ("Heating season check", Rule("month"), 120, {"season": "10-01/04-30", "policy": "skip"}),
)


def make(session: Session, *, actor: Actor, technician_id: int | None, now: datetime) -> None:
    """Make the plans for the last units that have a customer."""
    units = session.scalars(
        select(Unit.id)
        .where(Unit.customer_id.is_not(None), Unit.installed_at.is_not(None))
        .order_by(Unit.id.desc())
        .limit(len(PLANS))
    ).all()
    hour = session.scalars(select(Item.id).where(Item.name == "Working hour")).one()
    for index, (unit_id, (name, rule, days, special)) in enumerate(zip(units, PLANS, strict=True)):
        entry = PlanEntry(
            name=name,
            rule=rule,
            first_due_at=(now + timedelta(days=days)).replace(hour=8, minute=0, second=0, microsecond=0),
            technician_id=technician_id if index % 2 else None,
            request=f"{name}.",
            quantities={hour: Decimal(2)},
        )
        maintenance.create(session, actor=actor, now=now, unit_id=unit_id, entry=replace(entry, **special))
    check = PlanEntry(
        name="Safety check of every second year",
        rule=Rule("year", 2),
        first_due_at=(now + timedelta(days=200)).replace(hour=8, minute=0, second=0, microsecond=0),
        shift="after",
        duration_minutes=30,
        request="Safety check.",
    )
    type_id = session.scalars(select(DeviceType.id).order_by(DeviceType.id)).first()
    if type_id is not None:
        maintenance_rules.create(session, actor=actor, now=now, device_type_id=type_id, entry=check)
