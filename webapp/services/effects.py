"""What a transition asks for besides the order itself: the unit's stamps and the service visit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.models import Unit, WorkOrder
from webapp.services import service_visits

STAMPS = {"installation": "installed_at", "service": "serviced_at", "maintenance": "maintained_at"}
"""Which day of its unit a completed order of a type is."""

FACTS_ONLY = frozenset({"count_as_worker"})
"""The effects that only change facts: they are performed when the facts are written."""


def perform(session: Session, effect: str, *, order: WorkOrder, actor: Actor, now: datetime) -> None:
    """Perform one effect of the vocabulary on the order as it is after the step."""
    if effect == "stamp_unit":
        stamp_unit(session, order=order)
    elif effect == "restore_unit_stamp":
        restore_unit_stamp(session, order=order)
    elif effect == "plan_service_visit":
        service_visits.plan(session, order=order, actor=actor, now=now)
    elif effect not in FACTS_ONLY:
        raise AssertionError(f"no program performs the effect {effect}")


def stamp_unit(session: Session, *, order: WorkOrder) -> None:
    """The unit remembers the day of submission; never an earlier one than it has."""
    column = STAMPS.get(order.type)
    if column is None or order.done_at is None:
        return
    unit = _locked_unit(session, order)
    before: datetime | None = getattr(unit, column)
    if before is not None and before >= order.done_at:
        order.unit_stamp_before = None
        return
    setattr(unit, column, order.done_at)
    unit.row_version += 1
    order.unit_stamp_before = {
        "column": column,
        "before": None if before is None else before.isoformat(),
        "given": order.done_at.isoformat(),
    }


def restore_unit_stamp(session: Session, *, order: WorkOrder) -> None:
    """The unit gets back the newest day that still counts: what it had before this order, or another completed order's.

    Orders that were completed later remember this one's day as the one before theirs; they get the day before it, so that
    reopening several in any order ends with the right day. A day somebody else has given since stays.
    """
    kept = order.unit_stamp_before
    if kept is None:
        return
    unit = _locked_unit(session, order)
    column, given = kept["column"], datetime.fromisoformat(kept["given"])
    others = session.scalars(
        select(WorkOrder).where(
            WorkOrder.unit_id == order.unit_id,
            WorkOrder.type == order.type,
            WorkOrder.id != order.id,
            WorkOrder.completed_at.is_not(None),
            WorkOrder.done_at.is_not(None),
        )
    ).all()
    for other in others:
        later = other.unit_stamp_before
        if later is not None and later["before"] is not None and datetime.fromisoformat(later["before"]) == given:
            other.unit_stamp_before = {**later, "before": kept["before"]}
    if getattr(unit, column) == given:
        former = [datetime.fromisoformat(kept["before"])] if kept["before"] is not None else []
        setattr(unit, column, max([*former, *(other.done_at for other in others if other.done_at)], default=None))
        unit.row_version += 1
    order.unit_stamp_before = None


def _locked_unit(session: Session, order: WorkOrder) -> Unit:
    return session.scalars(
        select(Unit).where(Unit.id == order.unit_id).with_for_update().execution_options(populate_existing=True)
    ).one()
