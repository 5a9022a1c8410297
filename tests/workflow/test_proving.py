"""What is proved, and told, about a small lifecycle: guards on time, timers, the world, the staff."""

import pytest

from tests.support.parcels import DEFINITION_TEXT, VOCABULARY, instead
from workflow.compiling import compile as compiled
from workflow.definition import Definition
from workflow.problems import Problem
from workflow.proving import Limits, Proof, StaffMember, Story, prove
from workflow.proving.replaying import replayed
from workflow.proving.values import story_key
from workflow.reading import check

PATIENT = Limits(seconds=120)
PROMISES = DEFINITION_TEXT[DEFINITION_TEXT.index("promises:\n") : DEFINITION_TEXT.index("people:")]


def read(text: str) -> Definition:
    report = check(text, VOCABULARY, play=False)
    assert report.definition is not None, report.problems
    return report.definition


def proof_of(text: str) -> Proof:
    return prove(read(text), VOCABULARY, limits=PATIENT)


def promising(promise: str, text: str = DEFINITION_TEXT) -> str:
    """The definition with this one promise."""
    return text.replace(PROMISES, f"promises:\n  it: {{says: It holds., {promise}}}\n\n")


def verdict(text: str) -> bool | None:
    (only,) = proof_of(text).promises
    return only.proved


def found(proof: Proof, code: str) -> Problem:
    return next(problem for problem in proof.problems if problem.code == code)


def assert_comes_out(story: Story, text: str) -> None:
    """The engine goes through the story, step by step."""
    situation = replayed(compiled(read(text), VOCABULARY), story)
    assert situation is not None
    assert situation.status == story.steps[-1].status


def test_the_small_lifecycle_is_sound() -> None:
    assert [problem for problem in proof_of(DEFINITION_TEXT).problems if problem.stops] == []


def test_a_bare_never_is_broken_by_getting_there() -> None:
    text = promising("never: {status: sent}")
    proof = proof_of(text)
    story = proof.stories["it"]
    assert_comes_out(story, text)
    assert found(proof, "promise-broken").message == "Broken promise: It holds."
    assert found(proof, "promise-broken").story[-1] == "It is now Sent."


def test_a_promise_may_leave_out_buttons() -> None:
    assert verdict(promising("without_pressing: send, never: {status: sent}, ")) is True


def test_a_promise_may_leave_out_whoever_plays_a_role() -> None:
    assert verdict(promising("without: sender, never_reach: sent")) is True
    assert verdict(promising("without: receiver, never_reach: sent")) is False


def test_a_promise_counts_what_needs_the_permission_of_the_role_left_out() -> None:
    text = instead("by: sender\n", "by: [sender, twin]\n").replace(
        "  receiver: {", "  twin: {label: a twin, permission: parcels.send}\n  receiver: {"
    )
    assert verdict(promising("without: sender, never_reach: sent", text)) is True


def test_every_order_can_come_to_an_end() -> None:
    assert verdict(promising("always_reach: sent")) is True
    assert verdict(promising("always_reach: [waiting]")) is False


def test_a_promise_cannot_depend_on_who_acts() -> None:
    proof = proof_of(promising("never: {status: sent, unless: is_the_packer}"))
    assert [verdict.proved for verdict in proof.promises] == [None]
    assert "asks who acts" in found(proof, "promise-unproved").message


def test_the_world_turns_without_a_save() -> None:
    text = promising("never: {status: packing, unless: has_packer}")
    story = proof_of(text).stories["it"]
    assert story.steps[-1].world == {"order.packer.is_trained": False}
    assert_comes_out(story, text)


LATE = (
    instead(
        "guards:\n",
        "guards:\n  late: {check: 'order.due != null && now > order.due + days(1)', otherwise: Too soon.}\n",
    )
    .replace("    needs: within_limits\n", "    needs: [within_limits, late]\n")
    .replace("[size, packer, quantities]}", "[size, packer, quantities, due]}")
)


def test_time_passes() -> None:
    text = promising("never: {status: sent}", LATE.replace(", due]}", "]}"))
    story = proof_of(text).stories["it"]
    assert_comes_out(story, text)
    assert sum(step.wait is not None for step in story.steps) <= 1


def test_a_button_that_waits_for_a_time_that_never_is_cannot_be_pressed() -> None:
    never = LATE.replace("now > order.due + days(1)", "now > order.due && now < order.due").replace(", due]}", "]}")
    proof = proof_of(promising("never: {status: waiting, when: late}", never))
    assert found(proof, "guard-never").message == "“late” can never hold, whatever an order is like."
    assert (
        found(proof, "button-never").message == "“Send” can never be pressed: “late” never holds where it is offered."
    )


def test_a_timer_takes_a_button_when_its_time_has_come() -> None:
    text = instead("by: [packer, clock]}", "by: clock}")
    once_more = promising("without_pressing: send, never: {status: packing, when: noted}", text).replace(
        "guards:\n", "guards:\n  noted: {check: 'order.note != null', otherwise: No note.}\n"
    )
    story = proof_of(once_more).stories["it"]
    assert_comes_out(story, once_more)
    assert story.steps[-1].wait is not None
    assert story.steps[-1].status == "packing"


def test_a_timer_frees_nobody_whose_moment_was_never_said() -> None:
    """Only the timer leads out of Waiting, and an order may have no due date that it could wait for."""
    text = instead("by: [packer, clock]}", "by: clock}").replace(
        "from: [packing, waiting]\n    to: sent", "from: packing\n    to: sent"
    )
    proof = proof_of(text)
    stuck = found(proof, "stuck")
    assert stuck.message == "An order can get stuck in “Waiting”: nobody can move it on, whatever he changes."
    assert_comes_out(proof.stories[story_key(stuck)], text)
    assert {one.name: one.proved for one in proof.promises}["ends"] is False


ALL_FOUR = " && ".join(f"items.exists(item, item.quantity == {number})" for number in (1, 2, 3, 4))

CROWDED = (
    instead("by: [packer, clock]}", "by: packer, needs: not_all_four}")
    .replace("  due: {in: [waiting], at: order.due, plus: 1 hour, take: pack, by: clock}\n", "")
    .replace("from: [packing, waiting]\n    to: sent", "from: packing\n    to: sent")
    .replace("guards:\n", f"guards:\n  not_all_four: {{check: '!({ALL_FOUR})', otherwise: All four.}}\n", 1)
)
"""A waiting parcel with lines of 1, 2, 3 and 4 can never go on."""


def test_a_story_of_a_dead_end_ends_in_it_however_many_lines_that_takes() -> None:
    proof = proof_of(CROWDED)
    story = proof.stories[story_key(found(proof, "stuck"))]
    assert_comes_out(story, CROWDED)
    items = story.order["items"]
    assert isinstance(items, list)
    assert {item["quantity"] for item in items} == {1, 2, 3, 4}
    assert "guard-always" not in {problem.code for problem in proof.problems}


def test_what_no_story_shows_is_said_and_not_taken_for_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    """The story of this dead end needs four lines; with fewer allowed the question stays open, and is asked."""
    monkeypatch.setattr("workflow.proving.paths.MOST_LINES", 3)
    asked = found(proof_of(CROWDED), "stuck-unproved")
    assert asked.severity == "warning"
    assert asked.message.startswith("It could not be ruled out that an order gets stuck in “Waiting”")


def test_a_list_may_need_some_line() -> None:
    text = promising("never: {status: sent, when: some_large}").replace(
        "guards:\n",
        "guards:\n  some_large: {check: 'items.exists(item, item.quantity > 3)', otherwise: None is large.}\n",
    )
    story = proof_of(text).stories["it"]
    assert_comes_out(story, text)


def test_two_guards_can_need_two_lines() -> None:
    """What one line alone can never show, two lines can."""
    text = promising("never: {status: sent, when: [some_large, some_small]}").replace(
        "guards:\n",
        "guards:\n"
        "  some_large: {check: 'items.exists(item, item.quantity > 3)', otherwise: None is large.}\n"
        "  some_small: {check: 'items.exists(item, item.quantity < 2)', otherwise: None is small.}\n",
    )
    story = proof_of(text).stories["it"]
    assert_comes_out(story, text)
    items = story.order["items"]
    assert isinstance(items, list)
    assert len(items) == 2


def test_whom_nobody_can_be_is_told_by_name() -> None:
    packer = StaffMember("Ann", frozenset({"parcels.pack"}))
    proof = prove(read(DEFINITION_TEXT), VOCABULARY, staff=[packer], limits=PATIENT)
    problem = found(proof, "nobody-holds")
    assert problem.stops
    assert "“Send”" in problem.message
    assert found(proof, "role-unheld").severity == "info"


def test_a_publisher_who_could_do_nothing_any_more_is_warned() -> None:
    sue = StaffMember("Sue", frozenset({"workflows.publish"}))
    sam = StaffMember("Sam", frozenset({"workflows.publish", "parcels.send"}))
    assert found(prove(read(DEFINITION_TEXT), VOCABULARY, publisher=sue), "publisher-locked-out").severity == "warning"
    codes = [problem.code for problem in prove(read(DEFINITION_TEXT), VOCABULARY, publisher=sam).problems]
    assert "publisher-locked-out" not in codes


def test_an_approving_button_is_no_ones_own() -> None:
    """The small vocabulary remembers nobody, so nobody can be said to approve his own quantity."""
    assert "self-approval" not in [problem.code for problem in proof_of(DEFINITION_TEXT).problems]


@pytest.mark.parametrize("situations", [1, 5, 12])
def test_too_many_situations_leave_every_promise_unproved(situations: int) -> None:
    proof = prove(read(DEFINITION_TEXT), VOCABULARY, limits=Limits(seconds=120, situations=situations))
    assert proof.too_large
    assert [verdict.proved for verdict in proof.promises] == [None, None]
    assert found(proof, "too-large").stops
