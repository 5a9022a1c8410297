"""Rehearsing a text: what happened and what is open, replayed in slices that anybody may take up."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.services.firm import NOW, World, repair, save
from tests.services.publishing import BARE, PARKING, PLAINER, RENAMED, publish
from tests.services.test_transitions import press
from webapp.actors import Actor
from webapp.errors import Refused
from webapp.models import Rehearsal, StatusHistory, User, WorkOrder
from webapp.queries import rehearsing
from webapp.services import publications, rehearsals, transitions


def ask(session: Session, world: World, text: str, **more: Any) -> Rehearsal:
    asked: dict[str, Any] = {"targets": {}, "everything": False, "again": False, "now": NOW} | more
    return rehearsals.ask(session, lifecycle="work_order", text=text, actor=world.sam, **asked)


def run(session: Session, rehearsal: Rehearsal) -> dict[str, Any]:
    """Slices until it is done; the counts."""
    job = rehearsals.claim(session, rehearsal_id=rehearsal.id, now=NOW)
    while job is not None:
        found = rehearsing.part(session, job.task, NOW)
        job = rehearsals.keep(session, job=job, part=found, now=NOW)
    assert rehearsal.state == "done"
    return dict(rehearsal.result["counts"])


def worked_on(session: Session, world: World) -> WorkOrder:
    """A repair that Ana has started and paused."""
    order = repair(session, world, technician=world.ana)
    press(session, order, "start", world.ana)
    press(session, order, "pause", world.ana, {"reason": "parts"})
    return order


def test_the_live_text_accepts_everything_that_happened(session: Session, world: World) -> None:
    worked_on(session, world)
    counts = run(session, ask(session, world, BARE))
    assert counts == {"moves": 4, "accepted": 4, "open": 1}


def test_a_move_the_draft_refuses_is_counted_with_its_reason_and_its_order(session: Session, world: World) -> None:
    order = worked_on(session, world)

    start = BARE.index("  start:\n")
    text = BARE[:start] + BARE[start:].replace("by: [technician, supervisor]", "by: supervisor", 1)
    rehearsal = ask(session, world, text)
    counts = run(session, rehearsal)
    assert counts["refused"] == 1
    number, sequence, button, reason = rehearsal.result["lists"]["refused"][0]
    assert (number, sequence, button) == (order.number, 3, "Start")
    assert rehearsal.result["reasons"] == [["Start", reason, 1]]


def test_a_fact_that_was_not_recorded_is_not_taken_for_granted(session: Session, world: World) -> None:
    order = worked_on(session, world)
    row = session.scalars(
        select(StatusHistory).where(StatusHistory.order_id == order.id, StatusHistory.rule == "start")
    ).one()
    facts = {name: value for name, value in row.facts.items() if name != "order.technician"}
    session.execute(update(StatusHistory).where(StatusHistory.id == row.id).values(facts=facts))
    session.expire(row)
    rehearsal = ask(session, world, BARE)
    counts = run(session, rehearsal)
    assert (counts["accepted"], counts["unjudged"]) == (3, 1)
    assert "Not recorded then" in rehearsal.result["lists"]["unjudged"][0][3]


def test_what_was_refused_then_is_judged_again(session: Session, world: World) -> None:
    order = repair(session, world, technician=world.ana)
    save(session, order, world.sam, quantities={world.cable: Decimal(2)})
    press(session, order, "start", world.ana)
    with pytest.raises(Refused) as refused:
        press(session, order, "submit", world.ana)
    transitions.record_refusal(
        session, number=order.number, transition="submit", blockers=refused.value.blockers, actor=world.ana, now=NOW
    )
    assert run(session, ask(session, world, BARE))["still_refused"] == 1
    loose = BARE.replace("needs: [used_filled_in, used_within_quantities]", "needs: []")
    assert loose != BARE
    rehearsal = ask(session, world, loose)
    assert run(session, rehearsal)["now_allowed"] == 1
    assert "Cable" in rehearsal.result["lists"]["now_allowed"][0][3]


def test_open_orders_that_would_move_are_counted_with_what_they_would_send(session: Session, world: World) -> None:
    order = repair(session, world, technician=world.ana)
    rehearsal = ask(session, world, PARKING)
    counts = run(session, rehearsal)
    assert counts["moving"] == 1
    assert rehearsal.result["messages"] == {"WorkOrderPaused": 1}
    assert rehearsal.result["lists"]["moving"] == [[order.number, None, "", "From Pending to Paused."]]


def test_an_order_whose_status_disappears_is_listed_until_it_has_a_target(session: Session, world: World) -> None:
    order = worked_on(session, world)
    rehearsal = ask(session, world, RENAMED)
    assert run(session, rehearsal)["homeless"] == 1
    assert rehearsal.result["lists"]["homeless"][0][0] == order.number
    assert "homeless" not in run(session, ask(session, world, RENAMED, targets={"paused": "on_hold"}))


def test_an_order_nobody_could_press_anything_on_is_found_with_the_people_there_are(
    session: Session, world: World
) -> None:
    worked_on(session, world)
    assert "stuck" not in run(session, ask(session, world, BARE))
    for actor in (world.ana, world.sam, world.sue, world.ada):
        session.get_one(User, actor.user_id).active = False
    session.flush()
    assert run(session, ask(session, world, BARE, again=True))["stuck"] == 1


def test_slices_add_up_to_the_same_and_another_takes_over_from_a_dead_one(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        worked_on(session, world)
    whole = run(session, ask(session, world, RENAMED))
    monkeypatch.setattr(rehearsing, "SLICE", 2)
    rehearsal = ask(session, world, RENAMED, again=True, now=NOW + timedelta(seconds=1))
    dead = rehearsals.claim(session, rehearsal_id=rehearsal.id, now=NOW)
    assert dead is not None
    dead = rehearsals.keep(session, job=dead, part=rehearsing.part(session, dead.task, NOW), now=NOW)
    assert (rehearsal.judged, rehearsal.total) == (2, 12)
    assert rehearsals.waiting(session, now=NOW) == []
    assert rehearsals.claim(session, rehearsal_id=rehearsal.id, now=NOW) is None
    later = NOW + timedelta(minutes=2)
    assert rehearsals.waiting(session, now=later) == [rehearsal.id]
    job = rehearsals.claim(session, rehearsal_id=rehearsal.id, now=later)
    assert dead is not None
    assert rehearsals.keep(session, job=dead, part=rehearsing.part(session, dead.task, NOW), now=later) is None
    while job is not None:
        job = rehearsals.keep(session, job=job, part=rehearsing.part(session, job.task, later), now=later)
    assert rehearsal.result["counts"] == whole


def test_moves_that_only_changed_the_version_and_moves_of_links_are_known(session: Session, world: World) -> None:
    order = repair(session, world, technician=world.ana)
    save(session, order, world.sam, quantities={world.cable: Decimal(9)})
    customer = Actor(kind="link", user_id=None, name="Cora Quist", link_order_id=order.id)
    press(session, order, "approve", customer)
    publication = publish(session, PLAINER, world.sam)
    assert publications.move_some(session, publication_id=publication.id, now=NOW) == 1
    counts = run(session, ask(session, world, BARE))
    assert counts["accepted"] == counts["moves"] == 4


def test_a_fresh_rehearsal_is_shown_again_and_made_anew_when_asked(session: Session, world: World) -> None:
    first = ask(session, world, BARE)
    assert ask(session, world, BARE, again=True).id == first.id
    run(session, first)
    assert ask(session, world, BARE).id == first.id
    assert ask(session, world, BARE, again=True).id != first.id
    assert ask(session, world, BARE, everything=True).id != first.id
