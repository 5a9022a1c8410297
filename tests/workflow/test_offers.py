"""The buttons a person sees, what is grey and why, and what is not shown at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflow.lifecycles import ANA, CLOCK, CUSTOMER, NOW, OLGA, SAM, at, line, repair_shop
from workflow.engine import Lifecycle
from workflow.errors import Refused
from workflow.values import Actor, Answers


@pytest.fixture(scope="module")
def shop() -> Lifecycle:
    return repair_shop()


def test_only_buttons_for_this_person_are_shown(shop: Lifecycle) -> None:
    pending = at("pending", technician="ana")
    assert [offer.transition for offer in shop.offers(pending, ANA)] == ["start"]
    assert [offer.transition for offer in shop.offers(pending, SAM)] == ["start", "cancel"]
    assert shop.offers(pending, OLGA) == ()
    assert shop.offers(pending, CUSTOMER) == ()
    assert shop.offers(pending, CLOCK) == ()


def test_an_offer_carries_what_the_page_needs(shop: Lifecycle) -> None:
    (complete,) = [offer for offer in shop.offers(at("review"), SAM) if offer.transition == "complete"]
    assert complete.allowed
    assert complete.label == "Complete"
    assert complete.to == "completed"
    assert complete.confirm == "Is everything done?"


def test_a_grey_button_says_every_reason_with_the_values_read(shop: Lifecycle) -> None:
    items = (line(quantity=9, approval_quantity_limit=5), line("Pipe", 3, used=3))
    (submit,) = shop.offers(at("ongoing", technician="ana", items=items), ANA)
    assert not submit.allowed
    assert [(blocker.name, blocker.sentence) for blocker in submit.blockers] == [
        ("used_filled_in", "Cable: say how many were used."),
        ("quantities_allowed", "Cable: 9 is over the limit of 5."),
    ]
    assert submit.blockers[0].values["items"] == items


def test_every_line_responsible_is_named(shop: Lifecycle) -> None:
    items = (line(), line("Pipe", 3, used=3), line("Pump"))
    (submit,) = shop.offers(at("ongoing", technician="ana", items=items), ANA)
    assert submit.blockers[0].sentence == "Cable: say how many were used. Pump: say how many were used."


def test_a_question_not_yet_asked_greys_nothing(shop: Lifecycle) -> None:
    (send_back, _, _) = shop.offers(at("review"), SAM)
    assert send_back.transition == "send_back"
    assert send_back.allowed
    assert [question.name for question in send_back.ask] == ["reason", "resume_at", "cause", "hours"]


def test_a_page_of_orders_has_the_same_reasons_without_remedies(shop: Lifecycle) -> None:
    ongoing = at("ongoing", technician="ana", items=(line(),))
    pending = at("pending", technician="ana", order__due_date=NOW + timedelta(days=1))
    page = shop.offers_page([ongoing, pending], ANA)
    for situation, offers in zip((ongoing, pending), page, strict=True):
        single = shop.offers(situation, ANA)
        assert [offer.transition for offer in offers] == [offer.transition for offer in single]
        for listed, whole in zip(offers, single, strict=True):
            assert [blocker.sentence for blocker in listed.blockers] == [blocker.sentence for blocker in whole.blockers]
            assert all(blocker.remedies == () for blocker in listed.blockers)


@settings(max_examples=150, deadline=None)
@given(
    here=st.sampled_from(["unassigned", "waiting", "pending", "ongoing", "review", "completed", "cancelled"]),
    technician=st.sampled_from([None, "ana", "sam"]),
    items=st.lists(
        st.builds(
            line,
            st.sampled_from(["Cable", "Pipe"]),
            st.integers(0, 9),
            used=st.none() | st.integers(0, 9),
            approval_quantity_limit=st.none() | st.integers(0, 9),
        ),
        max_size=2,
    ),
    hours=st.none() | st.integers(-5, 5),
    who=st.sampled_from([ANA, SAM, OLGA, CUSTOMER, CLOCK]),
)
def test_what_is_offered_and_what_the_machine_lets_through_are_the_same(
    here: str, technician: str | None, items: list[dict[str, object]], hours: int | None, who: Actor
) -> None:
    shop = SHOP
    due = None if hours is None else NOW + timedelta(hours=hours)
    situation = at(here, technician=technician, items=tuple(items), order__due_date=due)  # type: ignore[arg-type]
    allowed = {offer.transition for offer in shop.offers(situation, who) if offer.allowed}
    answers = Answers({"reason": "scratched"})
    for name, transition in shop.definition.transitions.items():
        taken = True
        try:
            shop.press(situation, name, who, answers if transition.ask else Answers())
        except Refused:
            taken = False
        assert taken == (name in allowed)


SHOP = repair_shop()
