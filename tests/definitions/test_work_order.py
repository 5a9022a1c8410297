"""The shipped work order is what domain.md §3 and §7 say, row by row."""

import pytest

from webapp.config import DEFINITIONS
from workflow.definition import Definition, Notice
from workflow.engine import Lifecycle
from workflow.reading import check
from workflow.scenarios import play
from workflow.vocabulary import Vocabulary

STATUSES = {
    "unassigned": "queue",
    "waiting_approval": "held",
    "pending": "ready",
    "ongoing": "working",
    "paused": "held",
    "waiting_review": "review",
    "completed": "done",
    "billed": "closed",
    "cancelled": "closed",
}

BUTTONS = {
    # name: (from, to, who, needs, asks for certain)
    "approve": ({"waiting_approval"}, "pending", {"customer"}, set(), set()),
    "approve_for_customer": (
        {"waiting_approval"}, "pending", {"supervisor"}, {"asked_quantities_set_by_others"}, {"reason"},
    ),
    "decline": (
        {"waiting_approval"}, "pending", {"customer", "supervisor"}, {"asked_quantities_set_by_others"}, {"reason"},
    ),
    "start": ({"pending"}, "ongoing", {"technician", "supervisor"}, {"technician_assigned"}, set()),
    "pause": ({"ongoing"}, "paused", {"technician", "supervisor"}, set(), {"reason"}),
    "resume": ({"paused"}, "ongoing", {"technician", "supervisor"}, {"technician_assigned"}, set()),
    "submit": (
        {"ongoing"}, "waiting_review", {"technician", "supervisor"},
        {"used_filled_in", "used_within_quantities"}, set(),
    ),
    "send_back": ({"waiting_review"}, "ongoing", {"supervisor"}, set(), {"reason"}),
    "complete": ({"waiting_review"}, "completed", {"supervisor"}, {"worked_on_by_others"}, set()),
    "reopen": ({"completed"}, "ongoing", {"supervisor"}, set(), {"reason"}),
    "bill": ({"completed"}, "billed", {"billing"}, set(), set()),
    "take_back_billing": ({"billed"}, "completed", {"billing"}, set(), {"reason"}),
    "cancel": (set(STATUSES) - {"completed", "billed", "cancelled"}, "cancelled", {"supervisor"}, set(), {"reason"}),
}  # fmt: skip

RULES = {
    # name: (from, to, when, unless)
    "unassign": ({"pending", "waiting_approval", "paused"}, "unassigned", set(), {"technician_assigned"}),
    "hold": ({"unassigned", "pending"}, "waiting_approval", {"technician_assigned"}, {"quantities_allowed"}),
    "hold_work": ({"ongoing", "paused"}, "waiting_approval", set(), {"quantities_allowed"}),
    "release": ({"waiting_approval"}, "pending", {"technician_assigned", "quantities_allowed"}, set()),
    "assign": ({"unassigned"}, "pending", {"technician_assigned", "quantities_allowed"}, set()),
    "carry_on": ({"pending"}, "paused", {"work_has_begun"}, set()),
}

WHO = {
    "supervisor": "work_orders.supervise",
    "office": "work_orders.edit",
    "creator": "work_orders.create",
    "technician": "work_orders.perform",
    "billing": "work_orders.bill",
    "photographer": "photos.create",
    "writer": "notes.create",
    "customer": None,
}

MESSAGES = {
    "WorkOrderNeedsApproval": {"customer"},
    "WorkOrderApprovalReminder": {"customer"},
    "CustomerNotReached": {"supervisors"},
    "WorkOrderPaused": {"supervisors"},
    "WorkOrderSubmitted": {"supervisors"},
    "WorkOrderOverdue": {"supervisors"},
    "WorkOrderQuantitiesApproved": {"technician", "supervisors"},
    "WorkOrderQuantitiesDeclined": {"technician", "supervisors"},
    "WorkOrderAssigned": {"technician"},
    "WorkOrderRescheduled": {"technician"},
    "WorkOrderSentBack": {"technician"},
    "WorkOrderUnassigned": {"former_technician"},
    "WorkOrderCompleted": {"creator"},
    "WorkOrderCancelled": {"technician", "customer"},
    "WorkOrderScheduled": {"customer"},
}

TOLD = {
    "approve": "WorkOrderQuantitiesApproved",
    "approve_for_customer": "WorkOrderQuantitiesApproved",
    "decline": "WorkOrderQuantitiesDeclined",
    "pause": "WorkOrderPaused",
    "submit": "WorkOrderSubmitted",
    "send_back": "WorkOrderSentBack",
    "complete": "WorkOrderCompleted",
    "cancel": "WorkOrderCancelled",
    "hold": "WorkOrderNeedsApproval",
    "hold_work": "WorkOrderNeedsApproval",
}


def test_the_shipped_file_is_read_without_a_problem_or_a_warning(vocabulary: Vocabulary) -> None:
    report = check((DEFINITIONS / "work_order.yaml").read_bytes(), vocabulary)
    assert [problem for problem in report.problems if problem.severity != "info"] == []


def test_every_example_comes_out_as_it_says(lifecycle: Lifecycle) -> None:
    played = play(lifecycle)
    assert [f"{one.says} {one.why}" for one in played if not one.ok] == []
    assert len(played) >= 8


def test_the_statuses_stand_in_the_order_of_the_board_with_their_kinds(work_order: Definition) -> None:
    assert [(status.name, status.kind) for status in work_order.statuses.values()] == list(STATUSES.items())
    assert work_order.first_status == "unassigned"


def test_only_cancelled_is_final_because_billing_can_be_taken_back(work_order: Definition) -> None:
    assert [status.name for status in work_order.statuses.values() if status.final] == ["cancelled"]


def test_every_status_explains_itself(work_order: Definition) -> None:
    assert [status.name for status in work_order.statuses.values() if not status.help.endswith(".")] == []


def test_there_are_exactly_the_buttons_of_the_table(work_order: Definition) -> None:
    found = {
        button.name: (
            set(button.from_),
            button.to,
            set(button.by),
            set(button.needs),
            {name for name, question in button.ask.items() if question.required},
        )
        for button in work_order.transitions.values()
    }
    assert found == BUTTONS


def test_there_are_exactly_the_automatic_rules_of_the_table(work_order: Definition) -> None:
    found = {
        rule.name: (set(rule.from_), rule.to, set(rule.when), set(rule.unless))
        for rule in work_order.automatic.values()
    }
    assert found == RULES


def test_missing_technicians_and_quantities_are_looked_at_before_anything_moves_on(work_order: Definition) -> None:
    assert list(work_order.automatic) == ["unassign", "hold", "hold_work", "release", "assign", "carry_on"]


def test_every_word_for_who_is_tied_to_its_permission(work_order: Definition) -> None:
    assert {role.name: role.permission for role in work_order.roles.values()} == WHO
    assert work_order.roles["customer"].link == "customer"
    assert work_order.roles["technician"].and_guard == "is_the_assigned_technician"


def test_the_reasons_for_pausing_are_those_of_the_table(work_order: Definition) -> None:
    pause = work_order.transitions["pause"]
    assert list(pause.ask["reason"].choices) == ["parts", "access", "weather", "other"]
    assert pause.ask["resume_at"].kind == "date"
    assert not pause.ask["resume_at"].required


def test_the_position_at_the_start_is_optional(work_order: Definition) -> None:
    question = work_order.transitions["start"].ask["position"]
    assert (question.kind, question.required) == ("position", False)


@pytest.mark.parametrize("name", ["approve", "approve_for_customer"])
def test_approving_covers_the_asked_lines(name: str, work_order: Definition) -> None:
    assert work_order.transitions[name].lines == ("approve_what_is_over",)


def test_declining_lowers_the_asked_lines(work_order: Definition) -> None:
    assert work_order.transitions["decline"].lines == ("lower_to_what_is_covered",)


@pytest.mark.parametrize("name", ["start", "resume", "submit"])
def test_whoever_starts_resumes_or_submits_counts_as_having_worked(name: str, work_order: Definition) -> None:
    assert work_order.transitions[name].do == ("count_as_worker",)


def test_completing_stamps_the_unit_and_reopening_restores_it(work_order: Definition) -> None:
    assert "stamp_unit" in work_order.transitions["complete"].do
    assert work_order.transitions["reopen"].do == ("restore_unit_stamp",)


def test_the_messages_are_the_closed_list_with_its_audiences(vocabulary: Vocabulary) -> None:
    assert {message.name: set(message.audiences) for message in vocabulary.messages.values()} == MESSAGES


def test_each_step_tells_everybody_its_message_is_for(work_order: Definition) -> None:
    steps = (*work_order.transitions.values(), *work_order.automatic.values())
    assert {step.name: tuple(step.notify) for step in steps if step.notify} == {
        name: (Notice(message, notice_order(work_order, name)),) for name, message in TOLD.items()
    }
    for name, message in TOLD.items():
        assert set(notice_order(work_order, name)) == MESSAGES[message]


def notice_order(work_order: Definition, name: str) -> tuple[str, ...]:
    step = work_order.transitions.get(name) or work_order.automatic[name]
    return step.notify[0].to


def test_a_new_technician_a_former_one_and_a_new_date_are_told(work_order: Definition) -> None:
    assert work_order.when_changed == {
        "technician": (
            Notice("WorkOrderAssigned", ("technician",)),
            Notice("WorkOrderUnassigned", ("former_technician",)),
        ),
        "due_date": (Notice("WorkOrderRescheduled", ("technician",)),),
    }


def test_visits_are_not_announced_to_the_customer_at_first(work_order: Definition) -> None:
    steps = (*work_order.transitions.values(), *work_order.automatic.values(), *work_order.timers.values())
    sent = {notice.message for step in steps for notice in step.notify}
    sent |= {notice.message for notices in work_order.when_changed.values() for notice in notices}
    assert "WorkOrderScheduled" not in sent


def editors(work_order: Definition, word: str) -> dict[str, set[str]]:
    return {
        status.name: {role for role, words in status.may_edit.items() if word in words}
        for status in work_order.statuses.values()
        if any(word in words for words in status.may_edit.values())
    }


def test_a_technician_is_picked_by_a_supervisor_and_not_while_somebody_works(work_order: Definition) -> None:
    places = ("unassigned", "waiting_approval", "pending", "paused")
    assert editors(work_order, "technician") == {status: {"supervisor"} for status in places}


def test_type_and_unit_change_until_work_begins(work_order: Definition) -> None:
    places = ("unassigned", "waiting_approval", "pending")
    for word in ("type", "unit"):
        assert editors(work_order, word) == {status: {"office", "creator"} for status in places}
    assert work_order.roles["office"].and_guard == "work_has_not_begun"
    assert work_order.roles["creator"].and_guard == "is_the_creator_and_work_has_not_begun"


def test_quantities_change_up_to_paused_and_not_from_review_on(work_order: Definition) -> None:
    assert set(editors(work_order, "quantities")) == {"unassigned", "waiting_approval", "pending", "ongoing", "paused"}


def test_after_completion_only_supervisors_edit_photos_and_notes_and_after_closing_nobody(
    work_order: Definition,
) -> None:
    assert work_order.statuses["completed"].may_edit == {"supervisor": ("photos", "notes")}
    assert work_order.statuses["billed"].may_edit == {}
    assert work_order.statuses["cancelled"].may_edit == {}


def test_the_promises_of_the_domain_are_made(work_order: Definition) -> None:
    assert list(work_order.promises) == [
        "covered", "approval_cannot_be_skipped", "no_idle_wait", "supervisors_cancel",
        "review_cannot_be_skipped", "no_dead_ends",
    ]  # fmt: skip
