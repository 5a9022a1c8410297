"""Every difference between two definitions is told in a sentence, and no difference is told twice or forgotten."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from tests.workflow.test_coverage import SHIPPED, VOCABULARY
from workflow.changes import Person, buttons, differences
from workflow.changes.differences import compared
from workflow.editing import Add, Delete, Gesture, Move, Put, Rename, edited, model_of, rewritten
from workflow.reading import read


def sentences(*gestures: Gesture) -> list[str]:
    return [change.sentence for change in differences(SHIPPED, edited(SHIPPED, *gestures), vocabulary=VOCABULARY)]


@pytest.mark.parametrize(
    ("gesture", "sentence"),
    [
        (Put(("transitions", "pause", "by"), ["technician", "supervisor", "office"]),
         "The button “Pause” may now also be pressed by the office."),
        (Put(("transitions", "pause", "by"), ["technician"]), "The button “Pause” may no longer be pressed by a supervisor."),
        (Put(("transitions", "complete", "needs"), ["worked_on_by_others", "work_has_begun"]),
         "The button “Complete” now also needs: work_has_begun (else: “Work on this order has not begun yet.”)."),
        (Put(("transitions", "bill", "to"), "cancelled"), "The button “Bill” now leads to Cancelled instead of Billed."),
        (Put(("statuses", "paused", "label"), "On hold"), "The status “Paused” is now called “On hold”."),
        (Put(("statuses", "completed", "may_edit", "supervisor"), ["photos"]),
         "The status “Completed”: a supervisor may no longer change Notes there."),
        (Put(("timers", "approval_reminder", "after"), "3 days"),
         "The timer approval_reminder now falls due after 3 days instead of 2 days."),
        (Put(("transitions", "pause", "ask", "resume_at", "required"), True),
         "The button “Pause” now has “ask › resume_at › required”: true."),
        (Put(("roles", "office", "permission"), "work_orders.create"),
         "The role “the office” is now whoever has the permission “Make work orders, and change one's own until work "
         "begins” (work_orders.create) instead of “Change any work order until work begins” (work_orders.edit)."),
        (Put(("first_status",), "pending"), "New orders now begin as Pending."),
        (Add("statuses", "waiting_parts", {"label": "Waiting for parts", "kind": "held", "color": "orange"}),
         "The status “Waiting for parts” is new."),
        (Delete("transitions", "bill"), "The button “Bill” is gone."),
        (Rename("guards", "within_limits", "in_limits"), "The test within_limits has the name in_limits in the text now."),
        (Rename("statuses", "pending", "ready"), "The status “Pending” has the name ready in the text now."),
        (Move("automatic", "carry_on", "unassign"),
         "The automatic rules are tried in another order: carry_on, unassign, hold, hold_work, release, assign."),
    ],
)  # fmt: skip
def test_a_change_is_one_sentence(gesture: Gesture, sentence: str) -> None:
    assert sentences(gesture) == [sentence]


def test_a_new_button_says_where_it_leads_and_for_whom() -> None:
    value = {"label": "Wait for parts", "from": ["ongoing", "paused"], "to": "paused", "by": ["technician", "office"]}
    assert sentences(Add("transitions", "wait", value)) == [  # type: ignore[arg-type]
        "The button “Wait for parts” is new. It leads from Ongoing and Paused to Paused. "
        "It is for the assigned technician and the office."
    ]


def test_another_way_of_writing_is_no_change() -> None:
    other = SHIPPED.replace("by: supervisor", "by: [supervisor]").replace("look: plain", "").replace("# ", "#  ")
    other = other.replace("order.resume_at: answer.resume_at", "order.resume_at: {to: answer.resume_at}")
    assert other != SHIPPED
    assert differences(SHIPPED, other) == ()


def leaves(model: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(model, dict):
        for key, value in model.items():
            yield from leaves(value, (*path, key))
    elif isinstance(model, list):
        for number, value in enumerate(model):
            yield from leaves(value, (*path, number))
    else:
        yield path


def test_every_key_of_the_shipped_lifecycle_has_a_sentence_when_it_changes() -> None:
    model: Any = model_of(SHIPPED)
    paths = list(leaves(model))
    assert len(paths) > 500
    for path in [path for number, path in enumerate(paths) if path[0] != "scenarios" or number % 9 == 0]:
        changed = deepcopy(model)
        holder = changed
        for name in path[:-1]:
            holder = holder[name]
        old = holder[path[-1]]
        holder[path[-1]] = (not old) if isinstance(old, bool) else "something_else"
        found = compared(model, changed, VOCABULARY)
        assert found, path
        assert all(change.sentence.endswith((".", "?”.", "”.")) for change in found), path
        dropped = deepcopy(model)
        holder = dropped
        for name in path[:-1]:
            holder = holder[name]
        del holder[path[-1]]
        if old is not False and old != "plain":
            assert compared(model, dropped, VOCABULARY), path


def test_who_gains_and_who_loses_a_button() -> None:
    staff = [
        Person("Ana", frozenset({"work_orders.perform"})),
        Person("Olga", frozenset({"work_orders.edit"})),
        Person("Sue", frozenset({"work_orders.supervise", "work_orders.perform"})),
    ]
    after = edited(
        SHIPPED,
        Put(("transitions", "pause", "by"), ["supervisor", "office"]),
        Put(("transitions", "complete", "by"), "technician"),
    )
    found = buttons(read(SHIPPED, VOCABULARY), read(rewritten(after, model_of(after)), VOCABULARY), staff)
    assert [(one.transition, one.gained, one.people) for one in found] == [
        ("pause", True, ("Olga",)),
        ("complete", True, ("Ana",)),
        ("pause", False, ("Ana",)),
        ("complete", None, ("Sue",)),
    ]
    assert found[1].sentence == "Ana may now press “Complete”, but only as the assigned technician."
    assert found[2].sentence == "Ana may no longer press “Pause”."
