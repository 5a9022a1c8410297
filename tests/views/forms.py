"""Forms filled in and sent as a browser without scripts would."""

from __future__ import annotations

import re
from html import unescape

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.views.people import token_of

HIDDEN = re.compile(r'<input type="hidden" name="(form_token|row_version)" value="([^"]*)">')


def fill(client: FlaskClient, page: str, action: str | None = None, **typed: object) -> TestResponse:
    """Open a page and send its form with what is typed, to `action` or to the page's own address."""
    shown = client.get(page)
    assert shown.status_code == 200, shown.text
    data = {"csrf_token": token_of(shown), **hidden(shown), **typed}
    return client.post(action or page, data=data)


def hidden(shown: TestResponse) -> dict[str, str]:
    """The one-time token and the row version of a page's first form that has them."""
    found: dict[str, str] = {}
    for name, value in HIDDEN.findall(shown.text):
        found.setdefault(name, unescape(value))
    return found


def text_of(answer: TestResponse) -> str:
    """The page with its entities as people read them."""
    return unescape(answer.text)
