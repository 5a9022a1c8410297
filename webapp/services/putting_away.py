"""What becomes of a unit's open orders when it is archived: said order by order, then done, all of it or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import ApplicationError, Invalid
from webapp.models import Unit, WorkOrder
from webapp.queries import units
from webapp.queries.facts import identity
from webapp.services import entries, open_orders, order_units, orders, transitions
from webapp.services.open_orders import Choices, OpenOrder, Way
from workflow.engine import Lifecycle
from workflow.values import Situation

CANCEL = "cancel"
"""The choice that ends an order, by a button that leads to a closed, final status."""
UNIT = "unit"
"""The word of `may_edit` for the unit an order is for."""


@dataclass(frozen=True, slots=True)
class Stranded:
    """An order of a unit that is put away, and what can become of it: pairs of a choice and its way."""

    order: OpenOrder
    ways: tuple[tuple[str, Way], ...]

    @property
    def problem(self) -> str:
        """Why nothing at all can become of it; empty when something can."""
        if any(not way.problem for _, way in self.ways):
            return ""
        return " ".join(dict.fromkeys(way.problem for _, way in self.ways))

    @property
    def not_possible(self) -> tuple[str, ...]:
        """Why some of what is asked for elsewhere cannot become of it, while something can."""
        return () if self.problem else tuple(dict.fromkeys(way.problem for _, way in self.ways if way.problem))


@dataclass(frozen=True, slots=True)
class Clearing:
    """Everything the page says and asks; `others` are the customer's other units by id."""

    orders: tuple[Stranded, ...]
    others: tuple[tuple[int, str], ...]
    hidden: int


def prepare(session: Session, *, unit: Unit, choices: Choices, actor: Actor, now: datetime) -> Clearing:
    """What could become of every open order of the unit; changes nothing."""
    held = open_orders.found(session, WorkOrder.unit_id == unit.id)
    unseen = open_orders.hidden(session, held, actor)
    others = others_of(session, unit)
    said = choices if choices.reason else Choices(reason="(the reason)", answers=choices.answers)
    rows = []
    for order in () if unseen else held:
        compiled, before = open_orders.judged(session, order, now)
        ways = [(CANCEL, ending(compiled, before, choices=said, actor=actor))]
        ways += [
            (str(other.id), moving(session, order, compiled, before, to=other, actor=actor)) for other, _ in others
        ]
        rows.append(Stranded(open_orders.shown(session, order), tuple(ways)))
    return Clearing(tuple(rows), tuple((other.id, name) for other, name in others), unseen)


def ending(compiled: Lifecycle, before: Situation, *, choices: Choices, actor: Actor) -> Way:
    """How an order is given up here."""
    statuses = compiled.definition.statuses
    ends = [
        one for one in compiled.leaving(before.status) if statuses[one.to].kind == "closed" and statuses[one.to].final
    ]
    taken = open_orders.pressed(compiled, before, ends, actor=actor, choices=choices)
    if isinstance(taken, str):
        return Way(problem=f"It cannot be cancelled. {taken}")
    button, after = taken
    return Way(press=button.name, press_label=button.label, status=statuses[after.status])


def moving(
    session: Session, order: WorkOrder, compiled: Lifecycle, before: Situation, *, to: Unit, actor: Actor
) -> Way:
    """How an order goes to another unit of the same customer."""
    if UNIT not in compiled.may_edit(before, actor.as_engine_actor()):
        return Way(
            problem=f"Its unit cannot be changed while it is {compiled.definition.statuses[before.status].label}."
        )
    wrong = order_units.problems(session, type=order.type, unit=to, new_unit=None, besides=order.id)
    if wrong:
        return Way(problem=" ".join(wrong.values()))
    facts = {
        "order.unit": identity(to.id),
        "unit.model_known": to.device_model_id is not None,
        "unit.customer": identity(to.customer_id),
    }
    return Way(status=open_orders.settled(compiled, before, facts, actor))


def clear(session: Session, *, unit: Unit, choices: Choices | None, actor: Actor, now: datetime) -> tuple[int, ...]:
    """Do with every open order of the unit what was chosen; returns their numbers.

    Lock the orders first, then the unit, as every save does. Raises Invalid when nothing was chosen yet, Conflict when the
    orders are no longer as the page showed them, and Invalid with a sentence per order ("order.7") when not every one can
    go: then none goes.
    """
    held = open_orders.found(session, WorkOrder.unit_id == unit.id)
    unseen = open_orders.hidden(session, held, actor)
    if unseen:
        raise Invalid(
            {
                "": "This unit has open work orders that you may not see. Somebody who may see all of them has to do this."
            }
        )
    if choices is None:
        if held:
            raise Invalid({"": "This unit has open work orders. Say below what becomes of them."})
        return ()
    open_orders.agree(session, held, choices.versions)
    possible = {str(other.id) for other, _ in others_of(session, unit)}
    problems: dict[str, str] = {}
    ends = any(choices.of(order.number) == CANCEL for order in held)
    if ends and not choices.reason:
        problems["reason"] = (
            "Say why the work orders are cancelled; it stands in their history and in the customer's mail."
        )
    if len(choices.reason) > entries.LONGEST_TEXT:
        problems["reason"] = f"This is too long: at most {entries.LONGEST_TEXT} characters."
    for order in () if problems else held:
        try:
            choice = choices.of(order.number)
            if choice == CANCEL:
                end(session, order, choices=choices, actor=actor, now=now)
            elif choice in possible:
                changes = {"unit_id": entries.identity(choice)}
                orders.save(session, number=order.number, row_version=None, changes=changes, actor=actor, now=now)
            else:
                raise Invalid({"": "Choose what becomes of it."})
        except ApplicationError as refused:
            problems[f"order.{order.number}"] = f"#{order.number}: {refused.sentence}"
    if problems:
        raise Invalid(problems)
    return tuple(order.number for order in held)


def end(session: Session, order: WorkOrder, *, choices: Choices, actor: Actor, now: datetime) -> None:
    """Give the order up through the one door."""
    compiled, before = open_orders.judged(session, order, now)
    way = ending(compiled, before, choices=choices, actor=actor)
    if way.press is None:
        raise Invalid({"": way.problem})
    transitions.press(
        session,
        number=order.number,
        transition=way.press,
        answers=open_orders.answered(compiled.definition.transitions[way.press], choices),
        row_version=None,
        actor=actor,
        now=now,
    )


def others_of(session: Session, unit: Unit) -> tuple[tuple[Unit, str], ...]:
    """The other units in use of the unit's customer, each with what it is called; none for a unit in stock."""
    if unit.customer_id is None:
        return ()
    found = session.execute(
        units.joined()
        .where(Unit.customer_id == unit.customer_id, Unit.id != unit.id, Unit.archived.is_(False))
        .order_by(Unit.id)
    ).all()
    lines = [(each[0], units.row_of(each)) for each in found]
    return tuple((one, f"{row.name}, {row.serial_number or 'no serial number'}") for one, row in lines)
