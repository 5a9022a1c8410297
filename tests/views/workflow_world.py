"""A firm whose workflow somebody edits: version 1 is live, its draft is begun, and texts are sent as the editor sends them."""

from __future__ import annotations

import html
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.views.forms import fill
from tests.views.people import add_person, sign_in, token_of
from webapp import clock
from webapp.db import unit_of_work
from webapp.services import definitions

PLACE = "/workflows/work_order"
EDIT = f"{PLACE}/edit?view=text"


def let_edit(client: FlaskClient) -> FlaskClient:
    """Sign somebody in who may view and draft workflows; version 1 is live."""
    with unit_of_work() as session:
        definitions.ensure_stock(session, now=clock.now())
    add_person("editor@firm.test", "Ed Editor", "workflows.view", "workflows.edit")
    sign_in(client, "editor@firm.test")
    return client


def begin(client: FlaskClient) -> str:
    """Begin a draft; returns its text."""
    assert fill(client, PLACE, f"{PLACE}/draft").status_code == 303
    return typed_in(client)


def typed_in(client: FlaskClient) -> str:
    """The text in the editor."""
    page = client.get(EDIT).text
    return html.unescape(page.split("<textarea", 1)[1].split(">", 1)[1].split("</textarea>", 1)[0]).removeprefix("\n")


def look(client: FlaskClient, text: str | bytes, *, proof: bool = False, status: int = 200) -> dict[str, Any]:
    """What the editor is told about a text."""
    answer = client.post(
        f"{PLACE}/check{'?proof=1' if proof else ''}",
        data=text,
        content_type="text/plain; charset=utf-8",
        headers={"X-CSRFToken": token_of(client.get(EDIT))},
    )
    assert answer.status_code == status, answer.text
    assert isinstance(answer.json, dict)
    return answer.json


def keep(client: FlaskClient, text: str, row_version: int) -> TestResponse:
    """Save as the editor does by itself."""
    token = token_of(client.get(EDIT))
    return client.post(f"{PLACE}/draft/text", data={"csrf_token": token, "text": text, "row_version": row_version})


def go_live(text: str) -> None:
    """Somebody else makes a text the live version."""
    with unit_of_work() as session:
        definitions.import_text(session, text=text, actor=definitions.SYSTEM, now=clock.now())
