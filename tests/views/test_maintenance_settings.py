"""What maintenance goes by in the settings, and what the plans would create ahead."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.views.forms import fill, text_of
from tests.views.people import add_person, sign_in
from webapp import clock
from webapp.actors import Actor
from webapp.db import reading, unit_of_work
from webapp.models import Customer, Firm, MaintenanceSlot, Unit, WorkOrder
from webapp.recurrence import Rule
from webapp.services import definitions, maintenance
from webapp.services.maintenance_entries import PlanEntry

SETTINGS: dict[str, Any] = {
    "holiday_country": "DE",
    "holiday_region": "by",
    "days_off": ["5", "6"],
    "service_visits": "1",
    "service_visit_after_days": "35",
    "service_visit_window_days": "70",
}


@pytest.fixture
def office(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser of somebody who may change the settings and see maintenance."""
    add_person("boss@firm.test", "Bea Boss", "settings.view", "settings.edit", "maintenance.view")
    with unit_of_work() as session:
        definitions.ensure_stock(session, now=clock.now())
        session.add(
            Customer(id=1, company_name="Acme", display_name="Acme", search_text="acme", created_at=clock.now())
        )
        session.flush()
        session.add(Unit(id=1, customer_id=1, created_at=clock.now()))
    sign_in(client, "boss@firm.test")
    return client


def plan(days: int, **more: object) -> None:
    planner = Actor("person", None, "Pia", frozenset({"maintenance.create"}))
    due = (clock.now() + timedelta(days=days)).replace(hour=9, minute=0, second=0, microsecond=0)
    entry = PlanEntry(name="Filter change", rule=Rule("week"), first_due_at=due, duration_minutes=90, **more)  # type: ignore[arg-type]
    with unit_of_work() as session:
        maintenance.create(session, actor=planner, now=clock.now(), unit_id=1, entry=entry)


def test_the_settings_are_saved_and_shown(office: FlaskClient) -> None:
    assert fill(office, "/settings/firm", **SETTINGS).status_code == 303
    with reading() as session:
        firm = session.get_one(Firm, 1)
        assert (firm.holiday_country, firm.holiday_region, firm.days_off) == ("DE", "BY", [5, 6])
        assert (firm.service_visits, firm.service_visit_after_days, firm.service_visit_window_days) == (True, 35, 70)
    assert 'value="35"' in office.get("/settings/firm").text


def test_what_cannot_be_is_refused_beside_its_field_and_kept(office: FlaskClient) -> None:
    wrong = SETTINGS | {"holiday_region": "XX", "service_visit_window_days": "10", "days_off": list("0123456")}
    answer = fill(office, "/settings/firm", **wrong)
    assert answer.status_code == 422
    for name in ("holiday_region", "service_visit_window_days", "days_off"):
        assert f'id="{name}-error"' in answer.text
    assert 'value="10"' in answer.text


def test_a_new_holiday_moves_the_visits_of_running_plans(office: FlaskClient) -> None:
    plan(40, shift="after", lead_days=0)
    with reading() as session:
        day = session.execute(select(MaintenanceSlot.slot)).scalar_one().weekday()
    assert fill(office, "/settings/firm", **SETTINGS | {"days_off": [str(day)]}).status_code == 303
    with unit_of_work() as session:
        maintenance.tick(session, now=clock.now())
    with reading() as session:
        row = session.scalars(select(MaintenanceSlot)).one()
        assert (row.outcome, row.due_at is not None and row.due_at > row.slot) == ("planned", True)
        assert "is a day off: moved to" in row.reason


def test_the_dry_run_lists_every_visit_ahead_and_the_load_and_makes_nothing(office: FlaskClient) -> None:
    assert "Nothing is due" in office.get("/maintenance/ahead").text
    plan(3)
    page = text_of(office.get("/maintenance/ahead"))
    assert page.count(">Filter change</a>") == 13
    assert "1.5 hours" in page
    with reading() as session:
        assert session.execute(select(WorkOrder.id)).first() is None
