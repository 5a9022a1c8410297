"""A person's draft: opened, saved as typed, thrown away."""

from __future__ import annotations

from flask import flash, jsonify, redirect, url_for
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import ApplicationError, Conflict, Invalid, NotFound
from webapp.queries import workflows
from webapp.services import drafts
from webapp.views import current, entered
from webapp.views.access import needs
from webapp.views.errors import ANSWERS
from webapp.views.workflows import blueprint, shell


@blueprint.post("/<name>/draft")
@needs("workflows.edit")
def begin(name: str) -> Response:
    """Begin a draft, or go on with the one there is; with a text that a lost draft left behind, begin with that."""
    text = entered.fields("text")["text"].replace("\r\n", "\n")
    actor, now = current.actor(), clock.now()
    with unit_of_work() as session:
        if text:
            drafts.replace(session, lifecycle=name, text=text, actor=actor, now=now)
        else:
            drafts.begin(session, lifecycle=name, actor=actor, now=now)
    return redirect(url_for(".edit", name=name), code=303)


@blueprint.get("/<name>/edit")
@needs("workflows.edit")
def edit(name: str) -> Response:
    """The editor on the person's draft; who has none is asked to begin one."""
    return shell.page(name)


@blueprint.post("/<name>/edit")
@needs("workflows.edit")
def save(name: str) -> Response:
    """Keep what was typed, whatever is wrong with it."""
    text = entered.fields("text")["text"]
    try:
        with unit_of_work() as session:
            drafts.save(
                session,
                lifecycle=name,
                text=text,
                row_version=entered.row_version(),
                actor=current.actor(),
                now=clock.now(),
            )
    except (Conflict, Invalid, NotFound) as refusal:
        return shell.page(name, typed=text, conflict=refusal.sentence, status=ANSWERS[type(refusal)], view="text")
    flash("The draft is saved.", "done")
    return redirect(url_for(".edit", name=name, view="text"), code=303)


@blueprint.post("/<name>/draft/text")
@needs("workflows.edit")
def keep(name: str) -> Response:
    """Keep what was typed, for the editor itself: answers as data. A conflict brings the text of the other window along."""
    text = entered.fields("text")["text"]
    actor = current.actor()
    sentence, status = "", 200
    try:
        with unit_of_work() as session:
            drafts.save(
                session, lifecycle=name, text=text, row_version=entered.row_version(), actor=actor, now=clock.now()
            )
    except ApplicationError as error:
        sentence, status = error.sentence, ANSWERS[type(error)]
    with reading() as session:
        draft = workflows.draft_of(session, lifecycle_name=name, actor=actor)
    answer = jsonify(
        sentence=sentence,
        row_version=draft.row_version if draft else None,
        saved_at=draft.saved_at.isoformat() if draft else None,
        text=draft.text if draft and status == 409 else None,
    )
    answer.status_code = status
    return answer


@blueprint.post("/<name>/draft/discard")
@needs("workflows.edit")
def discard(name: str) -> Response:
    """Throw the draft away."""
    entered.fields()
    with unit_of_work() as session:
        drafts.discard(session, lifecycle=name, actor=current.actor())
    flash("The draft is thrown away; the live version stays as it is.", "done")
    return redirect(url_for(".show", name=name), code=303)
