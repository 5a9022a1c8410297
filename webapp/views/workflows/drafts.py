"""A person's draft: opened, saved as typed, thrown away."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import Conflict
from webapp.queries import workflows
from webapp.queries.lifecycles import vocabulary
from webapp.services import drafts
from webapp.views import current, entered
from webapp.views.access import needs
from webapp.views.workflows import blueprint
from workflow.reading import check


@blueprint.post("/<name>/draft")
@needs("workflows.edit")
def begin(name: str) -> Response:
    """Begin a draft, or go on with the one there is."""
    entered.fields()
    with unit_of_work() as session:
        drafts.begin(session, lifecycle=name, actor=current.actor(), now=clock.now())
    return redirect(url_for(".edit", name=name), code=303)


@blueprint.get("/<name>/edit")
@needs("workflows.edit")
def edit(name: str) -> Response:
    """The editor on the person's draft; who has none is asked to begin one."""
    return editor(name)


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
    except Conflict as conflict:
        return editor(name, typed=text, conflict=conflict.sentence)
    flash("The draft is saved.", "done")
    return redirect(url_for(".edit", name=name), code=303)


@blueprint.post("/<name>/draft/discard")
@needs("workflows.edit")
def discard(name: str) -> Response:
    """Throw the draft away."""
    entered.fields()
    with unit_of_work() as session:
        drafts.discard(session, lifecycle=name, actor=current.actor())
    flash("The draft is thrown away; the live version stays as it is.", "done")
    return redirect(url_for(".show", name=name), code=303)


def editor(name: str, *, typed: str | None = None, conflict: str = "") -> Response:
    """The editor; with a conflict it answers 409 and shows what was typed, not what is kept."""
    actor = current.actor()
    with reading() as session:
        live = workflows.version(session, lifecycle_name=name)
        draft = workflows.draft_of(session, lifecycle_name=name, actor=actor)
    if draft is None:
        return make_response(render_template("workflows/begin.html", name=name, live=live))
    text = draft.text if typed is None else typed
    page = render_template(
        "workflows/edit.html",
        name=name,
        live=live,
        draft=draft,
        text=text,
        conflict=conflict,
        report=check(text, vocabulary()),
        view=request.args.get("view", "text"),
    )
    return make_response(page, 409 if conflict else 200)
