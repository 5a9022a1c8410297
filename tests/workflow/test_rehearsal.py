"""A draft is rehearsed on what happened: nothing passes silently, and the machine would decide the same."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.workflow.test_coverage import SHIPPED, VOCABULARY, lifecycle
from workflow.editing import Add, Delete, Gesture, Put, edited
from workflow.engine import Disagreement, Lifecycle
from workflow.machines import Edge
from workflow.rehearsal import Judged, OpenOrder, PastMove, open_orders, rehearse
from workflow.staging import first_facts
from workflow.values import Actor, Facts, Situation

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
BARE = SHIPPED.partition("# Scenarios, played")[0] + "scenarios: []\n"
LIVE = lifecycle(SHIPPED)
ANA = Actor("ana", frozenset({"work_orders.perform"}))
SAM = Actor("sam", frozenset({"work_orders.supervise", "work_orders.edit", "work_orders.create"}))


def draft(*gestures: Gesture) -> Lifecycle:
    return lifecycle(edited(BARE, *gestures))


def facts(**order: Any) -> Facts:
    return first_facts(LIVE.definition, VOCABULARY, {"technician": "ana", "technician.is_technician": True, **order})


def move(rule: str, status: str, to: str, actor: Actor | None = ANA, **more: Any) -> PastMove:
    return PastMove(more.pop("id", 1), status, rule, to, more.pop("facts", facts()), NOW, actor=actor, **more)


def one(draft: Lifecycle, past: PastMove) -> Judged | str:
    found = rehearse(draft, [past])
    return (found.refused + found.unjudged or ("accepted",))[0]


START = move("start", "pending", "ongoing")


def test_what_the_draft_still_allows_is_accepted() -> None:
    assert one(LIVE, START) == "accepted"
    assert one(LIVE, move("cancel", "paused", "cancelled", SAM, answers={"reason": "Moved"})) == "accepted"


def test_a_new_need_that_failed_then_refuses_with_its_reason() -> None:
    changed = draft(Put(("transitions", "start", "needs"), ["technician_assigned", "work_has_begun"]))
    judged = one(changed, START)
    assert isinstance(judged, Judged)
    assert (judged.verdict, [blocker.name for blocker in judged.blockers]) == ("refused", ["work_has_begun"])
    began = replace(START, facts={**START.facts, "order.arrived_at": NOW})
    assert one(changed, began) == "accepted"


def test_a_fact_that_was_not_recorded_cannot_be_judged() -> None:
    changed = draft(Put(("transitions", "start", "needs"), ["technician_assigned", "work_has_begun"]))
    known = {name: value for name, value in START.facts.items() if name != "order.arrived_at"}
    judged = one(changed, replace(START, facts=known))
    assert isinstance(judged, Judged)
    assert (judged.verdict, judged.missing) == ("unjudged", ("order.arrived_at",))
    elsewhere = one(changed, replace(START, facts=known, status="paused"))
    assert isinstance(elsewhere, Judged)
    assert elsewhere.verdict == "refused"


def test_a_field_missing_in_a_record_cannot_be_judged() -> None:
    lines: Any = (
        {"name": "Cable", "quantity": Decimal(1), "used": Decimal(1)},
        {"name": "Pump", "quantity": Decimal(1)},
    )
    judged = one(LIVE, move("submit", "ongoing", "waiting_review", facts={**facts(), "items": lines}))
    assert isinstance(judged, Judged)
    assert (judged.verdict, judged.missing) == ("unjudged", ("items.used",))


def test_an_unknown_actor_and_a_new_question_cannot_be_judged() -> None:
    judged = one(LIVE, replace(START, actor=None))
    assert isinstance(judged, Judged)
    assert judged.missing == ("actor.id",)
    asks = draft(Put(("transitions", "bill", "ask", "number"), {"label": "Number", "kind": "text", "required": True}))
    judged = one(asks, move("bill", "completed", "billed", Actor("bea", frozenset({"work_orders.bill"}))))
    assert isinstance(judged, Judged)
    assert (judged.verdict, judged.missing) == ("unjudged", ("answer.number",))


def test_who_may_no_longer_press_is_refused() -> None:
    changed = draft(Put(("transitions", "start", "by"), "supervisor"))
    judged = one(changed, START)
    assert isinstance(judged, Judged)
    assert [blocker.code for blocker in judged.blockers] == ["by"]
    assert one(changed, replace(START, actor=SAM)) == "accepted"


def test_a_button_or_status_that_is_gone_is_refused() -> None:
    judged = one(draft(Delete("transitions", "send_back")), move("send_back", "waiting_review", "ongoing", SAM))
    assert isinstance(judged, Judged)
    assert "There is no step “send_back”" in judged.blockers[0].sentence
    judged = one(LIVE, move("start", "gone_since", "ongoing"))
    assert isinstance(judged, Judged)
    assert "no status “gone_since” any more" in judged.blockers[0].sentence


def test_automatic_moves_are_compared_by_where_they_lead() -> None:
    hold = move("assign", "unassigned", "pending", None, automatic=True)
    assert one(LIVE, hold) == "accepted"
    still = draft(Put(("automatic", "assign", "when"), ["technician_assigned", "work_has_begun"]))
    judged = one(still, hold)
    assert isinstance(judged, Judged)
    assert judged.blockers[0].sentence == "It would no longer move by itself."
    other = draft(Put(("automatic", "hold", "unless"), "work_has_begun"))
    judged = one(other, hold)
    assert isinstance(judged, Judged)
    assert judged.blockers[0].sentence == "It would become Waiting for approval by itself instead."
    judged = one(LIVE, replace(hold, facts={"order.technician": "ana"}))
    assert isinstance(judged, Judged)
    assert judged.verdict == "unjudged"


def test_the_first_status_is_judged_too() -> None:
    made = PastMove(1, "", None, "unassigned", facts(), NOW)
    assert one(LIVE, made) == "accepted"
    assert one(draft(Put(("first_status",), "pending")), made) != "accepted"


def test_a_hundred_thousand_moves_take_seconds_and_are_counted_by_reason() -> None:
    changed = draft(Put(("transitions", "start", "needs"), ["technician_assigned", "work_has_begun"]))
    begun = {**START.facts, "order.arrived_at": NOW}
    kinds = (
        START,
        replace(START, facts=begun),
        move("assign", "unassigned", "pending", None, automatic=True),
        replace(START, facts=begun, actor=None),
    )
    moves = [replace(kinds[number % 4], id=number) for number in range(20_000)]
    begin = time.process_time()
    found = rehearse(changed, moves)
    assert time.process_time() - begin < 4
    assert (found.moves, found.accepted, len(found.refused), len(found.unjudged)) == (20_000, 10_000, 5_000, 5_000)
    assert found.reasons == (("start", "Work on this order has not begun yet.", 5_000),)
    assert found.sentences == (
        "10,000 of 20,000 past moves would go the same way.",
        "5,000 past moves would now be refused, 5,000 of them “start” because: Work on this order has not begun yet.",
        "5,000 past moves cannot be judged: not recorded then was actor.id.",
    )


def test_a_machine_that_decides_otherwise_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = draft()

    def silent(event: str, *, status: str, judge: object) -> Edge | None:
        return None

    monkeypatch.setattr(compiled.machines, "send", silent)
    with pytest.raises(Disagreement):
        rehearse(compiled, [START])


# Open orders


def order(number: int, status: str, **more: Any) -> OpenOrder:
    return OpenOrder(number, Situation(status, facts(**more), NOW + timedelta(hours=1)))


def test_orders_that_would_move_at_once_are_listed_with_their_rules_and_messages() -> None:
    changed = draft(
        Add("statuses", "parts", {"label": "Parts", "kind": "held", "color": "orange"}),
        Add("automatic", "wait", {"from": "pending", "to": "parts", "unless": "work_has_begun",
                                  "notify": [{"message": "WorkOrderPaused", "to": ["supervisors"]}]}),
        Add("transitions", "here", {"label": "Here", "from": "parts", "to": "ongoing", "by": "technician"}),
    )  # fmt: skip
    found = open_orders(changed, [order(1, "pending"), order(2, "ongoing")], staff=[ANA, SAM])
    assert [(one.id, one.status, one.rules, one.to) for one in found.moving] == [(1, "pending", ("wait",), "parts")]
    assert found.messages == {"WorkOrderPaused": 1}
    assert found.stuck == ()


def test_orders_nobody_can_move_are_stuck() -> None:
    changed = draft(Put(("transitions", "complete", "by"), "technician"), Delete("transitions", "send_back"),
                    Put(("transitions", "cancel", "from"), ["pending"]))  # fmt: skip
    orders = [order(1, "waiting_review"), order(2, "waiting_review", technician="tom"), order(3, "cancelled")]
    assert open_orders(changed, orders, staff=[ANA, SAM]).stuck == (2,)
    assert open_orders(changed, orders, staff=[SAM]).stuck == (1, 2)
    waiting = [order(4, "waiting_approval", items=[{"quantity": 9, "approval_quantity_limit": 5}])]
    assert open_orders(LIVE, waiting, staff=[]).stuck == ()


def test_orders_whose_status_disappears_need_a_target() -> None:
    changed = draft(
        Delete("statuses", "paused", mentions=True), Delete("transitions", "pause"), Delete("transitions", "resume"),
        Delete("automatic", "carry_on"), Delete("timers", "not_resumed"),
    )  # fmt: skip
    orders = [order(1, "paused"), order(2, "pending")]
    found = open_orders(changed, orders, staff=[ANA, SAM])
    assert found.homeless == {"paused": (1,)}
    assert found.orders == 2
    found = open_orders(changed, orders, staff=[ANA, SAM], targets={"paused": "unassigned"})
    assert found.homeless == {}
    assert [(one.id, one.status, one.to) for one in found.moving] == [(1, "paused", "pending")]


def test_rules_in_a_circle_are_named_and_the_rest_is_judged() -> None:
    changed = draft(Add("automatic", "back", {"from": "ongoing", "to": "pending", "when": "technician_assigned"}),
                    Add("automatic", "forth", {"from": "pending", "to": "ongoing", "when": "technician_assigned"}))  # fmt: skip
    found = open_orders(changed, [order(1, "ongoing"), order(2, "waiting_review")], staff=[ANA, SAM])
    assert found.endless == (1,)
    assert found.stuck == ()
