"""The unit of one work order, whose it is, and the unit's other orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from webapp.actors import Actor
from webapp.models import Customer, DeviceModel, DeviceType, Unit, WorkOrder
from webapp.queries.visibility import visible
from webapp.queries.words import TYPES, local
from workflow.engine import Lifecycle

MOST_PAST_ORDERS = 20


@dataclass(frozen=True, slots=True)
class UnitSummary:
    """The order's unit."""

    id: int
    model: str
    device_type: str
    serial_number: str
    address: str
    installed_at: datetime | None
    serviced_at: datetime | None
    maintained_at: datetime | None
    warranty_months: int | None


@dataclass(frozen=True, slots=True)
class CustomerSummary:
    """Whose order it is."""

    id: int
    name: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    billing_address: str


@dataclass(frozen=True, slots=True)
class PastOrder:
    """Another order of the same unit."""

    number: int
    type_label: str
    status_label: str
    status_color: str
    due_at: datetime | None
    done_at: datetime | None
    technician: str
    request: str


def unit_summary(session: Session, unit: Unit, model: DeviceModel | None, zone: ZoneInfo) -> UnitSummary:
    """The unit with its stamps on its own clock."""
    device_type = session.get_one(DeviceType, model.device_type_id).name if model is not None else ""
    return UnitSummary(
        id=unit.id,
        model=" ".join(part for part in (model.manufacturer, model.number) if part) if model else "",
        device_type=device_type,
        serial_number=unit.serial_number,
        address=unit.service_address,
        installed_at=local(unit.installed_at, zone),
        serviced_at=local(unit.serviced_at, zone),
        maintained_at=local(unit.maintained_at, zone),
        warranty_months=unit.warranty_months,
    )


def customer_summary(customer: Customer) -> CustomerSummary:
    """The customer, and how to reach him."""
    return CustomerSummary(
        id=customer.id,
        name=customer.display_name,
        emails=tuple(customer.emails),
        phones=tuple(customer.phones),
        billing_address=customer.billing_address,
    )


def past_orders(
    session: Session,
    order: WorkOrder,
    zone: ZoneInfo,
    names: Mapping[int, str],
    known: Mapping[int, Lifecycle],
    *,
    actor: Actor,
) -> tuple[PastOrder, ...]:
    """The unit's other orders that the actor may know of, newest first."""
    rows = session.scalars(
        select(WorkOrder).where(_besides(order), visible(actor)).order_by(WorkOrder.id.desc()).limit(MOST_PAST_ORDERS)
    ).all()
    past = []
    for row in rows:
        status = known[row.definition_version_id].definition.statuses[row.status]
        past.append(
            PastOrder(
                number=row.number,
                type_label=TYPES[row.type],
                status_label=status.label,
                status_color=status.color,
                due_at=local(row.due_at, zone),
                done_at=local(row.done_at, zone),
                technician=names.get(row.technician_id or 0, ""),
                request=row.request,
            )
        )
    return tuple(past)


def others(session: Session, order: WorkOrder) -> int:
    """How many other orders the unit has, whoever may know of them."""
    return session.scalar(select(func.count()).select_from(WorkOrder).where(_besides(order))) or 0


def _besides(order: WorkOrder) -> ColumnElement[bool]:
    return and_(WorkOrder.unit_id == order.unit_id, WorkOrder.id != order.id)
