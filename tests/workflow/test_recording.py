"""A session that was tried becomes a scenario that plays exactly so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.workflow.test_coverage import SHIPPED, VOCABULARY
from tests.workflow.test_editing import SMALL, comments
from workflow.editing import EditError, model_of
from workflow.editing.recording import Recorded, RecordedStep, kept, refusals
from workflow.offers import Blocker
from workflow.reading import check

STEPS = (
    RecordedStep(by="sam", save={"order.technician": "17", "order.due_date": datetime(2026, 3, 2, 14, 30, tzinfo=UTC)}, then="pending"),
    RecordedStep(by="zoe", press="start", refused=("by",)),
    RecordedStep(by="ana", press="start", then="ongoing"),
    RecordedStep(by="ana", press="pause", answers={"reason": "parts", "resume_at": datetime(2026, 3, 9, tzinfo=UTC)}, then="paused"),
    RecordedStep(wait=timedelta(hours=36), then="paused"),
    RecordedStep(by="ana", press="resume", then="ongoing"),
)  # fmt: skip
SESSION = Recorded(
    says="Tried: parts were missing.",
    order={
        "order.type": "repair",
        "order.due_date": None,
        "order.creator": "5",
        "items": ({"name": "Cable", "quantity": Decimal("2.50"), "used": None},),
        "workers": (),
    },
    steps=STEPS,
    people={"zoe": ("technician",), "ana": ("technician",)},
    names={"17": "ana", "5": "olga"},
)


def test_a_session_is_appended_and_plays_as_it_went() -> None:
    text = kept(SHIPPED, SESSION, VOCABULARY)
    report = check(text, VOCABULARY)
    assert report.ok, report.problems
    assert report.scenarios[-1].says == "Tried: parts were missing."
    assert text.startswith(SHIPPED.partition("  bea: billing\n")[0] + "  bea: billing\n  zoe: technician\n")
    assert comments(text) == comments(SHIPPED)
    assert text.endswith(
        '  - says: "Tried: parts were missing."\n'
        "    order: {type: repair, creator: olga, items: [{name: Cable, quantity: 2.5}]}\n"
        "    steps:\n"
        "      - {by: sam, save: {technician: ana, due_date: 2026-03-02 14:30}, then: pending}\n"
        "      - {by: zoe, press: start, refused: by}\n"
        "      - {by: ana, press: start, then: ongoing}\n"
        "      - {by: ana, press: pause, answers: {reason: parts, resume_at: 2026-03-09}, then: paused}\n"
        "      - {wait: 36 hours, then: paused}\n"
        "      - {by: ana, press: resume, then: ongoing}\n"
    )


def test_a_text_without_examples_gets_its_first_one() -> None:
    text = SHIPPED.partition("# People for the scenarios")[0]
    after = kept(text, SESSION, VOCABULARY)
    assert list(model_of(after))[-2:] == ["people", "scenarios"]
    assert after.startswith(text.rstrip("\n"))
    assert kept(SMALL, SESSION, VOCABULARY).startswith(SMALL.partition("people:")[0])


def test_what_cannot_be_kept_is_said() -> None:
    with pytest.raises(EditError, match="Say in a sentence"):
        kept(SHIPPED, Recorded(" ", {}, STEPS), VOCABULARY)
    with pytest.raises(EditError, match="Nothing was done yet"):
        kept(SHIPPED, Recorded("Nothing.", {}, ()), VOCABULARY)


def test_dates_move_with_the_day_it_was_tried() -> None:
    text = kept(SHIPPED, replace(SESSION, began=datetime(2026, 2, 27, 17, tzinfo=UTC)), VOCABULARY)
    assert "due_date: 2026-01-08 14:30}" in text
    assert check(text, VOCABULARY).ok


def test_blockers_are_named_as_scenarios_name_them() -> None:
    blockers = [
        Blocker("guard", "technician_assigned", "x"),
        Blocker("answer", "reason", "x"),
        Blocker("by", "by", "x"),
    ]
    assert refusals(blockers) == ("technician_assigned", "answer", "by")
