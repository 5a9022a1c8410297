"""The demo's customers and their units: some without a model, a serial number or a customer."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.demo.names import COMPANIES, FIRST_NAMES, LAST_NAMES, STREETS
from webapp.models import DeviceModel
from webapp.services import customers, units

PEOPLE = 30
UNITS = 80


def settle(session: Session, *, actor: Actor, now: datetime) -> None:
    """Make forty customers and eighty units, the same every time."""
    ids = [customers.create(session, entry=entry, actor=actor, now=now).id for entry in _customers()]
    models = list(session.scalars(select(DeviceModel.id).order_by(DeviceModel.id)))
    for index in range(UNITS):
        entry = units.UnitEntry(
            device_model_id="" if index % 16 == 5 else str(models[index % len(models)]),
            serial_number="" if index % 11 == 7 else f"SN-{24_000 + 37 * index}",
            service_address=f"{1 + index * 3 % 90} {STREETS[index % len(STREETS)]}, Northport",
            warranty_months=str(24 + 12 * (index % 4)),
            installed_on="" if index % 8 == 3 else f"{now - timedelta(days=120 + 31 * index):%Y-%m-%d}",
        )
        customer_id = None if index % 20 == 13 else ids[index % len(ids)]
        units.create(session, entry=entry, customer_id=customer_id, actor=actor, now=now)


def _customers() -> list[customers.CustomerEntry]:
    people = [
        customers.CustomerEntry(
            first_name=FIRST_NAMES[index % len(FIRST_NAMES)],
            last_name=LAST_NAMES[index * 7 % len(LAST_NAMES)],
            # every ninth person has given no address: the office has to telephone
            emails="" if index % 9 == 8 else f"customer{index + 1}@example.test",
            phones=f"+49 30 55 {1000 + index}",
            billing_address=f"{index + 2} {STREETS[index % len(STREETS)]}, Northport",
        )
        for index in range(PEOPLE)
    ]
    firms = [
        customers.CustomerEntry(
            type="government" if "School" in name or "Museum" in name else "commercial",
            company_name=name,
            emails=f"office@company{index + 1}.test\nbuilding@company{index + 1}.test",
            approval_email=f"building@company{index + 1}.test",
            phones=f"+49 30 77 {2000 + index}",
            billing_address=f"{index + 40} {STREETS[index % len(STREETS)]}, Northport",
        )
        for index, name in enumerate(COMPANIES)
    ]
    mixed = [entry for pair in zip(firms, people[:10], strict=True) for entry in pair]
    return mixed + people[10:]
