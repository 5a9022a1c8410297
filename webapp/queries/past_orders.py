"""The work orders of a unit or of a customer, as their pages list them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.models import Firm, Unit, User, WorkOrder
from webapp.queries.lifecycles import status_of
from webapp.queries.visibility import visible
from webapp.queries.words import TYPES

PAGE = 25


@dataclass(frozen=True, slots=True)
class PastOrder:
    """A line of the list; `due` is in the zone of the order's unit."""

    number: int
    type: str
    status: str
    status_label: str
    colour: str
    due: datetime | None
    technician: str


@dataclass(frozen=True, slots=True)
class PastOrders:
    """Some orders, newest first; `next` is the number after which the following ones come, or None."""

    rows: tuple[PastOrder, ...]
    next: int | None


def of_unit(session: Session, *, unit_id: int, actor: Actor, after: int | None = None, limit: int = PAGE) -> PastOrders:
    """The unit's orders that the actor may see, older than the order `after`."""
    return page(session, WorkOrder.unit_id == unit_id, actor=actor, after=after, limit=limit)


def of_customer(
    session: Session, *, customer_id: int, actor: Actor, after: int | None = None, limit: int = PAGE
) -> PastOrders:
    """The orders made for the customer that the actor may see, older than the order `after`."""
    return page(session, WorkOrder.customer_id == customer_id, actor=actor, after=after, limit=limit)


def page(session: Session, wanted: ColumnElement[bool], *, actor: Actor, after: int | None, limit: int) -> PastOrders:
    """The wanted orders that the actor may see."""
    query = (
        select(WorkOrder, User.name, Unit.time_zone)
        .join(Unit, Unit.id == WorkOrder.unit_id)
        .outerjoin(User, WorkOrder.technician_id == User.id)
        .where(wanted, visible(actor))
        .order_by(WorkOrder.number.desc())
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(WorkOrder.number < after)
    firms = session.execute(select(Firm.time_zone)).scalar() or "UTC"
    rows = []
    for order, technician, zone in session.execute(query):
        status = status_of(session, order)
        rows.append(
            PastOrder(
                number=order.number,
                type=TYPES[order.type],
                status=status.name,
                status_label=status.label,
                colour=status.color,
                due=None if order.due_at is None else order.due_at.astimezone(ZoneInfo(zone or firms)),
                technician=technician or "",
            )
        )
    return PastOrders(tuple(rows[:limit]), rows[limit - 1].number if len(rows) > limit else None)
