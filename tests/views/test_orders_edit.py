"""Screen two of a work order: items, assignment, due date, buttons, history, and what stands in the way."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.views import order_world as world
from webapp.db import reading
from webapp.models import CustomerLink, Item, Refusal, StatusHistory, User, WorkOrder


@pytest.fixture(autouse=True)
def firm(client: FlaskClient) -> None:
    world.found_firm()
    world.as_person(client, world.OFFICE)


def status(number: int) -> str:
    with reading() as session:
        return session.scalars(select(WorkOrder.status).where(WorkOrder.number == number)).one()


def user(email: str) -> str:
    with reading() as session:
        return str(session.scalars(select(User.id).where(User.email == email)).one())


def item(name: str) -> str:
    with reading() as session:
        return str(session.scalars(select(Item.id).where(Item.name == name)).one())


def test_the_office_sees_items_at_zero_without_cost_and_no_assignment_card(client: FlaskClient) -> None:
    text = client.get(f"/work-orders/{world.make_order(client)}").text
    assert "Quantity of Cable" in text
    assert "Quantity of Valve" in text
    assert "Unit Cost" not in text
    assert "Assignment" not in text
    assert ">Due Date" in text
    assert "1 Mill Lane, Berlin" in text


def test_the_supervisor_sees_cost_and_assignment(client: FlaskClient) -> None:
    number = world.make_order(client)
    world.as_person(client, world.SUPERVISOR)
    text = client.get(f"/work-orders/{number}").text
    for word in ("Unit Cost", "Assignment", ">Technician<", ">Due Date", "Estimated duration"):
        assert word in text


def test_assigning_a_technician_makes_it_pending_with_an_entry_in_the_history(client: FlaskClient) -> None:
    number = world.make_order(client)
    world.as_person(client, world.SUPERVISOR)
    answer = world.save_order(client, number, technician_id=user(world.TECHNICIAN), due_at="2027-01-05T09:30")
    assert answer.status_code == 303, answer.text
    assert status(number) == "pending"
    assert "Unassigned → Pending" in client.get(f"/work-orders/{number}").text
    with reading() as session:
        last = session.scalars(select(StatusHistory).order_by(StatusHistory.id.desc())).first()
        assert last is not None
        assert (last.to_status, last.actor_name) == ("pending", "Sam Supervisor")


def test_a_quantity_over_its_limit_waits_for_approval(client: FlaskClient) -> None:
    number = world.make_order(client)
    cable = item("Cable")
    world.save_order(client, number, **{f"quantity__{cable}": "6"})
    world.as_person(client, world.SUPERVISOR)
    world.save_order(client, number, technician_id=user(world.TECHNICIAN))
    assert status(number) == "waiting_approval"
    text = client.get(f"/work-orders/{number}").text
    assert "Needs approval" in text
    assert "Quantities need the customer&#39;s approval" in text


def test_an_item_is_added_from_the_catalogue(client: FlaskClient) -> None:
    number = world.make_order(client)
    world.save_order(client, number, add_item=item("Glue"), add_quantity="2,5")
    assert "Quantity of Glue" in client.get(f"/work-orders/{number}").text


def test_what_cannot_be_read_is_answered_beside_the_field_and_kept(client: FlaskClient) -> None:
    number = world.make_order(client)
    answer = world.save_order(client, number, **{f"quantity__{item('Cable')}": "many"}, due_at="2027-01-05T09:30")
    assert answer.status_code == 422
    assert "Enter a number that is not negative" in answer.text
    assert 'value="many"' in answer.text
    assert 'value="2027-01-05T09:30"' in answer.text


def test_saving_over_a_newer_version_shows_what_changed_and_keeps_what_was_typed(client: FlaskClient) -> None:
    number = world.make_order(client)
    world.save_order(client, number, request="First")
    answer = world.save_order(client, number, row_version="1", request="Second")
    assert answer.status_code == 409
    assert "Olga Office changed Customer request" in answer.text
    assert "Second</textarea>" in answer.text


def test_a_refused_button_is_remembered_and_says_why(client: FlaskClient) -> None:
    number = world.make_order(client)
    world.as_person(client, world.SUPERVISOR)
    answer = world.press(client, number, "cancel")
    assert answer.status_code == 409
    assert "This is not possible now." in answer.text
    assert status(number) == "unassigned"
    with reading() as session:
        assert [row.transition for row in session.scalars(select(Refusal))] == ["cancel"]
    assert "Refused attempts (1)" in client.get(f"/work-orders/{number}").text


def test_the_whole_life_from_start_to_completed(client: FlaskClient) -> None:
    number = world.make_order(client)
    world.as_person(client, world.SUPERVISOR)
    world.save_order(client, number, technician_id=user(world.TECHNICIAN), **{f"quantity__{item('Valve')}": "1"})
    world.as_person(client, world.TECHNICIAN)
    assert world.press(client, number, "start").status_code == 303
    assert f"/work-orders/{number}" in client.get("/my-day").text
    page = client.get(f"/work-orders/{number}").text
    assert "fill in how much was used" in page
    world.save_order(client, number, **{f"used__{item('Valve')}": "1"})
    assert world.press(client, number, "submit").status_code == 303
    world.as_person(client, world.SUPERVISOR)
    assert world.press(client, number, "complete").status_code == 303
    assert status(number) == "completed"


def test_pressing_the_same_button_twice_is_a_success(client: FlaskClient) -> None:
    number = world.make_order(client)
    world.as_person(client, world.SUPERVISOR)
    version = world.hidden(client.get(f"/work-orders/{number}"), "row_version")
    for _ in range(2):
        answer = world.press(client, number, "cancel", row_version=version, reason="No longer needed")
        assert answer.status_code == 303, answer.text
    assert status(number) == "cancelled"


def test_an_order_nobody_may_see_is_not_there(client: FlaskClient) -> None:
    number = world.make_order(client)
    world.as_person(client, world.TECHNICIAN)
    assert client.get(f"/work-orders/{number}").status_code == 404


def test_a_unit_without_items_says_where_to_link_them(client: FlaskClient) -> None:
    number = world.make_order(client, unit_id=str(world.unit_id("SN-HP")))
    assert "Settings → Device Types" in client.get(f"/work-orders/{number}").text


def test_sending_the_mail_again_twice_from_one_page_sends_it_once(client: FlaskClient) -> None:
    number = world.make_order(client)
    world.save_order(client, number, **{f"quantity__{item('Cable')}": "6"})
    world.as_person(client, world.SUPERVISOR)
    world.save_order(client, number, technician_id=user(world.TECHNICIAN))
    page = client.get(f"/work-orders/{number}")
    button = page.text.partition("/send-again")[2].partition("</form>")[0]
    token = re.search(r'name="form_token" value="([^"]+)"', button)
    assert token is not None
    sent = {"csrf_token": world.hidden(page, "csrf_token"), "form_token": token.group(1)}
    for _ in range(2):
        assert client.post(f"/work-orders/{number}/send-again", data=sent).status_code == 303
    with reading() as session:
        links = session.scalars(select(CustomerLink).order_by(CustomerLink.id)).all()
        assert [link.revoked_at is None for link in links] == [False, True]


def test_a_technician_that_cannot_be_read_takes_nobody_off_the_order(client: FlaskClient) -> None:
    number = world.make_order(client)
    world.as_person(client, world.SUPERVISOR)
    world.save_order(client, number, technician_id=user(world.TECHNICIAN))
    answer = world.save_order(client, number, technician_id="nobody-of-ours")
    assert answer.status_code == 422
    assert 'id="technician_id-error"' in answer.text
    assert status(number) == "pending"
