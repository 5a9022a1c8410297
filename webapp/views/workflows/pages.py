"""Which lifecycles there are, and what one of them says."""

from __future__ import annotations

from flask import render_template

from webapp.db import reading
from webapp.queries import workflows
from webapp.views import current
from webapp.views.access import needs
from webapp.views.workflows import blueprint


@blueprint.get("")
@needs("workflows.view")
def index() -> str:
    """The list of lifecycles."""
    actor = current.actor()
    with reading() as session:
        rows = workflows.listing(session, actor=actor)
    return render_template("workflows/index.html", rows=rows, may_edit=actor.may("workflows.edit"))


@blueprint.get("/<name>")
@needs("workflows.view")
def show(name: str) -> str:
    """The live version of one lifecycle, and its versions."""
    actor = current.actor()
    with reading() as session:
        live = workflows.version(session, lifecycle_name=name)
        versions = workflows.versions(session, lifecycle_name=name)
        draft = workflows.draft_of(session, lifecycle_name=name, actor=actor)
    return render_template(
        "workflows/show.html",
        name=name,
        live=live,
        versions=versions,
        draft=draft,
        may_edit=actor.may("workflows.edit"),
    )
