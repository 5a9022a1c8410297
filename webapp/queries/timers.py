"""Timers: the orders for which one is due, and what an order's page says of those that rang and those that will."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, bindparam, exists, or_, select, true, union
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.elements import ColumnElement

from webapp.models import OrderTimer, WorkOrder
from webapp.queries.lifecycles import versions
from workflow.definition import Timer
from workflow.engine import Lifecycle
from workflow.timing import Ringing, ringings
from workflow.values import Facts

REFUSED, TAKEN, TOLD = "refused", "taken", "told"

MOMENTS: Mapping[str, InstrumentedAttribute[datetime | None]] = {
    "order.due_date": WorkOrder.due_at,
    "order.resume_at": WorkOrder.resume_at,
    "order.arrived_at": WorkOrder.arrived_at,
    "order.done_at": WorkOrder.done_at,
    "order.completed_at": WorkOrder.completed_at,
}
"""The facts a timer may count from, and where they are kept."""

UNITS = (("week", timedelta(weeks=1)), ("day", timedelta(days=1)), ("hour", timedelta(hours=1)))
MINUTE = timedelta(minutes=1)

Key = tuple[str, datetime]
Way = tuple[str, tuple[str, ...], str | None, timedelta]
"""What the search needs of a timer: its name, its statuses, the fact it counts from and how long."""


@dataclass(frozen=True, slots=True)
class Clocked:
    """What the clockwork remembers of one order: since when it stands where it stands, and which timers rang there."""

    stay: int
    entered_at: datetime | None
    rung: Mapping[Key, Rung]


@dataclass(frozen=True, slots=True)
class Rung:
    """A timer that rang in this stay, and on which version of the order."""

    id: int
    outcome: str
    row_version: int
    reason: str


@dataclass(frozen=True, slots=True)
class Upcoming:
    """What will happen by itself: the moment on the unit's clock, or why it did not happen yet."""

    at: datetime
    what: str
    waits: str = ""


@dataclass(frozen=True, slots=True)
class FiredRow:
    """A timer that rang, and what came of it."""

    at: datetime
    due: datetime
    name: str
    what: str
    outcome: str
    reason: str


def due(session: Session, *, now: datetime, limit: int, after: int = 0) -> tuple[int, ...]:
    """Orders beyond the id `after` for which a timer of their own version is due, by their ids.

    One statement: a range of an index for every timer; versions that agree about one are asked together.
    """
    ways: dict[Way, list[int]] = {}
    known = versions(session)
    for version_id, compiled in known.items():
        for timer in compiled.definition.timers.values():
            way = (timer.name, tuple(sorted(timer.in_)), timer.at_fact, timer.after or timer.plus)
            ways.setdefault(way, []).append(version_id)
    searches = [
        _search(way, now).where(WorkOrder.id > after, _of(version_ids, known))
        for way, version_ids in sorted(ways.items(), key=repr)
    ]
    if not searches:
        return ()
    found = union(*searches).subquery()
    return tuple(session.scalars(select(found.c.id).order_by(found.c.id).limit(limit)))


def _search(way: Way, now: datetime) -> Select[int]:
    name, statuses, fact, span = way
    moment = WorkOrder.entered_at if fact is None else MOMENTS[fact]
    rung = exists().where(
        OrderTimer.order_id == WorkOrder.id,
        OrderTimer.timer == name,
        OrderTimer.stay == WorkOrder.stay,
        OrderTimer.counted_from == moment,
        or_(OrderTimer.outcome != REFUSED, OrderTimer.row_version == WorkOrder.row_version),
    )
    return select(WorkOrder.id).where(WorkOrder.status.in_(statuses), moment <= now - span, ~rung)


def _of(version_ids: Sequence[int], known: Mapping[int, Lifecycle]) -> ColumnElement[bool]:
    """Where all versions agree nothing is asked, so that an index on the status serves."""
    return true() if len(version_ids) == len(known) else WorkOrder.definition_version_id.in_(version_ids)


CLOCKED = (
    select(
        WorkOrder.stay,
        WorkOrder.entered_at,
        OrderTimer.id,
        OrderTimer.timer,
        OrderTimer.counted_from,
        OrderTimer.outcome,
        OrderTimer.row_version,
        OrderTimer.reason,
    )
    .outerjoin(OrderTimer, and_(OrderTimer.order_id == WorkOrder.id, OrderTimer.stay == WorkOrder.stay))
    .where(WorkOrder.id == bindparam("order_id"))
)


def clocked(session: Session, order_id: int) -> Clocked:
    """What is remembered of the order's present stay; after its lock was taken, this is how it stays."""
    rows = session.connection().execute(CLOCKED, {"order_id": order_id}).all()
    rung = {
        (row.timer, row.counted_from): Rung(row.id, row.outcome, row.row_version, row.reason)
        for row in rows
        if row.id is not None
    }
    return Clocked(rows[0].stay, rows[0].entered_at, rung)


def to_ring(
    compiled: Lifecycle, *, status: str, facts: Facts, row_version: int, remembered: Clocked
) -> tuple[Ringing, ...]:
    """What is still to ring in this stay, in due order: what never rang, and what was refused on another version of the order."""
    return tuple(
        one
        for one in ringings(compiled.definition, status=status, facts=facts, since=remembered.entered_at)
        if (rung := remembered.rung.get(one.key)) is None
        or (rung.outcome == REFUSED and rung.row_version != row_version)
    )


def upcoming(
    session: Session, order: WorkOrder, compiled: Lifecycle, facts: Facts, zone: ZoneInfo
) -> tuple[Upcoming, ...]:
    """What will happen to the order by itself if nobody does anything, soonest first; what was refused says why."""
    remembered = clocked(session, order.id)
    counting = ringings(compiled.definition, status=order.status, facts=facts, since=remembered.entered_at)
    told = []
    for one in counting:
        rung = remembered.rung.get(one.key)
        if rung is None or rung.outcome == REFUSED:
            waits = "" if rung is None else f"Refused, and tried again after the next change. {rung.reason}"
            told.append(Upcoming(one.due.astimezone(zone), doing(one.timer, compiled), waits))
    return tuple(told)


def fired(session: Session, order: WorkOrder, known: Mapping[int, Lifecycle], zone: ZoneInfo) -> tuple[FiredRow, ...]:
    """The timers that rang for the order, newest first, each as its version of that day described it."""
    rows = session.scalars(select(OrderTimer).where(OrderTimer.order_id == order.id).order_by(OrderTimer.id.desc()))
    told = []
    for row in rows:
        compiled = known[row.definition_version_id]
        timer = compiled.definition.timers[row.timer]
        told.append(
            FiredRow(
                at=row.fired_at.astimezone(zone),
                due=row.due_at.astimezone(zone),
                name=name_of(timer),
                what=doing(timer, compiled),
                outcome=row.outcome,
                reason=row.reason,
            )
        )
    return tuple(told)


def name_of(timer: Timer) -> str:
    """The timer as people read its name."""
    return f"Timer “{timer.name.replace('_', ' ')}”"


def doing(timer: Timer, compiled: Lifecycle) -> str:
    """What it does when it rings: the button it presses, the messages it sends."""
    definition, vocabulary = compiled.definition, compiled.vocabulary
    done = [] if timer.take is None else [definition.transitions[timer.take].label]
    for notice in timer.notify:
        audiences = " and ".join(vocabulary.audiences[word].lower() for word in notice.to)
        done.append(f"“{vocabulary.messages[notice.message].label}” to {audiences}")
    return ", and ".join(done)


def because(timer: Timer, compiled: Lifecycle, status: str) -> str:
    """Why it rings, as messages and the history say it."""
    if timer.at_fact is None:
        since = f"after it came to {compiled.definition.statuses[status].label}"
        return f"{name_of(timer)}: {span(timer.after or timer.plus)} {since}."
    label = compiled.vocabulary.facts[timer.at_fact].label
    return f"{name_of(timer)}: {f'{span(timer.plus)} after' if timer.plus else 'at'} “{label}”."


def span(length: timedelta) -> str:
    """A length of time as a definition writes it: in the largest unit that fits."""
    for unit, size in UNITS:
        if length and length % size == timedelta(0):
            return _counted(length // size, unit)
    return _counted(length // MINUTE, "minute")


def _counted(number: int, unit: str) -> str:
    return f"1 {unit}" if number == 1 else f"{number} {unit}s"
