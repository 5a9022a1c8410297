"""The pages that ask what becomes of open orders when a technician leaves or a unit is put away."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.services.firm import World, open_firm, repair, save
from tests.views.forms import fill, text_of
from tests.views.people import add_person, sign_in
from webapp.db import reading, unit_of_work
from webapp.models import Role, Unit, User, WorkOrder
from webapp.queries.lifecycles import vocabulary


@pytest.fixture
def world(app: Flask) -> World:
    with unit_of_work() as session:
        return open_firm(session)


@pytest.fixture
def admin(world: World, client: FlaskClient) -> FlaskClient:
    """A browser in which somebody who may do everything is signed in."""
    add_person("root@firm.test", "Rita Root", *vocabulary().permissions)
    sign_in(client, "root@firm.test")
    return client


@pytest.fixture
def number(world: World) -> int:
    """A repair of Ana's."""
    with unit_of_work() as session:
        return repair(session, world, technician=world.ana).number


def shown(client: FlaskClient, page: str) -> dict[str, str]:
    """The hidden fields of the card that a page asks with: that it asked, and each order's version."""
    found = re.findall(r'name="(asked|version\.[0-9]+)" value="([^"]*)"', client.get(page).text)
    return dict(found)


def standing(number: int) -> tuple[int | None, str]:
    with reading() as session:
        order = session.query(WorkOrder).filter_by(number=number).one()
        return order.technician_id, order.status


def test_a_technician_is_deactivated_once_somebody_takes_over(admin: FlaskClient, world: World, number: int) -> None:
    page = f"/settings/users/{world.ana.user_id}/deactivation"
    asked = admin.get(page)
    assert f"#{number}" in asked.text
    unchosen = fill(admin, page, **shown(admin, page))
    assert (unchosen.status_code, f"#{number}: Choose who takes it over" in text_of(unchosen)) == (422, True)
    done = fill(admin, page, **shown(admin, page), for_all=str(world.tom.user_id))
    assert done.status_code == 303
    assert f"Work orders handed over: #{number}." in text_of(admin.get(done.headers["Location"]))
    assert standing(number) == (world.tom.user_id, "pending")


def test_a_page_that_came_too_late_says_what_changed_and_keeps_the_choice(
    admin: FlaskClient, world: World, number: int
) -> None:
    page = f"/settings/users/{world.ana.user_id}/deactivation"
    before = shown(admin, page)
    with unit_of_work() as session:
        save(session, session.query(WorkOrder).filter_by(number=number).one(), world.sam, duration_minutes=90)
    late = fill(admin, page, **before, for_all="nobody")
    assert late.status_code == 409
    assert "Sam changed Estimated duration from 60 minutes to 90 minutes." in text_of(late)
    assert 'value="nobody" selected' in late.text
    assert standing(number) == (world.ana.user_id, "pending")


def test_changing_the_role_asks_in_the_same_form_and_keeps_what_was_typed(
    admin: FlaskClient, world: World, number: int
) -> None:
    with reading() as session:
        office = session.query(Role).filter_by(name="office").one().id
    page, typed = f"/settings/users/{world.ana.user_id}", {"name": "Ana Office", "email": "ana@firm.test"}
    asked = fill(admin, page, **typed, role_id=str(office))
    assert asked.status_code == 422
    assert "Say below who takes over." in text_of(asked)
    assert 'value="Ana Office"' in asked.text
    chosen = dict(re.findall(r'name="(asked|version\.[0-9]+)" value="([^"]*)"', asked.text))
    assert fill(admin, page, **typed, role_id=str(office), **chosen, for_all="nobody").status_code == 303
    assert standing(number) == (None, "unassigned")
    with reading() as session:
        assert session.get_one(User, world.ana.user_id).role_id == office


def test_a_unit_is_archived_with_its_orders_moved_or_cancelled(admin: FlaskClient, world: World, number: int) -> None:
    page = f"/units/{world.boiler}/archive"
    assert "Move to Boiler Thermo B-200, B-2: it is then Pending" in text_of(admin.get(page))
    silent = fill(admin, page, **shown(admin, page), **{f"order.{number}": "cancel"})
    assert (silent.status_code, 'id="reason-error"' in silent.text) == (422, True)
    done = fill(admin, page, **shown(admin, page), **{f"order.{number}": "cancel"}, reason="Scrapped")
    assert done.status_code == 303
    assert standing(number)[1] == "cancelled"
    with reading() as session:
        assert session.get_one(Unit, world.boiler).archived


def test_a_customers_page_lists_the_orders_made_for_him(admin: FlaskClient, world: World, number: int) -> None:
    with unit_of_work() as session:
        newer = [repair(session, world).number for _ in range(25)]
    first = admin.get(f"/customers/{world.customer}").text
    assert f"#{newer[-1]}" in first
    assert f"#{number}<" not in first
    onward = re.search(r'rel="next" href="([^"]+)"', first)
    assert onward is not None
    assert f"#{number}<" in admin.get(onward.group(1)).text


def test_a_model_is_changed_from_its_device_type(admin: FlaskClient, world: World) -> None:
    place = f"/settings/device-types/{world.device_type}"
    page = f"{place}/models/{world.model}"
    assert page in admin.get(place).text
    assert fill(admin, page, number="B-201", manufacturer="Thermo", default_cost="1500,50").status_code == 303
    assert "1500.50" in admin.get(place).text
    late = fill(admin, page, number="B-202", manufacturer="Thermo", default_cost="", row_version="1")
    assert late.status_code == 409
    assert "Rita Root changed this model" in late.text
    assert 'value="B-202"' in late.text
    assert admin.get(f"/settings/device-types/999/models/{world.model}").status_code == 404


def test_a_field_these_pages_do_not_have_is_refused(admin: FlaskClient, world: World, number: int) -> None:
    page = f"/settings/users/{world.ana.user_id}/deactivation"
    assert fill(admin, page, active="no").status_code == 422
    assert fill(admin, f"/units/{world.boiler}/archive", archived="yes").status_code == 422
