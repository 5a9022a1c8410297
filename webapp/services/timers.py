"""Timers ring: what is due by time alone sends its messages and presses its button, exactly once in each stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Refused
from webapp.models import ApprovalRequest, OrderTimer, WorkOrder
from webapp.queries import timers
from webapp.queries.facts import Standing, standing
from webapp.queries.lifecycles import lifecycle_of
from webapp.queries.timers import REFUSED, TAKEN, TOLD, Clocked
from webapp.services import notifications, transitions
from workflow.definition import Timer
from workflow.engine import Lifecycle
from workflow.errors import EndlessRules
from workflow.offers import Blocker
from workflow.scenarios import TIMERS
from workflow.timing import Ringing

CHUNK = 20
"""Orders of one transaction: short enough to keep nobody waiting."""

LOCK = (
    select(WorkOrder.id)
    .where(WorkOrder.id.in_(bindparam("order_ids", expanding=True)))
    .order_by(WorkOrder.id)
    .with_for_update(skip_locked=True)
)
ADD = insert(OrderTimer)
WRITE = update(OrderTimer).where(OrderTimer.id == bindparam("this_row"))
ASKED = select(ApprovalRequest.id).where(
    ApprovalRequest.order_id == bindparam("order_id"), ApprovalRequest.state == "open"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a timer, and the sentences why not."""

    outcome: str
    reason: str = ""


def ring(session: Session, *, order_ids: Sequence[int], now: datetime) -> int:
    """Ring every timer that is due for these orders, each order's in due order; returns how many rang.

    Orders that somebody else holds at the moment are left to the next tick. What is due is found out anew under the lock, so
    that any number of clocks may ask for the same orders.
    """
    locked = session.connection().execute(LOCK, {"order_ids": list(order_ids)}).scalars().all()
    return sum(_ring_all(session, order_id, now) for order_id in locked)


def actor_of(timer: Timer) -> Actor:
    """The clock, named by the timer that rings."""
    return Actor(kind="timer", user_id=None, name=timers.name_of(timer))


def _ring_all(session: Session, order_id: int, now: datetime) -> int:
    """One after another, looking anew after each: the first may have changed where the order stands."""
    for rang in range(TIMERS):
        order = standing(session, order_id)
        compiled = lifecycle_of(session, order.definition_version_id, order.definition_sha256)
        remembered = timers.clocked(session, order_id)
        counting = timers.to_ring(
            compiled, status=order.status, facts=order.facts, row_version=order.row_version, remembered=remembered
        )
        if not counting or counting[0].due > now:
            return rang
        _ring(session, order, compiled, counting[0], remembered, now)
    return TIMERS


def _ring(
    session: Session, order: Standing, compiled: Lifecycle, ringing: Ringing, remembered: Clocked, now: datetime
) -> None:
    timer, earlier = ringing.timer, remembered.rung.get(ringing.key)
    if earlier is None:
        _tell(session, order, compiled, ringing, stay=remembered.stay, now=now)
    answer = Answer(TOLD) if timer.take is None else _take(session, order, timer, timer.take, now=now, before=earlier)
    row = {
        "outcome": answer.outcome,
        "reason": answer.reason,
        "fired_at": now,
        "row_version": order.row_version,
        "definition_version_id": order.definition_version_id,
    }
    if earlier is not None:
        session.connection().execute(WRITE, {"this_row": earlier.id, **row})
        return
    kept = {"order_id": order.id, "timer": timer.name, "stay": remembered.stay}
    session.connection().execute(ADD, {**kept, "counted_from": ringing.counted_from, "due_at": ringing.due, **row})


def _tell(
    session: Session, order: Standing, compiled: Lifecycle, ringing: Ringing, *, stay: int, now: datetime
) -> None:
    """Send the timer's messages; a customer's carries the link of the question that is open."""
    timer = ringing.timer
    asked = None
    if any("customer" in notice.to for notice in timer.notify):
        asked = session.connection().execute(ASKED, {"order_id": order.id}).scalars().first()
    notifications.write(
        session,
        order=order,
        notices=timer.notify,
        former_technician_id=None,
        actor=actor_of(timer),
        now=now,
        key=f"order-{order.id}:timer:{timer.name}:{stay}:{ringing.counted_from:%Y%m%dT%H%M%S%f}",
        told=notifications.Told(
            status_label=compiled.definition.statuses[order.status].label,
            reason=timers.because(timer, compiled, order.status),
            request_id=asked,
        ),
    )


def _take(
    session: Session, order: Standing, timer: Timer, button: str, *, now: datetime, before: timers.Rung | None
) -> Answer:
    """Press the button through the one door; a refusal is remembered with its blockers, and once for the same reason."""
    blockers: Sequence[Blocker] = ()
    actor = actor_of(timer)
    try:
        transitions.press(
            session,
            number=order.number,
            transition=button,
            answers={},
            row_version=order.row_version,
            actor=actor,
            now=now,
        )
    except Refused as refused:
        blockers, reason = refused.blockers, refused.sentence
    except EndlessRules as endless:
        reason = str(endless)
    else:
        return Answer(TAKEN)
    if blockers and (before is None or before.reason != reason):
        transitions.record_refusal(
            session, number=order.number, transition=button, blockers=blockers, actor=actor, now=now
        )
    return Answer(REFUSED, reason)
