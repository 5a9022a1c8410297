"""Device types, their models and the items each of them needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.models import DeviceModel, DeviceType, Item, device_type_items
from webapp.services import entries

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


def rename(session: Session, *, device_type_id: int, name: str, actor: Actor, now: datetime) -> DeviceType:
    """Give a device type another name; raises Invalid."""
    device_type = locked(session, device_type_id, actor)
    device_type.name = checked_name(session, name, other_than=device_type.id)
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
    device_type = locked(session, device_type_id, actor)
    if entry.default_cost is not None and not actor.may("work_orders.pricing"):
        raise Forbidden("work_orders.pricing")
    number, manufacturer = entries.line(entry.number), entries.line(entry.manufacturer)
    problems = entries.too_long({"number": number, "manufacturer": manufacturer})
    cost, wrong = entries.amount(entry.default_cost or "", places=2, says="The default cost")
    if wrong:
        problems["default_cost"] = wrong
    same = select(func.count()).where(
        DeviceModel.device_type_id == device_type.id,
        func.lower(DeviceModel.number) == number.lower(),
        func.lower(DeviceModel.manufacturer) == manufacturer.lower(),
    )
    if not number:
        problems["number"] = "Enter the model number."
    elif session.execute(same).scalar_one():
        problems["number"] = "This device type already has this model."
    if problems:
        raise Invalid(problems)
    model = DeviceModel(device_type_id=device_type.id, number=number, manufacturer=manufacturer, default_cost=cost)
    session.add(model)
    session.flush()
    return model


def locked(session: Session, device_type_id: int, actor: Actor) -> DeviceType:
    """The row, for changing; raises Forbidden and NotFound."""
    if not actor.may("device_types.edit"):
        raise Forbidden("device_types.edit")
    device_type = session.get(DeviceType, device_type_id, with_for_update=True)
    if device_type is None:
        raise NotFound("There is no such device type.")
    return device_type


def checked_name(session: Session, typed: str, *, other_than: int | None) -> str:
    """The name to store; raises Invalid when it is empty, too long or another type's."""
    name = entries.line(typed)
    problems = entries.too_long({"name": name})
    same = select(DeviceType.id).where(func.lower(DeviceType.name) == name.lower())
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
