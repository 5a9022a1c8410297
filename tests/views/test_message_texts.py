"""Settings → Messages by its pages: written, previewed on a real order, refused with a sentence, taken back."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.views.forms import fill, text_of
from tests.views.order_world import ADMIN, OFFICE, as_person, found_firm, make_order

ASSIGNED = "/settings/messages/WorkOrderAssigned/mail"


@pytest.fixture
def number(app: Flask, client: FlaskClient) -> int:
    """An order, and the admin signed in."""
    found_firm()
    as_person(client, OFFICE)
    made = make_order(client)
    as_person(client, ADMIN)
    return made


def test_a_preview_shows_what_a_real_order_would_say_and_saves_nothing(client: FlaskClient, number: int) -> None:
    typed = {"subject": "Yours: {number}", "body": "At {address}.\n\n{url}", "language": "en", "order": str(number)}
    shown = text_of(fill(client, ASSIGNED, preview="yes", **typed))
    assert f"Yours: {number}" in shown
    assert "At 1 Mill Lane, Berlin." in shown
    assert "Never changed." in text_of(client.get(ASSIGNED))


def test_saved_it_is_in_force_and_its_history_says_who(client: FlaskClient, number: int) -> None:
    fill(client, ASSIGNED, subject="Yours", body="Go.", language="en")
    page = text_of(client.get(ASSIGNED))
    assert "Ada Admin" in page
    fill(client, ASSIGNED, f"{ASSIGNED}/stock", language="en")
    assert "Back to the stock" in text_of(client.get(ASSIGNED))


def test_an_unknown_placeholder_is_named_and_what_was_typed_stays(client: FlaskClient, number: int) -> None:
    answer = fill(client, ASSIGNED, subject="Fine", body="Dear {client}", language="en")
    assert answer.status_code == 422
    page = text_of(answer)
    assert "{client} is not a placeholder of this message. It can hold {number}" in page
    assert "Dear {client}" in page


def test_a_preview_with_an_order_nobody_has_says_so(client: FlaskClient, number: int) -> None:
    shown = fill(client, ASSIGNED, subject="S", body="B", language="en", order="99999", preview="yes")
    assert "There is no such work order." in text_of(shown)


def test_another_language_is_added_and_shown_apart(client: FlaskClient, number: int) -> None:
    assert fill(client, "/settings/messages", "/settings/messages/languages", code="x", name="").status_code == 422
    fill(client, "/settings/messages", "/settings/messages/languages", code="de", name="Deutsch")
    assert client.get("/settings/messages?language=de").status_code == 200
    assert client.get(f"{ASSIGNED}?language=de").status_code == 200
    assert client.get(f"{ASSIGNED}?language=fr").status_code == 404


@pytest.mark.parametrize("address", ["Nonsense/mail", "WorkOrderAssigned/fax", "WorkOrderNeedsApproval/in_app"])
def test_there_is_no_page_for_what_no_message_is(client: FlaskClient, number: int, address: str) -> None:
    assert client.get(f"/settings/messages/{address}").status_code == 404


def test_a_customers_language_is_offered_once_there_is_another_and_kept(client: FlaskClient, number: int) -> None:
    assert "Language of messages" not in client.get("/customers/1/edit").text
    fill(client, "/settings/messages", "/settings/messages/languages", code="de", name="Deutsch")
    answer = fill(client, "/customers/1/edit", first_name="Martha", type="commercial", language="de")
    assert answer.status_code == 303
    assert '<option value="de" selected>' in client.get("/customers/1/edit").text
