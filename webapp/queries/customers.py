"""Customers as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from webapp.errors import NotFound
from webapp.models import Customer, DeviceModel, DeviceType, Unit
from webapp.queries.searching import matches

PAGE = 50


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A line of the list."""

    id: int
    name: str
    type: str
    email: str
    phone: str
    billing_address: str
    units: int


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """Some customers by name; `next` is where the following page begins, or None."""

    rows: tuple[CustomerRow, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class UnitOfCustomer:
    """A unit in the customer's list."""

    id: int
    name: str
    serial_number: str
    service_address: str
    archived: bool


@dataclass(frozen=True, slots=True)
class CustomerDetail:
    """One customer; `approval_email` is the address approvals really go to."""

    id: int
    name: str
    type: str
    first_name: str
    last_name: str
    company_name: str
    emails: tuple[str, ...]
    marked_email: str
    phones: tuple[str, ...]
    billing_address: str
    language: str
    row_version: int
    updated_at: datetime | None
    units: tuple[UnitOfCustomer, ...]

    @property
    def approval_email(self) -> str:
        """The marked address, or the first."""
        return self.marked_email or next(iter(self.emails), "")


def page(session: Session, *, search: str = "", after: int | None = None, limit: int = PAGE) -> CustomerPage:
    """Customers whose names, addresses or phones hold `search`, following the customer `after`."""
    units = select(func.count()).where(Unit.customer_id == Customer.id, ~Unit.archived).scalar_subquery()
    wanted = select(Customer, units).order_by(Customer.display_name, Customer.id).limit(limit + 1)
    if search.strip():
        wanted = wanted.where(matches(search, Customer.search_text))
    if after is not None:
        last = session.get(Customer, after)
        if last is not None:
            wanted = wanted.where(tuple_(Customer.display_name, Customer.id) > (last.display_name, last.id))
    found = session.execute(wanted).all()
    rows = tuple(
        CustomerRow(
            id=customer.id,
            name=customer.display_name,
            type=customer.type,
            email=next(iter(customer.emails), ""),
            phone=next(iter(customer.phones), ""),
            billing_address=customer.billing_address,
            units=count,
        )
        for customer, count in found[:limit]
    )
    return CustomerPage(rows, rows[-1].id if len(found) > limit else None)


def detail(session: Session, *, customer_id: int) -> CustomerDetail:
    """One customer with his units; raises NotFound."""
    customer = session.get(Customer, customer_id)
    if customer is None:
        raise NotFound("There is no such customer.")
    units = session.execute(
        select(Unit, DeviceModel, DeviceType.name)
        .outerjoin(DeviceModel, Unit.device_model_id == DeviceModel.id)
        .outerjoin(DeviceType, DeviceModel.device_type_id == DeviceType.id)
        .where(Unit.customer_id == customer_id)
        .order_by(Unit.archived, Unit.id)
    )
    return CustomerDetail(
        id=customer.id,
        name=customer.display_name,
        type=customer.type,
        first_name=customer.first_name,
        last_name=customer.last_name,
        company_name=customer.company_name,
        emails=tuple(customer.emails),
        marked_email=customer.approval_email,
        phones=tuple(customer.phones),
        billing_address=customer.billing_address,
        language=customer.language,
        row_version=customer.row_version,
        updated_at=customer.updated_at,
        units=tuple(
            UnitOfCustomer(unit.id, unit_name(model, kind), unit.serial_number, unit.service_address, unit.archived)
            for unit, model, kind in units
        ),
    )


def unit_name(model: DeviceModel | None, device_type: str | None) -> str:
    """How a unit is called: type, manufacturer and number, or that its model is unknown."""
    if model is None:
        return "Model not known"
    return " ".join(word for word in (device_type, model.manufacturer, model.number) if word)
