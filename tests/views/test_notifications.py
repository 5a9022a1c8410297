"""The feed by its pages: what is unread is counted without a reload, read one by one or all at once, and paged."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.views.forms import fill
from tests.views.people import add_person, sign_in
from webapp.db import unit_of_work
from webapp.models import Delivery, Notification

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)


def tell(user_id: int, *numbers: int) -> None:
    """Entries of a person's feed."""
    with unit_of_work() as session:
        for number in numbers:
            delivery = Delivery(
                key=f"{user_id}:{number}", message="WorkOrderCompleted", audience="creator", channel="in_app",
                user_id=user_id, context={}, state="delivered", next_at=NOW, created_at=NOW, message_id=f"<{number}>",
            )  # fmt: skip
            session.add(delivery)
            session.flush()
            session.add(
                Notification(delivery_id=delivery.id, user_id=user_id, title=f"Event {number}.", body="Body", at=NOW)
            )


@pytest.fixture
def ada(app: Flask, client: FlaskClient) -> int:
    """A signed-in person."""
    number = add_person("ada@firm.test", "Ada")
    sign_in(client, "ada@firm.test")
    return number


def test_what_is_new_is_answered_in_a_few_bytes_and_with_304_while_nothing_is(client: FlaskClient, ada: int) -> None:
    tell(ada, 1, 2)
    first = client.get("/notifications/unread")
    assert first.json == {"unread": 2, "newest": 2}
    assert len(first.data) < 100
    same = client.get("/notifications/unread", headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    tell(ada, 3)
    more = client.get("/notifications/unread", headers={"If-None-Match": first.headers["ETag"]})
    assert more.json == {"unread": 3, "newest": 3}


def test_nobody_is_told_of_anothers_feed(client: FlaskClient, ada: int) -> None:
    other = add_person("otto@firm.test", "Otto")
    tell(other, 1)
    assert client.get("/notifications/unread").json == {"unread": 0, "newest": 0}
    assert "Event 1." not in client.get("/notifications").text
    fill(client, "/notifications", "/notifications/1/reading")
    client.delete_cookie("fieldwright")
    sign_in(client, "otto@firm.test")
    assert client.get("/notifications/unread").json == {"unread": 1, "newest": 1}


def test_a_stranger_is_led_to_the_sign_in_form(app: Flask, client: FlaskClient) -> None:
    assert client.get("/notifications/unread").status_code == 303


def test_one_is_read_without_leaving_and_the_filter_shows_the_rest(client: FlaskClient, ada: int) -> None:
    tell(ada, 1, 2)
    answer = fill(client, "/notifications", "/notifications/1/reading", back="/notifications?show=unread")
    assert answer.headers["Location"] == "/notifications?show=unread"
    unread = client.get("/notifications?show=unread").text
    assert "Event 2." in unread
    assert "Event 1." not in unread
    assert "Event 1." in client.get("/notifications").text


def test_all_are_read_at_once(client: FlaskClient, ada: int) -> None:
    tell(ada, 1, 2)
    fill(client, "/notifications", "/notifications/read")
    assert "Everything is read" in client.get("/notifications?show=unread").text


def test_coming_back_never_leads_elsewhere(client: FlaskClient, ada: int) -> None:
    tell(ada, 1)
    answer = fill(client, "/notifications", "/notifications/1/reading", back="//evil.test")
    assert answer.headers["Location"] == "/notifications"


def test_older_entries_follow_on_further_pages_each_once(client: FlaskClient, ada: int) -> None:
    tell(ada, *range(1, 71))
    first = client.get("/notifications").text
    second = client.get("/notifications?before=41").text
    assert "Event 70." in first
    assert "Event 41." in first
    assert "Event 40." not in first
    assert "Event 40." in second
    assert "before=41" in first
