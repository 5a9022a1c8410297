"""The page of insight and the live workflow's page: what the history adds up to, in words and on the diagram."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.views.forms import text_of
from tests.views.order_world import SUPERVISOR, TECHNICIAN, found_firm, make_order, press, save_order
from tests.views.people import add_person, sign_in
from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.models import Refusal, StatusHistory, User
from webapp.services import insight
from webapp.views.workflows.insight import lasting

PLACE = "/workflows/work_order"


def lived(client: FlaskClient) -> None:
    """An order that was pending for two days, was refused once and went three hours later."""
    found_firm()
    sign_in(client, SUPERVISOR)
    number = make_order(client)
    with reading() as session:
        technician = session.scalars(select(User.id).where(User.email == TECHNICIAN)).one()
    assert press(client, number, "start").status_code == 409
    save_order(client, number, technician_id=str(technician))
    assert press(client, number, "start").status_code == 303
    now = clock.now()
    with unit_of_work() as session:
        rows = session.scalars(select(StatusHistory).order_by(StatusHistory.sequence)).all()
        for row, ago in zip(rows, (days(3), days(2) + timedelta(minutes=5), timedelta(minutes=5)), strict=True):
            session.execute(update(StatusHistory).where(StatusHistory.id == row.id).values(at=now - ago))
        session.execute(update(Refusal).values(at=now - timedelta(hours=3, minutes=5)))
    add_person("viewer2@firm.test", "Vi Viewer", "workflows.view")


def days(number: int) -> timedelta:
    return timedelta(days=number)


def add_up() -> None:
    now = clock.now()
    with reading() as session:
        due = insight.due(session, lifecycle="work_order", now=now)
    with unit_of_work() as session:
        for day in due:
            insight.compute(session, lifecycle="work_order", day=day, now=now)


def test_medians_and_refusals_are_shown_in_words_and_on_the_diagram(app: Flask, client: FlaskClient) -> None:
    lived(client)
    viewer = app.test_client()
    sign_in(viewer, "viewer2@firm.test")
    assert "Nothing has been added up yet." in text_of(viewer.get(f"{PLACE}/insight"))
    add_up()
    page = text_of(viewer.get(f"{PLACE}/insight"))
    assert "2 days" in page
    assert "3 hours" in page
    assert "Choose a technician first." in page
    assert "Pending · 2 days" in page
    assert "Start \\u00b7 1\\u00d7 refused" in page
    shown = text_of(viewer.get(PLACE))
    assert "Refused most" in shown
    assert "It went 3 hours later, in the median." in shown
    assert "Go on editing" not in shown


def test_a_length_of_time_is_told_in_its_two_largest_units() -> None:
    assert [lasting(one) for one in (None, 0, 59, 60, 3600, 5400, 86400, 90061, 3599.6)] == [
        "—", "less than a minute", "less than a minute", "1 minute", "1 hour", "1 hour 30 minutes", "1 day", "1 day 1 hour", "1 hour",
    ]  # fmt: skip
