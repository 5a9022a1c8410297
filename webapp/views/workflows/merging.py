"""Two people's changes of one workflow brought together: at once where they do not meet, else by choosing."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import Conflict, Invalid
from webapp.queries import workflows
from webapp.queries.lifecycles import vocabulary
from webapp.queries.workflows import Parting
from webapp.services import draft_merging
from webapp.views import current, entered
from webapp.views.access import needs
from webapp.views.workflows import blueprint
from workflow.changes import Change, differences
from workflow.changes.wording import value
from workflow.editing import EditError, Model
from workflow.merging import Merged, Side, merged

CHOICE = "choice."
SIDES: dict[str, Side] = {"mine": "mine", "theirs": "theirs"}


@blueprint.get("/<name>/draft/merge")
@needs("workflows.edit")
def compare(name: str) -> Response:
    """What came in, what the person changed, and what has to be chosen."""
    parting = found(name)
    return (
        back(name, "Nothing has to be merged: your draft is on the live version.")
        if parting is None
        else page(name, parting)
    )


@blueprint.post("/<name>/draft/merge")
@needs("workflows.edit")
def merge(name: str) -> Response:
    """Bring both together, as far as everything is chosen."""
    entered.fields("version", families=(CHOICE,))
    parting = found(name)
    if parting is None:
        return back(name, "This was merged already.")
    chosen = {
        key.removeprefix(CHOICE): SIDES[side]
        for key, side in request.form.items()
        if key.startswith(CHOICE) and side in SIDES
    }
    if request.form.get("version") != str(parting.live_id):
        return page(
            name, parting, refused="Yet another version went live in the meantime. Look at what it changed.", status=409
        )
    try:
        both = merged(parting.base_text, parting.draft.text, parting.live_text, chosen)
    except EditError:
        return page(name, parting, status=422)
    if both.text is None:
        missing = (
            f"Choose for each of these {len(both.conflicts)}."
            if len(both.conflicts) > 1
            else "Choose for this one too."
        )
        return page(name, parting, chosen=chosen, refused=missing, status=422)
    number = parting.live.number
    try:
        with unit_of_work() as session:
            draft_merging.merge(
                session,
                lifecycle=name,
                text=both.text,
                version_id=parting.live_id,
                says=f"Merge with version {number}",
                row_version=entered.row_version(),
                actor=current.actor(),
                now=clock.now(),
            )
    except (Conflict, Invalid) as error:
        again = found(name)
        return back(name, error.sentence) if again is None else page(name, again, refused=error.sentence, status=409)
    return back(name, f"Version {number} is merged into your draft. Undo in the table brings your former text back.")


def found(name: str) -> Parting | None:
    """The draft that fell behind, if it did."""
    with reading() as session:
        return workflows.parting(session, lifecycle_name=name, actor=current.actor())


def back(name: str, sentence: str) -> Response:
    """To the editor, with a sentence."""
    flash(sentence, "done")
    return redirect(url_for(".edit", name=name), code=303)


def page(
    name: str, parting: Parting, *, chosen: dict[str, Side] | None = None, refused: str = "", status: int = 200
) -> Response:
    """The page that shows both sides; what cannot be read cannot be merged, and is said so."""
    both: Merged | None
    mine: tuple[Change, ...] = ()
    try:
        both = merged(parting.base_text, parting.draft.text, parting.live_text)
        mine = differences(parting.base_text, parting.draft.text, vocabulary=vocabulary())
    except EditError:
        both = None
    return make_response(
        render_template(
            "workflows/merge.html",
            name=name,
            parting=parting,
            theirs=differences(parting.base_text, parting.live_text, vocabulary=vocabulary()),
            mine=mine,
            both=both,
            chosen=chosen or {},
            refused=refused,
            said=said,
        ),
        status,
    )


def said(model: Model) -> str:
    """A side of a conflict in words."""
    return "Taken out" if model is None else value(model)
