"""Who takes over when a technician leaves: said order by order before it happens, then done, all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import ApplicationError, Invalid
from webapp.models import MaintenancePlan, User, WorkOrder
from webapp.queries.technicians import technician_ids
from webapp.services import entries, open_orders, orders, transitions
from webapp.services.open_orders import Asked, Choices, OpenOrder, Way
from workflow.definition import Transition
from workflow.engine import Lifecycle
from workflow.values import Situation

NOBODY = "nobody"
"""The choice that leaves an order without a technician."""
TECHNICIAN = "technician"
"""The word of `may_edit` for the person an order is assigned to."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """An order of somebody who leaves, and what becomes of it with a successor and with nobody."""

    order: OpenOrder
    with_successor: Way
    with_nobody: Way

    @property
    def asks(self) -> bool:
        """Whether somebody has to be chosen for it."""
        return not self.with_nobody.stays


@dataclass(frozen=True, slots=True)
class Handover:
    """Everything the page says and asks; `hidden` counts orders that the actor may not see."""

    orders: tuple[Leaving, ...]
    successors: tuple[tuple[str, str], ...]
    questions: tuple[Asked, ...]
    plans: int
    hidden: int

    @property
    def asks(self) -> bool:
        """Whether somebody has to be chosen at all."""
        return any(each.asks for each in self.orders)


def reason_of(person: User) -> str:
    """What the history says of every order that is paused and given away."""
    return f"{person.name} left the technicians."


def prepare(session: Session, *, person: User, choices: Choices, actor: Actor, now: datetime) -> Handover:
    """What would become of every open order of the person; changes nothing."""
    held = open_orders.found(session, WorkOrder.technician_id == person.id)
    unseen = open_orders.hidden(session, held, actor)
    rows, buttons = [], []
    said = told(choices, person)
    for order in () if unseen else held:
        compiled, before = open_orders.judged(session, order, now)
        ways = [way(compiled, before, nobody=nobody, choices=said, actor=actor) for nobody in (False, True)]
        buttons += [compiled.definition.transitions[one.press] for one in ways if one.press]
        rows.append(Leaving(open_orders.shown(session, order), *ways))
    others = session.execute(
        select(User.id, User.name).where(User.id.in_(technician_ids(session) - {person.id})).order_by(User.name)
    )
    return Handover(
        orders=tuple(rows),
        successors=((NOBODY, "Nobody: back to unassigned"), *((str(number), name) for number, name in others)),
        questions=open_orders.questions(buttons, said),
        plans=session.execute(select(func.count()).where(MaintenancePlan.technician_id == person.id)).scalar_one(),
        hidden=unseen,
    )


def way(compiled: Lifecycle, before: Situation, *, nobody: bool, choices: Choices, actor: Actor) -> Way:
    """How an order changes hands here: as it stands, or after a button that leads from working to held."""
    button: Transition | None = None
    after = before
    if TECHNICIAN not in compiled.may_edit(before, actor.as_engine_actor()):
        kind = compiled.definition.statuses[before.status].kind
        if kind == "review":
            return Way(stays=True, status=compiled.definition.statuses[before.status])
        pauses = [one for one in compiled.leaving(before.status) if kind == "working" and leads_to_held(compiled, one)]
        taken = open_orders.pressed(compiled, before, pauses, actor=actor, choices=choices)
        if isinstance(taken, str):
            return Way(problem=f"Its technician cannot be changed now. {taken}")
        button, after = taken
        if TECHNICIAN not in compiled.may_edit(after, actor.as_engine_actor()):
            return Way(problem="You may not change the technician of this order; a supervisor may.")
    facts = {
        "order.technician": None if nobody else "a successor",
        "order.technician.is_technician": None if nobody else True,
    }
    return Way(
        press=button.name if button else None,
        press_label=button.label if button else "",
        status=open_orders.settled(compiled, after, facts, actor),
    )


def leads_to_held(compiled: Lifecycle, button: Transition) -> bool:
    """Whether the button leads to a status in which work waits."""
    return compiled.definition.statuses[button.to].kind == "held"


def hand_over(
    session: Session, *, person: User, choices: Choices | None, where: str, actor: Actor, now: datetime
) -> tuple[int, ...]:
    """Give every open order of the person to whom was chosen, or to nobody; returns the numbers of those that went.

    Lock the orders first, then the people, as every save does. Raises Invalid asking for a choice beside the field `where`
    when none was made, Conflict when the orders are no longer as the page showed them, and Invalid with a sentence per
    order ("order.7") when not every one can go: then none goes.
    """
    held = open_orders.found(session, WorkOrder.technician_id == person.id)
    unseen = open_orders.hidden(session, held, actor)
    if unseen:
        raise Invalid(
            {
                where: f"{person.name} has {counted(unseen)} that you may not see. "
                "Somebody who may see all work orders has to do this."
            }
        )
    if choices is None:
        if held:
            raise Invalid({where: f"{person.name} has {counted(len(held))}. Say below who takes over."})
        choices = Choices()
    open_orders.agree(session, held, choices.versions)
    said, problems, gone = told(choices, person), dict[str, str](), list[int]()
    possible = technician_ids(session) - {person.id}
    for order in held:
        try:
            if give(session, order, to=successor(choices.of(order.number), possible), said=said, actor=actor, now=now):
                gone.append(order.number)
        except ApplicationError as refused:
            problems[f"order.{order.number}"] = f"#{order.number}: {refused.sentence}"
    if problems:
        raise Invalid(problems)
    preferred = entries.identity(choices.for_all)
    session.execute(
        update(MaintenancePlan)
        .where(MaintenancePlan.technician_id == person.id)
        .values(technician_id=preferred if preferred in possible else None)
    )
    return tuple(gone)


def successor(choice: str, possible: frozenset[int]) -> Mapping[str, int | None] | None:
    """The change of the order that the choice means; None: nobody chose, or nobody can be given an order."""
    if choice == NOBODY:
        return {"technician_id": None}
    number = entries.identity(choice)
    return {"technician_id": number} if number in possible else None


def give(
    session: Session,
    order: WorkOrder,
    *,
    to: Mapping[str, int | None] | None,
    said: Choices,
    actor: Actor,
    now: datetime,
) -> bool:
    """Pause the order where that is needed and change its technician, through the one door; False: it stays."""
    compiled, before = open_orders.judged(session, order, now)
    chosen = way(compiled, before, nobody=to == {"technician_id": None}, choices=said, actor=actor)
    if chosen.stays:
        return False
    if to is None:
        raise Invalid({"": "Choose who takes it over, or nobody."})
    if chosen.problem:
        raise Invalid({"": chosen.problem})
    if chosen.press is not None:
        transitions.press(
            session,
            number=order.number,
            transition=chosen.press,
            answers=open_orders.answered(compiled.definition.transitions[chosen.press], said),
            row_version=None,
            actor=actor,
            now=now,
        )
    orders.save(session, number=order.number, row_version=None, changes=to, actor=actor, now=now)
    return True


def told(choices: Choices, person: User) -> Choices:
    """The choices with the reason that the history will say."""
    return Choices(choices.for_all, choices.each, choices.versions, choices.answers, reason_of(person))


def counted(number: int) -> str:
    """How many open orders, in words."""
    return "1 open work order" if number == 1 else f"{number} open work orders"
