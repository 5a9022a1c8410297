"""The clockwork of maintenance: every due slot gets its outcome, in chunks, each slot exactly once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from webapp.errors import ApplicationError, Invalid
from webapp.models import Item, MaintenancePlan, MaintenanceSlot, Unit, User
from webapp.queries.maintenance_timing import FLOATING, MOST_SLOTS, FirmDays, firm_days, schedule_of, single, wakes_at
from webapp.queries.technicians import technician_ids
from webapp.recurrence import Occurrence, Schedule
from webapp.services import maintenance_office
from webapp.services import maintenance_orders as makes
from webapp.services.maintenance_office import Blocked
from webapp.services.maintenance_orders import Line, OpenOrder, Wanted
from workflow.errors import WorkflowError

CHUNK = 250
"""Plans of one transaction: enough that a statement for all costs little, few enough that nobody waits long for it."""
GRACE = timedelta(hours=1)
"""A slot handled later than this after its time is one the clockwork missed."""
OUTAGE = "The clock stood still past this date"
MADE_LATER = "The plan was made after this date"
ORDERED = ("created", "merged", "moved")
"""Outcomes of a slot that has an order."""


@dataclass(slots=True)
class Due:
    """A slot whose time has come, and what becomes of it; no outcome yet: it is to become an order."""

    plan: Row[*tuple[Any, ...]]
    one: Occurrence
    outcome: str = ""
    reason: str = ""
    order_id: int | None = None


@dataclass(slots=True)
class Looked:
    """One plan of the chunk: its due slots and the one that comes after them."""

    plan: Row[*tuple[Any, ...]]
    schedule: Schedule
    due: list[Due] = field(default_factory=list)
    coming: Occurrence | None = None


PLANS = select(
    MaintenancePlan.__table__,
    Unit.customer_id,
    Unit.archived,
    Unit.time_zone,
    User.name.label("technician"),
).select_from(MaintenancePlan).join(Unit, Unit.id == MaintenancePlan.unit_id).outerjoin(
    User, User.id == MaintenancePlan.technician_id
)  # fmt: skip


def create_due(session: Session, *, now: datetime, limit: int = CHUNK, plan_id: int | None = None) -> int:
    """Give the due slots of the most urgent plans their outcomes; returns how many plans it looked at.

    Plans another worker is at are passed over; whoever comes second finds nothing left. A slot whose order cannot be made
    is blocked with the reason and stands in nobody's way.
    """
    wanted = MaintenancePlan.id == plan_id if plan_id is not None else MaintenancePlan.wake_at <= now
    claimed = session.scalars(
        select(MaintenancePlan.id)
        .where(wanted, MaintenancePlan.active, MaintenancePlan.wake_at <= now)
        .order_by(MaintenancePlan.wake_at, MaintenancePlan.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if not claimed:
        return 0
    firm = firm_days(session)
    rows = session.execute(PLANS.where(MaintenancePlan.id.in_(claimed)).order_by(MaintenancePlan.id)).all()
    looked = [look(plan, firm=firm, now=now) for plan in rows]
    dues = [due for one in looked for due in one.due]
    _make(session, [due for due in dues if not due.outcome], now=now)
    settle(session, looked, now=now)
    blocked = [
        Blocked(due.plan.id, due.plan.name, due.one.slot, due.reason) for due in dues if due.outcome == "blocked"
    ]
    if blocked:
        maintenance_office.tell(session, blocked, now=now)
    return len(claimed)


def look(plan: Row[*tuple[Any, ...]], *, firm: FirmDays, now: datetime) -> Looked:
    """The plan's due slots, judged as far as that needs no order, and the slot after them."""
    schedule = schedule_of(plan, zone=plan.time_zone, firm=firm)
    found = Looked(plan, schedule)
    just_before = plan.next_slot_at - timedelta(microseconds=1)
    ahead = (single(schedule, plan.next_slot_at) if plan.anchor == FLOATING else schedule).onward(just_before)
    for one in ahead:
        if wakes_at(one, plan.lead_days) > now or len(found.due) == MOST_SLOTS:
            found.coming = one
            break
        found.due.append(Due(plan, one))
    late = [due for due in found.due if due.one.due_at is not None and _is_late(due.one.due_at, plan, now)]
    more_to_come = found.coming is not None and wakes_at(found.coming, plan.lead_days) <= now
    newest = late[-1] if late and not more_to_come else None
    for due in found.due:
        _judge(due, late=due in late, newest=due is newest, now=now)
    return found


def _is_late(due_at: datetime, plan: Row[*tuple[Any, ...]], now: datetime) -> bool:
    return due_at <= now and due_at - timedelta(days=plan.lead_days) <= now - GRACE


def _judge(due: Due, *, late: bool, newest: bool, now: datetime) -> None:
    plan, one = due.plan, due.one
    if one.due_at is None:
        due.outcome, due.reason = "skipped", one.reason
        return
    why = MADE_LATER if one.slot < plan.created_at else OUTAGE
    if plan.window_days is not None and one.due_at + timedelta(days=plan.window_days) < now:
        due.outcome, due.reason = "missed", f"{why}, and its window of {plan.window_days} days is over."
    elif late and plan.catch_up == "none":
        due.outcome, due.reason = "missed", f"{why}; the plan does not catch up."
    elif late and plan.catch_up == "latest" and not newest:
        due.outcome, due.reason = "missed", f"{why}; the newest slot was created instead."
    elif plan.archived or plan.customer_id is None:
        due.outcome = "blocked"
        due.reason = "The unit is archived." if plan.archived else "The unit has no customer."


def _make(session: Session, wanted: Sequence[Due], *, now: datetime) -> None:
    """Make, merge or skip; of several slots for one unit each sees the order of the one before it."""
    if not wanted:
        return
    units = sorted({due.plan.unit_id for due in wanted})
    makes.open_orders(session, units, lock=True)  # orders first, then units: the order everybody locks in
    session.execute(select(Unit.id).where(Unit.id.in_(units)).order_by(Unit.id).with_for_update())
    lines = makes.lines_of(session, {due.plan.id for due in wanted})
    people = technician_ids(session)
    rest = sorted(wanted, key=lambda due: (due.one.slot, due.plan.id))
    while rest:
        first: dict[int, Due] = {}
        for due in rest:
            first.setdefault(due.plan.unit_id, due)
        rest = [due for due in rest if first[due.plan.unit_id] is not due]
        there = makes.open_orders(session, first)
        new = []
        for unit_id, due in first.items():
            one = _wanted(due, lines.get(due.plan.id, []), people)
            order = there.get(unit_id)
            if order is None or due.plan.policy == "create":
                new.append((due, one))
            elif due.plan.policy == "skip":
                due.outcome, due.reason = "skipped", f"Work order {order.number} has not begun."
            else:
                _merge(session, due, one, order, now=now)
        _create(session, new, now=now)


def _wanted(due: Due, lines: Sequence[Line], people: frozenset[int]) -> Wanted:
    """The slot with what can be carried now; what cannot is said in its reason."""
    assert due.one.due_at is not None
    said = [due.one.reason]
    technician_id = due.plan.technician_id
    if technician_id is not None and technician_id not in people:
        said.append(f"{due.plan.technician} cannot be given orders any more: nobody was assigned.")
        technician_id = None
    gone: list[Item] = [line.item for line in lines if not line.item.active]
    said += [f"{item.name} is no longer in the catalogue and was left out." for item in gone]
    due.reason = " ".join(filter(None, said))
    kept = [line for line in lines if line.item.active]
    return Wanted(due.plan, due.one.slot, due.one.due_at, technician_id, kept)


def _create(session: Session, new: Sequence[tuple[Due, Wanted]], *, now: datetime) -> None:
    """All at once; when that fails, each for itself, so that only what cannot be made is blocked."""
    if not new:
        return
    try:
        with session.begin_nested():
            ids = makes.create(session, [one for _, one in new], now=now)
    except (ApplicationError, WorkflowError, IntegrityError, DataError) as error:
        if len(new) == 1:
            new[0][0].outcome, new[0][0].reason = "blocked", _sentence(error)
            return
        for pair in new:
            _create(session, [pair], now=now)
        return
    for (due, _), order_id in zip(new, ids, strict=True):
        due.order_id = order_id
        due.outcome = "moved" if due.one.outcome == "moved" else "created"


def _merge(session: Session, due: Due, one: Wanted, order: OpenOrder, *, now: datetime) -> None:
    try:
        with session.begin_nested():
            reason = makes.merge(session, one, order, now=now)
    except (ApplicationError, WorkflowError, IntegrityError, DataError) as error:
        due.outcome = "blocked"
        due.reason = f"It could not be merged into work order {order.number}: {_sentence(error)}"
        return
    due.outcome, due.order_id = "merged", order.id
    due.reason = f"{due.reason} {reason}".strip()


def _sentence(error: Exception) -> str:
    if isinstance(error, ApplicationError):
        return error.sentence
    return f"The order could not be made: {type(error).__name__}."


def make_up(session: Session, *, plan_id: int, row: MaintenanceSlot, now: datetime, said: str) -> None:
    """Make the order of a slot that got none; raises Invalid with the reason when it still cannot be made."""
    (plan,) = session.execute(PLANS.where(MaintenancePlan.id == plan_id)).all()
    due_at = row.due_at or row.slot
    due = Due(plan, Occurrence(row.slot, due_at, "planned"))
    _judge(due, late=False, newest=True, now=due_at)
    if not due.outcome:
        _make(session, [due], now=now)
    if due.order_id is None:
        raise Invalid({"": due.reason})
    row.outcome, row.order_id, row.due_at, row.at = due.outcome, due.order_id, due_at, now
    row.reason = f"{said} {due.reason}".strip()
    session.flush()


ADD_SLOTS = insert(MaintenanceSlot)
MOVE_ON = (
    update(MaintenancePlan)
    .where(MaintenancePlan.id == bindparam("plan"))
    .values(
        next_slot_at=bindparam("next"),
        wake_at=bindparam("wake"),
        waits_for_id=bindparam("waits_for"),
    )
)


def settle(session: Session, looked: Iterable[Looked], *, now: datetime) -> None:
    """Write the outcomes into the ledger, beside them the slot that comes next, and move the plans on."""
    rows: list[dict[str, object]] = []
    moves: list[dict[str, object]] = []
    for one in looked:
        rows += [_row(one.plan.id, due.one, due.outcome, due.reason, due.order_id, now) for due in one.due]
        coming, waits_for = one.coming, None
        if one.plan.anchor == FLOATING and one.due:
            last = one.due[-1]
            waits_for = last.order_id
            coming = (
                None if waits_for is not None else next(one.schedule.since(last.one.slot).onward(last.one.slot), None)
            )
        if coming is not None:
            rows.append(_row(one.plan.id, coming, "planned", coming.reason, None, now))
        moves.append(
            {
                "plan": one.plan.id,
                "next": coming.slot if coming else None,
                "wake": wakes_at(coming, one.plan.lead_days) if coming else None,
                "waits_for": waits_for,
            }
        )
    connection = session.connection()
    connection.execute(
        delete(MaintenanceSlot).where(
            MaintenanceSlot.plan_id.in_([move["plan"] for move in moves]), MaintenanceSlot.outcome == "planned"
        )
    )
    if rows:
        connection.execute(ADD_SLOTS, rows)
    connection.execute(MOVE_ON, moves)


def _row(
    plan_id: int, one: Occurrence, outcome: str, reason: str, order_id: int | None, now: datetime
) -> dict[str, object]:
    return {
        "plan_id": plan_id,
        "slot": one.slot,
        "due_at": one.due_at,
        "outcome": outcome,
        "reason": reason,
        "order_id": order_id,
        "at": now,
    }
