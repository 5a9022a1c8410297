"""Signing in and out: sessions live on the server, guessing is braked, and nobody is led elsewhere."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.support.sparing import FULL_COST
from tests.views.people import add_person, deactivate, grant, sign_in, token_of
from webapp import clock, security
from webapp.app import create_app
from webapp.db import db, reading
from webapp.models import LoginFailure
from webapp.views.access import declarations, needs

REFUSAL = "The e-mail address or the password is not right."


@pytest.fixture
def ada(app: Flask) -> int:
    """A person who may look at the shelf, not into the cellar; her password is "correct horse"."""
    for address, permission in (("shelf", "customers.view"), ("cellar", "units.view")):
        view = needs(permission)(lambda: "There it is.")
        app.add_url_rule(f"/{address}", address, view)
    app.extensions["fieldwright_access"] = declarations(app)
    return add_person("ada@firm.test", "Ada Admin", "customers.view", password="correct horse")


def attempt(
    client: FlaskClient, *, password: str, email: str = "ada@firm.test", address: str = "10.0.0.1", onward: str = ""
) -> TestResponse:
    """Fill in the sign-in form and send it."""
    token = token_of(client.get("/login"))
    return client.post(
        "/login",
        data={"email": email, "password": password, "next": onward, "csrf_token": token},
        environ_overrides={"REMOTE_ADDR": address},
    )


def test_a_stranger_is_asked_to_sign_in_and_led_on_to_where_he_wanted(client: FlaskClient, ada: int) -> None:
    asked = client.get("/shelf?q=boiler")
    assert asked.headers["Location"] == "/login?next=/shelf%3Fq%3Dboiler"
    answer = attempt(client, password="correct horse", onward="/shelf?q=boiler")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/shelf?q=boiler")


@pytest.mark.parametrize("onward", ["//evil.test/", "https://evil.test/", "/\\evil.test"])
def test_nobody_is_led_to_another_site(client: FlaskClient, ada: int, onward: str) -> None:
    assert attempt(client, password="correct horse", onward=onward).headers["Location"] == "/"


def test_the_address_is_compared_without_regard_to_case_and_blanks(client: FlaskClient, ada: int) -> None:
    assert attempt(client, email=" ADA@Firm.test ", password="correct horse").status_code == 303


def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(client: FlaskClient, ada: int) -> None:
    wrong = attempt(client, password="battery staple")
    unknown = attempt(client, email="nobody@firm.test", password="battery staple")
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert REFUSAL in wrong.text
    assert REFUSAL in unknown.text
    assert 'value="ada@firm.test"' in wrong.text


def test_after_ten_failures_even_the_right_password_must_wait(client: FlaskClient, ada: int) -> None:
    with time_machine.travel(clock.now(), tick=False) as travel:
        for number in range(10):
            assert attempt(client, password="guess", address=f"10.0.0.{number}").status_code == 422
        assert attempt(client, password="correct horse", address="10.0.1.1").status_code == 429
        travel.shift(timedelta(minutes=15, seconds=1))
        assert attempt(client, password="correct horse", address="10.0.1.1").status_code == 303


def test_ten_failures_from_one_address_close_it_for_every_account(client: FlaskClient, ada: int) -> None:
    for number in range(10):
        attempt(client, email=f"guess{number}@firm.test", password="guess")
    assert attempt(client, password="correct horse").status_code == 429
    assert attempt(client, password="correct horse", address="10.0.0.2").status_code == 303


def test_every_sign_in_has_a_new_session_and_the_old_one_is_dead(app: Flask, client: FlaskClient, ada: int) -> None:
    sign_in(client, "ada@firm.test", "correct horse")
    first = client.get_cookie("fieldwright")
    assert first is not None
    sign_in(client, "ada@firm.test", "correct horse")
    thief = app.test_client()
    thief.set_cookie("fieldwright", first.value)
    assert thief.get("/shelf").headers["Location"].startswith("/login")


def test_a_copied_cookie_is_worth_nothing_after_signing_out(app: Flask, client: FlaskClient, ada: int) -> None:
    sign_in(client, "ada@firm.test", "correct horse")
    copy = client.get_cookie("fieldwright")
    assert copy is not None
    client.post("/logout", data={"csrf_token": token_of(client.get("/nowhere"))})
    thief = app.test_client()
    thief.set_cookie("fieldwright", copy.value)
    assert thief.get("/shelf").headers["Location"].startswith("/login")


def test_a_session_ends_by_itself_after_two_weeks(client: FlaskClient, ada: int) -> None:
    with time_machine.travel(clock.now(), tick=False) as travel:
        sign_in(client, "ada@firm.test", "correct horse")
        travel.shift(timedelta(days=14, seconds=1))
        assert client.get("/shelf").headers["Location"].startswith("/login")


def test_a_deactivated_person_is_out_at_the_next_request(client: FlaskClient, ada: int) -> None:
    sign_in(client, "ada@firm.test", "correct horse")
    deactivate(ada)
    assert client.get("/shelf").headers["Location"].startswith("/login")


def test_a_permission_given_counts_at_the_next_request(client: FlaskClient, ada: int) -> None:
    sign_in(client, "ada@firm.test", "correct horse")
    assert client.get("/cellar").status_code == 403
    grant(ada, "units.view")
    assert client.get("/cellar").status_code == 200


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client: FlaskClient, ada: int) -> None:
    answer = attempt(client, password="correct horse")
    cookie = next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith("fieldwright="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_behind_a_tls_proxy_the_cookie_is_secure_and_visitors_have_their_own_addresses(app: Flask, ada: int) -> None:
    behind = create_app(replace(app.config["SETTINGS"], base_url="https://work.firm.test"))
    for visitor in ("203.0.113.1", "203.0.113.2"):
        seen = {"X-Forwarded-For": visitor, "X-Forwarded-Proto": "https", "Referer": "https://localhost/login"}
        client = behind.test_client()
        page = client.get("/login", headers=seen)
        assert page.headers["Strict-Transport-Security"]
        cookie = next(value for value in page.headers.getlist("Set-Cookie") if value.startswith("fieldwright="))
        assert "Secure" in cookie
        answer = client.post("/login", headers=seen, data={"email": "x", "password": "x", "csrf_token": token_of(page)})
        assert answer.status_code == 422
    with behind.app_context():
        with reading() as session:
            assert set(session.scalars(select(LoginFailure.address))) == {"203.0.113.1", "203.0.113.2"}
        db.session.remove()
        db.engine.dispose()


def test_a_form_without_its_token_is_not_accepted(client: FlaskClient, ada: int) -> None:
    answer = client.post("/login", data={"email": "ada@firm.test", "password": "correct horse"})
    assert answer.status_code == 400
    assert "open too long" in answer.text


def test_the_look_is_remembered_and_rendered_by_the_server(client: FlaskClient, ada: int) -> None:
    sign_in(client, "ada@firm.test", "correct horse")
    token = token_of(client.get("/nowhere"))
    answer = client.post("/appearance", data={"theme": "dark", "back": "/shelf", "csrf_token": token})
    assert answer.headers["Location"] == "/shelf"
    assert '<html lang="en" data-theme="dark">' in client.get("/nowhere").text


def test_every_answer_carries_the_strict_policy(client: FlaskClient) -> None:
    for address in ("/login", "/nowhere", "/static/js/menu.js"):
        with client.get(address) as answer:
            policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy


def test_an_unknown_address_is_a_page_with_the_way_back(client: FlaskClient, ada: int) -> None:
    sign_in(client, "ada@firm.test", "correct horse")
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert re.search(r"<h1>There is nothing at this address</h1>", answer.text)
    assert "Ada Admin" in answer.text


def test_a_number_no_row_can_have_is_no_address_of_ours(client: FlaskClient) -> None:
    assert client.get("/photos/9223372036854775808").status_code == 404
    assert client.get(f"/photos/{2**31}").status_code == 404


def test_an_unknown_account_takes_as_long_as_a_known_one_with_todays_settings_of_the_hash() -> None:
    assert not FULL_COST.check_needs_rehash(security.NOBODY)
    assert not security.verify_password(None, "demo")
