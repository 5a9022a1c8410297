"""Settings → Webhooks by its pages: added, its secret shown once, tried out, rotated, removed; only for who may."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.views.forms import fill
from tests.views.people import add_person, sign_in, token_of
from webapp.db import reading
from webapp.models import Delivery, WebhookEndpoint

SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]{40,}")


@pytest.fixture
def admin(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser in which a person is signed in who may change the settings and look at deliveries."""
    add_person("ada@firm.test", "Ada", "settings.view", "settings.edit", "work_orders.supervise")
    sign_in(client, "ada@firm.test")
    return client


def add(client: FlaskClient, **typed: object) -> str:
    given = {"name": "Accounting", "url": "https://books.example/in", "messages": "WorkOrderCompleted", "active": "yes"}
    return fill(client, "/settings/webhooks/new", "/settings/webhooks", **(given | typed)).text


def test_the_secret_is_shown_once_and_on_no_page_afterwards(admin: FlaskClient) -> None:
    made = add(admin)
    secret = SECRET.search(made)
    assert secret is not None
    later = admin.get("/settings/webhooks/1").text + admin.get("/settings/webhooks").text
    assert not SECRET.search(later)
    token = token_of(admin.get("/settings/webhooks/1"))
    rotated = admin.post("/settings/webhooks/1/secrets", data={"csrf_token": token})
    assert rotated.headers["Cache-Control"] == "no-store"
    again = SECRET.search(rotated.text)
    assert again is not None
    assert again.group() != secret.group()
    assert "The former secret signs too until" in admin.get("/settings/webhooks/1").text


def test_a_wrong_endpoint_is_shown_again_with_a_sentence_at_each_field(admin: FlaskClient) -> None:
    text = add(admin, name="", url="gopher://x", messages="Nonsense")
    for sentence in ("Give it a name", "This is not an address", "Choose at least one message"):
        assert sentence in text
    with reading() as session:
        assert session.query(WebhookEndpoint).count() == 0


def test_a_test_is_written_and_found_among_the_deliveries(admin: FlaskClient) -> None:
    add(admin)
    fill(admin, "/settings/webhooks/1", "/settings/webhooks/1/tests")
    assert "Ping" in admin.get("/settings/webhooks/1").text
    assert "books.example" in admin.get("/deliveries?channel=webhook&hook=1").text
    assert "books.example" not in admin.get("/deliveries?channel=mail").text
    with reading() as session:
        assert session.query(Delivery).one().state == "waiting"


def test_who_was_too_late_sees_what_is_stored_beside_what_he_typed(admin: FlaskClient) -> None:
    add(admin)
    typed = {"url": "https://books.example/in", "messages": "WorkOrderCompleted", "active": "yes"}
    page = admin.get("/settings/webhooks/1")
    fill(admin, "/settings/webhooks/1", name="Books", **typed)
    late = admin.post(
        "/settings/webhooks/1", data={"csrf_token": token_of(page), "row_version": "1", "name": "Ledger", **typed}
    )
    assert late.status_code == 409
    assert "Books" in late.text
    assert "Ledger" in late.text


def test_a_removed_endpoint_is_gone_from_the_pages_and_its_deliveries_stay(admin: FlaskClient) -> None:
    add(admin)
    fill(admin, "/settings/webhooks/1", "/settings/webhooks/1/tests")
    fill(admin, "/settings/webhooks/1", "/settings/webhooks/1/removal")
    assert admin.get("/settings/webhooks/1").status_code == 404
    assert "No endpoint yet" in admin.get("/settings/webhooks").text
    assert "books.example" in admin.get("/deliveries").text


def test_who_may_only_look_sees_no_form_and_changes_nothing(app: Flask, admin: FlaskClient) -> None:
    add(admin)
    add_person("vic@firm.test", "Vic", "settings.view")
    admin.delete_cookie("fieldwright")
    sign_in(admin, "vic@firm.test")
    page = admin.get("/settings/webhooks/1")
    assert "https://books.example/in" in page.text
    assert "Make a new secret" not in page.text
    assert admin.get("/settings/webhooks/new").status_code == 403
    answer = admin.post("/settings/webhooks/1/secrets", data={"csrf_token": token_of(page)})
    assert answer.status_code == 403
