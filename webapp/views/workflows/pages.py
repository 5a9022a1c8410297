"""Which lifecycles there are, and what one of them says."""

from __future__ import annotations

from flask import render_template

from webapp import clock
from webapp.db import reading
from webapp.queries import insight, open_work, trying, versions, workflows
from webapp.views import current
from webapp.views.access import needs
from webapp.views.workflows import blueprint
from workflow.coverage import untried
from workflow.diagram import drawn


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
    """The live version of one lifecycle: drawn, with its buttons, promises, newest versions, and how it does."""
    actor = current.actor()
    with reading() as session:
        live = workflows.version(session, lifecycle_name=name)
        entries = versions.listing(session, lifecycle_name=name)
        draft = workflows.draft_of(session, lifecycle_name=name, actor=actor)
        counts = open_work.by_status(session, name)
        told = insight.insight(session, lifecycle_name=name, definition=live.definition, now=clock.now())
    coverage = trying.coverage_of(live.text)
    return render_template(
        "workflows/show.html",
        name=name,
        live=live,
        entries=entries,
        draft=draft,
        counts=counts,
        insight=told,
        coverage=coverage,
        untried=() if coverage is None else untried(live.definition, coverage),
        diagram=drawn(live.definition),
        may_edit=actor.may("workflows.edit"),
    )
