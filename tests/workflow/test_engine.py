"""What becomes of one order when it is made, saved and pressed."""

from __future__ import annotations

import gc
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from types import FrameType
from typing import Any

import pytest
from statemachine import StateChart

from tests.workflow.lifecycles import ANA, CLOCK, CUSTOMER, NOW, OLGA, SAM, at, endless, facts, line, repair_shop
from workflow.effects import applied
from workflow.engine import Disagreement, Lifecycle
from workflow.errors import EndlessRules, Refused
from workflow.machines import SilentMachine
from workflow.values import Actor, Answers


@pytest.fixture(scope="module")
def shop() -> Lifecycle:
    return repair_shop()


def codes(refused: Refused) -> list[tuple[str, str]]:
    return [(blocker.code, blocker.name) for blocker in refused.blockers]


def test_a_new_order_without_a_technician_stays_unassigned(shop: Lifecycle) -> None:
    outcome = shop.begin(facts(), OLGA, NOW)
    assert outcome.status == "unassigned"
    assert [(step.rule, step.from_status, step.to_status) for step in outcome.steps] == [(None, None, "unassigned")]


def test_a_new_order_with_a_technician_becomes_pending_by_itself(shop: Lifecycle) -> None:
    outcome = shop.begin(facts(technician="ana"), SAM, NOW)
    assert outcome.status == "pending"
    assert [step.rule for step in outcome.steps] == [None, "assign"]
    assert outcome.steps[1].automatic
    assert outcome.steps[1].note == "It has somebody."
    assert outcome.steps[1].guards["technician_assigned"] is True


def test_the_first_automatic_rule_that_fits_wins(shop: Lifecycle) -> None:
    outcome = shop.begin(facts(technician="ana", items=(line(quantity=9, approval_quantity_limit=5),)), SAM, NOW)
    assert [step.rule for step in outcome.steps] == [None, "hold"]
    assert outcome.status == "waiting"


def test_a_save_that_moves_nothing_has_no_steps(shop: Lifecycle) -> None:
    outcome = shop.settle(at("pending", technician="ana"), SAM)
    assert outcome.status == "pending"
    assert outcome.steps == ()
    assert outcome.changed == frozenset()


def test_rules_follow_one_another_until_they_rest(shop: Lifecycle) -> None:
    outcome = shop.settle(at("waiting"), SAM)
    assert [step.rule for step in outcome.steps] == ["unassign"]


def test_a_press_applies_what_it_sets_and_does(shop: Lifecycle) -> None:
    outcome = shop.press(at("ongoing", technician="ana", items=(line(used=1),)), "submit", ANA)
    assert outcome.status == "review"
    assert outcome.facts["order.done_at"] == NOW
    assert outcome.facts["workers"] == ({"person": "ana"},)
    assert outcome.changed == {"order.done_at", "workers"}
    assert outcome.steps[0].facts["order.done_at"] is None


def test_a_worker_counts_once(shop: Lifecycle) -> None:
    outcome = shop.press(at("pending", technician="ana", workers=({"person": "ana"},)), "start", ANA)
    assert outcome.facts["workers"] == ({"person": "ana"},)
    assert outcome.changed == frozenset()


def test_a_setting_with_a_guard_happens_only_when_it_holds(shop: Lifecycle) -> None:
    repair = shop.press(at("review", order__done_at=NOW), "complete", SAM)
    installation = shop.press(at("review", order__done_at=NOW, order__type="installation"), "complete", SAM)
    assert repair.facts["unit.installed_at"] is None
    assert installation.facts["unit.installed_at"] == NOW
    assert installation.changed == {"unit.installed_at"}


def test_approving_covers_the_lines_and_the_order_moves_on(shop: Lifecycle) -> None:
    waiting = at("waiting", technician="ana", items=(line(quantity=9, approval_quantity_limit=5), line("Pipe", 2)))
    outcome = shop.press(waiting, "approve", CUSTOMER)
    assert [step.rule for step in outcome.steps] == ["approve"]
    items = outcome.facts["items"]
    assert isinstance(items, tuple)
    assert [item["approved_quantity"] for item in items] == [Decimal(9), None]


def test_pressing_what_is_not_here_says_so_with_every_other_reason(shop: Lifecycle) -> None:
    with pytest.raises(Refused) as refused:
        shop.press(at("pending", items=(line(),)), "submit", OLGA)
    assert codes(refused.value) == [("status", "status"), ("by", "by"), ("guard", "used_filled_in")]
    assert refused.value.blockers[0].sentence == "“Submit” is for orders that are Ongoing; this one is Pending."
    assert refused.value.blockers[1].sentence == "Only the assigned technician or a supervisor may do this."
    assert refused.value.blockers[2].sentence == "Cable: say how many were used."


def test_a_button_that_does_not_exist_is_refused(shop: Lifecycle) -> None:
    with pytest.raises(Refused) as refused:
        shop.press(at("pending"), "teleport", SAM)
    assert codes(refused.value) == [("status", "status")]


def test_a_link_equals_no_person(shop: Lifecycle) -> None:
    with pytest.raises(Refused):
        shop.press(at("pending", technician=None), "start", Actor(permissions=frozenset({"work_orders.perform"})))


def test_the_clock_may_press_nothing_that_does_not_name_it(shop: Lifecycle) -> None:
    with pytest.raises(Refused) as refused:
        shop.press(at("pending", technician="ana"), "start", CLOCK)
    assert codes(refused.value) == [("by", "by")]


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({}, ["reason_is_long", "reason"]),
        ({"reason": "   "}, ["reason_is_long", "reason"]),
        ({"reason": "no"}, ["reason_is_long"]),
        ({"reason": "scratched", "colour": "red"}, ["colour"]),
        ({"reason": "scratched", "cause": "aliens"}, ["cause"]),
        ({"reason": "scratched", "hours": "three"}, ["hours"]),
        ({"reason": "scratched", "hours": True}, ["hours"]),
        ({"reason": "scratched", "hours": Decimal("NaN")}, ["hours"]),
        ({"reason": "scratched", "resume_at": "tomorrow"}, ["resume_at"]),
        ({"reason": "scratched", "resume_at": NOW.replace(tzinfo=None)}, ["resume_at"]),
        ({"reason": "x" * 5000}, ["reason"]),
    ],
)
def test_answers_are_checked_like_guards(shop: Lifecycle, answers: dict[str, object], wrong: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        shop.press(at("review"), "send_back", SAM, Answers(answers))  # type: ignore[arg-type]
    assert [blocker.name for blocker in refused.value.blockers] == wrong


def test_answers_reach_settings_and_the_step(shop: Lifecycle) -> None:
    answers = Answers({"reason": "scratched", "resume_at": NOW, "cause": "", "hours": Decimal(2)})
    outcome = shop.press(at("review"), "send_back", SAM, answers)
    assert outcome.facts["order.resume_at"] == NOW
    assert outcome.steps[0].answers == {"reason": "scratched", "resume_at": NOW, "hours": Decimal(2)}


def test_rules_in_a_circle_are_stopped_and_named() -> None:
    with pytest.raises(EndlessRules) as endless_rules:
        endless().begin(facts(), SAM, NOW)
    assert endless_rules.value.path == ("there", "back", "there", "back", "there", "back")


def test_words_of_may_edit_need_the_role_and_the_permission_besides(shop: Lifecycle) -> None:
    assert shop.may_edit(at("pending", technician="ana"), OLGA) == {"type", "due_date", "quantities"}
    assert shop.may_edit(at("pending", technician="ana"), SAM) == {"type", "technician", "due_date", "quantities"}
    assert shop.may_edit(at("ongoing", technician="ana"), ANA) == {"used", "notes"}
    assert shop.may_edit(at("ongoing", technician="bob"), ANA) == frozenset()
    assert shop.may_edit(at("review"), SAM) == frozenset()
    assert shop.may_edit(at("pending", technician="ana"), CUSTOMER) == frozenset()


@pytest.mark.parametrize("broken", [lambda self, event: None, lambda self, event: 1 / 0])
def test_nothing_is_decided_without_the_library(monkeypatch: pytest.MonkeyPatch, broken: object) -> None:
    monkeypatch.setattr(StateChart, "send", broken)
    shop = repair_shop()
    failures = (SilentMachine, ZeroDivisionError)
    with pytest.raises(failures):
        shop.begin(facts(technician="ana"), SAM, NOW)
    with pytest.raises(failures):
        shop.settle(at("unassigned", technician="ana"), SAM)
    with pytest.raises(failures):
        shop.settle_many([at("unassigned", technician="ana")], SAM)
    with pytest.raises(failures):
        shop.press(at("pending", technician="ana"), "start", ANA)


def test_an_interrupted_machine_is_thrown_away() -> None:
    shop = repair_shop()

    def interrupted(rule: str, automatic: bool) -> bool:
        raise KeyboardInterrupt

    shop.settle(at("pending", technician="ana"), SAM)
    assert shop.machines.idle == 1
    with pytest.raises(KeyboardInterrupt):
        shop.machines.send("e_press_start", status="pending", judge=interrupted)
    assert shop.machines.idle == 0
    assert shop.press(at("pending", technician="ana"), "start", ANA).status == "ongoing"
    assert shop.machines.idle == 1


def test_bulk_and_single_settling_agree(shop: Lifecycle) -> None:
    over = line(quantity=9, approval_quantity_limit=5)
    situations = [
        at(status, technician=technician, items=items)
        for _ in range(20)
        for status in ("unassigned", "waiting", "pending", "ongoing", "cancelled")
        for technician in (None, "ana")
        for items in ((), (line(),), (over,))
    ]
    assert shop.settle_many(situations, SAM) == tuple(shop.settle(one, SAM) for one in situations)


def test_a_replay_that_the_machine_contradicts_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = repair_shop()
    monkeypatch.setattr(shop, "_replayed", lambda case, decided: None)
    with pytest.raises(Disagreement):
        shop.settle_many([at("unassigned", technician="ana")], SAM)


def test_many_threads_share_one_lifecycle(shop: Lifecycle) -> None:
    def live(number: int) -> tuple[str, ...]:
        order = at("pending", technician="ana", items=(line(used=1),), order__creator=str(number))
        statuses = []
        for button in ("start", "submit"):
            outcome = shop.press(order, button, ANA)
            assert outcome.facts["order.creator"] == str(number)
            statuses.append(outcome.status)
            order = replace(order, status=outcome.status, facts=outcome.facts)
        return tuple(statuses)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(live, range(200))) == {("ongoing", "review")}


def test_an_order_is_never_lost_to_an_interruption(shop: Lifecycle) -> None:
    """What a time limit or a worker's abort does: an exception out of nowhere, at any line."""

    class Abort(BaseException):
        pass

    def abort_at(line: int) -> None:
        seen = 0

        def tracer(frame: FrameType, event: str, argument: object) -> Any:
            nonlocal seen
            seen += 1
            if seen == line:
                raise Abort
            return tracer

        gc.disable()  # a machine thrown away earlier would be finalised inside the traced call, where nothing can catch
        sys.settrace(tracer)
        try:
            shop.press(at("pending", technician="ana"), "start", ANA)
        except Abort:
            return
        finally:
            sys.settrace(None)
            gc.enable()

    before = sys.gettrace()
    try:
        for line in range(1, 1500, 7):
            abort_at(line)
            assert shop.press(at("pending", technician="ana"), "start", ANA).status == "ongoing"
    finally:
        sys.settrace(before)


def test_the_facts_read_are_those_the_definition_mentions(shop: Lifecycle) -> None:
    assert shop.facts_read == {
        "order.type",
        "order.technician",
        "order.technician.is_technician",
        "order.due_date",
        "order.resume_at",
        "order.done_at",
        "unit.installed_at",
        "items",
        "workers",
    }


def test_a_record_about_nobody_is_not_added_to_a_list(shop: Lifecycle) -> None:
    def workers_after(person: str | None) -> object:
        verbs = [shop.vocabulary.effects["count_as_worker"]]
        extra = {"actor.id": person, "now": NOW}
        return applied(
            facts(), settings=(), effects=verbs, extra=extra, holds=lambda _: True, vocabulary=shop.vocabulary
        ).get("workers")

    assert workers_after("ana") == ({"person": "ana"},)
    assert not workers_after(None)
