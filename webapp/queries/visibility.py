"""Which orders an actor may know of."""

from __future__ import annotations

from sqlalchemy import true
from sqlalchemy.sql.elements import ColumnElement

from webapp.actors import Actor
from webapp.models import WorkOrder


def visible(actor: Actor) -> ColumnElement[bool]:
    """The condition that the actor may know of an order: all, his own and assigned ones, or the one of his link."""
    if actor.kind in ("plan", "timer", "system") or actor.may("work_orders.view"):
        return true()
    if actor.kind == "link":
        return WorkOrder.id == actor.link_order_id
    return (WorkOrder.technician_id == actor.user_id) | (WorkOrder.created_by_id == actor.user_id)
