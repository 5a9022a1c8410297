"""The pages of maintenance plans: making one, what a refused form keeps, its ledger, pausing it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.views.forms import fill, hidden, text_of
from tests.views.people import add_person, sign_in, token_of
from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.models import Customer, MaintenancePlan, Unit
from webapp.services import definitions

FORM = {
    "name": "Yearly boiler service",
    "unit_id": "1",
    "first_due_at": "2026-05-04T09:00",
    "lead_days": "14",
    "every": "12",
    "period": "months",
    "duration_minutes": "90",
}


@pytest.fixture
def planner(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser in which somebody is signed in who plans the maintenance of one unit in Berlin."""
    add_person("plan@firm.test", "Pia Planner", "maintenance.view", "maintenance.create", "maintenance.edit")
    with unit_of_work() as session:
        definitions.ensure_stock(session, now=clock.now())
        session.add(
            Customer(id=1, company_name="Acme", display_name="Acme", search_text="acme", created_at=clock.now())
        )
        session.flush()
        session.add(Unit(id=1, customer_id=1, time_zone="Europe/Berlin", created_at=clock.now()))
    sign_in(client, "plan@firm.test")
    return client


def plans() -> int:
    with reading() as session:
        return session.execute(select(func.count()).select_from(MaintenancePlan)).scalar_one()


def test_a_plan_is_made_and_its_due_dates_are_shown_on_the_clocks_of_its_unit(planner: FlaskClient) -> None:
    made = fill(planner, "/maintenance/new", **FORM)
    assert made.status_code == 303, made.text
    shown = text_of(planner.get(made.headers["Location"]))
    assert "Every 12 months" in shown
    assert "4 May 2026, 09:00" in shown
    assert "4 May 2027, 09:00" in shown
    assert "Yearly boiler service" in planner.get("/maintenance").text


def test_a_refused_form_keeps_what_was_typed_and_says_why_beside_each_field(planner: FlaskClient) -> None:
    answer = fill(planner, "/maintenance/new", **FORM | {"every": "often", "first_due_at": "", "name": "O'Neill"})
    assert answer.status_code == 422
    assert 'id="every-error"' in answer.text
    assert 'id="first_due_at-error"' in answer.text
    assert "O&#39;Neill" in answer.text
    assert plans() == 0


def test_a_form_sent_twice_makes_one_plan(planner: FlaskClient) -> None:
    page = planner.get("/maintenance/new")
    data = {"csrf_token": token_of(page), **hidden(page), **FORM}
    first, second = planner.post("/maintenance/new", data=data), planner.post("/maintenance/new", data=data)
    assert first.headers["Location"] == second.headers["Location"]
    assert plans() == 1


def test_a_plan_is_paused_and_goes_on(planner: FlaskClient) -> None:
    address = fill(planner, "/maintenance/new", **FORM).headers["Location"]
    fill(planner, address, f"{address}/activity", active="0")
    assert "Paused" in planner.get("/maintenance").text
    fill(planner, address, f"{address}/activity", active="1")
    assert "Running" in planner.get("/maintenance").text


def test_before_the_first_plan_the_page_says_what_a_plan_does(planner: FlaskClient) -> None:
    assert "No maintenance plans yet" in planner.get("/maintenance").text
