"""The table view of a draft: every part of the workflow changed by form, one gesture at a time."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import Conflict, Invalid
from webapp.queries import workflow_table
from webapp.queries.lifecycles import vocabulary
from webapp.queries.workflow_table import Asked
from webapp.services import draft_gestures, table_gestures
from webapp.services.table_gestures import Wanted
from webapp.views import current, entered
from webapp.views.access import needs
from webapp.views.workflows import blueprint, shell
from webapp.views.workflows.shell import Opened
from workflow.editing import EditError

OPENING = ("open", "add", "delete", "ready")
"""What an address may ask to see opened: `open=statuses.NAME`, `add=transitions`, `ready=guards`."""


@shell.part("table")
def gathered(opened: Opened) -> Mapping[str, object]:
    """The table of the text, with the form that the address or a refused gesture asks for."""
    actor = current.actor()
    refused = g.get("refused_gesture")
    asked = _asked() if refused is None else _again(opened.text, refused)
    with reading() as session:
        steps = workflow_table.steps_of(session, lifecycle_name=opened.name, actor=actor, text=opened.text)
    return {
        "facts": tuple(vocabulary().facts.values()),
        "table": workflow_table.build(opened.text, opened.report, asked),
        "steps": steps,
        "refused": refused.sentence if refused is not None and asked.what == "" else "",
    }


@blueprint.post("/<name>/draft/gesture")
@needs("workflows.edit")
def gesture(name: str) -> Response:
    """One gesture of the table or the diagram, made in the draft's text."""
    sent = entered.fields(*FIELDS, lists=("along",), families=("f.", "p."))
    try:
        with unit_of_work() as session:
            version, actor, now = entered.row_version(), current.actor(), clock.now()
            if sent["gesture"] in ("undo", "redo"):
                redo = sent["gesture"] == "redo"
                says = draft_gestures.go(session, lifecycle=name, redo=redo, row_version=version, actor=actor, now=now)
                done = table_gestures.Done(f"{'Done again' if redo else 'Undone'}: {says}", "", "")
            else:
                done = table_gestures.perform(
                    session, lifecycle=name, wanted=_wanted(), row_version=version, actor=actor, now=now
                )
    except Conflict as conflict:
        g.refused_gesture = conflict
        return shell.page(name, status=409, view="table")
    except Invalid as invalid:
        g.refused_gesture = invalid
        return shell.page(name, status=422, view="table")
    except EditError as error:
        g.refused_gesture = Invalid({"": str(error)})
        return shell.page(name, status=422, view="table")
    flash(done.says, "done" if done.changed else "note")
    return redirect(_next(name, sent, done), code=303)


FIELDS = ("gesture", "section", "name", "renamed", "shape", "before", "ready", "view")


def _next(name: str, sent: Mapping[str, str], done: table_gestures.Done) -> str:
    """The place to go on: the element, its form when more is to come, the view the gesture came from."""
    if sent["view"] == "diagram":
        return url_for(".edit", name=name, view="diagram")
    anchor = f"{done.section}-{done.name}" if done.name else done.section or "workflow-table"
    stays = sent["gesture"] in ("again", "duplicate", "ready")
    moved = sent["gesture"] in ("up", "down")
    return url_for(
        ".edit",
        name=name,
        view="table",
        open=f"{done.section}.{done.name}" if stays else None,
        moved=f"{sent['gesture']}.{done.section}.{done.name}" if moved else None,
        _anchor=None if moved else anchor,  # with one the browser would not look for what has the focus
    )


def _wanted() -> Wanted:
    form = request.form
    gesture = form.get("gesture", "")
    if gesture == "again":  # the same, and its form stays open for more
        gesture = "save" if form.get("name") else "add"
    return Wanted(
        gesture=gesture,
        section=form.get("section", ""),
        name=form.get("name", ""),
        renamed=form.get("renamed", ""),
        shape=form.get("shape", ""),
        before=form.get("before", ""),
        ready=form.get("ready", ""),
        along=tuple(form.getlist("along")),
        entered=form.to_dict(flat=False),
        parameters={key.removeprefix("p."): value for key, value in form.items() if key.startswith("p.")},
    )


def _asked() -> Asked:
    """What the address asks for."""
    for what in OPENING:
        section, _, name = request.args.get(what, "").partition(".")
        if what in request.args:
            return Asked(
                section=section,
                name=name,
                what=what,
                shape=request.args.get("shape", ""),
                start=request.args.get("from", ""),
            )
    moved, _, place = request.args.get("moved", "").partition(".")
    section, _, name = place.partition(".")
    return Asked(section=section, name=name, moved=moved)


def _again(text: str, refused: Conflict | Invalid) -> Asked:
    """The form that was refused, with what was typed in it."""
    wanted = _wanted()
    if wanted.gesture not in ("save", "add"):
        return Asked()
    try:
        typed = table_gestures.typed(text, wanted).value
    except EditError:
        return Asked()
    problems = refused.problems if isinstance(refused, Invalid) else {}
    return Asked(
        section=wanted.section,
        name=wanted.name if wanted.gesture == "save" else "",
        what="open" if wanted.gesture == "save" else "add",
        shape=wanted.shape,
        typed=typed,
        renamed=wanted.renamed,
        problems=problems,
        sentence=refused.sentence if isinstance(refused, Conflict) or "" in problems else "",
    )
