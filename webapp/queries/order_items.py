"""The Items card of one work order: its lines, and a row at 0 for every item its unit's device type has now."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import DeviceModel, Item, OrderLine, WorkOrder, device_type_items


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A row of the Items card; `stored` is False for an item of the device type that has no quantity yet.

    `unit_cost` and `subtotal` are None without the pricing permission.
    """

    item_id: int
    name: str
    unit_of_measure: str
    quantity: Decimal
    used: Decimal | None
    limit: Decimal | None
    approved_quantity: Decimal | None
    over: bool
    unit_cost: Decimal | None
    subtotal: Decimal | None
    stored: bool


def rows(session: Session, order: WorkOrder, model: DeviceModel | None, *, priced: bool) -> tuple[ItemRow, ...]:
    """The order's lines, then a row at 0 for every active item linked to the device type now (domain.md §3)."""
    lines = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.id)).all()
    rows = [
        ItemRow(
            item_id=line.item_id,
            name=line.name,
            unit_of_measure=line.unit_of_measure,
            quantity=line.quantity,
            used=line.used,
            limit=line.approval_quantity_limit,
            approved_quantity=line.approved_quantity,
            over=line.approval_quantity_limit is not None
            and line.quantity > line.approval_quantity_limit
            and (line.approved_quantity is None or line.quantity > line.approved_quantity),
            unit_cost=line.unit_cost if priced else None,
            subtotal=(line.quantity * line.unit_cost).quantize(Decimal("0.01")) if priced else None,
            stored=True,
        )
        for line in lines
    ]
    if model is not None:
        linked = session.scalars(
            select(Item)
            .join(device_type_items, device_type_items.c.item_id == Item.id)
            .where(
                device_type_items.c.device_type_id == model.device_type_id,
                Item.active,
                Item.id.not_in([line.item_id for line in lines]),
            )
            .order_by(Item.name)
        )
        rows += [
            ItemRow(
                item_id=item.id,
                name=item.name,
                unit_of_measure=item.unit_of_measure,
                quantity=Decimal(0),
                used=None,
                limit=item.approval_quantity_limit,
                approved_quantity=None,
                over=False,
                unit_cost=item.unit_cost if priced else None,
                subtotal=Decimal(0) if priced else None,
                stored=False,
            )
            for item in linked
        ]
    return tuple(rows)
