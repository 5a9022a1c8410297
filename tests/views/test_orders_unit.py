"""The unit of an order that exists is changed on its screen, and everything typed stays through search and refusal."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.views import order_world as world
from tests.views.forms import text_of
from tests.views.people import token_of
from webapp.db import reading
from webapp.models import Customer, OrderChange, Unit, User, WorkOrder


@pytest.fixture(autouse=True)
def firm(client: FlaskClient) -> None:
    world.found_firm()
    world.as_person(client, world.OFFICE)


def send(client: FlaskClient, number: int, **typed: str) -> TestResponse:
    """Send the order's form with these fields alone."""
    page = client.get(f"/work-orders/{number}")
    data = {"csrf_token": token_of(page), "row_version": world.hidden(page, "row_version")}
    return client.post(f"/work-orders/{number}", data=data | typed)


def stored(number: int) -> WorkOrder:
    with reading() as session:
        found = session.scalars(select(WorkOrder).where(WorkOrder.number == number)).one()
        session.expunge(found)
        return found


def test_a_search_finds_units_and_keeps_what_was_typed_without_saving_it(client: FlaskClient) -> None:
    number = world.make_order(client)
    answer = send(client, number, do="search", unit_search="sn-hp", request="Not saved yet")
    assert answer.status_code == 200
    assert f'id="unit_id-{world.unit_id("SN-HP")}"' in answer.text
    assert "Not saved yet</textarea>" in answer.text
    assert 'value="sn-hp"' in answer.text
    assert stored(number).request == ""


def test_another_unit_is_saved_its_address_follows_and_the_change_is_kept(client: FlaskClient) -> None:
    number = world.make_order(client)
    before = stored(number).customer_id
    answer = send(client, number, unit_search="sn-bare", unit_id=str(world.unit_id("SN-BARE")))
    assert answer.status_code == 303, answer.text
    assert stored(number).unit_id == world.unit_id("SN-BARE")
    assert "2 Mill Lane, Berlin" in client.get(f"/work-orders/{number}").text
    with reading() as session:
        rows = session.scalars(select(OrderChange).order_by(OrderChange.id)).all()
        assert [(row.field, row.old, row.new) for row in rows] == [("Unit", "SN-4711", "SN-BARE")]
    assert before is not None
    assert stored(number).customer_id is None, "the unit in stock belongs to nobody"


def test_a_search_without_a_choice_asks_for_one(client: FlaskClient) -> None:
    number = world.make_order(client)
    answer = send(client, number, unit_search="sn-hp", unit_id=str(world.unit_id()), request="Kept")
    assert answer.status_code == 422
    assert "Pick one of the units found" in answer.text
    assert "Kept</textarea>" in answer.text


def test_what_a_unit_lacks_for_its_installation_is_asked_in_place_and_made_with_the_save(client: FlaskClient) -> None:
    number = world.make_order(client)
    bare = str(world.unit_id("SN-BARE"))
    asked = send(client, number, type="installation", unit_search="bare", unit_id=bare, request="New boiler")
    assert asked.status_code == 422
    assert "Choose the device model" in asked.text
    assert "needs-model needs-customer" in asked.text
    assert "New boiler</textarea>" in asked.text
    with reading() as session:
        model = session.scalars(select(Unit.device_model_id).where(Unit.serial_number == "SN-4711")).one()
    done = send(
        client,
        number,
        type="installation",
        unit_search="bare",
        unit_id=bare,
        request="New boiler",
        model_id=str(model),
        customer_mode="new",
        first_name="Nora",
    )
    assert done.status_code == 303, done.text
    order = stored(number)
    assert (order.type, order.unit_id, order.request) == ("installation", int(bare), "New boiler")
    with reading() as session:
        unit = session.get_one(Unit, int(bare))
        assert unit.device_model_id == model
        assert session.get_one(Customer, unit.customer_id).display_name == "Nora"
        assert order.customer_id == unit.customer_id


def test_a_refused_customer_makes_nobody(client: FlaskClient) -> None:
    number = world.make_order(client)
    bare = str(world.unit_id("SN-BARE"))
    answer = send(
        client,
        number,
        type="installation",
        unit_id=bare,
        customer_mode="new",
        first_name="Nora",
        email="no address",
    )
    assert answer.status_code == 422
    assert 'value="no address"' in answer.text
    assert stored(number).type == "repair"
    with reading() as session:
        assert len(session.scalars(select(Customer)).all()) == 1


def test_no_unit_can_be_chosen_once_work_has_begun(client: FlaskClient) -> None:
    number = world.make_order(client)
    assert "Change unit" in client.get(f"/work-orders/{number}").text
    world.as_person(client, world.SUPERVISOR)
    with reading() as session:
        tom = session.scalars(select(User.id).where(User.email == world.TECHNICIAN)).one()
    world.save_order(client, number, technician_id=str(tom))
    world.press(client, number, "start")
    world.as_person(client, world.OFFICE)
    assert "Change unit" not in client.get(f"/work-orders/{number}").text
    page = client.get("/work-orders/new")
    data = {"csrf_token": token_of(page), "row_version": str(stored(number).row_version)}
    answer = client.post(f"/work-orders/{number}", data=data | {"unit_id": str(world.unit_id("SN-HP"))})
    assert answer.status_code == 422
    assert stored(number).unit_id == world.unit_id()


def test_a_field_the_page_does_not_have_is_refused_and_nothing_typed_is_lost(client: FlaskClient) -> None:
    number = world.make_order(client)
    answer = send(client, number, request="Keep me", status="billed", created_by_id="1")
    assert answer.status_code == 422
    assert "fields this page does not have: created_by_id, status." in text_of(answer)
    assert "Keep me</textarea>" in answer.text
    assert stored(number).request == ""


def test_an_edit_that_changes_only_line_breaks_is_an_edit(client: FlaskClient) -> None:
    number = world.make_order(client, request="Tap drips. Ring twice.")
    answer = send(client, number, request="Tap drips.\r\nRing twice.")
    assert answer.status_code == 303
    assert stored(number).request == "Tap drips.\nRing twice."


def test_sending_back_what_the_browser_was_given_changes_nothing(client: FlaskClient) -> None:
    number = world.make_order(client, request="Tap drips.\r\nRing twice.")
    assert send(client, number, request="Tap drips.\r\nRing twice.").status_code == 303
    assert stored(number).row_version == 1


def test_a_refused_save_keeps_the_version_it_was_made_from(client: FlaskClient) -> None:
    number = world.make_order(client)
    world.save_order(client, number, request="Somebody was faster")
    answer = world.save_order(client, number, row_version="1", request="Mine", due_at="soon")
    assert answer.status_code == 422
    assert world.hidden(answer, "row_version") == "1", "or the next save would silently overwrite the other"


def test_a_reason_typed_for_a_button_that_is_gone_is_shown_again(client: FlaskClient) -> None:
    number = world.make_order(client)
    world.as_person(client, world.SUPERVISOR)
    version = world.hidden(client.get(f"/work-orders/{number}"), "row_version")
    world.press(client, number, "cancel", reason="First")
    world.as_person(client, world.SECOND)
    answer = world.press(client, number, "cancel", row_version=version, reason="A long story, told once")
    assert answer.status_code == 409
    assert "A long story, told once" in answer.text


def test_other_orders_of_the_unit_are_told_only_to_who_may_know_of_them(client: FlaskClient) -> None:
    secret = world.make_order(client, request="A private matter")
    number = world.make_order(client)
    assert f'href="/work-orders/{secret}"' in client.get(f"/work-orders/{number}").text
    world.as_person(client, world.SUPERVISOR)
    with reading() as session:
        tom = session.scalars(select(User.id).where(User.email == world.TECHNICIAN)).one()
    world.save_order(client, number, technician_id=str(tom))
    world.as_person(client, world.TECHNICIAN)
    text = client.get(f"/work-orders/{number}").text
    assert "1 other order at this unit." in text
    assert "A private matter" not in text
    assert str(secret) not in text
