"""The pages of maintenance plans: making one, what a refused form keeps, its ledger, pausing it."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.views.forms import fill, hidden
from tests.views.forms import text_of as with_marks
from tests.views.people import add_person, sign_in, token_of
from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.models import Customer, DeviceModel, DeviceType, MaintenancePlan, MaintenanceRule, MaintenanceSlot, Unit
from webapp.services import definitions, maintenance

FORM = {
    "name": "Yearly boiler service",
    "target": "1",
    "first_due_at": "2027-05-04T09:00",
    "lead_days": "14",
    "every": "12",
    "unit": "month",
    "duration_minutes": "90",
}


@pytest.fixture
def planner(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser in which somebody is signed in who plans the maintenance of one unit in Berlin."""
    add_person(
        "plan@firm.test", "Pia Planner", "maintenance.view", "maintenance.create", "maintenance.edit", "maintenance.run"
    )
    with unit_of_work() as session:
        definitions.ensure_stock(session, now=clock.now())
        session.add(
            Customer(id=1, company_name="Acme", display_name="Acme", search_text="acme", created_at=clock.now())
        )
        session.flush()
        session.add(Unit(id=1, customer_id=1, time_zone="Europe/Berlin", created_at=clock.now()))
    sign_in(client, "plan@firm.test")
    return client


def text_of(answer: TestResponse) -> str:
    """What a person reads, without marks."""
    return " ".join(re.sub(r"<[^>]*>", " ", with_marks(answer)).split())


def plans() -> int:
    with reading() as session:
        return session.execute(select(func.count()).select_from(MaintenancePlan)).scalar_one()


def test_a_plan_is_made_and_its_due_dates_are_shown_on_the_clocks_of_its_unit(planner: FlaskClient) -> None:
    made = fill(planner, "/maintenance/new", **FORM)
    assert made.status_code == 303, made.text
    shown = text_of(planner.get(made.headers["Location"]))
    assert "Every 12 months" in shown
    assert "4 May 2027, 09:00" in shown
    assert "4 May 2028, 09:00" in shown
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


def made(planner: FlaskClient, **more: str) -> str:
    answer = fill(planner, "/maintenance/new", **FORM | more)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def tick() -> None:
    found = 1
    while found:
        with unit_of_work() as session:
            found = maintenance.tick(session, now=clock.now())


def test_the_next_dates_are_shown_while_the_form_is_being_filled_in_with_the_reason_of_each(
    planner: FlaskClient,
) -> None:
    page = planner.get("/maintenance/new")
    typed = FORM | {"csrf_token": token_of(page), "every": "1", "season_begins": "05-01", "season_ends": "06-30"}
    part = text_of(planner.post("/maintenance/dates", data=typed))
    assert "Every month on day 4" in part
    assert "4 May 2027, 09:00 Planned" in part
    assert "Skipped Season The day is out of season." in part
    assert "Europe/Berlin" in part


def test_without_javascript_a_button_shows_the_dates_and_saves_nothing(planner: FlaskClient) -> None:
    shown = fill(planner, "/maintenance/new", **FORM | {"do": "show"})
    assert shown.status_code == 200
    assert "4 May 2028, 09:00" in text_of(shown)
    assert plans() == 0


def test_a_rule_in_plain_words_is_stored_as_the_standard_has_it(planner: FlaskClient) -> None:
    address = made(planner, unit="month", every="1", nth="2", nth_weekday="1", end="count", count="8")
    shown = text_of(planner.get(address))
    assert "Every month on the second Tuesday, 8 times" in shown
    assert "FREQ=MONTHLY;BYDAY=2TU;COUNT=8" in shown


def test_changing_a_plan_shows_which_visits_move_before_anything_is_saved(planner: FlaskClient) -> None:
    address = made(planner)
    later = FORM | {"first_due_at": "2027-05-11T09:00"}
    asked = fill(planner, f"{address}/edit", **later)
    assert asked.status_code == 200
    assert "These visits move" in asked.text
    assert "4 May 2027, 09:00" in text_of(planner.get(address))
    (seen,) = re.findall(r'name="seen" value="([^"]*)"', asked.text)
    again = {"csrf_token": token_of(asked), **hidden(asked), **later, "seen": seen}
    assert planner.post(f"{address}/edit", data=again).status_code == 303
    shown = text_of(planner.get(address))
    assert "11 May 2027, 09:00 Planned" in shown
    assert "4 May 2027, 09:00 Moved" in shown
    assert "Pia Planner changed the plan on" in shown


def test_changing_what_moves_no_visit_is_saved_at_once(planner: FlaskClient) -> None:
    address = made(planner)
    assert fill(planner, f"{address}/edit", **FORM | {"name": "Boiler"}).status_code == 303
    assert "Boiler" in planner.get(address).text


def test_who_comes_second_is_told_and_keeps_what_was_typed(planner: FlaskClient) -> None:
    address = made(planner)
    old = planner.get(f"{address}/edit")
    assert fill(planner, f"{address}/edit", **FORM | {"name": "First"}).status_code == 303
    second = {"csrf_token": token_of(old), **hidden(old), **FORM, "name": "Second"}
    answer = planner.post(f"{address}/edit", data=second)
    assert answer.status_code == 409
    assert "Pia Planner changed this plan" in answer.text
    assert 'value="Second"' in answer.text


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2027-05-04", "The visit of 4 May 2027, 09:00 is planned for 4 May 2027, 09:00."),
        ("2027-03-03", "The plan begins on 4 May 2027."),
        ("2027-08-04", "4 August 2027 is not a day of the plan: every 12 months on day 4."),
        ("2028-05-04", "4 May 2028 is a day of the plan; its turn has not come."),
        ("soon", "Enter a date such as 2026-03-03."),
    ],
)
def test_why_nothing_was_created_on_a_day_has_an_answer(planner: FlaskClient, day: str, said: str) -> None:
    address = made(planner)
    assert said in text_of(planner.get(f"{address}?day={day}"))


def test_a_plan_that_needs_attention_is_shown_on_top_and_put_right_on_its_page(planner: FlaskClient) -> None:
    address = made(planner, every="60", first_due_at=f"{clock.now():%Y-%m-%dT%H:%M}")
    with unit_of_work() as session:
        session.get_one(Unit, 1).customer_id = None
    tick()
    assert "Needs attention" in planner.get("/maintenance").text
    shown = planner.get(address)
    assert "The unit has no customer." in shown.text
    with reading() as session:
        slot = session.execute(select(MaintenanceSlot.id).where(MaintenanceSlot.outcome == "blocked")).scalar_one()
    fill(planner, address, f"{address}/slots/{slot}", do="make")
    assert "There is no work order yet. The unit has no customer." in planner.get(address).text
    with unit_of_work() as session:
        session.get_one(Unit, 1).customer_id = 1
    fill(planner, address, f"{address}/slots/{slot}", do="make")
    assert "Work order 1001" in planner.get(address).text
    assert "Needs attention" not in planner.get("/maintenance?state=blocked").text.split("No plan fits")[-1]


@pytest.mark.parametrize(
    ("search", "found"),
    [("q=boiler", True), ("q=acme", True), ("q=zebra", False), ("state=running", True), ("state=resting", False),
     ("state=blocked", False), ("state=late", False), ("state=over", False), ("technician=99", False), ("type=99", False)],
)  # fmt: skip
def test_the_list_is_searched_and_narrowed(planner: FlaskClient, search: str, found: bool) -> None:
    made(planner)
    assert ("Yearly boiler service" in planner.get(f"/maintenance?{search}").text) is found


def test_a_rule_of_a_device_type_makes_a_plan_for_each_of_its_units(planner: FlaskClient) -> None:
    with unit_of_work() as session:
        session.add(DeviceType(id=1, name="Boilers"))
        session.flush()
        session.add(DeviceModel(id=1, device_type_id=1, number="B1"))
        session.flush()
        session.get_one(Unit, 1).device_model_id = 1
    answer = fill(planner, "/maintenance/rules/new", **FORM)
    assert answer.status_code == 303, answer.text
    rule = answer.headers["Location"]
    tick()
    assert "1 plan follows this rule" in text_of(planner.get(rule))
    assert "Follows the rule of Boilers" in text_of(planner.get("/maintenance/1"))
    assert fill(planner, rule, **FORM | {"name": "Renamed"}).status_code == 303
    tick()
    assert "Renamed" in planner.get("/maintenance/1").text
    fill(planner, rule, f"{rule}/activity", active="0")
    tick()
    with reading() as session:
        assert session.execute(select(MaintenancePlan.active)).scalar_one() is False
        assert session.execute(select(func.count()).select_from(MaintenanceRule)).scalar_one() == 1


def test_one_change_to_many_plans_says_what_became_of_each(planner: FlaskClient) -> None:
    made(planner)
    made(planner, name="Pump check")
    page = planner.get("/maintenance")
    sent = {"csrf_token": token_of(page), "plan": ["1", "2", "99"], "technician_id": "", "lead_days": "30"}
    answer = text_of(planner.post("/maintenance/many", data=sent | {"action": "lead_days"}))
    assert "3 of 3 plans are done; 1 could not be changed" in answer
    assert "Pump check Done Its orders are made 30 days before the visit." in answer
    assert "Plan 99 Not changed There is no such maintenance plan." in answer
    planner.post("/maintenance/many", data=sent | {"action": "rest"})
    assert planner.get("/maintenance?state=resting").text.count('name="plan"') == 2
    refused = planner.post("/maintenance/many", data=sent | {"action": "lead_days", "lead_days": "999"})
    assert refused.status_code == 422
    assert "Nothing was changed" in refused.text
    with reading() as session:
        assert set(session.scalars(select(MaintenancePlan.lead_days))) == {30}


def test_more_plans_than_one_step_changes_go_on_at_a_button(
    planner: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.services.maintenance_bulk.CHUNK", 1)
    monkeypatch.setattr("webapp.views.maintenance_bulk.CHUNK", 1)
    made(planner)
    made(planner, name="Pump check")
    page = planner.get("/maintenance")
    first = planner.post("/maintenance/many", data={"csrf_token": token_of(page), "plan": ["1", "2"], "action": "rest"})
    assert "1 of 2 plans are done" in text_of(first)
    again = dict(re.findall(r'name="(rest|action|technician_id|lead_days|done|failed)" value="([^"]*)"', first.text))
    second = planner.post("/maintenance/many", data=again | {"csrf_token": token_of(first)})
    assert "2 of 2 plans are done" in text_of(second)
    with reading() as session:
        assert set(session.scalars(select(MaintenancePlan.active))) == {False}
