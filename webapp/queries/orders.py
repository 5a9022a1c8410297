"""The list of work orders: tabs with counts, filters, search, one page after another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, func, or_, select, true
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.elements import ColumnElement

from webapp.actors import Actor
from webapp.models import Customer, DeviceModel, DeviceType, Firm, Unit, User, WorkOrder
from webapp.queries.lifecycles import lifecycle, of_kinds, waiting_for_approval
from webapp.queries.order_detail import OrderDetail, detail
from webapp.queries.overdue import overdue
from webapp.queries.searching import contains
from webapp.queries.visibility import visible
from webapp.queries.words import TYPES, local

__all__ = ["OrderDetail", "OrderPage", "OrderRow", "PAGE", "TABS", "detail", "overdue", "page"]

PAGE = 50
TABS = {
    "all": "All",
    "unassigned": "Unassigned",
    "waiting_for_approval": "Waiting for approval",
    "to_review": "To review",
    "overdue": "Overdue",
}
"""The tabs in their order, with their labels."""

LARGEST_NUMBER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order of a list; `due_at` on the clock of its unit."""

    number: int
    type: str
    type_label: str
    status: str
    status_label: str
    status_color: str
    status_kind: str
    customer: str
    unit: str
    serial_number: str
    address: str
    technician_id: int | None
    technician: str
    due_at: datetime | None
    overdue: bool
    row_version: int


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Rows, newest first, the number to go on after (None: the end), and the count of every tab."""

    rows: tuple[OrderRow, ...]
    next: int | None
    counts: Mapping[str, int]


def page(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    tab: str = "all",
    status: str | None = None,
    technician_id: int | None = None,
    type: str | None = None,
    due_from: datetime | None = None,
    due_to: datetime | None = None,
    search: str = "",
    after: int | None = None,
) -> OrderPage:
    """The orders the actor may see that fit everything asked; `technician_id` 0 means nobody, `due_to` is not included."""
    tests = _tabs(session, now)
    fitting = [visible(actor), tests.get(tab, true())]
    if status:
        fitting.append(WorkOrder.status == status)
    if technician_id is not None:
        fitting.append(WorkOrder.technician_id == technician_id if technician_id else WorkOrder.technician_id.is_(None))
    if type:
        fitting.append(WorkOrder.type == type)
    if due_from is not None:
        fitting.append(WorkOrder.due_at >= due_from)
    if due_to is not None:
        fitting.append(WorkOrder.due_at < due_to)
    if search.strip():
        fitting.append(_found(search.strip()))
    if after is not None:
        fitting.append(WorkOrder.number < after)
    overdue_now = tests["overdue"]
    query = _rows(overdue_now).where(*fitting).order_by(WorkOrder.number.desc()).limit(PAGE + 1)
    firm_zone = session.execute(select(Firm.time_zone).where(Firm.id == 1)).scalar() or "UTC"
    rows = [_row(session, found, firm_zone) for found in session.execute(query)]
    return OrderPage(
        rows=tuple(rows[:PAGE]),
        next=rows[PAGE - 1].number if len(rows) > PAGE else None,
        counts={
            name: session.execute(select(func.count()).select_from(WorkOrder).where(visible(actor), test)).scalar_one()
            for name, test in tests.items()
        },
    )


def _tabs(session: Session, now: datetime) -> dict[str, ColumnElement[bool]]:
    return {
        "all": true(),
        "unassigned": of_kinds(session, "queue"),
        "waiting_for_approval": waiting_for_approval(session),
        "to_review": of_kinds(session, "review"),
        "overdue": overdue(session, now),
    }


def _found(search: str) -> ColumnElement[bool]:
    """By a customer's name, company, e-mail or phone, a unit's serial number or address, or the order's own number."""
    customers = select(Customer.id).where(contains(Customer.search_text, search))
    units = select(Unit.id).where(contains(Unit.search_text, search))
    ways: list[ColumnElement[bool]] = [WorkOrder.customer_id.in_(customers), WorkOrder.unit_id.in_(units)]
    digits = search.lstrip("#")
    if digits.isascii() and digits.isdigit() and len(digits) < 11 and int(digits) <= LARGEST_NUMBER:
        ways.append(WorkOrder.number == int(digits))
    return or_(*ways)


def _rows(overdue_now: ColumnElement[bool]) -> Select[WorkOrder, Unit, str, str, str, str, str, bool]:
    technician = aliased(User)
    return (
        select(
            WorkOrder,
            Unit,
            Customer.display_name,
            technician.name,
            DeviceModel.manufacturer,
            DeviceModel.number,
            DeviceType.name,
            overdue_now,
        )
        .join(Unit, Unit.id == WorkOrder.unit_id)
        .outerjoin(Customer, Customer.id == WorkOrder.customer_id)
        .outerjoin(technician, technician.id == WorkOrder.technician_id)
        .outerjoin(DeviceModel, DeviceModel.id == Unit.device_model_id)
        .outerjoin(DeviceType, DeviceType.id == DeviceModel.device_type_id)
    )


def _row(
    session: Session,
    found: Row[WorkOrder, Unit, str, str, str, str, str, bool],
    firm_zone: str,
) -> OrderRow:
    order, unit, customer, technician, manufacturer, model, device_type, late = found
    status = lifecycle(session, order.definition_version_id).definition.statuses[order.status]
    return OrderRow(
        number=order.number,
        type=order.type,
        type_label=TYPES[order.type],
        status=order.status,
        status_label=status.label,
        status_color=status.color,
        status_kind=status.kind,
        customer=customer or "",
        unit=" ".join(part for part in (manufacturer, model) if part) or device_type or "Model unknown",
        serial_number=unit.serial_number,
        address=unit.service_address,
        technician_id=order.technician_id,
        technician=technician or "",
        due_at=local(order.due_at, ZoneInfo(unit.time_zone or firm_zone)),
        overdue=bool(late),
        row_version=order.row_version,
    )
