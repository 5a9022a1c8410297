"""Publishing a version: what stops it, who confirms it, and how open orders follow it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.services.firm import NOW, World, repair, save
from tests.services.publishing import (
    BARE,
    PARKING,
    PLAINER,
    RENAMED,
    WARNING,
    proof_of,
    publish,
    verdict_of,
    wish_for,
)
from tests.services.test_transitions import press
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.models import (
    ApprovalRequest,
    DefinitionVersion,
    Delivery,
    Draft,
    LiveDefinition,
    OrderChange,
    StatusHistory,
    User,
)
from webapp.queries.orders import detail
from webapp.services import drafts, history, proofs, publications, transitions
from workflow.problems import Problem


def newest(session: Session) -> DefinitionVersion:
    return session.scalars(select(DefinitionVersion).order_by(DefinitionVersion.id.desc()).limit(1)).one()


def move_all(session: Session, publication_id: int, *, limit: int = publications.CHUNK) -> int:
    """Chunks until nothing is left; returns how many there were."""
    chunks = 0
    while publications.move_some(session, publication_id=publication_id, now=NOW, limit=limit):
        chunks += 1
    return chunks


# What stops it


def test_publishing_needs_its_permission(session: Session, world: World) -> None:
    with pytest.raises(Forbidden, match=r"workflows\.publish"):
        publish(session, PLAINER, world.olga)


def test_a_published_text_is_a_version_with_author_note_and_verdict_and_it_is_live(
    session: Session, world: World
) -> None:
    first = newest(session)
    publication = publish(session, PLAINER, world.sam, note="Plainer words")
    version = newest(session)
    assert (version.number, version.text, version.author_id, version.note) == (
        2,
        PLAINER,
        world.sam.user_id,
        "Plainer words",
    )
    assert (version.based_on_id, version.verdict["proved"], version.at) == (first.id, True, NOW)
    assert session.get_one(LiveDefinition, "work_order").version_id == version.id == publication.version_id
    assert repair(session, world).definition_version_id == version.id


def test_who_began_before_somebody_else_published_is_told_who_did_what(session: Session, world: World) -> None:
    stale = wish_for(session, RENAMED)
    publish(session, PLAINER, world.sue, note="Plainer words")
    with pytest.raises(Conflict) as refused:
        publications.publish(
            session, wish=stale, verdict=verdict_of(session, RENAMED, world.sam), actor=world.sam, now=NOW
        )
    assert refused.value.changes == ("Sue published version 2: Plainer words.",)
    assert newest(session).text == PLAINER


def test_an_unproved_promise_a_broken_promise_and_an_error_stop_it(session: Session, world: World) -> None:
    error = Problem("bypass", "Approval can be skipped.")
    for proof in (
        proof_of(PLAINER, unproved="covered"),
        proof_of(PLAINER, broken="covered"),
        proof_of(PLAINER, error),
        replace(proof_of(PLAINER, unproved="covered"), too_large=True),
    ):
        with pytest.raises(Invalid):
            publish(session, PLAINER, world.sam, proof=proof)
    assert newest(session).number == 1


def test_a_scenario_that_goes_otherwise_stops_it(session: Session, world: World) -> None:
    text = BARE + (
        "\nscenarios:\n  - says: It starts by itself.\n    order: {type: repair}\n    steps:\n"
        "      - {by: sam, save: {}, then: ongoing}\n"
    )
    with pytest.raises(Invalid, match="It starts by itself"):
        publications.publish(
            session,
            wish=wish_for(session, text),
            verdict=verdict_of(session, text, world.sam, proof_of(BARE)),
            actor=world.sam,
            now=NOW,
        )


def test_every_warning_wants_to_be_known_by_a_key_that_does_not_change_with_the_line(
    session: Session, world: World
) -> None:
    proof = proof_of(PLAINER, WARNING)
    with pytest.raises(Invalid) as refused:
        publish(session, PLAINER, world.sam, proof=proof)
    key = proofs.finding_key(replace(WARNING, at=replace(WARNING.at, line=99)))
    assert list(refused.value.problems) == [f"know.{key}"]
    publish(session, PLAINER, world.sam, proof=proof, acknowledged={key})
    assert newest(session).verdict["warnings"] == [WARNING.message]


def test_a_verdict_about_another_text_or_another_staff_is_none(session: Session, world: World) -> None:
    other = verdict_of(session, BARE, world.sam)
    with pytest.raises(Conflict, match="text was changed"):
        publications.publish(session, wish=wish_for(session, PLAINER), verdict=other, actor=world.sam, now=NOW)
    before = verdict_of(session, PLAINER, world.sam)
    session.get_one(User, world.vera.user_id).active = False
    session.flush()
    with pytest.raises(Conflict, match="people or their permissions"):
        publications.publish(session, wish=wish_for(session, PLAINER), verdict=before, actor=world.sam, now=NOW)


def test_a_status_that_disappears_and_holds_open_orders_wants_a_target_that_exists(
    session: Session, world: World
) -> None:
    order = repair(session, world, technician=world.ana)
    press(session, order, "start", world.ana)
    press(session, order, "pause", world.ana, {"reason": "parts"})
    with pytest.raises(Invalid) as refused:
        publish(session, RENAMED, world.sam)
    assert refused.value.problems == {
        "target.paused": "1 open order is in “Paused”, which disappears. Choose where they go."
    }
    with pytest.raises(Invalid, match="does not exist in the new version"):
        publish(session, RENAMED, world.sam, targets={"paused": "paused"})
    publish(session, RENAMED, world.sam, moves="new")
    assert newest(session).number == 2


# A second person


def test_where_a_second_person_confirms_nobody_publishes_alone(session: Session, world: World) -> None:
    publications.require_second_person(session, lifecycle="work_order", required=True, actor=world.ada)
    drafts.begin(session, lifecycle="work_order", actor=world.sam, now=NOW)
    asked = publish(session, PLAINER, world.sam, note="Plainer words")
    assert (asked.state, newest(session).number) == ("asked", 1)
    again: dict[str, Any] = {"publication_id": asked.id, "sha256": asked.sha256, "now": NOW}
    with pytest.raises(Invalid, match="somebody else"):
        publications.confirm(session, verdict=verdict_of(session, PLAINER, world.sam), actor=world.sam, **again)
    with pytest.raises(Forbidden):
        publications.confirm(session, verdict=verdict_of(session, PLAINER, world.olga), actor=world.olga, **again)
    with pytest.raises(Conflict, match="not the one"):
        publications.confirm(
            session,
            verdict=verdict_of(session, BARE, world.sue),
            actor=world.sue,
            **{**again, "sha256": proofs.sha256_of(BARE)},
        )
    done = publications.confirm(session, verdict=verdict_of(session, PLAINER, world.sue), actor=world.sue, **again)
    version = newest(session)
    assert (version.number, version.author_id, version.note) == (2, world.sam.user_id, "Plainer words")
    assert (done.published_by_id, done.state) == (world.sue.user_id, "moving")
    assert session.scalars(select(Draft)).all() == []
    with pytest.raises(Conflict, match="answered already"):
        publications.confirm(session, verdict=verdict_of(session, PLAINER, world.sue), actor=world.sue, **again)


def test_a_request_that_was_overtaken_or_taken_back_cannot_be_confirmed(session: Session, world: World) -> None:
    publications.require_second_person(session, lifecycle="work_order", required=True, actor=world.ada)
    first = publish(session, PLAINER, world.sam)
    publications.withdraw(session, publication_id=first.id, actor=world.sam, now=NOW)
    session.refresh(first)
    assert first.state == "withdrawn"
    second = publish(session, RENAMED, world.sam)
    publications.require_second_person(session, lifecycle="work_order", required=False, actor=world.ada)
    publish(session, PLAINER, world.ada)
    session.refresh(second)
    assert second.state == "overtaken"


def test_only_who_may_change_settings_decides_about_the_second_person(session: Session, world: World) -> None:
    with pytest.raises(Forbidden):
        publications.require_second_person(session, lifecycle="work_order", required=False, actor=world.sam)


# Open orders follow


def test_open_orders_follow_in_chunks_and_closed_ones_keep_their_version_and_label(
    session: Session, world: World
) -> None:
    first = newest(session)
    orders = [repair(session, world, technician=world.ana) for _ in range(5)]
    closed = repair(session, world)
    press(session, closed, "cancel", world.sam, {"reason": "Not needed"})
    versions = [order.row_version for order in orders]
    publication = publish(session, PLAINER, world.sam)
    assert (publication.total, publication.state) == (5, "moving")
    assert move_all(session, publication.id, limit=2) == 3
    assert (publication.moved, publication.settled, publication.state, publication.finished_at) == (5, 0, "done", NOW)
    assert {order.definition_version_id for order in orders} == {publication.version_id}
    assert [order.row_version for order in orders] == [version + 1 for version in versions]
    assert closed.definition_version_id == first.id
    row = session.scalars(
        select(StatusHistory).where(StatusHistory.order_id == orders[0].id).order_by(StatusHistory.sequence.desc())
    ).first()
    assert row is not None
    assert (row.rule, row.from_status, row.to_status, row.reason, row.actor_name, row.definition_version_id) == (
        "published",
        "pending",
        "pending",
        "Version 2 was published.",
        "Sam",
        publication.version_id,
    )
    assert history.verify(session) is None
    assert move_all(session, publication.id) == 0
    press(session, orders[0], "start", world.ana)


def test_a_status_that_disappears_leads_to_its_target_and_the_page_still_calls_it_as_it_was(
    session: Session, world: World
) -> None:
    order = repair(session, world, technician=world.ana)
    press(session, order, "start", world.ana)
    press(session, order, "pause", world.ana, {"reason": "parts"})
    publication = publish(session, RENAMED, world.sam, targets={"paused": "on_hold"})
    move_all(session, publication.id)
    assert order.status == "on_hold"
    shown = detail(session, number=order.number, actor=world.sam, now=NOW)
    assert (shown.history[0].from_label, shown.history[0].rule_label, shown.history[0].version) == (
        "Paused",
        "New version of the workflow",
        2,
    )
    assert history.verify(session) is None
    press(session, order, "resume", world.ana)
    assert order.status == "ongoing"


def test_an_order_pressed_into_a_status_nobody_gave_a_target_keeps_its_version(session: Session, world: World) -> None:
    order = repair(session, world, technician=world.ana)
    press(session, order, "start", world.ana)
    publication = publish(session, RENAMED, world.sam)
    press(session, order, "pause", world.ana, {"reason": "parts"})
    move_all(session, publication.id)
    assert (order.status, order.definition_version_id) == ("paused", publication.base_version_id)
    assert publication.state == "done"
    press(session, order, "resume", world.ana)
    assert publications.due(session, now=NOW) == [publication.id]
    move_all(session, publication.id)
    assert order.definition_version_id == publication.version_id


def test_moved_orders_settle_at_once_and_their_messages_are_sent_or_held_back(session: Session, world: World) -> None:
    publish(session, BARE, world.ada)
    orders = [repair(session, world, technician=world.ana) for _ in range(2)]
    told = select(func.count()).select_from(Delivery).where(Delivery.message == "WorkOrderPaused")
    quiet = publish(session, PARKING, world.sam, hold_messages=True)
    move_all(session, quiet.id)
    assert ({order.status for order in orders}, quiet.settled) == ({"paused"}, 2)
    assert session.execute(told).scalar_one() == 0
    publish(session, BARE, world.ada, moves="new")
    later = repair(session, world, technician=world.ana)
    loud = publish(session, PARKING, world.sam)
    move_all(session, loud.id)
    assert later.status == "paused"
    assert session.execute(told).scalar_one() > 0
    assert history.verify(session) is None


def test_an_order_that_comes_to_wait_for_approval_has_its_request_even_when_messages_are_held_back(
    session: Session, world: World
) -> None:
    loose = BARE.replace(
        "    when: technician_assigned\n    unless: quantities_allowed\n", "    when: work_has_begun\n", 1
    )
    loose = loose.replace(
        "    when: [technician_assigned, quantities_allowed]\n    note: A technician",
        "    when: technician_assigned\n    note: A technician",
    )
    publish(session, loose, world.ada)
    order = repair(session, world, technician=world.ana)
    save(session, order, world.sam, quantities={world.cable: Decimal(9)})
    assert order.status == "pending"
    strict = publish(session, BARE, world.sam, hold_messages=True)
    move_all(session, strict.id)
    assert order.status == "waiting_approval"
    assert session.scalars(select(ApprovalRequest.state)).all() == ["open"]
    assert session.scalars(select(Delivery).where(Delivery.message == "WorkOrderNeedsApproval")).all() == []


def test_a_stale_page_is_told_that_the_version_changed(session: Session, world: World) -> None:
    order = repair(session, world, technician=world.ana)
    opened_at = order.row_version
    publication = publish(session, PLAINER, world.sue)
    move_all(session, publication.id)
    with pytest.raises(Conflict) as refused:
        transitions.press(
            session,
            number=order.number,
            transition="start",
            answers={},
            row_version=opened_at,
            actor=world.ana,
            now=NOW,
        )
    assert refused.value.changes == ("Sue changed workflow version from 1 to 2.",)
    fields = session.scalars(select(OrderChange.field).where(OrderChange.row_version == order.row_version)).all()
    assert "workflow version" in fields


def test_a_later_publication_takes_over_the_orders_of_an_unfinished_one(session: Session, world: World) -> None:
    orders = [repair(session, world, technician=world.ana) for _ in range(4)]
    first = publish(session, PLAINER, world.sam)
    publications.move_some(session, publication_id=first.id, now=NOW, limit=2)
    second = publish(session, RENAMED, world.sue)
    session.refresh(first)
    assert (first.state, second.total) == ("superseded", 4)
    assert publications.due(session, now=NOW) == [second.id]
    assert publications.move_some(session, publication_id=first.id, now=NOW) == 0
    move_all(session, second.id)
    assert {order.definition_version_id for order in orders} == {second.version_id}


def test_new_orders_only_leaves_every_order_where_it_is(session: Session, world: World) -> None:
    order = repair(session, world)
    publication = publish(session, PLAINER, world.sam, moves="new")
    assert (publication.state, publications.due(session, now=NOW)) == ("done", [])
    assert publications.move_some(session, publication_id=publication.id, now=NOW) == 0
    assert order.definition_version_id != publication.version_id


def test_an_order_made_while_the_version_went_live_follows_a_little_later(session: Session, world: World) -> None:
    order = repair(session, world)
    made_with = order.definition_version_id
    publication = publish(session, PLAINER, world.sam)
    move_all(session, publication.id)
    late = repair(session, world)
    late.definition_version_id = made_with
    session.flush()
    assert publications.due(session, now=NOW + timedelta(minutes=1)) == [publication.id]
    move_all(session, publication.id)
    assert late.definition_version_id == publication.version_id
    assert publications.due(session, now=NOW + timedelta(minutes=5)) == []


def test_the_persons_draft_is_gone_and_other_peoples_are_behind(session: Session, world: World) -> None:
    for actor in (world.sam, world.sue):
        drafts.begin(session, lifecycle="work_order", actor=actor, now=NOW)
    publication = publish(session, PLAINER, world.sam)
    left = session.scalars(select(Draft)).one()
    assert (left.user_id, left.base_version_id) == (world.sue.user_id, publication.base_version_id)


def test_an_older_text_is_published_again_as_a_new_version(session: Session, world: World) -> None:
    first = newest(session)
    publish(session, PLAINER, world.sam, moves="new")
    order = repair(session, world)
    back = publish(session, BARE, world.sue, note="Back to version 1")
    move_all(session, back.id)
    assert (newest(session).number, newest(session).based_on_id) == (3, first.id + 1)
    assert order.definition_version_id == back.version_id
