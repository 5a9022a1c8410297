"""The list of work orders, a technician's day, and the customer's link."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.views import order_world as world
from tests.views.people import token_of
from webapp.db import reading
from webapp.models import ApprovalRequest, Item, User, WorkOrder
from webapp.services import approvals


@pytest.fixture(autouse=True)
def firm(client: FlaskClient) -> None:
    world.found_firm()
    world.as_person(client, world.OFFICE)


def user(email: str) -> str:
    with reading() as session:
        return str(session.scalars(select(User.id).where(User.email == email)).one())


def status(number: int) -> str:
    with reading() as session:
        return session.scalars(select(WorkOrder.status).where(WorkOrder.number == number)).one()


def test_an_empty_list_says_what_to_do(client: FlaskClient) -> None:
    text = client.get("/work-orders").text
    assert "No work orders yet" in text
    assert re.search(r'btn-create" href="/work-orders/new">.*?New', text, re.DOTALL)


def test_new_is_absent_without_the_permission(client: FlaskClient) -> None:
    world.make_order(client)
    world.as_person(client, "viewer@firm.test")
    text = client.get("/work-orders").text
    assert "/work-orders/new" not in text
    assert "1001" in text


def test_tabs_count_and_the_search_finds(client: FlaskClient) -> None:
    number = world.make_order(client)
    assert f"/work-orders/{number}" in client.get("/work-orders?tab=unassigned").text
    assert f'href="/work-orders/{number}"' in client.get("/work-orders?q=sn-4711").text
    assert "No work order fits" in client.get("/work-orders?q=nobody").text
    assert "Nothing here" in client.get("/work-orders?tab=to_review").text
    assert f'href="/work-orders/{number}"' in client.get("/work-orders?status=unassigned&technician=0&type=repair").text
    assert client.get("/work-orders?due_from=x&due_to=9999-12-31&after=y&tab=z").status_code == 200


def test_ticked_orders_are_assigned_at_once_and_each_that_cannot_says_why(client: FlaskClient) -> None:
    first, second = world.make_order(client), world.make_order(client)
    world.as_person(client, world.SUPERVISOR)
    world.press(client, second, "cancel", reason="No longer needed")
    page = client.get("/work-orders")
    answer = client.post(
        "/work-orders/assign",
        data={"number": [first, second], "technician_id": user(world.TECHNICIAN), "csrf_token": token_of(page)},
    )
    assert answer.status_code == 200
    assert "cannot be changed while the order is Cancelled" in answer.text
    assert (status(first), status(second)) == ("pending", "cancelled")


def test_the_day_of_a_technician_has_one_large_button(client: FlaskClient) -> None:
    number = world.make_order(client)
    world.as_person(client, world.SUPERVISOR)
    world.save_order(client, number, technician_id=user(world.TECHNICIAN))
    world.as_person(client, world.TECHNICIAN)
    text = client.get("/my-day").text
    assert 'data-transition="start"' in text
    assert "No date yet" in text
    assert "tel:+49301234567" in text


def waiting_token(client: FlaskClient) -> tuple[int, str]:
    number = world.make_order(client)
    with reading() as session:
        cable = session.scalars(select(Item.id).where(Item.name == "Cable")).one()
    world.save_order(client, number, **{f"quantity__{cable}": "6"})
    world.as_person(client, world.SUPERVISOR)
    world.save_order(client, number, technician_id=user(world.TECHNICIAN))
    with reading() as session:
        token = approvals.token_of(session, request_id=session.scalars(select(ApprovalRequest.id)).one())
    assert token is not None
    return number, token


def test_the_customer_approves_once_through_his_link(client: FlaskClient) -> None:
    number, token = waiting_token(client)
    staff = client.get(f"/a/{token}")
    assert "Only the customer can answer here." in staff.text
    assert "3.50" not in staff.text
    assert (
        client.post(
            f"/a/{token}", data={"answer": "approve", "csrf_token": token_of(client.get("/work-orders"))}
        ).status_code
        == 403
    )
    client.delete_cookie("fieldwright")
    page = client.get(f"/a/{token}")
    assert status(number) == "waiting_approval"
    data = {"answer": "approve", "csrf_token": token_of(page)}
    assert "Thank you" in client.post(f"/a/{token}", data=data).text
    assert status(number) == "pending"
    assert client.get(f"/a/{token}").status_code == 410


def test_declining_needs_a_reason_and_keeps_the_link_until_it_is_given(client: FlaskClient) -> None:
    number, token = waiting_token(client)
    client.delete_cookie("fieldwright")
    data = {"answer": "decline", "csrf_token": token_of(client.get(f"/a/{token}"))}
    assert client.post(f"/a/{token}", data=data).status_code == 422
    assert client.post(f"/a/{token}", data=data | {"reason": "Too much"}).status_code == 200
    assert status(number) == "pending"


def test_a_link_nobody_made_is_not_there(client: FlaskClient) -> None:
    assert client.get("/a/AAAAAAAAAAAAAAAAAAAAAA").status_code == 404
