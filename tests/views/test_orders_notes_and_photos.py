"""Notes and photos of a work order, and the feed of notifications."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from tests.views import order_world as world
from tests.views.people import token_of
from webapp.db import reading, unit_of_work
from webapp.models import Note, OrderChange, Photo, User, WorkOrder
from webapp.services import form_tokens


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


def send(client: FlaskClient, number: int, address: str, **typed: str) -> TestResponse:
    """Send a form of the order's page to an address below it."""
    page = client.get(f"/work-orders/{number}")
    return client.post(f"/work-orders/{number}/{address}", data={"csrf_token": token_of(page)} | typed)


def write_note(client: FlaskClient, number: int, text: str) -> int:
    """Write a note; returns its id."""
    assert send(client, number, "notes", form_token=form_tokens.fresh(), text=text).status_code == 303
    with reading() as session:
        return session.scalars(select(Note.id).order_by(Note.id.desc())).first() or 0


def put(number: int, status: str, technician: str | None = None) -> None:
    """Have the order in a status, without the way there."""
    with unit_of_work() as session:
        values: dict[str, object] = {"status": status}
        if technician:
            values["technician_id"] = session.scalars(select(User.id).where(User.email == technician)).one()
        session.execute(update(WorkOrder).where(WorkOrder.number == number).values(**values))


def kept_files(app: Flask) -> list[Path]:
    """Everything that lies in the folder of photos."""
    folder = Path(app.config["SETTINGS"].folder) / "photos"
    return sorted(folder.iterdir()) if folder.exists() else []


def test_a_note_of_ones_own_is_edited_says_so_and_its_former_words_are_kept(client: FlaskClient) -> None:
    number = world.make_order(client)
    note = write_note(client, number, "Key under the mat")
    assert send(client, number, f"notes/{note}", text="Key at the bakery").status_code == 303
    text = client.get(f"/work-orders/{number}").text
    assert "Key at the bakery</div>" in text
    assert ">edited</span>" in text
    with reading() as session:
        change = session.scalars(select(OrderChange)).one()
        assert (change.field, change.old, change.new) == (
            "Note by Olga Office",
            "Key under the mat",
            "Key at the bakery",
        )
        assert session.scalars(select(WorkOrder.row_version)).one() == 1, "nobody's open page is out of date"


def test_a_note_is_deleted_after_a_question_that_needs_no_script(client: FlaskClient) -> None:
    number = world.make_order(client)
    note = write_note(client, number, "Wrong order")
    text = client.get(f"/work-orders/{number}").text
    assert f'popovertarget="note-{note}-delete"' in text
    assert "Delete this note?" in text
    assert send(client, number, f"notes/{note}/delete").status_code == 303
    with reading() as session:
        assert session.scalars(select(Note)).all() == []
        assert session.scalars(select(OrderChange.old)).all() == ["Wrong order"]


def test_anothers_note_is_changed_by_supervisors_only(client: FlaskClient) -> None:
    number = world.make_order(client)
    note = write_note(client, number, "Ring twice")
    put(number, "pending", world.TECHNICIAN)
    world.as_person(client, world.TECHNICIAN)
    text = client.get(f"/work-orders/{number}").text
    assert "Ring twice" in text, "whoever sees the order sees its notes"
    assert f"note-{note}-edit" not in text
    for address in (f"notes/{note}", f"notes/{note}/delete"):
        assert send(client, number, address, **({} if "delete" in address else {"text": "Mine"})).status_code == 403
    world.as_person(client, world.SUPERVISOR)
    assert send(client, number, f"notes/{note}", text="Ring once").status_code == 303
    assert "edited by Sam Supervisor" in client.get(f"/work-orders/{number}").text


def test_after_completion_only_supervisors_change_notes_and_after_billing_nobody(client: FlaskClient) -> None:
    number = world.make_order(client)
    note = write_note(client, number, "Ring twice")
    put(number, "completed")
    text = client.get(f"/work-orders/{number}").text
    assert "Add note" not in text
    assert f"note-{note}-edit" not in text
    assert "While a work order is Completed, its notes can be changed by a supervisor." in text
    answer = send(client, number, f"notes/{note}", text="A long story, told once")
    assert answer.status_code == 409
    assert "A long story, told once" in answer.text
    world.as_person(client, world.SUPERVISOR)
    assert send(client, number, f"notes/{note}", text="Ring once").status_code == 303
    put(number, "billed")
    text = client.get(f"/work-orders/{number}").text
    assert "The notes of a work order that is Billed can no longer be changed." in text
    assert f"note-{note}-edit" not in text
    answer = send(client, number, "notes", form_token=form_tokens.fresh(), text="Too late")
    assert answer.status_code == 409
    assert "Too late" in answer.text
    with reading() as session:
        assert session.scalars(select(Note.text)).all() == ["Ring once"]


def test_a_note_of_another_order_is_not_there(client: FlaskClient) -> None:
    one, other = world.make_order(client), world.make_order(client)
    note = write_note(client, one, "Here")
    assert send(client, other, f"notes/{note}", text="There").status_code == 404


def test_an_empty_edit_is_answered_in_its_dialog(client: FlaskClient) -> None:
    number = world.make_order(client)
    note = write_note(client, number, "Here")
    answer = send(client, number, f"notes/{note}", text="  ")
    assert answer.status_code == 422
    assert "Write the note first." in answer.text
    assert re.search(rf'popovertarget="note-{note}-edit"[^>]*data-open', answer.text)


@pytest.mark.parametrize("token", ["", "short"])
def test_a_refused_token_keeps_the_note_and_gives_a_fresh_one(client: FlaskClient, token: str) -> None:
    number = world.make_order(client)
    answer = send(client, number, "notes", form_token=token, text="Typed with care")
    assert answer.status_code == 422
    assert "one-time mark" in answer.text
    assert "Typed with care</textarea>" in answer.text
    fresh = re.search(r'action="[^"]*/notes".*?name="form_token" value="([^"]+)"', answer.text, re.DOTALL)
    assert fresh is not None
    assert send(client, number, "notes", form_token=fresh.group(1), text="Typed with care").status_code == 303


def test_no_two_forms_of_a_page_share_a_token(client: FlaskClient) -> None:
    number = world.make_order(client)
    answer = send(client, number, "notes", form_token=form_tokens.fresh(), text="")
    tokens = re.findall(r'name="form_token" value="([^"]+)"', answer.text)
    assert len(set(tokens)) == len(tokens) >= 2


def test_a_photo_gets_another_caption_and_is_deleted_with_its_file(app: Flask, client: FlaskClient) -> None:
    number = world.make_order(client)
    upload(client, number, picture())
    with reading() as session:
        photo = session.scalars(select(Photo.id)).one()
    assert [oct(os.stat(file).st_mode & 0o777) for file in kept_files(app)] == ["0o600"]
    assert send(client, number, f"photos/{photo}", caption="Below the sink").status_code == 303
    assert 'alt="Below the sink"' in client.get(f"/work-orders/{number}").text
    put(number, "pending", world.TECHNICIAN)
    world.as_person(client, world.TECHNICIAN)
    client.get(f"/photos/{photo}").close()
    assert send(client, number, f"photos/{photo}/delete").status_code == 403
    world.as_person(client, world.OFFICE)
    assert send(client, number, f"photos/{photo}/delete").status_code == 303
    assert kept_files(app) == []
    assert client.get(f"/photos/{photo}").status_code == 404


def test_who_may_add_no_photo_is_told_so_before_his_file_is_looked_at(app: Flask, client: FlaskClient) -> None:
    number = world.make_order(client)
    page = client.get(f"/work-orders/{number}")
    put(number, "billed")
    broken = {"photo": (io.BytesIO(b"no photo at all"), "x.jpg"), "caption": "My words"}
    data = {"csrf_token": token_of(page), "form_token": form_tokens.fresh()}
    answer = client.post(f"/work-orders/{number}/photos", data=data | broken)
    assert answer.status_code == 409
    assert "can no longer be changed" in answer.text
    assert "not a photo" not in answer.text
    world.as_person(client, world.TECHNICIAN)
    broken["photo"] = (io.BytesIO(b"no photo at all"), "x.jpg")
    data["csrf_token"] = token_of(client.get("/my-day"))
    assert client.post(f"/work-orders/{number}/photos", data=data | broken).status_code == 404
    assert kept_files(app) == []


def test_a_refused_photo_leaves_no_file_behind(app: Flask, client: FlaskClient) -> None:
    number = world.make_order(client)
    page = client.get(f"/work-orders/{number}")
    for caption, token, code in (("x" * 500, form_tokens.fresh(), 422), ("Fine", "bad", 422)):
        data = {"csrf_token": token_of(page), "form_token": token, "caption": caption}
        data |= {"photo": (io.BytesIO(picture()), "leak.png")}  # type: ignore[dict-item]
        answer = client.post(f"/work-orders/{number}/photos", data=data)
        assert answer.status_code == code
        assert f'value="{caption}"' in answer.text
        assert kept_files(app) == []


def test_the_same_upload_twice_keeps_one_file(app: Flask, client: FlaskClient) -> None:
    number = world.make_order(client)
    page = client.get(f"/work-orders/{number}")
    data = {"csrf_token": token_of(page), "form_token": form_tokens.fresh(), "caption": ""}
    for _ in range(2):
        sent = data | {"photo": (io.BytesIO(picture()), "leak.png")}
        assert client.post(f"/work-orders/{number}/photos", data=sent).status_code == 303
    assert len(kept_files(app)) == 1
