"""The catalogue's items as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import NotFound
from webapp.models import Item, device_type_items
from webapp.queries.searching import matches
from webapp.queries.words import plain

PAGE = 50


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item; `unit_cost` is None for who lacks the pricing permission."""

    id: int
    name: str
    kind: str
    unit_of_measure: str
    approval_quantity_limit: str
    unit_cost: str | None
    active: bool
    device_types: int
    row_version: int
    updated_at: datetime | None

    @property
    def limit_said(self) -> str:
        """The approval limit in words."""
        if not self.approval_quantity_limit:
            return "No limit"
        if self.approval_quantity_limit == "0":
            return "Every use"
        return f"Above {self.approval_quantity_limit}"


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Some items by name; `next` is where the following page begins, or None."""

    rows: tuple[ItemRow, ...]
    next: int | None


def page(session: Session, *, actor: Actor, search: str = "", after: int | None = None, limit: int = PAGE) -> ItemPage:
    """Items whose name holds `search`, following the item `after`."""
    types = (
        select(func.count())
        .select_from(device_type_items)
        .where(device_type_items.c.item_id == Item.id)
        .correlate(Item)
        .scalar_subquery()
    )
    wanted = select(Item, types).order_by(Item.name, Item.id).limit(limit + 1)
    if search.strip():
        wanted = wanted.where(matches(search, Item.search_text))
    last = None if after is None else session.get(Item, after)
    if last is not None:
        wanted = wanted.where(tuple_(Item.name, Item.id) > (last.name, last.id))
    found = session.execute(wanted).all()
    rows = tuple(row(item, count, actor) for item, count in found[:limit])
    return ItemPage(rows, rows[-1].id if len(found) > limit else None)


def detail(session: Session, *, item_id: int, actor: Actor) -> ItemRow:
    """One item; raises NotFound."""
    item = session.get(Item, item_id)
    if item is None:
        raise NotFound("There is no such item.")
    return row(item, 0, actor)


def row(item: Item, types: int, actor: Actor) -> ItemRow:
    """The item as this actor may see it."""
    return ItemRow(
        id=item.id,
        name=item.name,
        kind=item.kind,
        unit_of_measure=item.unit_of_measure,
        approval_quantity_limit=plain(item.approval_quantity_limit),
        unit_cost=f"{item.unit_cost:.2f}" if actor.may("work_orders.pricing") else None,
        active=item.active,
        device_types=types,
        row_version=item.row_version,
        updated_at=item.updated_at,
    )
