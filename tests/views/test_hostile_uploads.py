"""Whatever is uploaded as a photo, only pictures written anew are kept, and nobody sees an error of ours."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from tests.views import hostile
from tests.views import order_world as world
from tests.views.people import token_of
from webapp.db import reading
from webapp.models import Photo
from webapp.services import form_tokens


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_of_forty_eight_hostile_uploads_none_breaks_a_rule_and_none_breaks_us(app: Flask, client: FlaskClient) -> None:
    world.found_firm()
    world.as_person(client, world.OFFICE)
    number = world.make_order(client)
    csrf = token_of(client.get(f"/work-orders/{number}"))
    folder = Path(app.config["SETTINGS"].folder) / "photos"
    answers = {}
    for what, name, data in hostile.uploads():
        fields = {"csrf_token": csrf, "form_token": form_tokens.fresh(), "caption": what}
        sent = client.post(f"/work-orders/{number}/photos", data=fields | {"photo": (io.BytesIO(data), name)})
        answers[what] = sent.status_code
    assert len(answers) == 48
    # The line break in this name ends its header: what follows is no file but a text, and one with a NUL character.
    assert answers.pop("a script as name") == 400
    assert set(answers.values()) <= {303, 422}, answers
    refused = [what for what, code in answers.items() if code == 422]
    kept = [what for what, code in answers.items() if code == 303]
    assert {"position in a JPEG", "position in a PNG", "a path as name"} <= set(kept)
    assert {"drawing called photo", "PNG of 400 million pixels", "page called photo", "TIFF"} <= set(refused)

    with reading() as session:
        photos = {photo.file: (photo.name, photo.width, photo.height) for photo in session.scalars(select(Photo))}
        session.expunge_all()
    files = sorted(folder.iterdir())
    assert {file.name for file in files} == set(photos), "a file for each photo and no other"
    assert len(files) == len(kept)
    assert oct(os.stat(folder).st_mode & 0o777) == "0o700"
    for file in files:
        assert re.fullmatch(r"[0-9a-f]{32}\.jpg", file.name)
        assert oct(os.stat(file).st_mode & 0o777) == "0o600"
        data = file.read_bytes()
        assert hostile.POSITION not in data
        assert b"<script" not in data
        with Image.open(io.BytesIO(data)) as picture:
            assert picture.format == "JPEG"
            assert (picture.width, picture.height) == photos[file.name][1:]
            assert max(picture.size) <= 2400
            assert not picture.getexif()
            assert not {"exif", "comment", "xmp", "icc_profile"} & set(picture.info)
    assert all(len(name) <= 200 and name.isprintable() for name, _, _ in photos.values())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_photo_leaves_as_a_file_that_no_browser_runs(client: FlaskClient) -> None:
    world.found_firm()
    world.as_person(client, world.OFFICE)
    number = world.make_order(client)
    page = client.get(f"/work-orders/{number}")
    data = {"csrf_token": token_of(page), "form_token": form_tokens.fresh()}
    client.post(f"/work-orders/{number}/photos", data=data | {"photo": (io.BytesIO(hostile.positioned()), "a.html")})
    with reading() as session:
        photo = session.scalars(select(Photo.id)).one()
    answer = client.get(f"/photos/{photo}")
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["Content-Disposition"] == f"attachment; filename=photo-{photo}.jpg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    answer.close()
