"""The pages of customers: who sees them, what a refused form keeps, and that nothing is made twice."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.views.forms import fill, hidden, text_of
from tests.views.people import add_person, sign_in, token_of
from webapp.db import reading
from webapp.models import Customer


def how_many() -> int:
    with reading() as session:
        return session.execute(select(func.count()).select_from(Customer)).scalar_one()


@pytest.fixture
def clerk(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser in which a clerk is signed in."""
    add_person("clerk@firm.test", "Clara Clerk", "customers.view", "customers.create", "customers.edit")
    sign_in(client, "clerk@firm.test")
    return client


def test_a_customer_is_made_shown_found_and_changed(clerk: FlaskClient) -> None:
    made = fill(
        clerk, "/customers/new", "/customers", type="commercial", company_name="Harbour Bakery", emails="b@harbour.test"
    )
    assert made.status_code == 303, made.text
    address = made.headers["Location"]
    shown = clerk.get(address)
    assert "Harbour Bakery" in shown.text
    assert "The customer is saved." in shown.text
    assert "Harbour Bakery" in clerk.get("/customers?q=HARBOUR").text
    assert "Nobody found" in clerk.get("/customers?q=lakeside").text
    changed = fill(clerk, f"{address}/edit", type="commercial", company_name="Lakeside Bakery")
    assert changed.headers["Location"] == address
    assert "Lakeside Bakery" in clerk.get("/customers").text


def test_a_refused_form_keeps_everything_typed_and_says_why_beside_the_field(clerk: FlaskClient) -> None:
    answer = fill(clerk, "/customers/new", "/customers", type="government", last_name="O'Neill <b>", emails="nonsense")
    assert answer.status_code == 422
    assert 'id="emails-error"' in answer.text
    assert 'id="first_name-error"' in answer.text
    assert "O'Neill <b>" in text_of(answer)
    assert "<b>" not in answer.text
    assert 'value="government" checked' in " ".join(answer.text.split())
    assert how_many() == 0


def test_a_form_sent_twice_makes_one_customer(clerk: FlaskClient) -> None:
    page = clerk.get("/customers/new")
    data = {"csrf_token": token_of(page), **hidden(page), "type": "residential", "first_name": "Mara"}
    first, second = clerk.post("/customers", data=data), clerk.post("/customers", data=data)
    assert first.headers["Location"] == second.headers["Location"]
    assert how_many() == 1


def test_a_change_from_an_old_page_is_refused(clerk: FlaskClient) -> None:
    address = fill(clerk, "/customers/new", "/customers", type="residential", first_name="Mara").headers["Location"]
    fill(clerk, f"{address}/edit", type="residential", first_name="Maria")
    late = fill(clerk, f"{address}/edit", type="residential", first_name="Marie", row_version="1")
    assert late.status_code == 409
    assert "Clara Clerk changed this customer while you had the page open." in late.text
    assert 'value="Marie"' in late.text  # what was typed is kept
    assert ">Maria<" in late.text  # beside what is stored now
    assert "Maria" in clerk.get(address).text
    version = hidden(late)["row_version"]
    knowing = fill(clerk, f"{address}/edit", type="residential", first_name="Marie", row_version=version)
    assert knowing.status_code == 303
    assert "Marie" in clerk.get(address).text


def test_a_field_the_page_does_not_have_is_refused(clerk: FlaskClient) -> None:
    answer = fill(clerk, "/customers/new", "/customers", type="residential", first_name="Mara", display_name="Boss")
    assert answer.status_code == 422
    assert how_many() == 0


@pytest.mark.parametrize("address", ["/customers/999", "/customers/99999999999999999999", "/customers/999/edit"])
def test_a_customer_who_is_not_there_is_not_found(clerk: FlaskClient, address: str) -> None:
    assert clerk.get(address).status_code == 404


@pytest.mark.parametrize("query", ["?after=x", "?after=99", "?q=%25&after=99999999999"])
def test_the_list_answers_whatever_the_address_says(clerk: FlaskClient, query: str) -> None:
    assert clerk.get(f"/customers{query}").status_code == 200


def test_a_nul_character_is_refused_as_on_every_page(clerk: FlaskClient) -> None:
    assert clerk.get("/customers?q=%00").status_code == 400


def test_who_may_only_look_is_shown_no_button_and_cannot_change(app: Flask, client: FlaskClient) -> None:
    add_person("viewer@firm.test", "Vera Viewer", "customers.view")
    sign_in(client, "viewer@firm.test")
    page = client.get("/customers")
    assert "New customer" not in page.text
    assert client.get("/customers/new").status_code == 403
    answer = client.post("/customers", data={"csrf_token": token_of(page), "first_name": "Mara"})
    assert answer.status_code == 403
    assert how_many() == 0
