"""One order that lives through random presses, saves and turns of the world, on the engine itself."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from tests.definitions.test_walks import MORNING, PEOPLE, lines, new_order
from workflow.definition import Question
from workflow.engine import Lifecycle
from workflow.errors import EndlessRules, Refused
from workflow.values import Answers, Facts, Record, Scalar, Situation

MAKERS = (PEOPLE[2], PEOPLE[5])
TECHNICIANS = ("ana", "tom", "max", None)
AMOUNTS = tuple(Decimal(each) for each in range(5))


def wander(lifecycle: Lifecycle, seed: int, steps: int) -> Iterator[Situation]:
    """Every situation the order gets into, the first included."""
    chance = random.Random(seed)
    facts = new_order()
    if chance.random() < 0.5:
        facts = {**facts, "order.technician": "ana", "order.technician.is_technician": True}
    try:
        made = lifecycle.begin(facts, chance.choice(MAKERS), MORNING)
    except EndlessRules:
        return
    here = Situation(status=made.status, facts=made.facts, now=MORNING)
    yield here
    for _ in range(steps):
        here = _moved(lifecycle, here, chance)
        yield here


def _moved(lifecycle: Lifecycle, here: Situation, chance: random.Random) -> Situation:
    actor = chance.choice(PEOPLE)
    kind = chance.choice(("press", "press", "press", "technician", "quantities", "used", "world", "nothing"))
    try:
        if kind == "press":
            leaving = [
                each for each in lifecycle.leaving(here.status) if each.to != "cancelled" or chance.random() < 0.1
            ]
            if not leaving:
                return here
            button = chance.choice(leaving)
            given = {name: _answer(question) for name, question in button.ask.items() if question.required}
            outcome = lifecycle.press(here, button.name, actor, Answers(given))
            return Situation(outcome.status, outcome.facts, here.now + timedelta(hours=1))
        if kind == "world":
            if here.facts["order.technician"] is None:
                return here
            return replace(here, facts={**here.facts, "order.technician.is_technician": chance.random() < 0.5})
        if kind != "nothing" and kind not in lifecycle.may_edit(here, actor):
            return here
        outcome = lifecycle.settle(replace(here, facts=_saved(here.facts, kind, actor.id, chance)), actor)
    except (Refused, EndlessRules):
        return here
    return Situation(outcome.status, outcome.facts, here.now)


def _answer(question: Question) -> Scalar:
    return next(iter(question.choices), "Because.")


def _saved(facts: Facts, kind: str, actor: str | None, chance: random.Random) -> Facts:
    if kind == "technician":
        who = chance.choice(TECHNICIANS)
        return {**facts, "order.technician": who, "order.technician.is_technician": None if who is None else True}
    if kind == "nothing":
        return facts
    changed: list[Record] = [dict(line) for line in lines(facts)]
    index = chance.randrange(len(changed) + (kind == "quantities"))
    if index == len(changed):
        changed.append({**changed[0], "name": f"Part {index}", "used": None, "approved_quantity": None})
    if kind == "used":
        changed[index] = {**changed[index], "used": chance.choice((None, *AMOUNTS))}
    else:  # the limit in force is copied with every quantity
        limit = chance.choice((None, Decimal(0), Decimal(2), changed[index]["approval_quantity_limit"]))
        amount = chance.choice(AMOUNTS)
        changed[index] = {
            **changed[index],
            "quantity": amount,
            "approval_quantity_limit": limit,
            "quantity_set_by": actor,
        }
    return {**facts, "items": tuple(changed)}
