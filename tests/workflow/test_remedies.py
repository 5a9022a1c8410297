"""What is proposed against a refusal was tried: doing it removes the blocker."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.workflow.lifecycles import (
    ANA,
    CUSTOMER,
    EDITS,
    NOW,
    OLGA,
    REPAIR_SHOP,
    SAM,
    VOCABULARY,
    at,
    facts,
    guard,
    line,
    status,
)
from workflow.compiling import compile
from workflow.definition import Question, Transition
from workflow.engine import Lifecycle
from workflow.errors import Refused
from workflow.expressions import holds
from workflow.offers import Blocker, Remedy
from workflow.remedies import SOMEBODY_ELSE, with_value
from workflow.values import Actor, Answers, Facts, Situation

TESTS = [
    "order.technician != null",
    "order.technician != null && order.technician.is_technician",
    "order.technician == null || order.technician != actor.id",
    "order.creator != null && order.creator == actor.id",
    'order.type == "installation"',
    'order.type != "repair"',
    'order.type in ["installation", "other"]',
    '!(order.type in ["installation", "other"])',
    "order.due_date != null && now >= order.due_date",
    "order.due_date == null || now < order.due_date",
    "order.due_date != null && order.due_date > now + days(2)",
    "order.due_date != null && now - days(2) > order.due_date",
    "unit.model_known",
    "!unit.model_known",
    "items.all(item, item.quantity >= 1)",
    "items.all(item, item.used != null && item.used <= item.quantity)",
    "items.all(item, item.approval_quantity_limit == null || item.quantity <= item.approval_quantity_limit)",
    "items.all(item, item.approval_quantity_limit == null || item.quantity <= item.approval_quantity_limit"
    " || (item.approved_quantity != null && item.quantity <= item.approved_quantity))",
    "items.exists(item, item.quantity > 3)",
    'items.exists(item, item.name == "Pump")',
    "!items.exists(item, item.quantity == 0)",
    "items.all(item, item.quantity + 1 > 3 && item.quantity - 1 < 20)",
    "workers.all(w, w.person != actor.id)",
    "workers.exists(w, w.person == actor.id)",
    'answer.reason != null && answer.reason != "no"',
    "order.technician != null && order.due_date != null",
]


def shop_with(check: str) -> Lifecycle:
    """A shop with one button that needs exactly this test, in a status where most can be edited."""
    press_me = Transition(
        "press_me",
        "Press me",
        ("pending", "review"),
        "completed",
        by=("supervisor", "office"),
        needs=("tested",),
        ask={"reason": Question("reason", "Why?", "text")},
    )
    clear = Transition("clear", "Clear", ("pending",), "waiting", by=("customer",), lines=("lower_to_limit",))
    definition = replace(
        REPAIR_SHOP,
        guards={**REPAIR_SHOP.guards, "tested": guard("tested", check, "It does not hold.")},
        statuses={
            **REPAIR_SHOP.statuses,
            "pending": status("pending", "ready", {**EDITS, "technician": ("used",)}),
        },
        transitions={"press_me": press_me, "clear": clear},
        automatic={},
    )
    return compile(definition, VOCABULARY)


LIFECYCLES = {check: shop_with(check) for check in TESTS}

people = st.sampled_from([None, "ana", "sam", "olga"])
moments = st.none() | st.integers(-400, 400).map(lambda hours: NOW + timedelta(hours=hours))
amounts = st.integers(0, 12).map(Decimal)
lines = st.builds(
    line,
    st.sampled_from(["Cable", "Pipe", "Pump"]),
    st.integers(0, 12),
    used=st.none() | amounts,
    approval_quantity_limit=st.none() | amounts,
    approved_quantity=st.none() | amounts,
    quantity_set_by=people,
)
worlds = st.builds(
    lambda technician, items, due, kind, known, workers, creator: facts(
        technician=technician,
        items=tuple(items),
        order__due_date=due,
        order__type=kind,
        unit__model_known=known,
        workers=tuple({"person": one} for one in workers),
        order__creator=creator,
    ),
    people,
    st.lists(lines, max_size=3),
    moments,
    st.sampled_from(["installation", "repair", "other"]),
    st.booleans(),
    st.lists(st.sampled_from(["ana", "sam"]), max_size=2, unique=True),
    people,
)


def held_after(lifecycle: Lifecycle, situation: Situation, actor: Actor, blocker: Blocker, remedy: Remedy) -> bool:
    """Whether the guard holds once the remedy has been followed."""
    check = lifecycle.definition.guards[blocker.name].check
    case = lifecycle.case(situation, actor)
    known: Facts = situation.facts
    extra = dict(case.extra)
    match remedy.kind:
        case "fill" | "change" if remedy.fact is not None and remedy.fact.startswith("answer."):
            extra[remedy.fact] = remedy.value
        case "fill" | "change":
            assert remedy.fact is not None
            field = remedy.field if remedy.record is not None else None
            known = with_value(VOCABULARY, known, remedy.fact, remedy.value, record=remedy.record, field=field)
        case "wait":
            extra["now"] = remedy.until
        case "someone_else":
            extra["actor.id"] = remedy.value or SOMEBODY_ELSE
        case "press":
            results = []
            for name in remedy.transitions:
                one = lifecycle.definition.transitions[name]
                assert situation.status in one.from_
                results.append(holds(check, lifecycle.effect_of(case, one.set, (*one.lines, *one.do)), extra))
            return all(results)
    return holds(check, known, extra)


@pytest.mark.parametrize("check", TESTS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(known=worlds, here=st.sampled_from(["pending", "review"]), who=st.sampled_from([SAM, OLGA]))
def test_following_a_remedy_removes_its_blocker(check: str, known: Facts, here: str, who: Actor) -> None:
    lifecycle = LIFECYCLES[check]
    situation = Situation(status=here, facts=known, now=NOW)
    try:
        lifecycle.press(situation, "press_me", who)
    except Refused as refused:
        for blocker in refused.blockers:
            for remedy in blocker.remedies:
                if remedy.kind == "never":
                    assert blocker.remedies == (remedy,)
                    continue
                assert held_after(lifecycle, situation, who, blocker, remedy), (blocker, remedy)
                for word in remedy.fields:
                    edits = lifecycle.definition.statuses[here].may_edit
                    assert any(word in edits[role] for role in remedy.roles)


def proposed(check: str, who: Actor = SAM, here: str = "pending", **known: object) -> list[str]:
    lifecycle = LIFECYCLES[check]
    with pytest.raises(Refused) as refused:
        lifecycle.press(at(here, **known), "press_me", who)  # type: ignore[arg-type]
    (blocker,) = refused.value.blockers
    return [remedy.sentence for remedy in blocker.remedies]


def test_a_missing_technician_is_to_be_chosen_by_who_may() -> None:
    assert proposed(TESTS[0]) == ["Choose “Technician” (a supervisor can)."]


def test_somebody_without_the_role_is_to_be_replaced() -> None:
    sentences = proposed(TESTS[1], technician="olga", order__technician__is_technician=False)
    assert sentences == ["Choose another “Technician” (a supervisor can)."]


def test_a_quantity_over_its_limit_is_lowered_to_the_limit_or_answered_by_the_customer() -> None:
    over = line(quantity=9, approval_quantity_limit=5)
    assert proposed(TESTS[17], items=(over, line("Pipe", 2))) == [
        "Change “Quantity” of Cable to 5 (the office or a supervisor can).",
        "Press “Clear” first (the customer can).",
    ]


def test_several_lines_are_set_right_together() -> None:
    over = (line(quantity=9, approval_quantity_limit=5), line("Pipe", 2), line("Pump", 3, approval_quantity_limit=1))
    assert proposed(TESTS[16], items=over)[0] == (
        "Change “Quantity” of Cable to 5 and of Pump to 1 (the office or a supervisor can)."
    )


def test_lines_with_the_same_remedy_are_named_together() -> None:
    items = tuple(line(name) for name in ("Cable", "Pipe", "Pump", "Valve", "Tape", "Fuse"))
    assert proposed(TESTS[15], items=items) == [
        "Fill in “Used” of Cable, Pipe, Pump, Valve and 2 more (the assigned technician can)."
    ]


def test_used_is_to_be_filled_in_by_the_technician() -> None:
    assert proposed(TESTS[15], items=(line(),)) == ["Fill in “Used” of Cable (the assigned technician can)."]


def test_time_is_to_be_waited_for() -> None:
    sentences = proposed(TESTS[8], order__due_date=NOW + timedelta(days=1))
    assert sentences[0] == "Wait until 3 March 2026, 09:00."


def test_times_are_told_in_the_zone_of_now() -> None:
    lifecycle = LIFECYCLES[TESTS[8]]
    order = at("pending", order__due_date=NOW + timedelta(days=1))
    with pytest.raises(Refused) as refused:
        lifecycle.press(replace(order, now=NOW.astimezone(ZoneInfo("America/New_York"))), "press_me", SAM)
    assert refused.value.blockers[0].remedies[0].sentence == "Wait until 3 March 2026, 04:00."


def test_whoever_worked_on_it_lets_somebody_else_press() -> None:
    sentences = proposed(TESTS[22], workers=({"person": "sam"},))
    assert sentences == ["Somebody else has to do this: a supervisor or the office."]


def test_nothing_is_proposed_that_nobody_may_do_here() -> None:
    assert proposed(TESTS[14], here="review", items=(line(quantity=0),)) == [
        "Nobody can change this any more while the order is Review."
    ]


def status_remedies(lifecycle: Lifecycle, situation: Situation, button: str) -> list[str]:
    with pytest.raises(Refused) as refused:
        lifecycle.press(situation, button, SAM)
    assert refused.value.blockers[0].code == "status"
    return [remedy.sentence for remedy in refused.value.blockers[0].remedies]


def test_a_button_of_another_status_says_which_way_leads_there() -> None:
    shop = compile(REPAIR_SHOP, VOCABULARY)
    assert status_remedies(shop, at("waiting", technician="ana"), "start") == [
        "First press “Approve” or “Decline” (the customer can)."
    ]
    assert status_remedies(shop, at("unassigned"), "start") == ["Choose “Technician” (a supervisor can)."]


def test_who_lacks_the_permission_is_told_its_name() -> None:
    with pytest.raises(Refused) as refused:
        LIFECYCLES[TESTS[0]].press(at("pending", technician="ana"), "press_me", ANA)
    (blocker,) = refused.value.blockers
    assert [(remedy.kind, remedy.permission, remedy.roles) for remedy in blocker.remedies] == [
        ("permission", "work_orders.supervise", ("supervisor",)),
        ("permission", "work_orders.edit", ("office",)),
    ]


def test_a_link_is_told_who_could() -> None:
    with pytest.raises(Refused) as refused:
        LIFECYCLES[TESTS[0]].press(at("pending", technician="ana"), "press_me", CUSTOMER, Answers())
    (blocker,) = refused.value.blockers
    assert {remedy.kind for remedy in blocker.remedies} == {"someone_else"}
