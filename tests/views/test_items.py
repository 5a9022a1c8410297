"""Settings → Items: the cost is for those who may see costs, and a refused form keeps what was typed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.views.forms import fill, text_of
from tests.views.people import add_person, sign_in
from webapp.db import reading
from webapp.models import Item


def stored() -> list[tuple[str, Decimal, Decimal | None, bool]]:
    with reading() as session:
        rows = session.execute(select(Item.name, Item.unit_cost, Item.approval_quantity_limit, Item.active))
        return [tuple(row) for row in rows]


@pytest.fixture
def keeper(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser in which somebody who may do everything with items and sees costs is signed in."""
    rights = ("items.view", "items.create", "items.edit", "items.delete", "work_orders.pricing")
    add_person("keeper@firm.test", "Kim Keeper", *rights)
    sign_in(client, "keeper@firm.test")
    return client


TYPED = {"name": "Nozzle", "kind": "material", "unit_of_measure": "piece", "approval_quantity_limit": "0"}


def make(client: FlaskClient, **more: str) -> None:
    answer = fill(client, "/settings/items/new", "/settings/items", **TYPED | {"unit_cost": "73.19"} | more)
    assert answer.status_code == 303, answer.text


def test_an_item_is_made_changed_and_taken_out_of_use(keeper: FlaskClient) -> None:
    make(keeper)
    page = keeper.get("/settings/items")
    assert "Every use" in page.text
    assert "73.19" in page.text
    changed = fill(keeper, "/settings/items/1", **TYPED | {"unit_cost": "80", "approval_quantity_limit": ""})
    assert changed.status_code == 303
    assert stored() == [("Nozzle", Decimal("80.00"), None, True)]
    assert fill(keeper, "/settings/items/1", "/settings/items/1/retirement", active="no").status_code == 303
    assert stored()[0][3] is False
    assert "Out of use" in keeper.get("/settings/items").text


def test_a_refused_item_keeps_everything_typed(keeper: FlaskClient) -> None:
    answer = fill(keeper, "/settings/items/new", "/settings/items", **TYPED | {"unit_cost": "cheap", "name": "O'Ring"})
    assert answer.status_code == 422
    assert 'id="unit_cost-error"' in answer.text
    assert 'value="cheap"' in answer.text
    assert 'value="O\'Ring"' in text_of(answer)
    assert stored() == []


def test_the_cost_is_nowhere_for_who_lacks_the_pricing_permission(app: Flask, keeper: FlaskClient) -> None:
    make(keeper)
    other = app.test_client()
    add_person("clerk@firm.test", "Clara Clerk", "items.view", "items.create", "items.edit")
    sign_in(other, "clerk@firm.test")
    for address in ("/settings/items", "/settings/items/1", "/settings/items/new"):
        page = other.get(address)
        assert page.status_code == 200
        assert "Unit Cost" not in page.text
        assert "73.19" not in page.text
    assert fill(other, "/settings/items/1", **TYPED | {"name": "Fine nozzle"}).status_code == 303
    assert stored() == [("Fine nozzle", Decimal("73.19"), Decimal(0), True)]
    assert fill(other, "/settings/items/1", **TYPED | {"unit_cost": "1"}).status_code == 403
    assert fill(other, "/settings/items/1", "/settings/items/1/retirement", active="no").status_code == 403
    assert stored()[0][1] == Decimal("73.19")


def test_who_may_only_look_is_shown_no_buttons(app: Flask, client: FlaskClient) -> None:
    add_person("viewer@firm.test", "Vera Viewer", "items.view")
    sign_in(client, "viewer@firm.test")
    assert "New item" not in client.get("/settings/items").text
    assert client.get("/settings/items/new").status_code == 403
