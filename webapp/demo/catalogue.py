"""The demo's items, device types and models."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.demo.names import DEVICE_TYPES, ITEMS
from webapp.services import device_types, items


def stock(session: Session, *, actor: Actor, now: datetime) -> None:
    """Fill the catalogue: items with the limits none, 0 and 5 among them, and one device type without items."""
    ids: dict[str, int] = {}
    for name, kind, measure, cost, limit in ITEMS:
        entry = items.ItemEntry(
            name=name, kind=kind, unit_of_measure=measure, unit_cost=cost, approval_quantity_limit=limit
        )
        ids[name] = items.create(session, entry=entry, actor=actor, now=now).id
    for name, (linked, models) in DEVICE_TYPES.items():
        made = device_types.create(session, name=name, actor=actor, now=now)
        for item in linked:
            device_types.link(session, device_type_id=made.id, item_id=ids[item], actor=actor, now=now)
        for number, manufacturer in models:
            model = device_types.ModelEntry(number=number, manufacturer=manufacturer, default_cost="")
            device_types.add_model(session, device_type_id=made.id, entry=model, actor=actor, now=now)
