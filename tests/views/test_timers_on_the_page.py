"""An order's page says what will happen by itself, and what has."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.views.order_world import OFFICE, SUPERVISOR, as_person, found_firm, make_order, save_order
from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.queries import timers as queries
from webapp.services import timers


@pytest.fixture
def dispatcher(app: Flask, client: FlaskClient) -> FlaskClient:
    found_firm()
    as_person(client, OFFICE)
    return client


def test_a_timer_is_announced_until_it_rings_and_told_of_afterwards(dispatcher: FlaskClient) -> None:
    number = make_order(dispatcher)
    as_person(dispatcher, SUPERVISOR)
    due = clock.now() + timedelta(days=30)
    assert save_order(dispatcher, number, due_at=f"{due:%Y-%m-%dT09:00}").status_code == 303
    before = dispatcher.get(f"/work-orders/{number}").text
    assert "By itself on" in before
    assert "“A work order is overdue” to all supervisors." in before
    assert "Timers (" not in before
    later = clock.now() + timedelta(days=31)
    with reading() as session:
        found = queries.due(session, now=later, limit=10)
    with unit_of_work() as session:
        assert timers.ring(session, order_ids=found, now=later) == 1
    after = dispatcher.get(f"/work-orders/{number}").text
    assert "By itself on" not in after
    assert "Timers (1)" in after
    assert "Timer “overdue”" in after
