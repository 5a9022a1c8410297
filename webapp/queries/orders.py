"""The list of work orders: tabs with counts, filters, search, one page after another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, and_, exists, func, literal, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.elements import ColumnElement

from webapp.actors import Actor
from webapp.models import Customer, DeviceModel, DeviceType, Firm, Unit, User, WorkOrder
from webapp.queries.lifecycles import in_approval, of_kind, standing_in, versions
from webapp.queries.order_detail import OrderDetail, detail
from webapp.queries.overdue import overdue
from webapp.queries.searching import contains
from webapp.queries.visibility import visible
from webapp.queries.words import TYPES, local
from workflow.engine import Lifecycle

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
COUNTED = 1000
"""Tabs are counted up to here; a page says of this many that there are more."""
FEW = 500
"""So many customers or units found are named one by one when their orders are sought."""
FIRM_ZONE = select(Firm.time_zone).where(Firm.id == 1).scalar_subquery()


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
    """Rows, newest first, the number to go on after (None: the end), and the count of every tab, at most `COUNTED`."""

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
    known = versions(session)
    tests = _tabs(session, now, known)
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
        fitting.append(_found(session, search.strip()))
    if after is not None:
        fitting.append(WorkOrder.number < after)
    newest = select(WorkOrder.id).where(*fitting).order_by(WorkOrder.number.desc()).limit(PAGE + 1)
    ids = session.scalars(newest).all()
    found = session.execute(_rows(tests["overdue"]).where(WorkOrder.id.in_(ids))) if ids else ()
    rows = [_row(row, known) for row in found]
    return OrderPage(
        rows=tuple(rows[:PAGE]),
        next=rows[PAGE - 1].number if len(rows) > PAGE else None,
        counts=_counts(session, {name: and_(visible(actor), test) for name, test in tests.items()}),
    )


def _counts(session: Session, tests: Mapping[str, ColumnElement[bool]]) -> dict[str, int]:
    """How many orders fit each test, in one statement; none is counted further than `COUNTED`."""
    columns = []
    for name, test in tests.items():
        some = select(WorkOrder.id).where(test).limit(COUNTED).subquery()
        columns.append(select(func.count()).select_from(some).scalar_subquery().label(name))
    return dict(session.execute(select(*columns)).one()._mapping)


def _tabs(session: Session, now: datetime, known: Mapping[int, Lifecycle]) -> dict[str, ColumnElement[bool]]:
    return {
        "all": true(),
        "unassigned": standing_in(known, of_kind("queue")),
        "waiting_for_approval": standing_in(known, in_approval),
        "to_review": standing_in(known, of_kind("review")),
        "overdue": overdue(session, now, known),
    }


def _found(session: Session, search: str) -> ColumnElement[bool]:
    """By a customer's name, company, e-mail or phone, a unit's serial number or address, or the order's own number."""
    ways = [
        _of(session, WorkOrder.customer_id, Customer.id, contains(Customer.search_text, search)),
        _of(session, WorkOrder.unit_id, Unit.id, contains(Unit.search_text, search)),
    ]
    digits = search.lstrip("#")
    if digits.isascii() and digits.isdigit() and len(digits) < 11 and int(digits) <= LARGEST_NUMBER:
        ways.append(WorkOrder.number == int(digits))
    return or_(*ways)


def _of(
    session: Session,
    column: InstrumentedAttribute[Any],
    key: InstrumentedAttribute[int],
    fits: ColumnElement[bool],
) -> ColumnElement[bool]:
    """That an order belongs to a row that fits: a few by name, through their index; many by asking each order's own."""
    few = session.scalars(select(key).where(fits).limit(FEW + 1)).all()
    return column.in_(few) if len(few) <= FEW else exists(literal(1)).where(key == column, fits)


def _rows(overdue_now: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            WorkOrder.number,
            WorkOrder.type,
            WorkOrder.status,
            WorkOrder.definition_version_id,
            WorkOrder.technician_id,
            WorkOrder.due_at,
            WorkOrder.row_version,
            Unit.serial_number,
            Unit.service_address,
            func.coalesce(Unit.time_zone, FIRM_ZONE, "UTC").label("zone"),
            Customer.display_name.label("customer"),
            User.name.label("technician"),
            DeviceModel.manufacturer,
            DeviceModel.number.label("model"),
            DeviceType.name.label("device_type"),
            overdue_now.label("late"),
        )
        .join(Unit, Unit.id == WorkOrder.unit_id)
        .outerjoin(Customer, Customer.id == WorkOrder.customer_id)
        .outerjoin(User, User.id == WorkOrder.technician_id)
        .outerjoin(DeviceModel, DeviceModel.id == Unit.device_model_id)
        .outerjoin(DeviceType, DeviceType.id == DeviceModel.device_type_id)
        .order_by(WorkOrder.number.desc())
    )


def _row(row: Row[*tuple[Any, ...]], known: Mapping[int, Lifecycle]) -> OrderRow:
    status = known[row.definition_version_id].definition.statuses[row.status]
    return OrderRow(
        number=row.number,
        type=row.type,
        type_label=TYPES[row.type],
        status=row.status,
        status_label=status.label,
        status_color=status.color,
        status_kind=status.kind,
        customer=row.customer or "",
        unit=" ".join(part for part in (row.manufacturer, row.model) if part) or row.device_type or "Model unknown",
        serial_number=row.serial_number,
        address=row.service_address,
        technician_id=row.technician_id,
        technician=row.technician or "",
        due_at=local(row.due_at, ZoneInfo(row.zone)),
        overdue=bool(row.late),
        row_version=row.row_version,
    )
