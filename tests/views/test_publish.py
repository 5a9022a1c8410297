"""The page of publishing: what it says, what stops it, that nothing chosen is lost, and where it leads."""

from __future__ import annotations

import re
from functools import cache

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.services.firm import NOW, World, open_firm, repair
from tests.services.publishing import BARE, PARKING, PLAINER, RENAMED, WARNING, proof_of
from tests.services.test_transitions import press
from tests.views.forms import text_of
from tests.views.people import sign_in, token_of
from webapp import security
from webapp.actors import Actor
from webapp.db import reading, unit_of_work
from webapp.models import DefinitionVersion, Delivery, Draft, LiveDefinition, Publication, User, WorkOrder
from webapp.queries import rehearsing
from webapp.services import drafts, proofs, publications, rehearsals
from workflow.problems import Problem

PAGE = "/workflows/work_order/publish"
HIDDEN = re.compile(r'<input type="hidden" name="(sha256|base)" value="([^"]*)">')


@cache
def password() -> str:
    """Everybody's password, hashed once: hashing is slow on purpose."""
    return security.hash_password("demo")


@pytest.fixture
def world(app: Flask) -> World:
    """The firm, committed; Sam, Sue and Ada can sign in."""
    with unit_of_work() as session:
        world = open_firm(session)
        for person in session.scalars(select(User).where(User.name.in_(("Sam", "Sue", "Ada", "Olga")))):
            person.password_hash = password()
    return world


@pytest.fixture
def sam(world: World, client: FlaskClient) -> FlaskClient:
    """Sam's browser."""
    sign_in(client, "sam@firm.test")
    return client


def drafted(text: str, actor: Actor, *problems: Problem, proved: bool = True, broken: str = "") -> None:
    """The actor has this draft, and it is proved already."""
    with unit_of_work() as session:
        draft = drafts.begin(session, lifecycle="work_order", actor=actor, now=NOW)
        drafts.save(session, lifecycle="work_order", text=text, row_version=draft.row_version, actor=actor, now=NOW)
    if proved:
        known(text, actor, *problems, broken=broken)


def known(text: str, actor: Actor, *problems: Problem, broken: str = "") -> None:
    """The text is proved already, as this person asks."""
    with unit_of_work() as session:
        asked = proofs.question(session, text=text, actor=actor)
        proofs.keep(session, asked=asked, proof=proof_of(text, *problems, broken=broken), now=NOW)


def send(client: FlaskClient, address: str = PAGE, **typed: str) -> TestResponse:
    """The page's form as a browser without scripts sends it."""
    shown = client.get(address)
    assert shown.status_code == 200, shown.text
    data = {"csrf_token": token_of(shown), **dict(HIDDEN.findall(shown.text)), "moves": "all", "do": "publish"}
    return client.post(address, data=data | typed)


def live_number() -> int:
    with reading() as session:
        return session.execute(
            select(DefinitionVersion.number).join(LiveDefinition, LiveDefinition.version_id == DefinitionVersion.id)
        ).scalar_one()


def test_the_page_says_what_changes_and_publishing_leads_to_how_far_the_orders_are(
    sam: FlaskClient, world: World
) -> None:
    with unit_of_work() as session:
        number = repair(session, world).number
    drafted(PLAINER, world.sam)
    page = text_of(sam.get(PAGE))
    assert "Nobody yet" in page
    assert "1 open order" in page
    assert "past moves would go the same way" in page
    done = send(sam, note="Plainer words")
    assert done.status_code == 303, done.text
    progress = text_of(sam.get(done.location))
    assert "Version 2 is live" in progress
    assert "1 open order follows it." in progress
    assert "Plainer words" in progress
    with reading() as session:
        order = session.scalars(select(WorkOrder).where(WorkOrder.number == number)).one()
        assert order.definition_version_id == session.scalars(select(LiveDefinition.version_id)).one()
        assert session.scalars(select(Draft)).all() == []
    assert "You have no draft to publish" in sam.get(PAGE).text


def test_only_who_may_publish_gets_there(app: Flask, world: World) -> None:
    client = app.test_client()
    sign_in(client, "olga@firm.test")
    assert client.get(PAGE).status_code == 403


def test_a_refused_publish_keeps_the_note_the_targets_and_what_is_known(sam: FlaskClient, world: World) -> None:
    with unit_of_work() as session:
        order = repair(session, world, technician=world.ana)
        press(session, order, "start", world.ana)
        press(session, order, "pause", world.ana, {"reason": "parts"})
    drafted(RENAMED, world.sam, WARNING)
    key = f"know.{proofs.finding_key(WARNING)}"
    refused = send(sam, note="Another word", moves="all", hold_messages="1", **{key: "1"})
    assert refused.status_code == 422
    text = text_of(refused)
    assert "1 open order is in “Paused”, which disappears. Choose where they go." in text
    assert ">\nAnother word</textarea>" in text
    assert re.search(rf'name="{re.escape(key)}"[^>]* checked', text)
    assert re.search(r'name="hold_messages"[^>]* checked', text)
    again = send(sam, note="Another word", **{"target.paused": "on_hold"})
    assert again.status_code == 422
    assert f"Say that you know: {WARNING.message}" in text_of(again)
    assert re.search(r'<option value="on_hold" selected>', again.text)
    done = send(sam, note="Another word", **{"target.paused": "on_hold", key: "1"})
    assert done.status_code == 303
    assert live_number() == 2


def test_the_button_says_why_it_is_grey(sam: FlaskClient, world: World) -> None:
    drafted(PLAINER, world.sam, broken="covered")
    page = text_of(sam.get(PAGE))
    assert 'aria-disabled="true" aria-describedby="publish-stops"' in page
    assert "The promise “covered” is broken." in page
    assert send(sam).status_code == 422
    drafted("nonsense", world.sam, proved=False)
    assert "1 error in the text" in text_of(sam.get(PAGE))
    assert live_number() == 1


def test_a_draft_without_a_proof_waits_for_it_and_is_proved_when_asked(sam: FlaskClient, world: World) -> None:
    drafted(PLAINER, world.sam, proved=False)
    assert "The proof is not finished yet." in text_of(sam.get(PAGE))
    proved = sam.get(f"{PAGE}/proof", headers={"HX-Request": "true"})
    assert (proved.status_code, proved.headers["HX-Redirect"]) == (200, PAGE)
    page = text_of(sam.get(PAGE))
    assert "The proof is not finished yet." not in page
    assert "Proved" in page
    assert send(sam).status_code == 303


def test_a_draft_that_changed_in_another_window_is_not_published_by_an_old_page(sam: FlaskClient, world: World) -> None:
    drafted(PLAINER, world.sam)
    shown = sam.get(PAGE)
    form = {"csrf_token": token_of(shown), **dict(HIDDEN.findall(shown.text)), "do": "publish", "note": "Old page"}
    drafted(BARE, world.sam)
    stale = sam.post(PAGE, data=form)
    assert stale.status_code == 409
    assert "changed in another window" in stale.text
    assert "Old page" in stale.text
    assert live_number() == 1


def test_who_was_overtaken_is_shown_by_whom_and_offered_the_merge(sam: FlaskClient, world: World) -> None:
    drafted(RENAMED, world.sam)
    drafted(PLAINER, world.sue)
    with unit_of_work() as session:
        wish = publications.Wish("work_order", PLAINER, session.scalars(select(LiveDefinition.version_id)).one())
        verdict = proofs.verdict(proofs.question(session, text=PLAINER, actor=world.sue), proof_of(PLAINER))
        publications.publish(session, wish=wish, verdict=verdict, actor=world.sue, now=NOW)
    page = text_of(sam.get(PAGE))
    assert "Version 2 went live since this was begun" in page
    assert "Merge with version 2" in page
    late = send(sam)
    assert late.status_code == 409
    assert "Sue published version 2." in text_of(late)


def test_sending_the_same_form_twice_publishes_once(sam: FlaskClient, world: World) -> None:
    drafted(PLAINER, world.sam)
    shown = sam.get(PAGE)
    form = {"csrf_token": token_of(shown), **dict(HIDDEN.findall(shown.text)), "do": "publish"}
    first, second = sam.post(PAGE, data=form), sam.post(PAGE, data=form)
    assert (first.status_code, second.status_code, second.location) == (303, 303, first.location)
    assert live_number() == 2


def test_an_older_version_is_published_again_without_a_draft(sam: FlaskClient, world: World) -> None:
    with unit_of_work() as session:
        shipped = session.scalars(select(DefinitionVersion.text)).one()
    drafted(PLAINER, world.sam)
    send(sam)
    known(shipped, world.sam)
    address = f"{PAGE}?version=1"
    page = text_of(sam.get(address))
    assert "Version 1 once more, to become version 3" in page
    done = send(sam, address, note="Back")
    assert done.status_code == 303
    with reading() as session:
        newest = session.scalars(select(DefinitionVersion).order_by(DefinitionVersion.id.desc())).first()
        assert newest is not None
        assert (newest.number, newest.text, newest.note) == (3, shipped, "Back")
    assert sam.get(f"{PAGE}?version=99").status_code == 404


def test_two_people_publish_together_where_the_firm_wants_it(app: Flask, sam: FlaskClient, world: World) -> None:
    ada, sue = app.test_client(), app.test_client()
    sign_in(ada, "ada@firm.test")
    sign_in(sue, "sue@firm.test")
    drafted(BARE, world.ada)
    token = token_of(ada.get(PAGE))
    assert ada.post(f"{PAGE}/second-person", data={"csrf_token": token, "required": "1"}).status_code == 303
    assert (
        sam.post(
            f"{PAGE}/second-person", data={"csrf_token": token_of(sam.get("/workflows/work_order/edit"))}
        ).status_code
        == 403
    )
    drafted(PLAINER, world.sam)
    assert "Ask to publish" in sam.get(PAGE).text
    asked = send(sam, note="Plainer words", moves="new")
    assert asked.status_code == 303
    own = text_of(sam.get(asked.location))
    assert "somebody else has to confirm it" in own
    assert live_number() == 1
    assert "Sam asked to publish" in text_of(sue.get(PAGE))
    known(PLAINER, world.sue)
    assert "Confirm and publish" in sue.get(asked.location).text
    done = send(sue, asked.location)
    assert done.status_code == 303
    assert "by Sam, confirmed by Sue" in text_of(sue.get(done.location))
    with reading() as session:
        publication = session.scalars(select(Publication)).one()
        assert (publication.moves, publication.note, publication.state) == ("new", "Plainer words", "done")
    assert live_number() == 2


def test_a_request_is_taken_back(app: Flask, sam: FlaskClient, world: World) -> None:
    with unit_of_work() as session:
        publications.require_second_person(session, lifecycle="work_order", required=True, actor=world.ada)
    drafted(PLAINER, world.sam)
    asked = send(sam)
    number = asked.location.rpartition("=")[2]
    token = token_of(sam.get(asked.location))
    assert sam.post(f"{PAGE}/withdraw", data={"csrf_token": token, "request": number}).status_code == 303
    assert sam.get(asked.location).status_code == 404


def test_a_number_of_the_rehearsal_opens_its_orders(sam: FlaskClient, world: World) -> None:
    with unit_of_work() as session:
        number = repair(session, world, technician=world.ana).number
    drafted(PARKING, world.sam)
    page = text_of(sam.get(PAGE))
    assert "1 order would move by itself at once, which sends 1 ×" in page
    link = re.search(r'href="([^"]*of=moving[^"]*)"', page)
    assert link is not None
    orders = text_of(sam.get(link.group(1)))
    assert "1 open order would move by itself at once" in orders
    assert f'href="/work-orders/{number}"' in orders
    assert "From Pending to Paused." in orders
    assert send(sam, hold_messages="1").status_code == 303
    with reading() as session:
        assert session.scalars(select(WorkOrder.status)).all() == ["paused"]
        assert session.scalars(select(Delivery).where(Delivery.message == "WorkOrderPaused")).all() == []


def test_a_large_rehearsal_shows_how_far_it_is_and_a_worker_does_it(
    sam: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.services.rehearsals.SLICE", 1)
    with unit_of_work() as session:
        repair(session, world, technician=world.ana)
    drafted(PLAINER, world.sam)
    page = text_of(sam.get(PAGE))
    assert "Replaying the past: 0 of 2 past moves." in page
    part = re.search(r'hx-get="([^"]*)" hx-trigger="every 2s"', page)
    assert part is not None
    with unit_of_work() as session:
        job = rehearsals.claim(session, rehearsal_id=rehearsals.waiting(session, now=NOW)[0], now=NOW)
        while job is not None:
            job = rehearsals.keep(session, job=job, part=rehearsing.part(session, job.task, NOW), now=NOW)
    done = text_of(sam.get(part.group(1), headers={"HX-Request": "true"}))
    assert "2 of 2 past moves would go the same way" in done
    assert "every 2s" not in done


def test_choosing_targets_rehearses_again_and_publishes_nothing(sam: FlaskClient, world: World) -> None:
    with unit_of_work() as session:
        order = repair(session, world, technician=world.ana)
        press(session, order, "start", world.ana)
        press(session, order, "pause", world.ana, {"reason": "parts"})
    drafted(RENAMED, world.sam)
    assert "stands in a status that disappears" in text_of(sam.get(PAGE))
    looked = send(sam, do="look", note="kept", **{"target.paused": "on_hold"})
    assert looked.status_code == 200
    assert "stands in a status that disappears" not in text_of(looked)
    assert "kept" in looked.text
    assert live_number() == 1


def test_a_form_with_unknown_fields_is_refused(sam: FlaskClient, world: World) -> None:
    drafted(PLAINER, world.sam)
    assert send(sam, author_id="1").status_code == 422
    assert live_number() == 1
