"""Two editors of one definition: what does not touch is brought together, what does is asked about."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflow.test_coverage import SHIPPED, VOCABULARY
from tests.workflow.test_editing import PHASES, SMALL, gestures
from workflow.editing import Add, Delete, EditError, Move, Put, edited, model_of, same
from workflow.merging import merged
from workflow.reading import read

PARTS: Any = {
    "label": "Waiting for parts",
    "kind": "held",
    "color": "orange",
    "may_edit": {"supervisor": ["technician"]},
}
WAIT: Any = {"label": "Wait for parts", "from": "ongoing", "to": "waiting_parts", "by": "technician"}
GO_ON: Any = {"label": "Parts are here", "from": "waiting_parts", "to": "ongoing", "by": "technician"}


def test_edits_of_different_parts_come_together_and_my_comments_stay() -> None:
    mine = edited(SHIPPED, Put(("statuses", "paused", "label"), "On hold")).replace(
        "    label: On hold\n", "    label: On hold       # as the men say\n"
    )
    theirs = edited(
        SHIPPED,
        Add("statuses", "waiting_parts", PARTS, before="waiting_review"),
        Add("transitions", "wait", WAIT, before="complete"),
        Add("transitions", "go_on", GO_ON, before="complete"),
        Put(("guards", "within_limits", "otherwise"), "Too much."),
    )
    found = merged(SHIPPED, mine, theirs)
    assert found.text is not None
    assert "# as the men say" in found.text
    assert same(model_of(found.text), model_of(edited(theirs, Put(("statuses", "paused", "label"), "On hold"))))
    assert read(found.text, VOCABULARY).statuses["waiting_parts"].label == "Waiting for parts"


def test_the_same_edit_of_both_is_no_conflict() -> None:
    both = edited(SHIPPED, Put(("statuses", "paused", "label"), "On hold"), Delete("timers", "overdue"))
    assert merged(SHIPPED, both, both).text == both
    assert merged(SHIPPED, both, SHIPPED).text == both
    assert merged(SHIPPED, SHIPPED, both).text == both
    assert merged(SHIPPED, both, both.replace("\n", "\r\n")).text == both


def test_two_meanings_of_one_key_are_a_conflict_with_a_sentence_and_a_choice() -> None:
    mine = edited(SHIPPED, Put(("transitions", "pause", "by"), ["technician"]))
    theirs = edited(SHIPPED, Put(("transitions", "pause", "by"), ["technician", "office"]), Put(("name",), "Job"))
    found = merged(SHIPPED, mine, theirs)
    assert found.text is None
    (conflict,) = found.conflicts
    assert conflict.key == "transitions/pause/by"
    assert conflict.sentence == (
        "The button “Pause”: “by” is “technician” in your text and “technician” and “office” in the other's."
    )
    assert (conflict.mine, conflict.theirs) == (["technician"], ["technician", "office"])
    assert merged(SHIPPED, mine, theirs, {conflict.key: "mine"}).text == edited(mine, Put(("name",), "Job"))
    chosen = merged(SHIPPED, mine, theirs, {conflict.key: "theirs"}).text
    assert chosen is not None
    assert same(model_of(chosen), model_of(theirs))


def test_taken_out_by_one_and_changed_by_the_other_is_asked() -> None:
    mine = edited(SHIPPED, Delete("timers", "overdue"))
    theirs = edited(SHIPPED, Put(("timers", "overdue", "plus"), "2 hours"))
    (conflict,) = merged(SHIPPED, mine, theirs).conflicts
    assert conflict.sentence.startswith("The timer overdue was taken out by you and changed by the other to ")
    assert merged(SHIPPED, mine, theirs, {"timers/overdue": "mine"}).text == mine
    back = merged(SHIPPED, mine, theirs, {"timers/overdue": "theirs"}).text
    assert back is not None
    assert same(model_of(back), model_of(theirs))


def test_new_examples_of_both_are_kept_and_a_changed_one_is_asked() -> None:
    one: Any = {"says": "One.", "order": {}, "steps": [{"by": "sam", "save": {}, "then": "unassigned"}]}
    mine = edited(SHIPPED, Add("scenarios", "", one))
    theirs = edited(SHIPPED, Add("scenarios", "", {**one, "says": "Two."}), Move("scenarios", 1, 0))
    text = merged(SHIPPED, mine, theirs).text
    assert text is not None
    rows: Any = model_of(text)["scenarios"]
    assert {"One.", "Two."} <= {row["says"] for row in rows}
    assert rows[0]["says"] == "From assigned to billed, as most orders go."
    other = edited(SHIPPED, Add("scenarios", "", {**one, "order": {"type": "repair"}}))
    (conflict,) = merged(SHIPPED, mine, other).conflicts
    assert conflict.key == "scenarios/One."
    chosen = merged(SHIPPED, mine, other, {conflict.key: "theirs"}).text
    assert chosen is not None
    assert same(model_of(chosen), model_of(other))


def test_another_order_of_theirs_is_taken_over_with_my_comments() -> None:
    mine = edited(SHIPPED, Put(("guards", "within_limits", "otherwise"), "Too much."))
    theirs = edited(SHIPPED, Move("guards", "within_limits", "technician_assigned"))
    text = merged(SHIPPED, mine, theirs).text
    assert text == edited(mine, Move("guards", "within_limits", "technician_assigned"))


def test_an_unreadable_text_is_said() -> None:
    with pytest.raises(EditError, match="Mend the text first"):
        merged(SHIPPED, SHIPPED + "\n'", SHIPPED + "# more\n")


@settings(max_examples=20, deadline=None, phases=PHASES)
@given(st.data())
def test_any_two_edits_merge_or_conflict_and_a_choice_settles_it(data: st.DataObject) -> None:
    model: Any = model_of(SMALL)
    mine = edited(SMALL, data.draw(gestures(model)))
    theirs = edited(SMALL, data.draw(gestures(model)))
    found = merged(SMALL, mine, theirs)
    other = merged(SMALL, theirs, mine)
    assert (found.text is None) == (other.text is None)
    assert all(conflict.sentence.endswith(".") for conflict in found.conflicts)
    for side in ("mine", "theirs"):
        settled = merged(SMALL, mine, theirs, {conflict.key: side for conflict in found.conflicts})
        assert settled.text is not None
        model_of(settled.text)
