"""Notes and photos of a work order, and the feed of notifications."""

from __future__ import annotations

import io

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.views import order_world as world
from tests.views.people import token_of
from webapp.db import reading
from webapp.models import Note, Photo


@pytest.fixture(autouse=True)
def firm(client: FlaskClient) -> None:
    world.found_firm()
    world.as_person(client, world.OFFICE)


def picture(*, size: tuple[int, int] = (40, 30), mode: str = "RGBA", kind: str = "PNG") -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, 120 if mode == "L" else None).save(written, kind)
    return written.getvalue()


def upload(client: FlaskClient, number: int, data: bytes, name: str = "leak.png") -> TestResponse:
    page = client.get(f"/work-orders/{number}")
    fields = {"csrf_token": token_of(page), "form_token": world.hidden(page, "form_token"), "caption": "The leak"}
    return client.post(
        f"/work-orders/{number}/photos", data=fields | {"photo": (io.BytesIO(data), name)}, follow_redirects=True
    )


def test_a_note_is_written_once_however_often_it_is_sent(client: FlaskClient) -> None:
    number = world.make_order(client)
    page = client.get(f"/work-orders/{number}")
    data = {
        "csrf_token": token_of(page),
        "form_token": world.hidden(page, "form_token"),
        "text": "<b>Ring</b> twice\nDog!",
    }
    for _ in range(2):
        assert client.post(f"/work-orders/{number}/notes", data=data).status_code == 303
    with reading() as session:
        assert session.scalars(select(Note.text)).all() == ["<b>Ring</b> twice\nDog!"]
    assert "&lt;b&gt;Ring&lt;/b&gt; twice" in client.get(f"/work-orders/{number}").text


def test_a_photo_is_written_anew_and_leaves_as_a_file(client: FlaskClient) -> None:
    number = world.make_order(client)
    assert "The photo is added." in upload(client, number, picture()).text
    with reading() as session:
        photo_id = session.scalars(select(Photo.id)).one()
    answer = client.get(f"/photos/{photo_id}")
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.data.startswith(b"\xff\xd8")
    answer.close()
    world.as_person(client, world.TECHNICIAN)
    assert client.get(f"/photos/{photo_id}").status_code == 404


@pytest.mark.parametrize("data", [b"", b"<svg onload='alert(1)'/>", b"\x89PNG\r\n\x1a\nbroken"])
def test_what_is_not_a_photo_is_refused_whatever_it_is_called(client: FlaskClient, data: bytes) -> None:
    number = world.make_order(client)
    answer = upload(client, number, data)
    assert answer.status_code == 422
    assert "Choose a photo first." in answer.text or "not a photo that can be read" in answer.text
    with reading() as session:
        assert session.scalars(select(Photo.id)).all() == []


def test_a_large_photo_is_made_smaller(client: FlaskClient) -> None:
    number = world.make_order(client)
    upload(client, number, picture(size=(5000, 1000), mode="L"))
    with reading() as session:
        assert session.execute(select(Photo.width, Photo.height)).one() == (2400, 480)


def test_an_empty_feed_says_what_comes_here(client: FlaskClient) -> None:
    assert "Nothing new" in client.get("/notifications").text
