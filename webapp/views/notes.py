"""Notes of a work order."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import unit_of_work
from webapp.errors import Conflict, Invalid
from webapp.services import notes
from webapp.views import current, entered, forms
from webapp.views.access import signed_in
from webapp.views.order_screen import Remark, screen

blueprint = Blueprint("notes", __name__)


@blueprint.post("/work-orders/<int:number>/notes")
@signed_in
def add(number: int) -> Response:
    """Write a note, and back to the order; a note that cannot be kept is shown again with the reason."""
    actor, now, text = current.actor(), clock.now(), request.form.get("text", "")
    try:
        forms.only("text")
        with unit_of_work() as session:

            def write() -> str:
                notes.add(session, number=number, text=text, actor=actor, now=now)
                return place(number)

            entered.once(session, write, actor=actor, now=now)
    except (Invalid, Conflict) as refused:
        return again(number, refused, text)
    return done(number, "The note is added.")


@blueprint.post("/work-orders/<int:number>/notes/<int:note_id>")
@signed_in
def edit(number: int, note_id: int) -> Response:
    """Write a note anew."""
    text = request.form.get("text", "")
    try:
        forms.only("text")
        with unit_of_work() as session:
            notes.edit(session, number=number, note_id=note_id, text=text, actor=current.actor(), now=clock.now())
    except (Invalid, Conflict) as refused:
        return again(number, refused, text, note_id)
    return done(number, "The note is changed.")


@blueprint.post("/work-orders/<int:number>/notes/<int:note_id>/delete")
@signed_in
def delete(number: int, note_id: int) -> Response:
    """Take a note away; the page asked before."""
    forms.only()
    with unit_of_work() as session:
        notes.delete(session, number=number, note_id=note_id, actor=current.actor(), now=clock.now())
    return done(number, "The note is deleted.")


def place(number: int) -> str:
    """Where the notes of the order are."""
    return f"/work-orders/{number}#notes"


def done(number: int, sentence: str) -> Response:
    """Back to the notes, saying what was done."""
    flash(sentence, "done")
    return redirect(place(number), code=303)


def again(number: int, refused: Invalid | Conflict, text: str, note_id: int | None = None) -> Response:
    """The order with what was typed and why it was not kept."""
    code = 422 if isinstance(refused, Invalid) else 409
    return screen(number, remark=Remark("note", text, refused.sentence, note_id), code=code)
