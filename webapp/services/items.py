"""The catalogue of materials and services: made, changed and taken out of use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.folding import fold
from webapp.models import Item
from webapp.services import entries, versions

KINDS = {"material": "Material", "service": "Service"}


TAKEN = "There is already an item of this name."


@dataclass(frozen=True, slots=True)
class ItemEntry:
    """An item as typed; `unit_cost` None: the form did not ask, because the pricing permission is missing."""

    name: str = ""
    kind: str = "material"
    unit_of_measure: str = "piece"
    approval_quantity_limit: str = ""
    unit_cost: str | None = None


def create(session: Session, *, entry: ItemEntry, actor: Actor, now: datetime) -> Item:
    """Add an item; raises Invalid with a sentence per field, Forbidden when a cost is given without seeing costs."""
    if not actor.may("items.create"):
        raise Forbidden("items.create")
    item = Item(unit_cost=Decimal(0), active=True)
    fill(session, item, entry, actor)
    session.add(item)
    flush(session)
    return item


def save(session: Session, *, item_id: int, row_version: int, entry: ItemEntry, actor: Actor, now: datetime) -> Item:
    """Change an item; orders keep the limit and cost their lines were set with. Raises Conflict for a stale page."""
    if not actor.may("items.edit"):
        raise Forbidden("items.edit")
    item = locked(session, item_id)
    versions.check(item, row_version, what="this item")
    fill(session, item, entry, actor)
    versions.touch(item, actor=actor, now=now)
    flush(session)
    return item


def retire(session: Session, *, item_id: int, active: bool, actor: Actor, now: datetime) -> Item:
    """Take an item out of use (`active` False) or bring it back; orders that hold it keep it."""
    if not actor.may("items.delete"):
        raise Forbidden("items.delete")
    item = locked(session, item_id)
    if item.active != active:
        item.active = active
        versions.touch(item, actor=actor, now=now)
    session.flush()
    return item


def locked(session: Session, item_id: int) -> Item:
    """The row, for changing; raises NotFound."""
    item = session.get(Item, item_id, with_for_update=True, populate_existing=True)
    if item is None:
        raise NotFound("There is no such item.")
    return item


def fill(session: Session, item: Item, entry: ItemEntry, actor: Actor) -> None:
    """Put what was typed into the row; raises Invalid and leaves the row alone when something cannot be right."""
    if entry.unit_cost is not None and not actor.may("work_orders.pricing"):
        raise Forbidden("work_orders.pricing")
    name, measure = entries.line(entry.name), entries.line(entry.unit_of_measure)
    problems = entries.too_long({"name": name, "unit_of_measure": measure})
    limit, wrong_limit = entries.amount(entry.approval_quantity_limit, places=3, says="The approval limit")
    cost, wrong_cost = entries.amount(entry.unit_cost or "", places=2, says="The unit cost")
    if wrong_limit:
        problems["approval_quantity_limit"] = wrong_limit
    if wrong_cost:
        problems["unit_cost"] = wrong_cost
    elif entry.unit_cost is not None and cost is None:
        problems["unit_cost"] = "Enter the unit cost; 0 when it costs nothing."
    if not name:
        problems["name"] = "Enter a name."
    elif taken(session, name, other_than=item.id):
        problems["name"] = TAKEN
    if not measure:
        problems["unit_of_measure"] = "Enter what is counted, for example piece, metre or hour."
    if entry.kind not in KINDS:
        problems["kind"] = "Choose material or service."
    if problems:
        raise Invalid(problems)
    item.name, item.kind, item.unit_of_measure = name, entry.kind, measure
    item.approval_quantity_limit = limit
    if cost is not None:
        item.unit_cost = cost


def taken(session: Session, name: str, *, other_than: int | None) -> bool:
    """Whether another item already has the name, in whatever letters."""
    same = select(Item.id).where(Item.search_text == fold(name))
    return any(found != other_than for found in session.scalars(same))


def flush(session: Session) -> None:
    """Write the rows; raises Invalid when somebody else took the name a moment ago."""
    try:
        session.flush()
    except IntegrityError:
        raise Invalid({"name": TAKEN}) from None
