"""A technician's calendar address: secret, shown once, his own orders only, and it changes with them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select

from tests.views.forms import fill
from tests.views.order_world import OFFICE, SUPERVISOR, TECHNICIAN, as_person, found_firm, make_order, press, save_order
from tests.views.people import deactivate
from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.models import CalendarLink, User

ADDRESS = re.compile(r'value="(http[^"]+/calendar/[^"]+\.ics)"')


@pytest.fixture
def tom(app: Flask) -> int:
    """The firm, and its technician."""
    found_firm()
    with reading() as session:
        return session.scalars(select(User.id).where(User.email == TECHNICIAN)).one()


def make_address(client: FlaskClient, who: str = TECHNICIAN) -> str:
    as_person(client, who)
    shown = fill(client, "/notifications/choices", "/notifications/calendar")
    found = ADDRESS.search(shown.text)
    assert found is not None
    assert shown.headers["Cache-Control"] == "no-store"
    return "/calendar/" + found.group(1).rpartition("/")[2]


def events(client: FlaskClient, address: str) -> dict[str, tuple[datetime, datetime, int]]:
    client.delete_cookie("fieldwright")
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    return {
        str(event["SUMMARY"]): (event["DTSTART"].dt, event["DTEND"].dt, int(event["SEQUENCE"]))
        for event in Calendar.from_ical(answer.text).walk("VEVENT")
    }


def due(days: int) -> datetime:
    return (clock.now().astimezone(UTC) + timedelta(days=days)).replace(hour=9, minute=0, second=0, microsecond=0)


def give(client: FlaskClient, tom: int | str, days: int = 3) -> int:
    as_person(client, OFFICE)
    number = make_order(client)
    as_person(client, SUPERVISOR)
    typed = {"technician_id": str(tom), "due_at": f"{due(days):%Y-%m-%dT%H:%M}", "duration_minutes": "90"}
    assert save_order(client, number, **typed).status_code == 303
    return number


TITLE = "Repair: Bakery Miller (Martha Miller)"


def test_an_order_stands_at_its_due_moment_moves_with_it_and_vanishes_when_it_is_taken_away(
    client: FlaskClient, tom: int
) -> None:
    address = make_address(client)
    assert events(client, address) == {}
    number = give(client, tom)
    begins, ends, first = events(client, address)[TITLE]
    assert (begins, ends) == (due(3), due(3) + timedelta(minutes=90))
    assert "1 Mill Lane" in client.get(address).text.replace("\\,", ",").replace("\r\n ", "")
    as_person(client, SUPERVISOR)
    save_order(client, number, due_at=f"{due(5):%Y-%m-%dT%H:%M}")
    moved = events(client, address)[TITLE]
    assert moved[0] == due(5)
    assert moved[2] > first
    as_person(client, SUPERVISOR)
    save_order(client, number, technician_id="")
    assert events(client, address) == {}


def test_a_cancelled_order_vanishes(client: FlaskClient, tom: int) -> None:
    address = make_address(client)
    number = give(client, tom)
    assert TITLE in events(client, address)
    as_person(client, SUPERVISOR)
    press(client, number, "cancel", reason="Sold")
    assert events(client, address) == {}


def test_somebody_elses_orders_are_in_nobody_elses_calendar(client: FlaskClient, tom: int) -> None:
    address = make_address(client, SUPERVISOR)
    give(client, tom)
    assert events(client, address) == {}


def test_while_nothing_changes_it_is_answered_with_304(client: FlaskClient, tom: int) -> None:
    address = make_address(client)
    number = give(client, tom)
    client.delete_cookie("fieldwright")
    tag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    as_person(client, SUPERVISOR)
    save_order(client, number, due_at=f"{due(4):%Y-%m-%dT%H:%M}")
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_another_address_ends_the_one_before_and_revoking_ends_both(client: FlaskClient, tom: int) -> None:
    first = make_address(client)
    second = make_address(client)
    assert first != second
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    page = client.get("/notifications/choices").text
    assert second.removesuffix(".ics")[-4:] in page
    assert second.removeprefix("/calendar/") not in page
    fill(client, "/notifications/choices", "/notifications/calendar/revocation")
    assert client.get(second).status_code == 404


def test_a_calendar_of_somebody_who_is_gone_is_gone(client: FlaskClient, tom: int) -> None:
    address = make_address(client)
    deactivate(tom)
    client.delete_cookie("fieldwright")
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("token", ["x", "A" * 22, "A" * 23, "%27%20or%201=1--", "A" * 4000, "."])
def test_whatever_is_guessed_is_answered_alike(client: FlaskClient, tom: int, token: str) -> None:
    answer = client.get(f"/calendar/{token}.ics")
    assert answer.status_code == 404


def test_the_database_holds_only_a_hash_of_the_secret(client: FlaskClient, tom: int) -> None:
    token = make_address(client).removeprefix("/calendar/").removesuffix(".ics")
    assert len(token) == 22, "128 bits"
    with unit_of_work() as session:
        row = session.scalars(select(CalendarLink)).one()
        assert token not in (row.token_hash, row.ending)
        assert token.endswith(row.ending)
