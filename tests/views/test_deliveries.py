"""The pages of deliveries: finding one, reading it, trying it again; and the health check."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.views.forms import fill
from tests.views.people import add_person, sign_in
from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.models import Delivery, DeliveryAttempt
from webapp.services import heartbeats

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)


@pytest.fixture
def supervisor(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser in which a supervisor is signed in, and a mail that failed for good."""
    add_person("sue@firm.test", "Sue", "work_orders.supervise")
    with unit_of_work() as session:
        session.add(
            Delivery(
                id=1,
                key="k",
                message="WorkOrderCancelled",
                audience="customer",
                channel="mail",
                address="mara@example.test",
                recipient_name="Mara 100%",
                context={},
                state="dead",
                reason="550 no such mailbox",
                attempts=8,
                next_at=NOW,
                created_at=NOW,
                message_id="<k@fieldwright>",
            )
        )
        session.flush()
        session.add(DeliveryAttempt(delivery_id=1, at=NOW, outcome="failed", answer="550 no such mailbox"))
    sign_in(client, "sue@firm.test")
    return client


def test_a_dead_delivery_is_found_read_and_tried_again(supervisor: FlaskClient) -> None:
    assert "mara@example.test" in supervisor.get("/deliveries?state=dead&q=MARA").text
    assert "550 no such mailbox" in supervisor.get("/deliveries/1").text
    fill(supervisor, "/deliveries/1", "/deliveries/1/attempts")
    assert "Waiting" in supervisor.get("/deliveries/1").text
    assert "mara@example.test" not in supervisor.get("/deliveries?state=dead").text


def written(number: int, *, state: str, address: str | None, user_id: int | None = None) -> None:
    with unit_of_work() as session:
        session.add(
            Delivery(
                id=number,
                key=f"k{number}",
                message="WorkOrderCancelled",
                audience="customer",
                channel="mail",
                address=address,
                user_id=user_id,
                recipient_name="Nora",
                context={},
                state=state,
                next_at=NOW,
                created_at=NOW,
                message_id=f"<k{number}@fieldwright>",
            )
        )


def test_several_are_tried_again_at_once_and_each_that_cannot_be_says_why(supervisor: FlaskClient) -> None:
    written(2, state="undeliverable", address=None)
    written(3, state="delivered", address="nora@example.test")
    answer = fill(supervisor, "/deliveries", "/deliveries/attempts", chosen=["1", "2", "3"])
    assert answer.status_code == 303
    page = supervisor.get("/deliveries").text
    assert "One delivery is tried again." in page
    assert "Nora still has no e-mail address." in page
    assert "It was delivered; whoever should be told again gets a new message." in page
    with reading() as session:
        states = {row.id: row.state for row in session.scalars(select(Delivery))}
    assert states == {1: "waiting", 2: "undeliverable", 3: "delivered"}


def test_all_failed_ones_of_a_list_are_tried_again_and_no_others(supervisor: FlaskClient) -> None:
    written(2, state="dead", address="nora@example.test")
    written(3, state="dead", address="otto@example.test")
    fill(supervisor, "/deliveries", "/deliveries/attempts", all="yes", q="nora@", state="")
    with reading() as session:
        states = {row.id: row.state for row in session.scalars(select(Delivery))}
    assert states == {1: "dead", 2: "waiting", 3: "dead"}


def test_a_delivery_that_cannot_be_tried_again_says_why_instead_of_offering_it(supervisor: FlaskClient) -> None:
    written(2, state="undeliverable", address=None)
    page = supervisor.get("/deliveries/2").text
    assert "Nora still has no e-mail address." in page
    assert "Try again" not in page


@pytest.mark.parametrize("query", ["q=100%25", "q=zzz", "before=0", "state=nonsense", "q=99999999999999", "before=x"])
def test_a_search_for_anything_is_answered(supervisor: FlaskClient, query: str) -> None:
    assert supervisor.get(f"/deliveries?{query}").status_code == 200


def test_a_percent_sign_finds_itself_only(supervisor: FlaskClient) -> None:
    assert "mara@example.test" in supervisor.get("/deliveries?q=100%25").text
    assert "mara@example.test" not in supervisor.get("/deliveries?q=1%25%25").text


def test_the_health_check_names_what_is_silent(app: Flask, client: FlaskClient) -> None:
    silent = client.get("/healthz")
    assert silent.status_code == 503
    assert silent.json is not None
    assert silent.json["checks"] == {"database": True, "broker": False, "worker": False, "clock": False}
    with unit_of_work() as session:
        for kind in (heartbeats.WORKER, heartbeats.BEAT):
            heartbeats.sign(session, kind=kind, name=kind, now=clock.now())
    signed = client.get("/healthz").json
    assert signed is not None
    assert signed["checks"] == {"database": True, "broker": False, "worker": True, "clock": True}


def test_the_metrics_count_deliveries_by_state(supervisor: FlaskClient) -> None:
    assert 'fieldwright_deliveries{state="dead"} 1.0' in supervisor.get("/metrics").text


def test_a_supervisor_is_warned_of_a_silent_clock_and_of_nothing_when_all_is_well(supervisor: FlaskClient) -> None:
    assert "The background worker is silent" in supervisor.get("/deliveries").text
    with unit_of_work() as session:
        heartbeats.sign(session, kind=heartbeats.WORKER, name="worker-1@here", now=clock.now())
    assert "The background clock is silent" in supervisor.get("/deliveries").text
    with unit_of_work() as session:
        heartbeats.sign(session, kind=heartbeats.BEAT, name="beat-1@here", now=clock.now())
    assert "is silent" not in supervisor.get("/deliveries").text
