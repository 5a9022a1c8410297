"""What the form of a maintenance plan offers: units, technicians, items."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import Customer, Firm, Item, Role, Unit, User

Choice = tuple[int, str]
MOST = 500


@dataclass(frozen=True, slots=True)
class PlanChoices:
    """Pairs of id and label."""

    units: tuple[Choice, ...]
    technicians: tuple[Choice, ...]
    items: tuple[Choice, ...]


def of(session: Session) -> PlanChoices:
    """Units in use that have a customer, active technicians, active items."""
    units = session.execute(
        select(Unit.id, Unit.serial_number, Customer.display_name)
        .join(Customer, Customer.id == Unit.customer_id)
        .where(~Unit.archived)
        .order_by(Customer.display_name, Unit.id)
        .limit(MOST)
    )
    technicians = session.execute(
        select(User.id, User.name).join(Role, Role.id == User.role_id).where(User.active, Role.is_technician)
    )
    items = session.execute(select(Item.id, Item.name).where(Item.active).order_by(Item.name).limit(MOST))
    return PlanChoices(
        units=tuple((row.id, f"{row.display_name}: {row.serial_number or f'unit {row.id}'}") for row in units),
        technicians=tuple((row.id, row.name) for row in technicians),
        items=tuple((row.id, row.name) for row in items),
    )


def zone_of(session: Session, *, unit_id: int | None) -> str:
    """The time zone a unit's moments are meant in: its own, else the firm's."""
    unit = session.get(Unit, unit_id) if unit_id else None
    firm = session.get(Firm, 1)
    return (unit.time_zone if unit else None) or (firm.time_zone if firm else "UTC")
