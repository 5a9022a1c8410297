"""What can be picked on a work order: units, customers, models and items of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from webapp.models import Customer, DeviceModel, DeviceType, Item, Unit, WorkOrder
from webapp.queries.lifecycles import of_kinds
from webapp.queries.searching import matches, words_of

MOST = 20


@dataclass(frozen=True, slots=True)
class UnitChoice:
    """A unit as it is found: what it is, whose it is, where it is."""

    id: int
    label: str
    customer: str
    address: str
    model_known: bool
    customer_known: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """Anything picked by its number, with the words it is shown by."""

    id: int
    label: str
    note: str = ""


def units(
    session: Session, *, search: str, also: int | None = None, installable: bool = False
) -> tuple[UnitChoice, ...]:
    """Units found by customer name, company, serial number or address; `also` is in the answer whatever is searched.

    With `installable`, only units that are not installed yet and have no open installation.
    """
    words = words_of(search)
    found = matches(search, Customer.search_text, Unit.search_text)
    fitting = [Unit.archived.is_(False), found] if words else [Unit.id == (also or 0)]
    if installable and words:
        being_installed = select(WorkOrder.unit_id).where(
            WorkOrder.type == "installation", ~of_kinds(session, "done", "closed")
        )
        fitting += [Unit.installed_at.is_(None), Unit.id.not_in(being_installed)]
    wanted = or_(and_(*fitting), Unit.id == also) if also is not None else and_(*fitting)
    rows = session.execute(
        select(Unit, Customer.display_name, DeviceModel.manufacturer, DeviceModel.number, DeviceType.name)
        .outerjoin(Customer, Customer.id == Unit.customer_id)
        .outerjoin(DeviceModel, DeviceModel.id == Unit.device_model_id)
        .outerjoin(DeviceType, DeviceType.id == DeviceModel.device_type_id)
        .where(wanted)
        .order_by((Unit.id == (also or 0)).desc(), Customer.display_name, Unit.id)
        .limit(MOST)
    ).all()
    return tuple(
        UnitChoice(
            id=unit.id,
            label=unit_label(manufacturer, number, kind, unit.serial_number),
            customer=customer or "No customer",
            address=unit.service_address,
            model_known=unit.device_model_id is not None,
            customer_known=unit.customer_id is not None,
        )
        for unit, customer, manufacturer, number, kind in rows
    )


def unit_label(manufacturer: str | None, number: str | None, kind: str | None, serial: str) -> str:
    """A unit in one line: what it is, and its serial number."""
    model = " ".join(part for part in (manufacturer, number) if part) or "Model unknown"
    return " · ".join(part for part in (model, kind, f"serial {serial}" if serial else "no serial number") if part)


def customers(session: Session, *, search: str, also: int | None = None) -> tuple[Choice, ...]:
    """Customers found by their names; `also` is in the answer whatever is searched."""
    words = words_of(search)
    found = matches(search, Customer.search_text)
    wanted = found if words else Customer.id == (also or 0)
    if words and also is not None:
        wanted = or_(found, Customer.id == also)
    rows = session.execute(
        select(Customer.id, Customer.display_name, Customer.billing_address)
        .where(wanted)
        .order_by((Customer.id == (also or 0)).desc(), Customer.display_name, Customer.id)
        .limit(MOST)
    ).all()
    return tuple(Choice(row.id, row.display_name, row.billing_address) for row in rows)


def models(session: Session) -> tuple[Choice, ...]:
    """Every device model, by type and number."""
    rows = session.execute(
        select(DeviceModel.id, DeviceModel.manufacturer, DeviceModel.number, DeviceType.name)
        .join(DeviceType, DeviceType.id == DeviceModel.device_type_id)
        .order_by(DeviceType.name, DeviceModel.manufacturer, DeviceModel.number)
    ).all()
    return tuple(
        Choice(row.id, " ".join(part for part in (row.manufacturer, row.number) if part) + f" · {row.name}")
        for row in rows
    )


def items(session: Session, *, without: frozenset[int]) -> tuple[Choice, ...]:
    """The active items of the catalogue that are not in `without`."""
    rows = session.execute(
        select(Item.id, Item.name, Item.unit_of_measure).where(Item.active.is_(True)).order_by(Item.name)
    ).all()
    return tuple(Choice(row.id, f"{row.name} ({row.unit_of_measure})") for row in rows if row.id not in without)
