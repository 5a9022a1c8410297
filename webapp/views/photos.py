"""Photos of a work order: coming in, and going out as files."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, current_app, flash, redirect, request, send_file
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import Invalid
from webapp.services import form_tokens, photos
from webapp.views import current
from webapp.views.access import signed_in

blueprint = Blueprint("photos", __name__)


def folder() -> Path:
    """Where pictures are kept."""
    settings = current_app.config["SETTINGS"]
    return Path(settings.folder) / "photos"


@blueprint.post("/work-orders/<int:number>/photos")
@signed_in
def add(number: int) -> Response:
    """Keep a photo, and back to the order; the file is read before the database is touched."""
    actor, token, address = current.actor(), request.form.get("form_token", ""), f"/work-orders/{number}#photos"
    upload = request.files.get("photo")
    try:
        picture = photos.developed(upload.read(photos.MOST_BYTES + 1) if upload else b"")
        with unit_of_work() as session:
            if form_tokens.spend(session, token=token, actor=actor, now=clock.now()) is None:
                photos.add(
                    session,
                    number=number,
                    picture=picture,
                    name=(upload.filename if upload else "") or "",
                    caption=request.form.get("caption", ""),
                    folder=folder(),
                    actor=actor,
                    now=clock.now(),
                )
                form_tokens.remember(session, token=token, url=address)
    except Invalid as invalid:
        flash(invalid.sentence, "problem")
        return redirect(address, code=303)
    flash("The photo is added.", "done")
    return redirect(address, code=303)


@blueprint.get("/photos/<int:photo_id>")
@signed_in
def show(photo_id: int) -> Response:
    """The picture, as a file to keep: a browser never runs what is in it."""
    with reading() as session:
        path = photos.path(session, photo_id=photo_id, folder=folder(), actor=current.actor())
    response = send_file(path, mimetype="image/jpeg", as_attachment=True, download_name=f"photo-{photo_id}.jpg")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
