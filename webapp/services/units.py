"""Units: equipment at an address, made, changed, given to another customer and put away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.models import Customer, DeviceModel, Firm, OrderChange, Unit, WorkOrder
from webapp.queries.lifecycles import of_kinds
from webapp.services import entries, maintenance_ledger, open_orders, putting_away, transitions, versions
from webapp.services.open_orders import Choices

NOT_BEGUN = ("queue", "ready", "held")
LONGEST_WARRANTY = 600


@dataclass(frozen=True, slots=True)
class UnitEntry:
    """A unit as typed: no model means it is not known, no zone the firm's; `installed_on` is a day in the unit's zone."""

    device_model_id: str = ""
    serial_number: str = ""
    service_address: str = ""
    time_zone: str = ""
    warranty_months: str = ""
    installed_on: str = ""


def create(session: Session, *, entry: UnitEntry, customer_id: int | None, actor: Actor, now: datetime) -> Unit:
    """Make a unit of a customer, or for stock (None); raises Invalid with a sentence per field."""
    if not actor.may("units.create"):
        raise Forbidden("units.create")
    unit = Unit(created_at=now, customer_id=known_customer(session, customer_id))
    fill(session, unit, entry)
    session.add(unit)
    session.flush()
    return unit


def save(session: Session, *, unit_id: int, row_version: int, entry: UnitEntry, actor: Actor, now: datetime) -> Unit:
    """Change a unit; raises Conflict when somebody else did since the page was made, Invalid per field.

    With another time zone its maintenance plans keep their hour on the wall.
    """
    if not actor.may("units.edit"):
        raise Forbidden("units.edit")
    plans = maintenance_ledger.of_unit(session, unit_id)
    unit = locked(session, unit_id, row_version)
    former = unit.time_zone or firm_zone(session)
    fill(session, unit, entry)
    versions.touch(unit, actor=actor, now=now)
    session.flush()
    zone = unit.time_zone or firm_zone(session)
    for plan in plans if zone != former else ():
        maintenance_ledger.on_other_clocks(session, plan, former=former, zone=zone, now=now)
    return unit


def transfer(
    session: Session,
    *,
    unit_id: int,
    row_version: int,
    customer_id: int | None,
    with_orders: bool,
    actor: Actor,
    now: datetime,
) -> tuple[int, ...]:
    """Give the unit to another customer, or to stock (None).

    `with_orders`: orders not yet begun go along; begun and closed ones always keep theirs. Returns the numbers of the
    orders that went along.
    """
    if not actor.may("units.edit"):
        raise Forbidden("units.edit")
    unit = locked(session, unit_id, row_version)
    wanted = known_customer(session, customer_id)
    if wanted == unit.customer_id:
        raise Invalid({"customer_id": "The unit belongs to this customer already."})
    unit.customer_id = wanted
    versions.touch(unit, actor=actor, now=now)
    session.flush()
    if not with_orders:
        return ()
    moved = tuple(orders_not_begun(session, unit_id))
    for order in moved:
        follow(session, order, customer_id=wanted, actor=actor, now=now)
    return tuple(order.number for order in moved)


def archive(
    session: Session,
    *,
    unit_id: int,
    row_version: int,
    choices: Choices | None = None,
    actor: Actor,
    now: datetime,
) -> tuple[int, ...]:
    """Put a unit away and do with its open orders what was chosen; returns their numbers.

    Raises Conflict when the unit or these orders changed since the page was made, Invalid with a sentence per order that
    cannot go. Putting it away once more changes nothing.
    """
    if not actor.may("units.delete"):
        raise Forbidden("units.delete")
    open_orders.found(session, WorkOrder.unit_id == unit_id, lock=True)
    unit = existing(session, unit_id)
    if unit.archived:
        return ()
    versions.check(unit, row_version, what="this unit")
    gone = putting_away.clear(session, unit=unit, choices=choices, actor=actor, now=now)
    unit.archived = True
    versions.touch(unit, actor=actor, now=now)
    session.flush()
    return gone


def use_again(session: Session, *, unit_id: int, actor: Actor, now: datetime) -> Unit:
    """Bring an archived unit back."""
    if not actor.may("units.delete"):
        raise Forbidden("units.delete")
    unit = existing(session, unit_id)
    if unit.archived:
        unit.archived = False
        versions.touch(unit, actor=actor, now=now)
        session.flush()
    return unit


def orders_not_begun(session: Session, unit_id: int) -> list[WorkOrder]:
    """The unit's orders nobody has begun to work on, locked."""
    return list(
        session.scalars(
            select(WorkOrder)
            .where(WorkOrder.unit_id == unit_id, WorkOrder.arrived_at.is_(None), of_kinds(session, *NOT_BEGUN))
            .order_by(WorkOrder.id)
            .with_for_update()
        )
    )


def follow(session: Session, order: WorkOrder, *, customer_id: int | None, actor: Actor, now: datetime) -> None:
    """Give the order to the customer its unit went to, write it down, and run the automatic rules."""
    former, order.customer_id = order.customer_id, customer_id
    order.row_version += 1
    session.add(
        OrderChange(
            order_id=order.id,
            row_version=order.row_version,
            field="Customer",
            old=customer_name(session, former),
            new=customer_name(session, customer_id),
            user_id=actor.user_id,
            actor_name=actor.name,
            at=now,
        )
    )
    session.flush()
    transitions.settle(session, order, actor=actor, now=now, words={"customer"})


def customer_name(session: Session, customer_id: int | None) -> str | None:
    """What the customer is called, or None for stock."""
    return None if customer_id is None else session.get_one(Customer, customer_id).display_name


def known_customer(session: Session, customer_id: int | None) -> int | None:
    """The customer's number if there is such a customer; raises Invalid."""
    if customer_id is not None and session.get(Customer, customer_id) is None:
        raise Invalid({"customer_id": "Choose a customer who exists."})
    return customer_id


def locked(session: Session, unit_id: int, row_version: int) -> Unit:
    """The row, for changing; raises NotFound and Conflict."""
    unit = existing(session, unit_id)
    versions.check(unit, row_version, what="this unit")
    return unit


def existing(session: Session, unit_id: int) -> Unit:
    """The row as it is now, locked; raises NotFound."""
    unit = session.get(Unit, unit_id, with_for_update=True, populate_existing=True)
    if unit is None:
        raise NotFound("There is no such unit.")
    return unit


def fill(session: Session, unit: Unit, entry: UnitEntry) -> None:
    """Put what was typed into the row; raises Invalid and leaves the row alone when something cannot be right."""
    serial, address = entries.line(entry.serial_number), entries.paragraph(entry.service_address)
    problems = entries.too_long({"serial_number": serial})
    problems |= entries.too_long({"service_address": address}, longest=entries.LONGEST_TEXT)
    model_id = entries.identity(entry.device_model_id)
    if entry.device_model_id and (model_id is None or session.get(DeviceModel, model_id) is None):
        problems["device_model_id"] = "Choose a model, or leave it as not known."
    if entry.time_zone and entry.time_zone not in entries.zones():
        problems["time_zone"] = "Choose one of the time zones."
    months, wrong = entries.whole(entry.warranty_months, most=LONGEST_WARRANTY, says="The warranty")
    if wrong:
        problems["warranty_months"] = wrong
    zone = entry.time_zone if "time_zone" not in problems else ""
    installed, wrong = entries.day(entry.installed_on, zone=zone or firm_zone(session), says="The installation day")
    if wrong:
        problems["installed_on"] = wrong
    if problems:
        raise Invalid(problems)
    unit.device_model_id, unit.serial_number, unit.service_address = model_id, serial, address
    kept = unit.installed_at is not None and same_day(unit, entry, session)
    unit.time_zone, unit.warranty_months = entry.time_zone or None, months
    if not kept:
        unit.installed_at = installed


def same_day(unit: Unit, entry: UnitEntry, session: Session) -> bool:
    """Whether the day typed is the stored moment's own: the moment then stays as an order stamped it."""
    return installed_on(unit.installed_at, zone=unit.time_zone or firm_zone(session)) == entries.line(
        entry.installed_on
    )


def installed_on(moment: datetime | None, *, zone: str) -> str:
    """The day of a moment in a zone, as the form's date field has it; empty for none."""
    return "" if moment is None else entries.local(moment, zone).date().isoformat()


def firm_zone(session: Session) -> str:
    """The firm's time zone."""
    return session.execute(select(Firm.time_zone)).scalar() or "UTC"
