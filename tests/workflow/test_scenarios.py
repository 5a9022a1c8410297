"""Scenarios in a definition are played on the real engine and told apart: as written, or otherwise and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.workflow.lifecycles import REPAIR_SHOP, VOCABULARY
from workflow.compiling import compile
from workflow.definition import Role, Scenario, Step, Timer, Transition
from workflow.problems import Position
from workflow.scenarios import Played, play

PEOPLE = {
    "ana": ("technician",),
    "bob": ("technician",),
    "sam": ("supervisor", "office"),
    "sue": ("supervisor", "technician"),
    "olga": ("office",),
    "cora": ("customer",),
}
CABLE = {"name": "Cable", "quantity": 9, "approval_quantity_limit": 5}


def save(by: str | None, then: str | None = None, *refused: str, **changes: object) -> Step:
    return Step(by=by, save=changes, then=then, refused=refused)


def press(by: str, button: str, then: str | None = None, *refused: str, **answers: object) -> Step:
    return Step(by=by, press=button, answers=answers, then=then, refused=refused)


def wait(then: str | None = None, **span: float) -> Step:
    return Step(wait=timedelta(**span), then=then)


def played(*steps: Step, order: dict[str, Any] | None = None) -> Played:
    scenario = Scenario(says="A scenario.", order=order or {}, steps=steps, at=Position(1, 1))
    timers = {
        "start_at_due": Timer(
            "start_at_due", ("pending",), at_fact="order.due_date", plus=timedelta(hours=2), take="go", by="clock"
        ),
        "give_up": Timer("give_up", ("waiting",), after=timedelta(days=2), take="forget", by="clock"),
    }
    buttons = {
        "go": Transition("go", "Go", ("pending",), "ongoing", by=("clock",)),
        "forget": Transition("forget", "Forget", ("waiting",), "cancelled", by=("clock",)),
    }
    roles = {**REPAIR_SHOP.roles, "plan": Role("plan", "a plan", permission="maintenance.run")}
    definition = replace(
        REPAIR_SHOP,
        roles=roles,
        people=PEOPLE,
        scenarios=(scenario,),
        timers=timers,
        transitions={**REPAIR_SHOP.transitions, **buttons},
    )
    (only,) = play(compile(definition, VOCABULARY))
    return only


def test_an_order_lives_from_the_first_save_to_the_end() -> None:
    result = played(
        save("sam", "waiting"),
        press("ana", "start", None, "status"),
        press("cora", "approve", "pending"),
        press("bob", "start", "pending", "by"),
        press("ana", "start", "ongoing"),
        press("ana", "submit", None, "used_filled_in"),
        save("ana", "ongoing", items=[{"name": "Cable", "used": 9}]),
        press("ana", "submit", "review"),
        press("sam", "send_back", None, "answer"),
        press("sam", "complete", "completed"),
        order={"technician": "ana", "items": [CABLE]},
    )
    assert result.ok, result.why


def test_a_wrong_end_is_told_with_the_step_and_both_statuses() -> None:
    result = played(save("sam", "pending"), press("ana", "start", "review"), order={"technician": "ana"})
    assert not result.ok
    assert result.why == "Step 2 should lead to Review, but the order is now Ongoing."


def test_a_refusal_nobody_expected_is_told_with_its_sentence() -> None:
    result = played(save("sam"), press("bob", "start"), order={"technician": "ana"})
    assert result.why == "Step 2 is refused (by): Only the assigned technician or a supervisor may do this."


def test_a_refusal_that_does_not_come_is_told() -> None:
    result = played(save("sam"), press("ana", "start", None, "due"), order={"technician": "ana"})
    assert result.why == "Step 2 should be refused by due, but it goes through: the order is now Ongoing."


def test_a_save_may_only_touch_what_the_person_may_edit() -> None:
    assert played(save("olga"), save("olga", "unassigned", "may_edit", technician="ana")).ok
    result = played(save("olga"), save("olga", technician="ana"))
    assert result.why == (
        "Step 2 is refused (may_edit): olga may not change order.technician while the order is Unassigned."
    )


def test_saving_a_value_unchanged_needs_no_permission() -> None:
    assert played(save("sam"), save("olga", "pending", technician="ana"), order={"technician": "ana"}).ok


def test_whoever_sets_a_quantity_is_remembered() -> None:
    result = played(
        save("sam", "unassigned", items=[{"name": "Cable", "quantity": 2}]),
        save("sam", "unassigned", items=[{"name": "Cable", "quantity": 2, "quantity_set_by": "sam"}]),
        save("olga", "unassigned", items=[{"name": "Cable", "quantity": 3}]),
        save("olga", "unassigned", items=[{"name": "Cable", "quantity_set_by": "olga"}]),
        save("olga", "unassigned", "may_edit", items=[{"name": "Cable", "quantity_set_by": "sam"}]),
    )
    assert result.ok, result.why


def test_only_people_with_the_technicians_role_count_as_technicians() -> None:
    assert played(save("sam"), save("sam", "unassigned", technician="olga")).ok
    assert played(save("sam"), save("sam", "pending", technician="sue")).ok


def test_taking_the_technician_away_takes_his_role_away() -> None:
    assert played(save("sam", "pending"), save("sam", "unassigned", technician=None), order={"technician": "ana"}).ok


def test_the_world_changes_without_anybody() -> None:
    assert played(save("sam"), save(None, **{"unit.model_known": False})).ok  # type: ignore[arg-type]


def test_nobody_may_change_the_orders_own_fields() -> None:
    assert played(save("sam"), save(None, None, "may_edit", due_date="2026-03-02")).ok


def test_timers_fall_due_while_waiting() -> None:
    order = {"technician": "ana", "due_date": "2026-01-07"}
    assert played(save("sam"), wait("pending", days=1), wait("ongoing", days=1), order=order).ok
    waiting = {"technician": "ana", "items": [CABLE]}
    assert played(save("sam", "waiting"), wait("waiting", days=1), wait("cancelled", days=1), order=waiting).ok


def test_dates_may_lie_ahead_of_a_guard_until_one_waits() -> None:
    result = played(
        save("sam", "pending"),
        press("ana", "start", None, "due"),
        wait(hours=1),
        press("ana", "start", "ongoing"),
        order={"technician": "ana", "due_date": "2026-01-05 10:00"},
    )
    assert result.ok, result.why


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ({"technichian": "ana"}, "There is no fact “technichian”. Did you mean “technician”?"),
        ({"type": "repare"}, "“repare” is no value of “Type”. Did you mean “repair”?"),
        ({"items": "Cable"}, "“Items” is a list. Write [{name: …}]."),
        ({"items": [{"nme": "Cable"}]}, "“Items” have no field “nme”. Did you mean “name”?"),
        ({"items": [{"quantity": "many"}]}, "“Quantity” must be a number, not “many”."),
        ({"due_date": "someday"}, "“Due Date” must be a date such as 2026-03-02, not “someday”."),
    ],
)
def test_a_scene_that_cannot_be_set_says_why(order: dict[str, Any], why: str) -> None:
    assert played(save("sam"), order=order).why == why


def test_a_stranger_is_no_actor() -> None:
    assert played(save("samm")).why == "There is no “samm” among the people. Did you mean “sam”?"
