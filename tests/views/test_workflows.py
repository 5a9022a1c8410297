"""/workflows: what is live is shown, a draft is begun, kept whatever is wrong with it, and thrown away."""

from __future__ import annotations

import html

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.views.forms import fill
from tests.views.people import add_person, sign_in, token_of
from webapp import clock
from webapp.db import unit_of_work
from webapp.services import definitions

PLACE = "/workflows/work_order"
EDIT = f"{PLACE}/edit?view=text"


@pytest.fixture
def editor(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser in which somebody who may view and draft workflows is signed in; version 1 is live."""
    with unit_of_work() as session:
        definitions.ensure_stock(session, now=clock.now())
    add_person("editor@firm.test", "Ed Editor", "workflows.view", "workflows.edit")
    sign_in(client, "editor@firm.test")
    return client


def typed_in(client: FlaskClient) -> str:
    """The text in the editor."""
    page = client.get(EDIT).text
    return html.unescape(page.split("<textarea", 1)[1].split(">", 1)[1].split("</textarea>", 1)[0]).removeprefix("\n")


def test_the_live_workflow_is_shown_with_its_statuses_and_versions(editor: FlaskClient) -> None:
    assert "Work order" in editor.get("/workflows").text
    shown = editor.get(PLACE).text
    assert "Waiting for approval" in shown
    assert "The starting stock." in shown
    assert editor.get("/workflows/nothing").status_code == 404


def test_a_draft_begins_as_the_live_text_and_keeps_what_is_typed_even_when_it_is_wrong(editor: FlaskClient) -> None:
    assert "You have no draft" in editor.get(EDIT).text
    assert fill(editor, PLACE, f"{PLACE}/draft").status_code == 303
    text = typed_in(editor)
    assert text.startswith("# ")
    saved = fill(editor, EDIT, text=text.replace("kind: queue", "kind: nonsense", 1).replace("\n", "\r\n"))
    assert saved.status_code == 303
    shown = editor.get(EDIT).text
    assert "nonsense" in shown
    assert 'class="problem problem-error"' in shown
    assert "\r\n" not in typed_in(editor)


def test_a_draft_changed_in_another_window_is_not_overwritten(editor: FlaskClient) -> None:
    fill(editor, PLACE, f"{PLACE}/draft")
    fill(editor, EDIT, text="one")
    stale = fill(editor, EDIT, text="two", row_version="1")
    assert stale.status_code == 409
    assert "two" in stale.text
    assert typed_in(editor) == "one"


def test_a_draft_is_thrown_away(editor: FlaskClient) -> None:
    fill(editor, PLACE, f"{PLACE}/draft")
    assert fill(editor, EDIT, f"{PLACE}/draft/discard").status_code == 303
    assert "You have no draft" in editor.get(EDIT).text


def test_who_may_only_view_cannot_draft(app: Flask, editor: FlaskClient) -> None:
    viewer = app.test_client()
    add_person("viewer@firm.test", "Vi Viewer", "workflows.view")
    sign_in(viewer, "viewer@firm.test")
    assert viewer.get(PLACE).status_code == 200
    assert viewer.get(f"{PLACE}/edit").status_code == 403


def test_a_text_typed_into_a_draft_that_is_gone_is_shown_again_and_begins_a_new_one(editor: FlaskClient) -> None:
    fill(editor, PLACE, f"{PLACE}/draft")
    page = editor.get(f"{PLACE}/edit?view=text")
    fill(editor, f"{PLACE}/edit", f"{PLACE}/draft/discard")
    typed = "# mine\r\nname: kept\r\n"
    lost = editor.post(f"{PLACE}/edit", data={"csrf_token": token_of(page), "row_version": "1", "text": typed})
    assert lost.status_code == 404
    assert "name: kept" in lost.text
    again = editor.post(f"{PLACE}/draft", data={"csrf_token": token_of(lost), "text": typed})
    assert again.status_code == 303
    assert typed_in(editor) == "# mine\nname: kept\n"
