"""Work orders made, changed and assigned; whatever follows from it goes through the one door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import ApplicationError, Forbidden, Invalid
from webapp.models import Counter, OrderChange, User, WorkOrder
from webapp.queries.facts import situation
from webapp.queries.lifecycles import lifecycle, live
from webapp.queries.visibility import visible
from webapp.queries.words import TYPES
from webapp.services import entries, order_units, transitions
from webapp.services.order_changes import Drafting
from webapp.services.order_units import NewUnit
from workflow.offers import Outcome

__all__ = ["Assigned", "NewUnit", "TYPES", "assign", "create", "save", "visible"]


@dataclass(frozen=True, slots=True)
class Assigned:
    """What became of one order when several were assigned at once."""

    number: int
    ok: bool
    sentence: str


def create(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    type: str,
    unit_id: int | None = None,
    new_unit: NewUnit | None = None,
    request: str = "",
    due_at: datetime | None = None,
) -> WorkOrder:
    """Make an order, with its unit and customer when they are new, and begin its life.

    With `unit_id` and `new_unit` both, what is missing of the picked unit is filled in. Raises Forbidden, or Invalid with
    a sentence per field.
    """
    if not actor.may("work_orders.create"):
        raise Forbidden("work_orders.create")
    problems: dict[str, str] = {}
    if type not in TYPES:
        problems["type"] = "Choose what kind of work this is."
    if len(request) > entries.LONGEST_TEXT:
        problems["request"] = f"This is too long: at most {entries.LONGEST_TEXT} characters."
    unit = None if unit_id is None else order_units.pickable(session, unit_id)
    if unit is None and (unit_id is not None or new_unit is None):
        problems["unit_id"] = "Choose a unit, or enter a new one."
    else:
        problems |= order_units.problems(session, type=type, unit=unit, new_unit=new_unit)
    if problems:
        raise Invalid(problems)
    if unit is None or new_unit is not None:
        unit = order_units.completed(session, unit, new_unit or NewUnit(), now)
    version_id, compiled = live(session)
    order = WorkOrder(
        number=next_number(session),
        type=type,
        unit_id=unit.id,
        customer_id=unit.customer_id,
        request=entries.text(request),
        due_at=due_at,
        status=compiled.definition.first_status,
        definition_version_id=version_id,
        row_version=1,
        created_at=now,
        created_by_id=actor.user_id,
        created_by_plan_id=actor.plan_id,
        history_length=0,
        history_hash="",
    )
    session.add(order)
    session.flush()
    transitions.begin(session, order, actor=actor, now=now)
    return order


def next_number(session: Session) -> int:
    """The next public number, taken under the counter's lock: without gaps, whatever is rolled back."""
    return next_numbers(session, 1)[0]


def next_numbers(session: Session, count: int) -> range:
    """So many next public numbers, taken at once."""
    counter = session.scalars(
        select(Counter).where(Counter.name == "work_order").with_for_update().execution_options(populate_existing=True)
    ).one()
    number = counter.next
    counter.next = number + count
    session.flush()
    return range(number, number + count)


def save(
    session: Session,
    *,
    number: int,
    row_version: int | None,
    changes: Mapping[str, object],
    actor: Actor,
    now: datetime,
) -> Outcome:
    """Change fields and run the automatic rules; what is already as wanted is no change.

    Fields: technician_id, due_at, duration_minutes, request, type, unit_id, quantities {item: Decimal}, used {item: Decimal
    or None}; beside type or unit_id, `lacking` (a NewUnit) is what the unit lacks for its installation. Raises NotFound,
    Conflict for a stale row version, Invalid with a sentence per field.
    """
    order = transitions.locked(session, number=number, actor=actor)
    drafted, problems = Drafting(session, order, actor, now).all(changes)
    before = situation(session, order, now)
    if not drafted and not problems:
        return Outcome(status=order.status, steps=(), facts=before.facts)
    if row_version is not None and row_version != order.row_version:
        raise transitions.conflict(session, order, row_version)
    compiled = lifecycle(session, order.definition_version_id)
    allowed = compiled.may_edit(before, actor.as_engine_actor())
    status = compiled.definition.statuses[order.status]
    editable = {word for words in status.may_edit.values() for word in words}
    for name, change in drafted:
        if change.word not in allowed:
            label = compiled.vocabulary.fields[change.word].label
            problems[name] = (
                f"You may not change this here: {label}."
                if change.word in editable
                else f"This cannot be changed while the order is {status.label}: {label}."
            )
    if problems:
        raise Invalid(problems)
    former = order.technician_id
    order.row_version += 1
    for _, change in drafted:
        change.apply()
        session.add(
            OrderChange(
                order_id=order.id,
                row_version=order.row_version,
                field=change.label,
                old=change.old,
                new=change.new,
                user_id=actor.user_id,
                actor_name=actor.name,
                at=now,
            )
        )
    session.flush()
    return transitions.settle(
        session,
        order,
        actor=actor,
        now=now,
        words={change.word for _, change in drafted},
        former_technician_id=former if former != order.technician_id else None,
    )


def assign(
    session: Session, *, numbers: Sequence[int], technician_id: int | None, actor: Actor, now: datetime
) -> tuple[Assigned, ...]:
    """Give several orders to one technician; each says for itself what became of it."""
    if not actor.may("work_orders.supervise"):
        raise Forbidden("work_orders.supervise")
    return tuple(_assigned(session, number, technician_id, actor, now) for number in sorted(set(numbers)))


def _assigned(session: Session, number: int, technician_id: int | None, actor: Actor, now: datetime) -> Assigned:
    try:
        outcome = save(
            session,
            number=number,
            row_version=None,
            changes={"technician_id": technician_id},
            actor=actor,
            now=now,
        )
    except ApplicationError as refused:
        return Assigned(number=number, ok=False, sentence=refused.sentence)
    order = transitions.locked(session, number=number, actor=actor)
    technician = session.get_one(User, technician_id).name if technician_id is not None else "nobody"
    label = lifecycle(session, order.definition_version_id).definition.statuses[outcome.status].label
    return Assigned(number=number, ok=True, sentence=f"Assigned to {technician}. Status: {label}.")
