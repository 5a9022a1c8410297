"""A price like no other, on every item, line and model: nobody without the permission meets it, in any answer or mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.conftest import fresh_database, settings
from tests.support import inhabited
from tests.support.inhabited import World
from tests.views.people import add_person, sign_in
from tests.views.test_url_map import ROLES
from webapp.app import create_app
from webapp.db import db, reading, unit_of_work
from webapp.demo import catalogue, names
from webapp.models import Delivery, DeviceModel, KeptMail, Notification, OrderChange, OrderLine, Refusal, StatusHistory

PRICE = "7319.57"
# 7319.57, 7,319.57, 7.319,57 and 7 319,57; in cents; and what nine of them come to.
CANARY = re.compile(r"7[.,\s’']?319(?!\d)|7[.,\s]?319[.,]57|731957|65[.,\s’']?876[.,]13")
PRICING = {"work_orders.pricing", "quotations.pricing"}
SOMEBODY_ELSE = "everything-but-prices@firm.test"
LISTS = ("/work-orders", "/settings/items", "/settings/device-types", "/units", "/customers", "/deliveries")
ASKED = (
    "?sort=unit_cost",
    "?sort=total&order=desc",
    "?order_by=unit_cost",
    "?fields=unit_cost,subtotal",
    "?unit_cost=1",
    "?pricing=1",
    "?format=json",
    "?format=csv",
)


@pytest.fixture(scope="module")
def dear(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, World]]:
    """The demo's firm, where everything costs the same, and a person who may do everything but see it."""
    folder = tmp_path_factory.mktemp("canary")
    with fresh_database("sqlite", folder, request) as url, pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "ITEMS", tuple((*item[:3], PRICE, item[4]) for item in names.ITEMS))
        app = create_app(settings(url, folder))
        world = inhabited.settle(app)
        with app.app_context():
            with unit_of_work() as session:
                session.execute(update(DeviceModel).values(default_cost=Decimal(PRICE)))
                assert set(session.scalars(select(OrderLine.unit_cost))) == {Decimal(PRICE)}
            everything = {permission for granted in ROLES.values() for permission in granted}
            add_person(SOMEBODY_ELSE, "Everything but prices", *sorted(everything - PRICING))
            yield app, world
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def app(dear: tuple[Flask, World]) -> Flask:
    return dear[0]


@pytest.fixture
def world(dear: tuple[Flask, World]) -> World:
    return dear[1]


def addresses(app: Flask, world: World) -> tuple[str, ...]:
    """Every GET route, and what a curious person would add to the address of a list."""
    return (
        *world.every_get(app.url_map),
        *(place + asked for place in LISTS for asked in ASKED),
        *(f"{place}?q={PRICE}" for place in LISTS),
    )


def seen(client: FlaskClient, address: str) -> list[str]:
    """The canary where it stands in an answer, its headers included; what the address asked for does not count."""
    answer = client.get(address, headers={"Accept": "application/json, text/html"})
    text = f"{answer.headers}{answer.get_data().decode('utf-8', 'replace')}"
    answer.close()
    asked = address.partition("?q=")[2]
    return CANARY.findall(text.replace(asked, "") if asked else text)


def blind() -> list[str]:
    """Everybody who may not see prices: the demo's people of such roles, and the one who may do everything else."""
    accounts = {"office": "office@demo.test", "technician": "technician@demo.test", "viewer": "viewer@demo.test"}
    without = [name for name, permissions in ROLES.items() if not PRICING & set(permissions)]
    assert set(without) == set(accounts), "a role came or went: name its account here"
    return [*accounts.values(), SOMEBODY_ELSE]


def test_without_the_permission_no_answer_of_any_route_holds_the_price(
    app: Flask, world: World, client: FlaskClient
) -> None:
    leaks = []
    for email in blind():
        client.delete_cookie("fieldwright")
        sign_in(client, email)
        leaks += [f"{address} to {email}" for address in addresses(app, world) if seen(client, address)]
    client.delete_cookie("fieldwright")
    leaks += [f"{address} to a stranger" for address in addresses(app, world) if seen(client, address)]
    assert not leaks, "\n".join(leaks)


def test_searching_for_the_price_finds_nothing_that_another_number_would_not(world: World, client: FlaskClient) -> None:
    sign_in(client, SOMEBODY_ELSE)
    for place in LISTS:
        right, wrong = (
            re.findall(r"<tbody>.*?</tbody>", client.get(f"{place}?q={asked}").text, re.S)
            for asked in (PRICE, "7319.58")
        )
        assert right == wrong, place


def test_with_the_permission_the_price_is_where_it_belongs(app: Flask, world: World, client: FlaskClient) -> None:
    sign_in(client, "admin@demo.test")
    order, items, types = (
        world.known[rule][0]
        for rule in (
            "/work-orders/<int:number>",
            "/settings/items/<int:item_id>",
            "/settings/device-types/<int:device_type_id>",
        )
    )
    for address in (order, "/settings/items", items, types):
        assert seen(client, address), address
    client.delete_cookie("fieldwright")
    sign_in(client, "supervisor@demo.test")
    assert seen(client, order)


def test_no_mail_no_notice_and_no_entry_of_a_history_holds_the_price(world: World) -> None:
    with reading() as session:
        told = [
            *(f"{one.subject} {one.text}" for one in session.scalars(select(KeptMail))),
            *(f"{one.title} {one.body}" for one in session.scalars(select(Notification))),
            *(f"{one.context} {one.reason}" for one in session.scalars(select(Delivery))),
            *(f"{one.reason} {one.facts} {one.guards} {one.answers}" for one in session.scalars(select(StatusHistory))),
            *(f"{one.field} {one.old} {one.new}" for one in session.scalars(select(OrderChange))),
            *(f"{one.blockers} {one.facts}" for one in session.scalars(select(Refusal))),
        ]
    assert len(told) > 300
    assert [one for one in told if CANARY.search(one)] == []
