"""Device types, their models and the items each of them needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.folding import fold
from webapp.models import DeviceModel, DeviceType, Item, device_type_items
from webapp.services import entries, versions

TAKEN = "There is already a device type of this name."


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A device model as typed; `default_cost` None: the form did not ask, because the pricing permission is missing."""

    number: str = ""
    manufacturer: str = ""
    default_cost: str | None = None


def create(session: Session, *, name: str, actor: Actor, now: datetime) -> DeviceType:
    """Add a device type; raises Invalid."""
    if not actor.may("device_types.create"):
        raise Forbidden("device_types.create")
    device_type = DeviceType(name=checked_name(session, name, other_than=None))
    session.add(device_type)
    flush(session)
    return device_type


def rename(
    session: Session, *, device_type_id: int, row_version: int, name: str, actor: Actor, now: datetime
) -> DeviceType:
    """Give a device type another name; raises Invalid, and Conflict for a stale page."""
    device_type = locked(session, device_type_id, actor)
    versions.check(device_type, row_version, what="this device type")
    device_type.name = checked_name(session, name, other_than=device_type.id)
    versions.touch(device_type, actor=actor, now=now)
    flush(session)
    return device_type


def link(session: Session, *, device_type_id: int, item_id: int | None, actor: Actor, now: datetime) -> None:
    """Have the item on every order for units of this type; linking it twice changes nothing."""
    locked(session, device_type_id, actor)
    item = None if item_id is None else session.get(Item, item_id)
    if item is None or not item.active:
        raise Invalid({"item_id": "Choose an item."})
    pair = {"device_type_id": device_type_id, "item_id": item.id}
    held = select(func.count()).select_from(device_type_items).filter_by(**pair)
    if not session.execute(held).scalar_one():
        session.execute(insert(device_type_items).values(**pair))


def unlink(session: Session, *, device_type_id: int, item_id: int, actor: Actor, now: datetime) -> None:
    """No longer put the item on orders for units of this type; quantities already set stay."""
    locked(session, device_type_id, actor)
    session.execute(delete(device_type_items).filter_by(device_type_id=device_type_id, item_id=item_id))


def add_model(session: Session, *, device_type_id: int, entry: ModelEntry, actor: Actor, now: datetime) -> DeviceModel:
    """Add a manufacturer's model to the type; raises Invalid with a sentence per field."""
    model = DeviceModel(device_type_id=locked(session, device_type_id, actor).id)
    fill(session, model, entry, actor)
    session.add(model)
    session.flush()
    return model


def save_model(
    session: Session,
    *,
    device_type_id: int,
    model_id: int,
    row_version: int,
    entry: ModelEntry,
    actor: Actor,
    now: datetime,
) -> DeviceModel:
    """Change a model of the type; its units keep it. Raises Invalid with a sentence per field, Conflict for a stale page."""
    locked(session, device_type_id, actor)
    model = session.get(DeviceModel, model_id, with_for_update=True, populate_existing=True)
    if model is None or model.device_type_id != device_type_id:
        raise NotFound("There is no such model of this device type.")
    versions.check(model, row_version, what="this model")
    fill(session, model, entry, actor)
    versions.touch(model, actor=actor, now=now)
    session.flush()
    return model


def fill(session: Session, model: DeviceModel, entry: ModelEntry, actor: Actor) -> None:
    """Put what was typed into the row; raises Invalid and leaves the row alone when something cannot be right."""
    if entry.default_cost is not None and not actor.may("work_orders.pricing"):
        raise Forbidden("work_orders.pricing")
    number, manufacturer = entries.line(entry.number), entries.line(entry.manufacturer)
    problems = entries.too_long({"number": number, "manufacturer": manufacturer})
    cost, wrong = entries.amount(entry.default_cost or "", places=2, says="The default cost")
    if wrong:
        problems["default_cost"] = wrong
    same = select(DeviceModel.id, DeviceModel.number, DeviceModel.manufacturer).where(
        DeviceModel.device_type_id == model.device_type_id
    )
    wanted = fold(manufacturer), fold(number)
    if not number:
        problems["number"] = "Enter the model number."
    elif any(
        row.id != model.id and (fold(row.manufacturer), fold(row.number)) == wanted for row in session.execute(same)
    ):
        problems["number"] = "This device type already has this model."
    if problems:
        raise Invalid(problems)
    model.number, model.manufacturer = number, manufacturer
    if entry.default_cost is not None:
        model.default_cost = cost


def locked(session: Session, device_type_id: int, actor: Actor) -> DeviceType:
    """The row, for changing; raises Forbidden and NotFound."""
    if not actor.may("device_types.edit"):
        raise Forbidden("device_types.edit")
    device_type = session.get(DeviceType, device_type_id, with_for_update=True, populate_existing=True)
    if device_type is None:
        raise NotFound("There is no such device type.")
    return device_type


def checked_name(session: Session, typed: str, *, other_than: int | None) -> str:
    """The name to store; raises Invalid when it is empty, too long or another type's."""
    name = entries.line(typed)
    problems = entries.too_long({"name": name})
    same = select(DeviceType.id).where(DeviceType.search_text == fold(name))
    if not name:
        problems["name"] = "Enter a name."
    elif any(found != other_than for found in session.scalars(same)):
        problems["name"] = TAKEN
    if problems:
        raise Invalid(problems)
    return name


def flush(session: Session) -> None:
    """Write the rows; raises Invalid when somebody else took the name a moment ago."""
    try:
        session.flush()
    except IntegrityError:
        raise Invalid({"name": TAKEN}) from None
