"""The orders of due slots: many at once through the one door, or merged into one that has not begun."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Invalid
from webapp.models import Item, MaintenancePlanItem, OrderLine, WorkOrder
from webapp.queries.lifecycles import live, of_kinds
from webapp.queries.words import TYPES
from webapp.services import entries, orders, transitions

NOT_BEGUN = ("queue", "ready", "held")
CARRIED = {
    "unit_id": "the order's unit, and through it the customer",
    "order_type": "type",
    "duration_minutes": "duration_minutes",
    "technician_id": "technician_id",
    "request": "request",
    "edited_by_id": "who set the quantities, on each line",
}
"""Columns of a plan that its orders hold, and where; beside them the items, each a line."""
NOT_FOR_THE_ORDER = {
    **dict.fromkeys(
        ("id", "rule_id", "rule_version", "own", "name", "installation_id"),
        "which plan it is: the order names the plan",
    ),
    **dict.fromkeys(
        ("rrule", "first_due_at", "anchor", "season", "shift", "excluded", "lead_days", "window_days"),
        "when it is due: the order holds the due moment",
    ),
    **dict.fromkeys(("policy", "catch_up"), "whether there is an order at all"),
    **dict.fromkeys(
        ("active", "waits_for_id", "next_slot_at", "wake_at", "paused_at", "ended_at", "ended_because"),
        "where the plan stands",
    ),
    **dict.fromkeys(("row_version", "updated_at", "updated_by", "created_at"), "who wrote the plan, and when"),
}
"""The others, and why an order does not hold them."""

HELD = frozenset({"work_orders.create", "work_orders.edit", "work_orders.view", "work_orders.supervise"})


@dataclass(frozen=True, slots=True)
class Line:
    """An item of a plan with its quantity, as the catalogue has it now."""

    item: Item
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Wanted:
    """A slot that is to become an order; `technician_id` is the plan's if he can still be given one."""

    plan: Row[*tuple[Any, ...]]
    slot: datetime
    due_at: datetime
    technician_id: int | None
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order a plan made for a unit on which no work has begun."""

    id: int
    number: int
    unit_id: int
    due_at: datetime | None
    duration_minutes: int
    request: str


def actor_of(plan_id: int) -> Actor:
    """The plan as an actor: it may do what an office and a supervisor may do to make an order."""
    return Actor(kind="plan", user_id=None, name=f"maintenance plan {plan_id}", permissions=HELD, plan_id=plan_id)


def lines_of(session: Session, plan_ids: Iterable[int]) -> Mapping[int, list[Line]]:
    """The items of these plans."""
    found: dict[int, list[Line]] = defaultdict(list)
    for plan_id, quantity, item in session.execute(
        select(MaintenancePlanItem.plan_id, MaintenancePlanItem.quantity, Item)
        .join(Item, Item.id == MaintenancePlanItem.item_id)
        .where(MaintenancePlanItem.plan_id.in_(list(plan_ids)))
        .order_by(MaintenancePlanItem.plan_id, Item.id)
    ):
        found[plan_id].append(Line(item, quantity))
    return found


def open_orders(session: Session, unit_ids: Iterable[int], *, lock: bool = False) -> dict[int, OpenOrder]:
    """The newest order a plan made for each unit that has not begun."""
    query = (
        select(
            WorkOrder.id,
            WorkOrder.number,
            WorkOrder.unit_id,
            WorkOrder.due_at,
            WorkOrder.duration_minutes,
            WorkOrder.request,
        )
        .where(
            WorkOrder.unit_id.in_(list(unit_ids)),
            WorkOrder.created_by_plan_id.is_not(None),
            WorkOrder.arrived_at.is_(None),
            of_kinds(session, *NOT_BEGUN),
        )
        .order_by(WorkOrder.id)
    )
    found = session.execute(query.with_for_update() if lock else query)
    return {row[2]: OpenOrder(*row) for row in found}


def create(session: Session, wanted: Sequence[Wanted], *, now: datetime) -> list[int]:
    """Make an order of each slot, all in a few statements; returns their ids in the order of `wanted`."""
    unknown = [one.plan.order_type for one in wanted if one.plan.order_type not in TYPES]
    if unknown:
        raise Invalid({"order_type": f"There is no type of work called {unknown[0]}."})
    version_id, compiled = live(session)
    numbers = orders.next_numbers(session, len(wanted))
    rows = [
        {
            "number": number,
            "type": one.plan.order_type,
            "unit_id": one.plan.unit_id,
            "customer_id": one.plan.customer_id,
            "technician_id": one.technician_id,
            "request": entries.text(one.plan.request),
            "due_at": one.due_at,
            "duration_minutes": one.plan.duration_minutes,
            "status": compiled.definition.first_status,
            "definition_version_id": version_id,
            "created_at": now,
            "created_by_id": None,
            "created_by_plan_id": one.plan.id,
        }
        for one, number in zip(wanted, numbers, strict=True)
    ]
    ids = list(session.execute(insert(WorkOrder).returning(WorkOrder.id, sort_by_parameter_order=True), rows).scalars())
    lines = [_line(order_id, one, line) for order_id, one in zip(ids, wanted, strict=True) for line in one.lines]
    if lines:
        session.execute(insert(OrderLine), lines)
    actors = {order_id: actor_of(one.plan.id) for order_id, one in zip(ids, wanted, strict=True)}
    transitions.begin_many(session, ids, actors=actors, now=now)
    return ids


def _line(order_id: int, one: Wanted, line: Line) -> dict[str, object]:
    return {
        "order_id": order_id,
        "item_id": line.item.id,
        "name": line.item.name,
        "unit_cost": line.item.unit_cost,
        "unit_of_measure": line.item.unit_of_measure,
        "quantity": line.quantity,
        "approval_quantity_limit": line.item.approval_quantity_limit,
        "quantity_set_by_id": one.plan.edited_by_id,
    }


def merge(session: Session, one: Wanted, order: OpenOrder, *, now: datetime) -> str:
    """Add the slot to an order that has not begun, with the larger quantity of each item; returns the reason said.

    Its text and the longer duration go along.
    """
    there = dict(
        session.execute(select(OrderLine.item_id, OrderLine.quantity).where(OrderLine.order_id == order.id)).all()
    )
    changes: dict[str, object] = {
        "quantities": {
            line.item.id: line.quantity
            for line in one.lines
            if line.item.id not in there or line.quantity > there[line.item.id]
        }
    }
    text = entries.text(one.plan.request)
    joined = f"{order.request}\n{text}".strip()
    if text and text not in order.request and len(joined) <= entries.LONGEST_TEXT:
        changes["request"] = joined
    if one.plan.duration_minutes > order.duration_minutes:
        changes["duration_minutes"] = one.plan.duration_minutes
    orders.save(session, number=order.number, row_version=None, changes=changes, actor=actor_of(one.plan.id), now=now)
    late = f" and is overdue since {order.due_at:%-d %B %Y}" if order.due_at is not None and order.due_at < now else ""
    return f"Work order {order.number} has not begun{late}: this slot was merged into it."
