"""A believable little firm for tests of services: people of every role, a catalogue, a customer and his boiler."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.models import Customer, DeviceModel, DeviceType, Item, Role, Unit, User, WorkOrder
from webapp.queries.people import actor_of
from webapp.services import definitions, orders
from workflow.offers import Outcome

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class World:
    """The firm's people as actors, and the ids of its things."""

    olga: Actor  # office
    sam: Actor  # supervisor
    sue: Actor  # supervisor
    ana: Actor  # technician
    tom: Actor  # technician
    vera: Actor  # viewer
    ada: Actor  # admin
    customer: int
    boiler: int
    new_boiler: int
    model: int
    device_type: int
    cable: int
    pump: int
    filter: int


def open_firm(session: Session) -> World:
    """The starting stock and everybody in it."""
    definitions.ensure_stock(session, now=NOW)
    people = {
        name: person(session, name, role)
        for name, role in {
            "Olga": "office",
            "Sam": "supervisor",
            "Sue": "supervisor",
            "Ana": "technician",
            "Tom": "technician",
            "Vera": "viewer",
            "Ada": "admin",
        }.items()
    }
    customer = Customer(
        first_name="Cora",
        last_name="Quist",
        display_name="Cora Quist",
        search_text="cora quist cora@example.test",
        emails=["cora@example.test"],
        phones=["+45 1234 5678"],
        created_at=NOW,
    )
    heating = DeviceType(name="Boiler")
    items = [
        Item(name="Cable", unit_cost=Decimal("3.50"), unit_of_measure="m", approval_quantity_limit=Decimal(5)),
        Item(name="Pump", unit_cost=Decimal("120.00"), approval_quantity_limit=Decimal(0)),
        Item(name="Filter", unit_cost=Decimal("9.90"), approval_quantity_limit=None),
    ]
    session.add_all([customer, heating, *items])
    session.flush()
    model = DeviceModel(device_type_id=heating.id, number="B-200", manufacturer="Thermo")
    session.add(model)
    session.flush()
    boiler = unit(session, model.id, customer.id, serial="B-1", installed_at=NOW - timedelta(days=400))
    new_boiler = unit(session, model.id, customer.id, serial="B-2", installed_at=None)
    cable, pump, filter_ = items
    return World(
        olga=people["Olga"],
        sam=people["Sam"],
        sue=people["Sue"],
        ana=people["Ana"],
        tom=people["Tom"],
        vera=people["Vera"],
        ada=people["Ada"],
        customer=customer.id,
        boiler=boiler.id,
        new_boiler=new_boiler.id,
        model=model.id,
        device_type=heating.id,
        cable=cable.id,
        pump=pump.id,
        filter=filter_.id,
    )


def person(session: Session, name: str, role: str) -> Actor:
    """An active account in a role of the stock."""
    role_id = session.scalars(select(Role.id).where(Role.name == role)).one()
    user = User(
        email=f"{name.lower()}@firm.test",
        name=name,
        password_hash=None,
        role_id=role_id,
        extra_permissions=[],
        active=True,
        created_at=NOW,
    )
    session.add(user)
    session.flush()
    return actor_of(session.scalars(select(User).where(User.id == user.id)).one())


def unit(
    session: Session, model: int | None, customer: int | None, *, serial: str, installed_at: datetime | None
) -> Unit:
    """A unit in Cora's cellar."""
    made = Unit(
        device_model_id=model,
        customer_id=customer,
        serial_number=serial,
        service_address="Canal Street 1",
        installed_at=installed_at,
        created_at=NOW,
    )
    session.add(made)
    session.flush()
    return made


def repair(session: Session, world: World, *, by: Actor | None = None, technician: Actor | None = None) -> WorkOrder:
    """A repair of the boiler made by the office, given to a technician if one is named."""
    order = orders.create(session, actor=by or world.olga, now=NOW, type="repair", unit_id=world.boiler)
    if technician is not None:
        save(session, order, world.sam, technician_id=technician.user_id)
    return order


def save(session: Session, order: WorkOrder, actor: Actor, **changes: object) -> Outcome:
    """Save fields from the version the order is at."""
    return orders.save(
        session, number=order.number, row_version=order.row_version, changes=changes, actor=actor, now=NOW
    )
