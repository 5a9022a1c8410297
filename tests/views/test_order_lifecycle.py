"""The page of an order: its life drawn as each version was, and every decision opened to the values it rested on."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.views.forms import text_of
from tests.views.order_world import SUPERVISOR, TECHNICIAN, found_firm, make_order, press, save_order
from tests.views.people import sign_in
from webapp import clock
from webapp.config import DEFINITIONS
from webapp.db import reading, unit_of_work
from webapp.models import StatusHistory, User, WorkOrder
from webapp.services import definitions, transitions

STOCK = (DEFINITIONS / "work_order.yaml").read_text(encoding="utf-8")
SECOND = STOCK.replace("label: Ongoing\n", "label: Being worked on\n", 1)


@pytest.fixture
def order(app: Flask, client: FlaskClient) -> int:
    """An order with two metres of cable that the technician has started; he tried to submit it and was refused."""
    found_firm()
    sign_in(client, SUPERVISOR)
    number = make_order(client)
    technician = person(TECHNICIAN)
    save_order(client, number, technician_id=str(technician))
    assert press(client, number, "start").status_code == 303
    save_order(client, number, **{quantity_of(client, number): "2"})
    assert press(client, number, "submit").status_code == 409
    return number


def person(email: str) -> int:
    with reading() as session:
        return session.scalars(select(User.id).where(User.email == email)).one()


def quantity_of(client: FlaskClient, number: int) -> str:
    """The field of the first item's quantity."""
    page = client.get(f"/work-orders/{number}").text
    return page.split('name="quantity.', 1)[1].split('"', 1)[0].join(("quantity.", ""))


def page_of(client: FlaskClient, number: int) -> str:
    return text_of(client.get(f"/work-orders/{number}"))


def card(page: str, name: str) -> str:
    """The part of the page that is this card."""
    return page.split(f'<section class="card" id="{name}"', 1)[1].split("</section>", 1)[0]


def test_the_page_shows_where_the_order_came_through_and_where_it_stands(client: FlaskClient, order: int) -> None:
    shown = card(page_of(client, order), "lifecycle")
    path = shown.split('class="lifecycle-path"', 1)[1].split("</ol>", 1)[0]
    assert path.index("Unassigned") < path.index("Pending") < path.index("Ongoing")
    assert path.count("is here") == 1
    assert "is here" in path.split("Ongoing", 1)[1]
    assert "data-diagram=" in shown


def test_a_past_move_opens_to_what_allowed_it_and_a_refusal_to_what_refused_it(client: FlaskClient, order: int) -> None:
    shown = card(page_of(client, order), "history")
    assert "Allowed because" in shown
    assert "Technician assigned</span>: holds" in shown
    assert "<dt>Technician</dt><dd>Tom Technician</dd>" in shown
    refused = shown.split("Refused because", 1)[1]
    assert "Used filled in</span>: does not hold" in refused
    assert "Cable: quantity 2, used —" in refused


def test_an_order_that_lived_in_two_versions_is_drawn_as_each_was(client: FlaskClient, order: int) -> None:
    with unit_of_work() as session:
        version = definitions.import_text(session, text=SECOND, actor=definitions.SYSTEM, now=clock.now())
        order_id = session.scalars(select(WorkOrder.id).where(WorkOrder.number == order)).one()
        transitions.lock(session, number=order, actor=definitions.SYSTEM)
        transitions.move(
            session,
            order_id=order_id,
            version_id=version.id,
            targets={},
            note="",
            hold_messages=False,
            actor=definitions.SYSTEM,
            now=clock.now(),
        )
    shown = card(page_of(client, order), "lifecycle")
    first, second = shown.split("Version 2 of the workflow", 1)
    assert "Ongoing" in first
    assert "is here" not in first.split('class="lifecycle-path"', 1)[1].split("</ol>", 1)[0]
    path = second.split('class="lifecycle-path"', 1)[1].split("</ol>", 1)[0]
    assert "Being worked on" in path
    assert "is here" in path


def test_a_fact_that_was_not_recorded_is_said_to_be_missing(client: FlaskClient, order: int) -> None:
    with unit_of_work() as session:
        rows = session.scalars(select(StatusHistory).where(StatusHistory.rule == "start")).all()
        for row in rows:
            facts = {name: value for name, value in row.facts.items() if name != "order.technician"}
            session.execute(update(StatusHistory).where(StatusHistory.id == row.id).values(facts=facts))
    shown = card(page_of(client, order), "history")
    assert "Not recorded then: Technician." in shown
    assert "judged otherwise" not in shown
