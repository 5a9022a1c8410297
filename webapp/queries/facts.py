"""Every declared fact of work orders, read in one statement for one order or a page of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Row, String, bindparam, cast, exists, func, literal, select
from sqlalchemy.orm import Session

from webapp.models import (
    ApprovalRequest,
    Customer,
    DefinitionVersion,
    Firm,
    OrderLine,
    OrderWorker,
    Photo,
    Role,
    Unit,
    User,
    WorkOrder,
)
from workflow.values import Facts, Record, Situation


@dataclass(frozen=True, slots=True)
class Standing:
    """One order as the door needs to know it: where it stands, its facts, and the words that notices mention."""

    id: int
    number: int
    type: str
    status: str
    row_version: int
    definition_version_id: int
    definition_sha256: str
    history_length: int
    history_hash: str
    technician_id: int | None
    created_by_id: int | None
    customer_id: int | None
    due_at: datetime | None
    zone: str
    address: str
    customer: str
    technician: str
    asked: bool
    """Whether a question to the customer is open."""
    facts: Facts

    def situation(self, now: datetime) -> Situation:
        """The order as the engine sees it at this moment."""
        return Situation(status=self.status, facts=self.facts, now=now)


WORKERS = (
    select(func.aggregate_strings(cast(OrderWorker.user_id, String), ","))
    .where(OrderWorker.order_id == WorkOrder.id)
    .scalar_subquery()
)
PHOTOS = select(func.count()).select_from(Photo).where(Photo.order_id == WorkOrder.id).scalar_subquery()
FACTS = (
    select(
        WorkOrder.id.label("order_id"),
        WorkOrder.type,
        WorkOrder.unit_id,
        WorkOrder.technician_id,
        WorkOrder.created_by_id,
        WorkOrder.due_at,
        WorkOrder.resume_at,
        WorkOrder.arrived_at,
        WorkOrder.done_at,
        WorkOrder.completed_at,
        Unit.device_model_id,
        Unit.serial_number,
        Unit.customer_id.label("owner_id"),
        User.active.label("technician_active"),
        Role.is_technician,
        Customer.approval_email,
        Customer.emails,
        WORKERS.label("workers"),
        PHOTOS.label("photos"),
        OrderLine.id.label("line_id"),
        OrderLine.name,
        OrderLine.quantity,
        OrderLine.used,
        OrderLine.approval_quantity_limit,
        OrderLine.approved_quantity,
        OrderLine.quantity_set_by_id,
    )
    .join(Unit, Unit.id == WorkOrder.unit_id)
    .outerjoin(Customer, Customer.id == WorkOrder.customer_id)
    .outerjoin(User, User.id == WorkOrder.technician_id)
    .outerjoin(Role, Role.id == User.role_id)
    .outerjoin(OrderLine, OrderLine.order_id == WorkOrder.id)
    .order_by(WorkOrder.id, OrderLine.id)
)
"""One row per line of an order, and one for an order without lines; the order's own facts stand in each."""

OF_MANY = FACTS.where(WorkOrder.id.in_(bindparam("order_ids", expanding=True)))
STANDINGS = FACTS.add_columns(
    WorkOrder.number,
    WorkOrder.status,
    WorkOrder.row_version,
    WorkOrder.definition_version_id,
    WorkOrder.history_length,
    WorkOrder.history_hash,
    WorkOrder.customer_id,
    DefinitionVersion.sha256,
    func.coalesce(Unit.time_zone, select(Firm.time_zone).where(Firm.id == 1).scalar_subquery(), "UTC").label("zone"),
    Unit.service_address,
    Customer.display_name,
    User.name.label("technician_name"),
    exists(literal(1)).where(ApprovalRequest.order_id == WorkOrder.id, ApprovalRequest.state == "open").label("asked"),
).join(DefinitionVersion, DefinitionVersion.id == WorkOrder.definition_version_id)
STANDING = STANDINGS.where(WorkOrder.id == bindparam("order_id"))
STANDING_MANY = STANDINGS.where(WorkOrder.id.in_(bindparam("order_ids", expanding=True)))


def gather(session: Session, order_ids: Iterable[int]) -> dict[int, Facts]:
    """The facts by order id; lines and workers in the order they were added. Flush before asking."""
    wanted = list(order_ids)
    if not wanted:
        return {}
    found = session.connection().execute(OF_MANY, {"order_ids": wanted})
    return {order_id: _facts(list(rows)) for order_id, rows in groupby(found, key=lambda row: row.order_id)}


def standing(session: Session, order_id: int) -> Standing:
    """The order as it stands; after its lock was taken, and in a statement of its own, this is how it stays."""
    return _standing(session.connection().execute(STANDING, {"order_id": order_id}).all())


def standings(session: Session, order_ids: Iterable[int]) -> list[Standing]:
    """The same for many orders, in the order of their ids."""
    found = session.connection().execute(STANDING_MANY, {"order_ids": list(order_ids)})
    return [_standing(list(rows)) for _, rows in groupby(found, key=lambda row: row.order_id)]


def _standing(rows: Sequence[Row[*tuple[Any, ...]]]) -> Standing:
    row = rows[0]
    return Standing(
        id=row.order_id,
        number=row.number,
        type=row.type,
        status=row.status,
        row_version=row.row_version,
        definition_version_id=row.definition_version_id,
        definition_sha256=row.sha256,
        history_length=row.history_length,
        history_hash=row.history_hash,
        technician_id=row.technician_id,
        created_by_id=row.created_by_id,
        customer_id=row.customer_id,
        due_at=row.due_at,
        zone=row.zone,
        address=row.service_address,
        customer=row.display_name or "",
        technician=row.technician_name or "",
        asked=row.asked,
        facts=_facts(rows),
    )


def situation(session: Session, order: WorkOrder, now: datetime) -> Situation:
    """The order as the engine sees it at this moment."""
    return Situation(status=order.status, facts=gather(session, [order.id])[order.id], now=now)


def identity(number: int | None) -> str | None:
    """A row's id as guards compare it."""
    return None if number is None else str(number)


def _facts(rows: Sequence[Row[*tuple[Any, ...]]]) -> Facts:
    row = rows[0]
    technician_id = row.technician_id
    return {
        "order.type": row.type,
        "order.unit": identity(row.unit_id),
        "order.technician": identity(technician_id),
        "order.technician.is_technician": (
            None if technician_id is None else bool(row.technician_active and row.is_technician)
        ),
        "order.creator": identity(row.created_by_id),
        "order.due_date": row.due_at,
        "order.resume_at": row.resume_at,
        "order.arrived_at": row.arrived_at,
        "order.done_at": row.done_at,
        "order.completed_at": row.completed_at,
        "order.photos": Decimal(row.photos),
        "unit.model_known": row.device_model_id is not None,
        "unit.serial_known": bool(row.serial_number),
        "unit.customer": identity(row.owner_id),
        "customer.reachable": bool(row.approval_email or row.emails),
        "items": tuple(_lines(rows)),
        "workers": tuple({"person": person} for person in _people(row.workers)),
    }


def _lines(rows: Iterable[Row[*tuple[Any, ...]]]) -> Iterator[Record]:
    for row in rows:
        if row.line_id is not None:
            yield {
                "name": row.name,
                "quantity": row.quantity,
                "used": row.used,
                "approval_quantity_limit": row.approval_quantity_limit,
                "approved_quantity": row.approved_quantity,
                "quantity_set_by": identity(row.quantity_set_by_id),
            }


def _people(ids: str | None) -> list[str]:
    """The identities in a text of ids, the earliest account first."""
    return sorted(ids.split(","), key=int) if ids else []
