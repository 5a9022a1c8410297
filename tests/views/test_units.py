"""The pages of units: made for a customer looked up without scripts, changed, transferred, archived."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.views.forms import fill, hidden, text_of
from tests.views.people import add_person, sign_in, token_of
from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.models import Unit
from webapp.services import customers
from webapp.services.customers import CustomerEntry


def how_many() -> int:
    with reading() as session:
        return session.execute(select(func.count()).select_from(Unit)).scalar_one()


@pytest.fixture
def keeper(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser in which somebody who may do everything with units is signed in; Mara and Olle are customers."""
    with unit_of_work() as session:
        for name in ("Mara", "Olle"):
            customers.add(session, entry=CustomerEntry(first_name=name), now=clock.now())
    rights = ("units.view", "units.create", "units.edit", "units.delete", "customers.view")
    add_person("keeper@firm.test", "Kim Keeper", *rights)
    sign_in(client, "keeper@firm.test")
    return client


def make(client: FlaskClient, **typed: str) -> str:
    answer = fill(client, "/units/new", "/units", **{"customer_id": "1", "step": "save"} | typed)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_a_customer_is_looked_up_while_everything_typed_stays(keeper: FlaskClient) -> None:
    found = fill(keeper, "/units/new", "/units", customer_search="OLL", serial_number="SN-<77>", step="find")
    assert found.status_code == 200
    assert "Olle" in found.text
    assert "Mara" not in found.text
    assert 'value="SN-<77>"' in text_of(found)
    assert how_many() == 0


def test_a_unit_is_made_shown_found_and_changed(keeper: FlaskClient) -> None:
    page = make(keeper, serial_number="SN-77", service_address="Harbour Street 1")
    assert "SN-77" in keeper.get(page).text
    assert "Mara" in keeper.get("/units?q=mara").text
    assert "SN-77" in keeper.get("/customers/1").text
    assert "Nothing found" in keeper.get("/units?q=olle").text
    assert fill(keeper, f"{page}/edit", serial_number="SN-78").status_code == 303
    assert "SN-78" in keeper.get(page).text
    late = fill(keeper, f"{page}/edit", serial_number="SN-79", service_address="", row_version="1")
    assert late.status_code == 409
    assert "Kim Keeper changed this unit while you had the page open." in late.text
    assert 'value="SN-79"' in late.text
    assert "SN-78" in late.text
    again = fill(keeper, f"{page}/edit", serial_number="SN-78", row_version="1")
    assert again.status_code == 303  # what was typed is stored already


def test_a_refused_form_keeps_everything_typed(keeper: FlaskClient) -> None:
    answer = fill(
        keeper, "/units/new", "/units", customer_id="2", warranty_months="long", serial_number="SN-1", step="save"
    )
    assert answer.status_code == 422
    assert 'id="warranty_months-error"' in answer.text
    assert 'value="SN-1"' in answer.text
    assert 'value="2" checked' in " ".join(answer.text.split())
    assert how_many() == 0


def test_a_form_sent_twice_makes_one_unit(keeper: FlaskClient) -> None:
    page = keeper.get("/units/new?customer_id=1")
    assert "Mara" in page.text
    data = {"csrf_token": token_of(page), **hidden(page), "customer_id": "1", "step": "save"}
    first, second = keeper.post("/units", data=data), keeper.post("/units", data=data)
    assert first.headers["Location"] == second.headers["Location"]
    assert how_many() == 1


def test_a_unit_is_transferred_and_archived(keeper: FlaskClient) -> None:
    page = make(keeper)
    found = fill(keeper, f"{page}/transfer", customer_search="olle", step="find")
    assert "Olle" in found.text
    assert fill(keeper, f"{page}/transfer", customer_id="1", step="save").status_code == 422
    nobody_picked = fill(keeper, f"{page}/transfer", step="save")
    assert (nobody_picked.status_code, 'id="customer_id-error"' in nobody_picked.text) == (422, True)
    assert fill(keeper, f"{page}/transfer", customer_id="2", with_orders="1", step="save").status_code == 303
    assert "Olle" in keeper.get(page).text
    assert fill(keeper, f"{page}/transfer", customer_id="stock", step="save").status_code == 303
    assert "None: in stock" in keeper.get(page).text
    assert fill(keeper, f"{page}/archive").status_code == 303
    assert "Model not known" not in keeper.get("/units").text
    assert "Model not known" in keeper.get("/units?tab=archived").text


def test_who_may_only_look_is_shown_no_button_and_cannot_change(app: Flask, keeper: FlaskClient) -> None:
    page = make(keeper)
    viewer = app.test_client()
    add_person("viewer@firm.test", "Vera Viewer", "units.view")
    sign_in(viewer, "viewer@firm.test")
    shown = viewer.get(page)
    assert "Transfer" not in shown.text
    assert "/customers/1" not in shown.text
    for action in ("/units", f"{page}/edit", f"{page}/transfer", f"{page}/archive"):
        assert viewer.post(action, data={"csrf_token": token_of(shown)}).status_code == 403
    assert viewer.get("/units/999").status_code == 404
    assert viewer.get("/units/99999999999999").status_code == 404
