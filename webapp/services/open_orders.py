"""Open orders in the way of somebody who leaves or something that is put away: found, locked, judged and compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Conflict
from webapp.models import Customer, WorkOrder
from webapp.queries.facts import situation
from webapp.queries.lifecycles import lifecycle, of_kinds, status_of
from webapp.queries.visibility import visible
from webapp.queries.words import TYPES
from webapp.services import transitions
from workflow.definition import Question, Status, Transition
from workflow.engine import Lifecycle
from workflow.errors import Refused
from workflow.values import Answers, Situation, Value

OPEN = ("queue", "ready", "held", "working", "review")
SAID_BY_US = "text"
"""The kind of question that is answered with the reason; every other kind is asked on the page."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the page sent: a choice for all orders, one for each that differs (by number), the row versions it showed.

    `answers` are given to the buttons' questions, by "button.question"; `reason` is said wherever a text is asked.
    """

    for_all: str = ""
    each: Mapping[int, str] = field(default_factory=dict)
    versions: Mapping[int, int] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""

    def of(self, number: int) -> str:
        """The choice for one order."""
        return self.each.get(number) or self.for_all


@dataclass(frozen=True, slots=True)
class Way:
    """What would become of an order: the button taken first (or none), the status it ends in, or why it cannot be.

    `stays`: nothing is done with it, and nothing need be.
    """

    press: str | None = None
    press_label: str = ""
    status: Status | None = None
    stays: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An open order as the page lists it; `due_at` is in the unit's zone."""

    number: int
    row_version: int
    type_label: str
    customer: str
    status: Status
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a button that will be pressed; `name` is its field, `value` what is picked unless the person differs."""

    name: str
    button: str
    question: Question
    value: str


def found(session: Session, held_by: ColumnElement[bool], *, lock: bool = False) -> list[WorkOrder]:
    """The open orders that fit, oldest first; locked until the end of the transaction if asked."""
    wanted = select(WorkOrder).where(held_by, of_kinds(session, *OPEN)).order_by(WorkOrder.id)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(wanted))


def hidden(session: Session, orders: Sequence[WorkOrder], actor: Actor) -> int:
    """How many of these orders the actor may not know of."""
    numbers = [order.id for order in orders]
    known = session.scalars(select(WorkOrder.id).where(WorkOrder.id.in_(numbers), visible(actor))).all()
    return len(numbers) - len(known)


def shown(session: Session, order: WorkOrder) -> OpenOrder:
    """The order as a line of the page."""
    name = select(Customer.display_name).where(Customer.id == order.customer_id)
    return OpenOrder(
        number=order.number,
        row_version=order.row_version,
        type_label=TYPES[order.type],
        customer=session.execute(name).scalar() or "",
        status=status_of(session, order),
        due_at=None if order.due_at is None else order.due_at.astimezone(transitions.zone_of(session, order)),
    )


def agree(session: Session, orders: Sequence[WorkOrder], versions: Mapping[int, int]) -> None:
    """Raise Conflict, saying what changed, unless these are the orders the page showed, each as it showed it."""
    changes: list[str] = []
    for order in orders:
        version = versions.get(order.number)
        label = status_of(session, order).label
        if version is None:
            changes.append(f"Work order {order.number} ({label}) came to these meanwhile.")
        elif version != order.row_version:
            since = transitions.conflict(session, order, version).changes
            changes.append(" ".join((f"Work order {order.number} was changed and is now {label}.", *since)))
    gone = set(versions) - {order.number for order in orders}
    changes += [f"Work order {number} is no longer among these." for number in sorted(gone)]
    if changes:
        raise Conflict("Open work orders changed while you had this page open. Look at them once more.", changes)


def judged(session: Session, order: WorkOrder, now: datetime) -> tuple[Lifecycle, Situation]:
    """The order's lifecycle, and the order as the engine sees it."""
    return lifecycle(session, order.definition_version_id), situation(session, order, now)


def pressed(
    compiled: Lifecycle,
    before: Situation,
    buttons: Iterable[Transition],
    *,
    actor: Actor,
    choices: Choices,
) -> tuple[Transition, Situation] | str:
    """The first of the buttons that the actor may take, and the order after it; or why none can be taken."""
    refused = ""
    for button in buttons:
        if not compiled.case(before, actor.as_engine_actor()).is_any(button.by):
            continue
        answers = Answers(dict(answered(button, choices)))
        try:
            outcome = compiled.press(before, button.name, actor.as_engine_actor(), answers)
        except Refused as error:
            refused = refused or " ".join(blocker.sentence for blocker in error.blockers)
            continue
        return button, replace(before, status=outcome.status, facts=outcome.facts)
    return refused or "There is no button for it that you may press."


def settled(compiled: Lifecycle, after: Situation, changes: Mapping[str, Value], actor: Actor) -> Status:
    """The status in which the order ends once these facts are changed and the automatic rules have run."""
    changed = replace(after, facts={**after.facts, **changes})
    return compiled.definition.statuses[compiled.settle(changed, actor.as_engine_actor()).status]


def answered(button: Transition, choices: Choices) -> dict[str, str]:
    """An answer to every question of the button: the reason in words, and what was picked on the page for the others."""
    answers = {
        name: choices.reason
        if question.kind == SAID_BY_US
        else choices.answers.get(f"{button.name}.{name}", picked(question))
        for name, question in button.ask.items()
    }
    return {name: answer for name, answer in answers.items() if answer}


def questions(buttons: Iterable[Transition], choices: Choices) -> tuple[Asked, ...]:
    """What the page has to ask for these buttons: every required question that is not answered in words."""
    return tuple(
        Asked(
            name=f"{button.name}.{name}",
            button=button.label,
            question=question,
            value=choices.answers.get(f"{button.name}.{name}", picked(question)),
        )
        for button in {one.name: one for one in buttons}.values()
        for name, question in button.ask.items()
        if question.required and question.kind != SAID_BY_US
    )


def picked(question: Question) -> str:
    """What is picked until the person picks something else: the last choice, where lists keep "something else"."""
    return "".join(list(question.choices)[-1:]) if question.required else ""
