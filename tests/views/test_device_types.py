"""Settings → Device Types: made, given models, linked to items, and closed to who may only look."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.views.forms import fill
from tests.views.people import add_person, sign_in, token_of
from webapp.db import unit_of_work
from webapp.models import Item

PLACE = "/settings/device-types"


@pytest.fixture
def keeper(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser in which somebody who may do everything with device types is signed in; there is a nozzle."""
    with unit_of_work() as session:
        session.add(Item(name="Nozzle", unit_cost=Decimal("73.19"), active=True))
    rights = ("device_types.view", "device_types.create", "device_types.edit", "work_orders.pricing")
    add_person("keeper@firm.test", "Kim Keeper", *rights)
    sign_in(client, "keeper@firm.test")
    return client


def test_a_device_type_is_made_with_models_and_items(keeper: FlaskClient) -> None:
    page = fill(keeper, PLACE, name="Boiler").headers["Location"]
    assert fill(keeper, page, f"{page}/items", item_id="1").status_code == 303
    model = fill(keeper, page, f"{page}/models", number="B-200", manufacturer="Therma", default_cost="1999.9")
    assert model.status_code == 303, model.text
    shown = keeper.get(page).text
    assert "Unlink Nozzle" in shown
    assert "B-200" in shown
    assert "1999.90" in shown
    assert "73.19" in shown
    assert fill(keeper, page, f"{page}/items/1/unlink").status_code == 303
    assert "Unlink Nozzle" not in keeper.get(page).text


def test_a_refused_form_says_why_and_keeps_what_was_typed(keeper: FlaskClient) -> None:
    page = fill(keeper, PLACE, name="Boiler").headers["Location"]
    twice = fill(keeper, PLACE, name="boiler")
    assert (twice.status_code, 'value="boiler"' in twice.text) == (422, True)
    model = fill(keeper, page, f"{page}/models", number="", manufacturer="Therma", default_cost="x")
    assert model.status_code == 422
    assert 'id="number-error"' in model.text
    assert 'value="Therma"' in model.text
    assert fill(keeper, page, f"{page}/items", item_id="").status_code == 422
    renamed = fill(keeper, page, name="")
    assert (renamed.status_code, 'id="name-error"' in renamed.text) == (422, True)


def test_who_may_only_look_sees_no_cost_and_no_button(app: Flask, keeper: FlaskClient) -> None:
    page = fill(keeper, PLACE, name="Boiler").headers["Location"]
    fill(keeper, page, f"{page}/items", item_id="1")
    viewer = app.test_client()
    add_person("viewer@firm.test", "Vera Viewer", "device_types.view")
    sign_in(viewer, "viewer@firm.test")
    shown = viewer.get(page)
    assert "Nozzle" in shown.text
    assert "73.19" not in shown.text
    assert "Unlink" not in shown.text
    token = token_of(shown)
    for action in (PLACE, page, f"{page}/items", f"{page}/items/1/unlink", f"{page}/models"):
        assert viewer.post(action, data={"csrf_token": token, "name": "X"}).status_code == 403
    assert viewer.get(f"{PLACE}/999").status_code == 404
