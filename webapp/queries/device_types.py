"""Device types as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import NotFound
from webapp.models import DeviceModel, DeviceType, Item, Unit, device_type_items
from webapp.queries import items


@dataclass(frozen=True, slots=True)
class TypeRow:
    """A line of the list."""

    id: int
    name: str
    models: int
    items: int


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model of the type; `default_cost` is None for who lacks the pricing permission, empty when not known."""

    id: int
    number: str
    manufacturer: str
    default_cost: str | None
    units: int
    row_version: int
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class TypeDetail:
    """One device type: its items, the items it could be linked to (number and name), its models."""

    id: int
    name: str
    items: tuple[items.ItemRow, ...]
    others: tuple[tuple[int, str], ...]
    models: tuple[ModelRow, ...]
    row_version: int
    updated_at: datetime | None


def listing(session: Session) -> tuple[TypeRow, ...]:
    """Every device type by name."""
    models = select(func.count()).where(DeviceModel.device_type_id == DeviceType.id).scalar_subquery()
    linked = (
        select(func.count())
        .select_from(device_type_items)
        .where(device_type_items.c.device_type_id == DeviceType.id)
        .correlate(DeviceType)
        .scalar_subquery()
    )
    found = session.execute(select(DeviceType.id, DeviceType.name, models, linked).order_by(DeviceType.name))
    return tuple(TypeRow(*row) for row in found)


def detail(session: Session, *, device_type_id: int, actor: Actor) -> TypeDetail:
    """One device type; raises NotFound."""
    device_type = session.get(DeviceType, device_type_id)
    if device_type is None:
        raise NotFound("There is no such device type.")
    of_type = select(device_type_items.c.item_id).where(device_type_items.c.device_type_id == device_type_id)
    linked = session.scalars(select(Item).where(Item.id.in_(of_type)).order_by(Item.name))
    others = session.execute(select(Item.id, Item.name).where(Item.id.not_in(of_type), Item.active).order_by(Item.name))
    units = select(func.count()).where(Unit.device_model_id == DeviceModel.id).scalar_subquery()
    models = session.execute(
        select(DeviceModel, units)
        .where(DeviceModel.device_type_id == device_type_id)
        .order_by(DeviceModel.manufacturer, DeviceModel.number)
    )
    return TypeDetail(
        id=device_type.id,
        name=device_type.name,
        items=tuple(items.row(item, 0, actor) for item in linked),
        others=tuple((number, name) for number, name in others),
        models=tuple(model_row(model, count, actor) for model, count in models),
        row_version=device_type.row_version,
        updated_at=device_type.updated_at,
    )


def model(session: Session, *, device_type_id: int, model_id: int, actor: Actor) -> ModelRow:
    """One model of the type; raises NotFound."""
    found = session.get(DeviceModel, model_id)
    if found is None or found.device_type_id != device_type_id:
        raise NotFound("There is no such model of this device type.")
    return model_row(found, 0, actor)


def model_row(model: DeviceModel, units: int, actor: Actor) -> ModelRow:
    """The model as this actor may see it."""
    cost = "" if model.default_cost is None else f"{model.default_cost:.2f}"
    return ModelRow(
        id=model.id,
        number=model.number,
        manufacturer=model.manufacturer,
        default_cost=cost if actor.may("work_orders.pricing") else None,
        units=units,
        row_version=model.row_version,
        updated_at=model.updated_at,
    )
