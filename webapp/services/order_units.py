"""The unit of a work order: picked, made together with it, or completed by what an installation has to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.errors import Invalid
from webapp.models import Customer, DeviceModel, Unit, WorkOrder
from webapp.queries.lifecycles import of_kinds
from webapp.services import customers, entries


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit made together with its order; its customer is picked, or made from the names."""

    device_model_id: int | None = None
    customer_id: int | None = None
    first_name: str = ""
    last_name: str = ""
    company_name: str = ""
    email: str = ""
    phone: str = ""
    serial_number: str = ""
    service_address: str = ""

    @property
    def names_a_customer(self) -> bool:
        """Whether a customer is picked or at least partly typed."""
        typed = (self.first_name, self.last_name, self.company_name, self.email, self.phone)
        return self.customer_id is not None or any(text.strip() for text in typed)


def called(unit: Unit) -> str:
    return unit.serial_number or unit.service_address or f"unit {unit.id}"


def pickable(session: Session, unit_id: int) -> Unit | None:
    """The unit, locked so that two installations of it cannot be made at once; None when it is not there to be picked."""
    return session.scalars(
        select(Unit)
        .where(Unit.id == unit_id, Unit.archived.is_(False))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def problems(
    session: Session, *, type: str, unit: Unit | None, new_unit: NewUnit | None, besides: int | None = None
) -> dict[str, str]:
    """What is wrong with the unit for an order of this type, per field."""
    found: dict[str, str] = {}
    entered = new_unit or NewUnit()
    model_id = entered.device_model_id if unit is None or unit.device_model_id is None else unit.device_model_id
    has_customer = entered.names_a_customer or (unit is not None and unit.customer_id is not None)
    if type == "installation":
        if model_id is None:
            found["device_model_id"] = "Choose the device model that will be installed."
        if unit is not None and unit.installed_at is not None:
            found["unit_id"] = "This unit is already installed. Choose another type of work."
        elif unit is not None and _open_installation(session, unit.id, besides):
            found["unit_id"] = "There already is an open installation for this unit."
    if not has_customer and (type == "installation" or unit is None):
        found["customer_id"] = "Choose a customer, or enter a new one."
    if entered.device_model_id is not None and session.get(DeviceModel, entered.device_model_id) is None:
        found["device_model_id"] = "Choose a device model of the list."
    if entered.customer_id is not None:
        if session.get(Customer, entered.customer_id) is None:
            found["customer_id"] = "Choose a customer of the list."
    elif has_customer and entered.names_a_customer:
        found |= _customer_problems(entered)
    found |= entries.too_long({"serial_number": entered.serial_number, "service_address": entered.service_address})
    return found


def _customer_problems(entered: NewUnit) -> dict[str, str]:
    try:
        customers.fill(Customer(), _customer_entry(entered))
    except Invalid as invalid:
        names = {"emails": "email", "phones": "phone"}
        return {names.get(field, field): sentence for field, sentence in invalid.problems.items()}
    return {}


def _customer_entry(entered: NewUnit) -> customers.CustomerEntry:
    return customers.CustomerEntry(
        first_name=entered.first_name,
        last_name=entered.last_name,
        company_name=entered.company_name,
        emails=entered.email,
        phones=entered.phone,
        billing_address=entered.service_address,
    )


def _open_installation(session: Session, unit_id: int, besides: int | None) -> bool:
    """Whether an installation of the unit is neither done nor closed."""
    found = select(WorkOrder.id).where(
        WorkOrder.unit_id == unit_id,
        WorkOrder.type == "installation",
        WorkOrder.id != (besides or 0),
        ~of_kinds(session, "done", "closed"),
    )
    return session.execute(found.limit(1)).first() is not None


def completed(session: Session, unit: Unit | None, entered: NewUnit, now: datetime) -> Unit:
    """The new unit, or the picked one with what was missing; a typed customer is made along."""
    customer_id = entered.customer_id
    wants_customer = unit is None or unit.customer_id is None
    if wants_customer and customer_id is None and entered.names_a_customer:
        customer_id = customers.add(session, entry=_customer_entry(entered), now=now).id
    if unit is None:
        unit = Unit(
            device_model_id=entered.device_model_id,
            customer_id=customer_id,
            serial_number=entries.line(entered.serial_number),
            service_address=entries.paragraph(entered.service_address),
            created_at=now,
        )
        session.add(unit)
    else:
        if unit.device_model_id is None:
            unit.device_model_id = entered.device_model_id
        if unit.customer_id is None:
            unit.customer_id = customer_id
        unit.row_version += 1
    session.flush()
    return unit
