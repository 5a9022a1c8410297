"""Settings → Operations: what is shown when all is well, when something is silent, and before anything ran."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import settings
from tests.views.people import add_person, sign_in
from webapp import clock
from webapp.db import unit_of_work
from webapp.models import Delivery
from webapp.services import heartbeats

PLACE = "/settings/operations"


def words(answer: TestResponse) -> str:
    """What the page says, without its tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", answer.text).split())


@pytest.fixture
def admin(app: Flask, client: FlaskClient) -> FlaskClient:
    add_person("ada@firm.test", "Ada Admin", "settings.view")
    sign_in(client, "ada@firm.test")
    return client


def sign(kind: str, *, at: datetime) -> None:
    with unit_of_work() as session:
        heartbeats.sign(session, kind=kind, name=heartbeats.name_of(kind, 4711), now=at)


def delivery(key: str, *, state: str, since: datetime) -> None:
    with unit_of_work() as session:
        session.add(
            Delivery(
                key=key,
                message="WorkOrderCompleted",
                audience="creator",
                channel="mail",
                address="ana@firm.test",
                context={"number": 1},
                state=state,
                next_at=since,
                created_at=since,
                message_id=f"<{key}@fieldwright>",
            )
        )


def test_before_anything_ran_the_page_says_that_it_does_not_know(admin: FlaskClient) -> None:
    page = words(admin.get(PLACE))
    assert "Unknown: no clock has run on this database yet." in page
    assert "Unknown: nobody has signed within the last hour." in page
    assert "unknown: it does not answer" in page
    assert "The background worker is silent" in page


def test_it_needs_the_permission_to_see_settings(app: Flask, client: FlaskClient) -> None:
    add_person("carl@firm.test", "Carl Clerk", "customers.view")
    sign_in(client, "carl@firm.test")
    assert client.get(PLACE).status_code == 403
    assert PLACE not in client.get("/customers").text


def test_living_processes_ticks_and_what_waits_are_shown(
    app: Flask, admin: FlaskClient, broker_url: str, tmp_path: Path
) -> None:
    app.config["SETTINGS"] = settings(app.config["SETTINGS"].database_url, tmp_path, redis_url=broker_url)
    now = clock.now()
    for kind in (heartbeats.BEAT, heartbeats.WORKER):
        sign(kind, at=now)
    with unit_of_work() as session:
        heartbeats.ticked(session, name="deliveries.mail", every=3.0, now=now)
    delivery("old", state="waiting", since=now - timedelta(minutes=5))
    delivery("later", state="waiting", since=now + timedelta(minutes=5))
    delivery("given-up", state="dead", since=now)
    page = admin.get(PLACE)
    text = words(page)
    assert "The clock ticks, 1 worker works, the broker answers." in text
    assert "Deliveries that are due 1 The oldest has waited 5 min" in text
    assert 'href="/deliveries?state=dead"' in page.text
    assert "deliveries.mail On time" in text
    assert "Messages at the broker 0" in text


@pytest.mark.parametrize(
    ("age", "failed", "state"), [(None, None, "Unknown"), (2, None, "On time"), (60, None, "Late"), (9, 1, "Failing")]
)
def test_each_tick_is_in_one_state(admin: FlaskClient, age: int | None, failed: int | None, state: str) -> None:
    now = clock.now()
    with unit_of_work() as session:
        heartbeats.expected(session, name="maintenance.tick", every=15.0)
        if age is not None:
            heartbeats.ticked(session, name="maintenance.tick", every=15.0, now=now - timedelta(seconds=age))
        if failed is not None:
            at = now - timedelta(seconds=failed)
            heartbeats.failed(session, name="maintenance.tick", every=15.0, fault="ValueError", now=at)
    text = words(admin.get(PLACE))
    assert f"maintenance.tick {state}" in text
    assert ("ValueError" in text) == (failed is not None)


def test_a_process_long_gone_is_not_shown_and_a_silent_one_is(admin: FlaskClient) -> None:
    sign(heartbeats.WORKER, at=clock.now() - timedelta(minutes=2))
    sign(heartbeats.BEAT, at=clock.now() - timedelta(hours=2))
    text = words(admin.get(PLACE))
    assert "worker-4711@" in text
    assert "Silent 2 min ago" in text
    assert "beat-4711@" not in text


def test_while_a_worker_stands_in_the_supervisor_is_told_that_the_clock_is_silent(admin: FlaskClient) -> None:
    for kind in (heartbeats.STAND_IN, heartbeats.WORKER):
        sign(kind, at=clock.now())
    assert "The background clock is silent; a worker does its work meanwhile." in words(admin.get(PLACE))


def test_what_was_replaced_is_said(admin: FlaskClient) -> None:
    with unit_of_work() as session:
        heartbeats.replaced(session, part="beat", sentence="The beat gave no sign of life.", now=clock.now())
    assert "The beat gave no sign of life." in words(admin.get(PLACE))


def test_the_rows_of_processes_that_ended_long_ago_are_dropped_and_those_of_ticks_stay(admin: FlaskClient) -> None:
    long_ago = clock.now() - timedelta(days=3)
    sign(heartbeats.WORKER, at=long_ago)
    with unit_of_work() as session:
        heartbeats.ticked(session, name="maintenance.tick", every=15.0, now=long_ago)
        heartbeats.forget(session, now=clock.now())
    metrics = admin.get("/metrics").text
    assert 'fieldwright_silence_seconds{part="worker"} +Inf' in metrics
    assert 'fieldwright_tick_age_seconds{tick="maintenance.tick"}' in metrics
