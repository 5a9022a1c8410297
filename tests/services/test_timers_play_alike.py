"""Random lives with timers go the same way on the stage of the scenarios and in the program."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.services.firm import NOW, World, repair
from tests.services.timing import CLOCKED, clockwork, tick
from webapp.actors import Actor
from webapp.errors import ApplicationError
from webapp.models import OrderTimer, WorkOrder
from webapp.queries.facts import situation
from webapp.queries.lifecycles import live
from webapp.services import history, orders, transitions
from workflow import values
from workflow.definition import Step
from workflow.scenarios import Stage
from workflow.values import Facts

HALF_DAY = timedelta(hours=12)
STEPS = 20
HURRIED = (
    CLOCKED[: CLOCKED.index("\ntimers:")]
    + """
timers:
  resume: {in: paused, at: order.resume_at, take: resume, by: clock}
  nudge: {in: paused, after: 36 hours, take: nudge, by: clock}
  begin: {in: pending, at: order.due_date, plus: 12 hours, take: start, by: clock}
  finish: {in: ongoing, after: 1 day, take: submit, by: clock}
  return: {in: waiting_review, after: 2 days, take: return, by: clock}
  again: {in: [ongoing, paused], at: order.arrived_at, plus: 3 days, take: again, by: clock}
  overdue:
    in: [unassigned, waiting_approval, pending, paused]
    at: order.due_date
    plus: 12 hours
    notify: [{message: WorkOrderOverdue, to: [supervisors]}]
"""
    + CLOCKED[CLOCKED.index("\n# What must hold") : CLOCKED.index("\npromises:")]
)
"""Everything falls due often: buttons that are refused until something changes, one that leads back to where it began."""
for button in ("start", "resume", "submit"):
    beginning = HURRIED.index(f"\n  {button}:\n")
    by = HURRIED.index("by: [technician, supervisor]", beginning)
    HURRIED = HURRIED[:by] + "by: [technician, supervisor, clock]" + HURRIED[by + len("by: [technician, supervisor]") :]
HURRIED = HURRIED.replace(
    "  cancel:\n    label: Cancel",
    """  nudge: {label: Nudge, from: paused, to: pending, by: clock}

  return: {label: Return, from: waiting_review, to: ongoing, by: clock, set: {order.done_at: "null"}}

  again: {label: Again, from: [ongoing, paused], to: ongoing, by: clock, needs: used_filled_in}

  cancel:
    label: Cancel""",
)


class Beside(Stage):
    """A stage that follows an order of the program: real people act, and what a save changed is told by the program."""

    cast: dict[str, values.Actor]

    def actor(self, by: str | None) -> values.Actor:
        return self.cast.get(by or "") or super().actor(by)

    def saved(self, facts: Facts, by: str) -> None:
        """Settle after a save that left these facts."""
        before = values.Situation(status=self.situation.status, facts=facts, now=self.situation.now)
        self._stand(self.lifecycle.settle(before, self.actor(by)))

    def keys_rung(self) -> Counter[str]:
        return Counter(timer.name for timer in self.rang)


@pytest.mark.parametrize("seed", range(3))
def test_a_random_life_has_the_same_statuses_and_ringings_on_the_stage(
    session: Session, world: World, seed: int
) -> None:
    chance = random.Random(seed)
    clockwork(session, HURRIED, actor=world.ada)
    people: dict[str, Actor] = {"olga": world.olga, "sam": world.sam, "ana": world.ana, "tom": world.tom}
    order = repair(session, world, technician=world.ana)
    _, compiled = live(session)
    stage = Beside(compiled, {}, begun=situation(session, order, NOW), since=NOW)
    stage.cast = {name: actor.as_engine_actor() for name, actor in people.items()}
    now, seen = NOW, set[str]()
    for number in range(STEPS):
        match chance.randrange(4):
            case 0 | 1:
                until = now + chance.randrange(1, 7) * HALF_DAY
                rest(session, now, until)
                stage.take(Step(wait=until - now))
                now = until
            case 2:
                name = chance.choice(list(people))
                if save(session, order, world, people[name], now, chance):
                    stage.saved(situation(session, order, now).facts, name)
            case _:
                name = chance.choice(list(people))
                press(session, order, people[name], now, chance, stage, name)
        session.refresh(order)
        seen.add(order.status)
        assert order.status == stage.situation.status, (seed, number)
        assert order.entered_at == stage.since, (seed, number)
        for fact in ("order.resume_at", "order.arrived_at", "order.done_at"):
            assert situation(session, order, now).facts[fact] == stage.situation.facts[fact], (seed, number)
    rows = session.scalars(select(OrderTimer.timer).where(OrderTimer.order_id == order.id)).all()
    assert set(rows) == set(stage.keys_rung())
    assert len(rows) >= 4
    assert len(seen) >= 3
    assert history.verify(session) is None


def rest(session: Session, now: datetime, until: datetime) -> None:
    """Let the clock run; every timer of this lifecycle falls due on one of these moments."""
    while now <= until:
        tick(session, now)
        now += HALF_DAY


def save(session: Session, order: WorkOrder, world: World, actor: Actor, now: datetime, chance: random.Random) -> bool:
    """Change something; whether the person was allowed to."""
    changes: dict[str, object] = chance.choice(
        [
            {"due_at": now + chance.randrange(-3, 5) * HALF_DAY},
            {"quantities": {world.cable: Decimal(chance.randrange(8))}},
            {"used": {world.cable: Decimal(0)}},
            {"technician_id": chance.choice([world.ana.user_id, world.tom.user_id, world.tom.user_id, None])},
        ]
    )
    before = order.row_version
    try:
        orders.save(session, number=order.number, row_version=None, changes=changes, actor=actor, now=now)
    except ApplicationError:
        return False
    session.refresh(order)
    return order.row_version > before


def press(
    session: Session,
    order: WorkOrder,
    actor: Actor,
    now: datetime,
    chance: random.Random,
    stage: Beside,
    name: str,
) -> None:
    """Press a button in both worlds; both take it or both refuse it."""
    definition = stage.definition
    buttons = [one for one in definition.transitions.values() if order.status in one.from_ and one.name != "cancel"]
    if not buttons:
        return
    button = chance.choice(buttons)
    day = now + chance.randrange(1, 6) * HALF_DAY
    answers = {"reason": "parts", "resume_at": day.isoformat()} if "resume_at" in button.ask else {}
    if "reason" in button.ask and not answers:
        answers = {"reason": "Because"}
    try:
        transitions.press(
            session,
            number=order.number,
            transition=button.name,
            answers=answers,
            row_version=None,
            actor=actor,
            now=now,
        )
        went = True
    except ApplicationError:
        went = False
    refused = stage.take(Step(press=button.name, by=name, answers=answers))
    assert went == (not refused), (button.name, refused)
