"""Telling the office of a slot that became no order, in the feed of everybody who may put it right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, cast, insert, or_, select
from sqlalchemy.orm import Session

from webapp.folding import fold
from webapp.models import Delivery, Notification, Role, User

MESSAGE = "MaintenanceBlocked"
PUTS_RIGHT = "work_orders.edit"
HOLDERS = f'%"{PUTS_RIGHT}"%'


@dataclass(frozen=True, slots=True)
class Blocked:
    """A slot that became no order."""

    plan_id: int
    plan: str
    slot: datetime
    reason: str


def tell(session: Session, blocked: Sequence[Blocked], *, now: datetime) -> None:
    """Put an entry into each holder's feed for each slot; the same slot is told of once (unique key)."""
    people = session.execute(
        select(User.id, User.name)
        .join(Role, Role.id == User.role_id)
        .where(
            User.active,
            or_(cast(Role.permissions, String).like(HOLDERS), cast(User.extra_permissions, String).like(HOLDERS)),
        )
        .order_by(User.id)
    ).all()
    told = [(one, person) for one in blocked for person in people]
    if not told:
        return
    keys = [
        f"plan-{one.plan_id}:{one.slot.isoformat()}:{MESSAGE}:{person.id}:{now.isoformat()}" for one, person in told
    ]
    rows = [
        {
            "key": key,
            "message": MESSAGE,
            "audience": "office",
            "channel": "in_app",
            "user_id": person.id,
            "recipient_name": person.name,
            "search_text": fold(person.name),
            "context": {"plan": one.plan_id, "name": one.plan, "reason": one.reason},
            "state": "delivered",
            "reason": "",
            "next_at": now,
            "message_id": f"<{key.replace(':', '.')}@fieldwright>",
            "created_at": now,
            "finished_at": now,
        }
        for key, (one, person) in zip(keys, told, strict=True)
    ]
    ids = session.execute(insert(Delivery).returning(Delivery.id, sort_by_parameter_order=True), rows).scalars()
    session.execute(
        insert(Notification),
        [
            {
                "delivery_id": delivery_id,
                "user_id": person.id,
                "title": f"Maintenance needs attention: {one.plan}",
                "body": f"The visit of {one.slot:%-d %B %Y} became no work order. {one.reason} See Maintenance.",
                "at": now,
            }
            for delivery_id, (one, person) in zip(ids, told, strict=True)
        ],
    )
