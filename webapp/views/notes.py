"""Notes of a work order."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import unit_of_work
from webapp.errors import Invalid
from webapp.services import form_tokens, notes
from webapp.views import current
from webapp.views.access import signed_in

blueprint = Blueprint("notes", __name__)


@blueprint.post("/work-orders/<int:number>/notes")
@signed_in
def add(number: int) -> Response:
    """Write a note, and back to the order."""
    actor, token, address = current.actor(), request.form.get("form_token", ""), f"/work-orders/{number}#notes"
    try:
        with unit_of_work() as session:
            if form_tokens.spend(session, token=token, actor=actor, now=clock.now()) is None:
                notes.add(session, number=number, text=request.form.get("text", ""), actor=actor, now=clock.now())
                form_tokens.remember(session, token=token, url=address)
    except Invalid as invalid:
        flash(invalid.sentence, "problem")
        return redirect(address, code=303)
    flash("The note is added.", "done")
    return redirect(address, code=303)
