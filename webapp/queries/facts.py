"""Every declared fact of work orders, read set-based: the same four queries for one order or a page of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import OrderLine, OrderWorker, Role, Unit, User, WorkOrder
from workflow.values import Facts, Record, Situation


def gather(session: Session, order_ids: Iterable[int]) -> dict[int, Facts]:
    """The facts by order id; lines and workers in the order they were added. Flush before asking."""
    wanted = list(order_ids)
    if not wanted:
        return {}
    lines: dict[int, list[Record]] = defaultdict(list)
    for line in session.execute(
        select(
            OrderLine.order_id,
            OrderLine.name,
            OrderLine.quantity,
            OrderLine.used,
            OrderLine.approval_quantity_limit,
            OrderLine.approved_quantity,
            OrderLine.quantity_set_by_id,
        )
        .where(OrderLine.order_id.in_(wanted))
        .order_by(OrderLine.id)
    ):
        lines[line.order_id].append(
            {
                "name": line.name,
                "quantity": line.quantity,
                "used": line.used,
                "approval_quantity_limit": line.approval_quantity_limit,
                "approved_quantity": line.approved_quantity,
                "quantity_set_by": identity(line.quantity_set_by_id),
            }
        )
    workers: dict[int, list[Record]] = defaultdict(list)
    for worker in session.execute(
        select(OrderWorker.order_id, OrderWorker.user_id)
        .where(OrderWorker.order_id.in_(wanted))
        .order_by(OrderWorker.user_id)
    ):
        workers[worker.order_id].append({"person": identity(worker.user_id)})
    orders = session.execute(
        select(
            WorkOrder.id,
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
            Unit.customer_id,
            User.active,
            Role.is_technician,
        )
        .join(Unit, Unit.id == WorkOrder.unit_id)
        .outerjoin(User, User.id == WorkOrder.technician_id)
        .outerjoin(Role, Role.id == User.role_id)
        .where(WorkOrder.id.in_(wanted))
    )
    return {
        row.id: {
            "order.type": row.type,
            "order.unit": identity(row.unit_id),
            "order.technician": identity(row.technician_id),
            "order.technician.is_technician": (
                None if row.technician_id is None else bool(row.active and row.is_technician)
            ),
            "order.creator": identity(row.created_by_id),
            "order.due_date": row.due_at,
            "order.resume_at": row.resume_at,
            "order.arrived_at": row.arrived_at,
            "order.done_at": row.done_at,
            "order.completed_at": row.completed_at,
            "unit.model_known": row.device_model_id is not None,
            "unit.customer": identity(row.customer_id),
            "items": tuple(lines[row.id]),
            "workers": tuple(workers[row.id]),
        }
        for row in orders
    }


def identity(number: int | None) -> str | None:
    """A row's id as guards compare it."""
    return None if number is None else str(number)


def situation(session: Session, order: WorkOrder, now: datetime) -> Situation:
    """The order as the engine sees it at this moment."""
    return Situation(status=order.status, facts=gather(session, [order.id])[order.id], now=now)
