"""Which orders an actor may know of."""

from __future__ import annotations

from sqlalchemy import and_, false, true
from sqlalchemy.sql.elements import ColumnElement

from webapp.actors import Actor
from webapp.models import WorkOrder

LARGEST_NUMBER = 2**31 - 1


def visible(actor: Actor) -> ColumnElement[bool]:
    """The condition that the actor may know of an order: all, his own and assigned ones, or the one of his link."""
    if actor.kind in ("plan", "timer", "system") or actor.may("work_orders.view"):
        return true()
    if actor.kind == "link":
        return WorkOrder.id == actor.link_order_id
    return (WorkOrder.technician_id == actor.user_id) | (WorkOrder.created_by_id == actor.user_id)


def known_by(actor: Actor, number: int) -> ColumnElement[bool]:
    """The condition that picks the order of this number, if the actor may know of it; any number may be asked for."""
    if not 0 < number <= LARGEST_NUMBER:
        return false()
    return and_(WorkOrder.number == number, visible(actor))
