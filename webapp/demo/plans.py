"""Maintenance plans due in the past, today and ahead; the worker makes their orders as soon as it runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.models import Item, Unit
from webapp.services import maintenance

PLANS = (  # name, every, period, first due in days from now
    ("Yearly boiler service", 12, "months", -20),
    ("Half-yearly air conditioning service", 6, "months", 0),
    ("Quarterly filter change", 3, "months", 9),
    ("Monthly pressure check", 1, "months", 40),
    ("Heating season check", 12, "months", 120),
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
    for index, (unit_id, (name, every, period, days)) in enumerate(zip(units, PLANS, strict=True)):
        maintenance.create(
            session,
            actor=actor,
            now=now,
            unit_id=unit_id,
            name=name,
            every=every,
            period=period,
            first_due_at=(now + timedelta(days=days)).replace(hour=8, minute=0, second=0, microsecond=0),
            technician_id=technician_id if index % 2 else None,
            request=f"{name}.",
            quantities={hour: Decimal(2)},
        )
