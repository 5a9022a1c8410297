"""The database committed and the answer got lost: the page says what to do, and doing it leads to what was done, once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.support.lost_answers import LostAnswers, losing_answers
from tests.views import order_world as world
from webapp.db import db, reading
from webapp.models import Customer, Note, StatusHistory, User, WorkOrder
from webapp.services import history

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@pytest.fixture
def lost(app: Flask, client: FlaskClient) -> Iterator[LostAnswers]:
    app.testing = False
    world.found_firm()
    world.as_person(client, world.SUPERVISOR)
    with losing_answers(db.engine) as losing:
        yield losing


def count(table: type[db.Model]) -> int:  # type: ignore[name-defined]
    with reading() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


def sent_again(client: FlaskClient, answer: TestResponse) -> TestResponse:
    """Press "Send it once more" on the page that says the answer was lost."""
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "Nothing was saved" not in answer.text
    assert "nothing is done twice" in answer.text
    form = re.search(r'<form method="post" action="([^"]+)".*?</form>', answer.text, re.DOTALL)
    assert form is not None, answer.text
    fields = {name: unescape(value) for name, value in HIDDEN.findall(form.group(0))}
    return client.post(unescape(form.group(1)), data=fields)


def lose(lost: LostAnswers, send: Callable[[], TestResponse]) -> TestResponse:
    """Send something whose first commit loses its answer."""
    lost.next = True
    return send()


def new_order(client: FlaskClient, **more: str) -> TestResponse:
    """Send screen one with these fields."""
    page = client.get("/work-orders/new")
    names = {name: world.hidden(page, name) for name in ("csrf_token", "form_token")}
    return client.post("/work-orders/new", data=names | {"type": "repair"} | more)


def tom() -> str:
    with reading() as session:
        return str(session.scalars(select(User.id).where(User.email == world.TECHNICIAN)).one())


def test_a_creating_form_sent_again_leads_to_what_it_made(client: FlaskClient, lost: LostAnswers) -> None:
    inline = {"unit_mode": "new", "customer_mode": "new", "first_name": "Ida", "last_name": "O'Neil <3"}
    before = count(Customer)
    again = sent_again(client, lose(lost, lambda: new_order(client, **inline)))
    assert again.status_code == 303
    assert again.headers["Location"] == "/work-orders/1001"
    assert (count(WorkOrder), count(Customer)) == (1, before + 1)
    assert "O&#39;Neil &lt;3" in client.get("/work-orders/1001").text


def test_a_press_sent_again_is_the_success_it_was(client: FlaskClient, lost: LostAnswers) -> None:
    number = world.make_order(client)
    again = sent_again(client, lose(lost, lambda: world.press(client, number, "cancel", reason="No longer needed")))
    assert again.status_code == 303
    assert f"Work order {number} is now Cancelled." in client.get(f"/work-orders/{number}").text
    with reading() as session:
        rules = session.scalars(select(StatusHistory.rule).order_by(StatusHistory.sequence)).all()
        assert list(rules) == [None, "cancel"]
        assert history.verify(session) is None


def test_a_save_sent_again_is_saved_once(client: FlaskClient, lost: LostAnswers) -> None:
    number = world.make_order(client)
    again = sent_again(
        client,
        lose(lost, lambda: world.save_order(client, number, technician_id=tom(), due_at="2027-01-05T09:30")),
    )
    assert again.status_code == 303
    with reading() as session:
        order = session.scalars(select(WorkOrder)).one()
        assert (order.status, order.row_version, order.history_length) == ("pending", 2, 2)


def test_a_note_sent_again_is_there_once(client: FlaskClient, lost: LostAnswers) -> None:
    number = world.make_order(client)
    page = client.get(f"/work-orders/{number}")
    form = page.text.partition(f'action="/work-orders/{number}/notes"')[2].partition("</form>")[0]
    fields = dict(HIDDEN.findall(form)) | {"text": "Ring twice."}
    again = sent_again(client, lose(lost, lambda: client.post(f"/work-orders/{number}/notes", data=fields)))
    assert again.status_code == 303
    assert count(Note) == 1


def test_a_password_is_not_written_into_the_page_and_signing_in_again_works(
    client: FlaskClient, lost: LostAnswers
) -> None:
    client.delete_cookie("fieldwright")
    page = client.get("/login")
    sent = {"email": world.OFFICE, "password": "demo", "csrf_token": world.hidden(page, "csrf_token")}
    answer = lose(lost, lambda: client.post("/login", data=sent))
    assert answer.status_code == 503
    assert "<form" not in answer.text
    assert "Go back" in answer.text
    assert client.post("/login", data=sent).status_code == 303


def test_a_page_that_only_reads_is_simply_asked_again(client: FlaskClient, lost: LostAnswers) -> None:
    number = world.make_order(client)
    lost.next = True  # reading commits nothing, so nothing can be lost
    assert client.get(f"/work-orders/{number}").status_code == 200
    assert lost.next
