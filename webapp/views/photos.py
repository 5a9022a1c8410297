"""Photos of a work order: coming in, described, taken away, and going out as files."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, current_app, flash, redirect, request, send_file
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import Conflict, Invalid
from webapp.services import photo_files, photos
from webapp.views import current, entered, forms
from webapp.views.access import signed_in
from webapp.views.order_screen import Remark, screen

blueprint = Blueprint("photos", __name__)


def folder() -> Path:
    """Where pictures are kept."""
    settings = current_app.config["SETTINGS"]
    return Path(settings.folder) / "photos"


@blueprint.post("/work-orders/<int:number>/photos")
@signed_in
def add(number: int) -> Response:
    """Keep a photo, and back to the order. Who may add none is told so before his file is decoded."""
    actor, now = current.actor(), clock.now()
    upload, caption = request.files.get("photo"), request.form.get("caption", "")
    try:
        forms.only("caption")
        with reading() as session:
            photos.admits(session, number=number, actor=actor, now=now)
        picture = photos.developed(upload.read(photos.MOST_BYTES + 1) if upload else b"")
        with photo_files.kept(picture.data, folder=folder(), reading=reading) as file, unit_of_work() as session:

            def keep() -> str:
                photos.add(
                    session,
                    number=number,
                    picture=picture,
                    file=file,
                    name=(upload.filename if upload else "") or "",
                    caption=caption,
                    actor=actor,
                    now=now,
                )
                return place(number)

            entered.once(session, keep, actor=actor, now=now)
    except (Invalid, Conflict) as refused:
        return again(number, refused, caption)
    return done(number, "The photo is added.")


@blueprint.post("/work-orders/<int:number>/photos/<int:photo_id>")
@signed_in
def describe(number: int, photo_id: int) -> Response:
    """Give a photo another caption."""
    caption = request.form.get("caption", "")
    try:
        forms.only("caption")
        with unit_of_work() as session:
            photos.describe(
                session, number=number, photo_id=photo_id, caption=caption, actor=current.actor(), now=clock.now()
            )
    except (Invalid, Conflict) as refused:
        return again(number, refused, caption, photo_id)
    return done(number, "The caption is changed.")


@blueprint.post("/work-orders/<int:number>/photos/<int:photo_id>/delete")
@signed_in
def delete(number: int, photo_id: int) -> Response:
    """Take a photo away; the page asked before."""
    forms.only()
    with unit_of_work() as session:
        file = photos.delete(session, number=number, photo_id=photo_id, actor=current.actor(), now=clock.now())
    photo_files.discard(file, folder=folder(), reading=reading)
    return done(number, "The photo is deleted.")


@blueprint.get("/photos/<int:photo_id>")
@signed_in
def show(photo_id: int) -> Response:
    """The picture, as a file to keep: a browser never runs what is in it."""
    with reading() as session:
        path = photos.path(session, photo_id=photo_id, folder=folder(), actor=current.actor())
    response = send_file(path, mimetype="image/jpeg", as_attachment=True, download_name=f"photo-{photo_id}.jpg")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def place(number: int) -> str:
    """Where the photos of the order are."""
    return f"/work-orders/{number}#photos"


def done(number: int, sentence: str) -> Response:
    """Back to the photos, saying what was done."""
    flash(sentence, "done")
    return redirect(place(number), code=303)


def again(number: int, refused: Invalid | Conflict, caption: str, photo_id: int | None = None) -> Response:
    """The order with what was typed and why the photo was not kept; a browser gives no file back, it is chosen anew."""
    code = 422 if isinstance(refused, Invalid) else 409
    return screen(number, remark=Remark("photo", caption, refused.sentence, photo_id), code=code)
