"""Gestures of the editor change a text as little as they can, and say exactly what was meant."""

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from workflow.editing import (
    Add,
    Delete,
    Duplicate,
    EditError,
    Gesture,
    Move,
    Put,
    Remove,
    Rename,
    edited,
    mentions,
    model_of,
    same,
)

SHIPPED = (Path(__file__).parents[2] / "definitions" / "work_order.yaml").read_text()

SMALL = """\
# A small shop.
format: fieldwright/1
lifecycle: work_order
name: 'The shop'
first_status: new      # where all begin

roles:
    boss: {label: "the boss", permission: work_orders.supervise}   # one
    # The hands.
    hand: {label: the hand, permission: work_orders.perform}

statuses:
    # Nothing done yet.
    new: {label: Neu, kind: queue, color: grey}
    busy:            # hands on
        label: "Beschäftigt: ja"
        kind: working
        color: green
        may_edit:
            boss: [request,   # always
                   due_date]
            hand: []
    done: {label: Done, kind: done, color: green, final: true}
    # Nobody gets here.

# The tests.
guards:
    short:
        check: >-
            order.technician != null &&
            order.technician == actor.id
        otherwise: "No: it is not yours."

transitions:
    go: {label: Go, from: new, to: busy, by: [boss, hand], needs: short}
    stop:
        label: Stop
        from: [busy]
        to: done
        by: boss
        ask:
            why: {label: Why, kind: text}

promises:
    ends: {says: All end., always_reach: done}
people: {ana: hand, sam: boss}
scenarios:
-   says: It goes.
    order: {technician: ana}
    # step by step
    steps:
    - {by: ana, press: go, then: busy}
    - {by: sam, press: stop, then: done}   # the end
-   says: It does not.
    order: {}
    steps:
    - {by: ana, press: go, refused: short}"""

NEW: Any = {"label": "Waiting for parts", "kind": "held", "color": "orange"}


def lines_changed(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines between the equal beginnings and the equal ends of two texts."""
    old, new = before.split("\n"), after.split("\n")
    while old and new and old[0] == new[0]:
        del old[0], new[0]
    while old and new and old[-1] == new[-1]:
        del old[-1], new[-1]
    return old, new


def comments(text: str) -> list[str]:
    return sorted(re.findall(r"(?:^|\s)(# [^\n]*|#\n)", text))


# One by one


def test_a_new_status_stands_at_the_end_in_the_form_of_its_neighbours() -> None:
    after = edited(SHIPPED, Add("statuses", "waiting_parts", {**NEW, "may_edit": {"supervisor": ["technician"]}}))
    assert lines_changed(SHIPPED, after) == (
        [],
        [
            "  waiting_parts:",
            "    label: Waiting for parts",
            "    kind: held",
            "    color: orange",
            "    may_edit: {supervisor: [technician]}",
            "",
        ],
    )


def test_a_new_status_may_stand_before_another_and_leaves_its_comment_with_it() -> None:
    after = edited(SMALL, Add("statuses", "parts", {**NEW, "label": "Parts"}, before="new"))
    assert lines_changed(SMALL, after)[1] == ["    parts: {label: Parts, kind: held, color: orange}"]
    assert list(model_of(after)["statuses"]) == ["parts", "new", "busy", "done"]  # type: ignore[arg-type]
    assert "    # Nothing done yet.\n    new: {" in after


def test_a_changed_label_keeps_its_quotes_and_its_comment() -> None:
    after = edited(SMALL, Put(("statuses", "busy", "label"), 'Say "go"'), Put(("name",), "Ana's shop"))
    assert '        label: "Say \\"go\\""\n' in after
    assert "name: 'Ana''s shop'\n" in after
    assert edited(SMALL, Put(("first_status",), "busy")).count("first_status: busy      # where all begin\n") == 1


def test_a_plain_text_gets_quotes_only_when_it_needs_them() -> None:
    for value in (
        "Go: now",
        "no",
        "12:30",
        "# 5",
        "010",
        "2026-99-99",
        "- x",
        "true",
        "[a]",
        "a #b",
        " a",
        "* b",
        "Ja",
    ):
        after = edited(SHIPPED, Put(("statuses", "pending", "label"), value))
        assert model_of(after)["statuses"]["pending"]["label"] == value  # type: ignore[index,call-overload]
        assert len(lines_changed(SHIPPED, after)[1]) == 1
    assert "label: Zurück – später (vielleicht)\n" in edited(
        SHIPPED, Put(("statuses", "pending", "label"), "Zurück – später (vielleicht)")
    )


def test_a_text_in_lines_of_its_own_stays_one() -> None:
    long = "items.all(item, " + " || ".join(f"item.quantity == {number}" for number in range(9)) + ")"
    after = edited(SHIPPED, Put(("guards", "quantities_allowed", "check"), long))
    assert "    check: >-\n      items.all(item, item.quantity == 0" in after
    assert max(map(len, after.split("\n"))) <= 120
    assert len(lines_changed(SHIPPED, after)[0]) == 2


def test_who_may_press_goes_from_one_word_to_a_list_and_back() -> None:
    after = edited(SHIPPED, Put(("transitions", "complete", "by"), ["supervisor", "office"]))
    assert lines_changed(SHIPPED, after) == (["    by: supervisor"], ["    by: [supervisor, office]"])
    assert edited(SHIPPED, Put(("transitions", "complete", "by"), ["supervisor"])) == SHIPPED
    fewer = edited(SHIPPED, Put(("transitions", "pause", "by"), ["supervisor"]))
    assert lines_changed(SHIPPED, fewer)[1] == ["    by: [supervisor]"]


def test_a_missing_key_goes_where_it_usually_stands() -> None:
    after = edited(SHIPPED, Put(("transitions", "bill", "needs"), "work_has_begun"))
    assert lines_changed(SHIPPED, after) == ([], ["    needs: work_has_begun"])
    assert "    by: billing\n    needs: work_has_begun\n" in after
    inside = edited(SMALL, Put(("transitions", "go", "confirm"), "Sure?"))
    assert "by: [boss, hand], needs: short, confirm: Sure?}" in inside
    assert edited(after, Remove(("transitions", "bill", "needs"))) == SHIPPED


def test_fields_of_a_role_are_changed_inside_brackets_with_comments() -> None:
    after = edited(SMALL, Put(("statuses", "busy", "may_edit", "boss"), ["request", "due_date", "quantities"]))
    assert "            boss: [request,   # always\n                   due_date, quantities]\n" in after
    fewer = edited(SMALL, Put(("statuses", "busy", "may_edit", "boss"), ["due_date"]))
    assert "# always" in fewer
    assert model_of(fewer)["statuses"]["busy"]["may_edit"]["boss"] == ["due_date"]  # type: ignore[index,call-overload]


def test_a_new_role_of_may_edit_makes_the_key_when_there_is_none() -> None:
    after = edited(SHIPPED, Put(("statuses", "billed", "may_edit", "supervisor"), ["notes"]))
    assert lines_changed(SHIPPED, after) == ([], ["    may_edit: {supervisor: notes}"])


def test_a_rename_is_followed_everywhere() -> None:
    after = edited(SHIPPED, Rename("statuses", "pending", "ready"))
    assert mentions(model_of(after), "status", "pending") == ()
    assert len(mentions(model_of(after), "status", "ready")) == len(mentions(model_of(SHIPPED), "status", "pending"))
    assert comments(after) == comments(SHIPPED)
    assert edited(after, Rename("statuses", "ready", "pending")) == SHIPPED
    first = edited(SHIPPED, Rename("statuses", "unassigned", "open"))
    assert "\nfirst_status: open\n" in first


@pytest.mark.parametrize(
    ("section", "name"),
    [
        ("guards", "quantities_allowed"),
        ("guards", "is_the_assigned_technician"),
        ("transitions", "approve"),
        ("roles", "supervisor"),
        ("roles", "customer"),
        ("people", "sam"),
        ("automatic", "hold"),
        ("timers", "overdue"),
        ("promises", "covered"),
    ],
)
def test_a_rename_there_and_back_is_no_change(section: str, name: str) -> None:
    after = edited(SHIPPED, Rename(section, name, "another_name"))
    assert edited(after, Rename(section, "another_name", name)) == SHIPPED


def test_moving_takes_the_comments_above_along() -> None:
    after = edited(SHIPPED, Move("guards", "within_limits", before="technician_assigned"))
    above = "  # The plain limit, approved or not. No button asks this;"
    assert after.index(above) < after.index("  technician_assigned:\n    check")
    assert comments(after) == comments(SHIPPED)
    assert sorted(after.split("\n")) == sorted(SHIPPED.split("\n"))
    assert edited(after, Move("guards", "within_limits", before="quantities_allowed")) == SHIPPED


def test_the_last_of_a_section_moves_without_the_comment_of_the_next_section() -> None:
    after = edited(SHIPPED, Move("statuses", "cancelled", before="billed"))
    assert "    final: true\n\n  billed:                  # not final: billing can be taken back\n" in after
    assert "Nothing can be changed any more.\n\n# What is tested, and the sentence" in after
    assert edited(after, Move("statuses", "cancelled")) == SHIPPED


def test_deleting_takes_only_its_own_lines() -> None:
    after = edited(SHIPPED, Delete("transitions", "cancel"))
    old, new = lines_changed(SHIPPED, after)
    assert new == []
    assert "  cancel:" in old
    assert len(old) == 11
    assert "# What happens by itself after every save" in after


def test_deleting_everything_leaves_an_empty_section_with_its_comment() -> None:
    after = edited(SHIPPED, *(Delete("timers", name) for name in ("approval_reminder", "overdue", "not_resumed")))
    assert "while an order stays where\n# it is.\ntimers: {}\n\n# What must hold" in after
    again = edited(after, Add("timers", "late", {"in": ["paused"], "after": "2 days"}))
    assert model_of(again)["timers"] == {"late": {"in": ["paused"], "after": "2 days"}}


def test_a_deleted_status_can_go_out_of_every_list_too() -> None:
    after = edited(SHIPPED, Delete("statuses", "paused", mentions=True))
    assert model_of(after)["transitions"]["cancel"]["from"] == [  # type: ignore[index,call-overload]
        "unassigned", "waiting_approval", "pending", "ongoing", "waiting_review",
    ]  # fmt: skip
    assert model_of(after)["transitions"]["pause"]["to"] == "paused"  # type: ignore[index,call-overload]


def test_a_copy_stands_right_behind() -> None:
    after = edited(SHIPPED, Duplicate("transitions", "pause", "pause_for_parts"))
    model = model_of(after)["transitions"]
    assert isinstance(model, dict)
    assert same(model["pause"], model["pause_for_parts"])
    assert list(model).index("pause_for_parts") == list(model).index("pause") + 1
    assert lines_changed(SHIPPED, after)[0] == []


def test_a_missing_section_is_made_in_its_place() -> None:
    after = edited(SMALL, Add("automatic", "back", {"from": "busy", "to": "new", "unless": "short"}))
    assert list(model_of(after))[7:10] == ["transitions", "automatic", "promises"]
    assert lines_changed(SMALL, after)[0] == []


def test_a_scenario_is_added_moved_copied_and_deleted() -> None:
    one: Any = {"says": "It: ends", "order": {}, "steps": [{"by": "sam", "save": {}, "then": "new"}]}
    after = edited(SMALL, Add("scenarios", "", one))
    assert not after.endswith("\n")
    assert same(model_of(after)["scenarios"][2], one)  # type: ignore[index]
    moved = edited(SMALL, Move("scenarios", 1, before=0))
    assert comments(moved) == comments(SMALL)
    assert edited(moved, Move("scenarios", 1, before=0)) == SMALL
    copied = edited(SMALL, Duplicate("scenarios", 0, "It goes twice."))
    assert edited(copied, Delete("scenarios", 1)) == SMALL


def test_windows_line_ends_stay() -> None:
    windows = SMALL.replace("\n", "\r\n")
    after = edited(windows, Add("statuses", "parts", NEW), Rename("guards", "short", "his"))
    assert after == edited(SMALL, Add("statuses", "parts", NEW), Rename("guards", "short", "his")).replace("\n", "\r\n")


def test_what_cannot_be_done_is_said_and_changes_nothing() -> None:
    for gesture, sentence in (
        (Add("statuses", "Pending", NEW), "is no name"),
        (Add("statuses", "true", NEW), "is no name"),
        (Add("statuses", "pending", NEW), "There is a status “pending” already"),
        (Rename("guards", "nothing", "something"), "There is no guard “nothing” any more"),
        (Delete("scenarios", 99), "no such scenario"),
        (Put(("transitions", "nothing", "by"), "office"), "There is no “nothing” here any more"),
        (Put(("statuses",), {}), "cannot be set at once"),
        (Remove(("statuses",)), "cannot be without"),
        (Put(("name",), "a\u202eb"), "nobody can see"),
    ):
        with pytest.raises(EditError, match=sentence):
            edited(SHIPPED, gesture)
    with pytest.raises(EditError, match=r"Mend the text first\. Line 2"):
        edited("a: 1\nb: 'x", Put(("name",), "x"))


def test_an_unsound_draft_can_be_edited() -> None:
    broken = SHIPPED.replace("kind: held", "kind: holding").replace("to: paused", "to: nowhere")
    after = edited(broken, Put(("statuses", "paused", "kind"), "held"))
    assert lines_changed(broken, after) == (["    kind: holding"], ["    kind: held"])


# At random


def model_after(model: dict[str, Any], gesture: Gesture) -> dict[str, Any]:
    """What a gesture means on plain dictionaries, for those that follow no mention."""
    model = deepcopy(model)
    match gesture:
        case Add(section=section, name=name, value=value, before=before):
            keys = list(model[section])
            keys.insert(keys.index(before) if before is not None else len(keys), name)
            model[section] = {key: value if key == name else model[section][key] for key in keys}
        case Move(section=section, name=name, before=before) if name != before:
            keys = [key for key in model[section] if key != name]
            keys.insert(keys.index(before) if before is not None else len(keys), name)
            model[section] = {key: model[section][key] for key in keys}
        case Delete(section=section, name=name):
            del model[section][name]
        case Put(path=(str() as section, name, key), value=value):
            model[section][name][key] = value
        case Duplicate(section=section, name=name, to=to):
            keys = list(model[section])
            keys.insert(keys.index(name) + 1, to)
            model[section] = {key: deepcopy(model[section].get(key, model[section][name])) for key in keys}
    return model


PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""Without shrinking, which would take minutes on texts of this length."""

WORDS = st.text(alphabet="ab é:#-'\"{},[]&!0<>|?", min_size=1, max_size=140).filter(lambda text: text.strip() != "")


@st.composite
def gestures(draw: st.DrawFn, model: dict[str, Any]) -> Gesture:
    section = draw(st.sampled_from(["roles", "statuses", "guards", "transitions", "promises"]))
    names = list(model[section])
    before = draw(st.sampled_from([None, *names]))
    fresh = draw(st.from_regex(r"\A(?!null\Z|true\Z)[a-z][a-z0-9_]{3,12}\Z").filter(lambda name: name not in names))
    value = {
        "label": draw(WORDS),
        "from": draw(st.sampled_from(["new", ["new", "busy"]])),
        "deep": {"a": ["b", draw(WORDS)]},
    }
    made = [Add(section, fresh, value, before)]  # type: ignore[arg-type]
    if names:
        name = draw(st.sampled_from(names))
        made += [Move(section, name, before), Duplicate(section, name, fresh)]  # type: ignore[list-item]
        if isinstance(model[section][name], dict):
            key = draw(st.sampled_from(["label", "help", "check", "says"]))
            made.append(Put((section, name, key), draw(st.one_of(WORDS, st.booleans()))))  # type: ignore[arg-type]
        made.append(Delete(section, name))  # type: ignore[arg-type]
    return draw(st.sampled_from(made))


@settings(max_examples=25, deadline=None, phases=PHASES)
@given(st.data(), st.booleans())
def test_any_gestures_say_what_plain_dictionaries_say(data: st.DataObject, windows: bool) -> None:
    text = SMALL.replace("\n", "\r\n") if windows else SMALL
    for _ in range(4):
        model: Any = model_of(text)
        gesture = data.draw(gestures(model))
        after = edited(text, gesture)
        wanted = model_after(model, gesture)
        if isinstance(gesture, Put):
            assert model_of(after) == wanted
        else:
            assert same(model_of(after), wanted)
        if not isinstance(gesture, (Delete, Put)):
            assert comments(after.replace("\r", "")) == comments(text.replace("\r", "")) or "#" in str(gesture)
        text = after
    assert text.endswith("\n") == SMALL.endswith("\n")


@settings(max_examples=6, deadline=None, phases=PHASES)
@given(st.data())
def test_any_gesture_on_the_shipped_file_leaves_the_other_sections_alone(data: st.DataObject) -> None:
    model: Any = model_of(SHIPPED)
    gesture = data.draw(gestures(model))
    after = edited(SHIPPED, gesture)
    section = gesture.path[0] if isinstance(gesture, (Put, Remove)) else gesture.section
    before_parts, after_parts = (re.split(r"\n(?=[a-z_]+:)", text) for text in (SHIPPED, after))
    for old, new in zip(before_parts, after_parts, strict=True):
        if not old.startswith(f"{section}:"):
            assert old == new
        else:
            assert old.rpartition("\n\n#")[2] == new.rpartition("\n\n#")[2]
