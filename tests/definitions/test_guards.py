"""The ready guards fit the vocabulary, and each can be put into the shipped lifecycle."""

from dataclasses import replace

import pytest

from webapp.config import DEFINITIONS
from workflow.editing import Add, EditError, Put, edited
from workflow.editing.library import ready_guards
from workflow.reading import check
from workflow.vocabulary import Vocabulary

TEXT = (DEFINITIONS / "guards.yaml").read_text()
SHIPPED = (DEFINITIONS / "work_order.yaml").read_text()


def test_every_ready_guard_can_be_used_in_the_shipped_lifecycle(vocabulary: Vocabulary) -> None:
    guards = ready_guards(TEXT, vocabulary)
    assert len(guards) == TEXT.count("    check:")
    text = edited(
        SHIPPED,
        *(Add("guards", f"ready_{guard.name}", guard.filled()) for guard in guards),
        Put(("transitions", "reopen", "needs"), [f"ready_{guard.name}" for guard in guards]),
    )
    assert [problem for problem in check(text, vocabulary, play=False).problems if problem.stops] == []


def test_parameters_go_into_the_test_and_its_sentence(vocabulary: Vocabulary) -> None:
    guards = {guard.name: guard for guard in ready_guards(TEXT, vocabulary)}
    assert guards["enough_photos"].filled({"number": "3"}) == {
        "check": "order.photos >= 3",
        "otherwise": "At least 3 photos are needed; there are {order.photos}.",
    }
    assert guards["type_is"].filled({"type": "repair"})["check"] == 'order.type == "repair"'
    assert guards["not_the_same_person"].filled({"person": "order.technician"})["check"] == (
        "order.technician == null || order.technician != actor.id"
    )
    for name, given in (("enough_photos", {"number": "1 || true"}), ("type_is", {"type": 'x" || true'})):
        with pytest.raises(EditError):
            guards[name].filled(given)


def test_a_guard_whose_facts_are_not_declared_is_not_offered(vocabulary: Vocabulary) -> None:
    facts = {name: fact for name, fact in vocabulary.facts.items() if name not in ("order.photos", "order.type")}
    offered = {guard.name for guard in ready_guards(TEXT, replace(vocabulary, facts=facts))}
    assert "enough_photos" not in offered
    assert "type_is" not in offered
    assert "technician_assigned" in offered


def test_another_text_is_refused(vocabulary: Vocabulary) -> None:
    with pytest.raises(EditError, match="Ready guards begin with"):
        ready_guards(SHIPPED, vocabulary)
