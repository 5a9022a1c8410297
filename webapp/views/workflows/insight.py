"""How a workflow does: how long orders stay in each status, and which buttons are refused."""

from __future__ import annotations

from flask import render_template

from webapp import clock
from webapp.db import reading
from webapp.queries import insight as query
from webapp.queries import workflows
from webapp.views.access import needs
from webapp.views.workflows import blueprint
from workflow.diagram import drawn

UNITS = (("day", 86400), ("hour", 3600), ("minute", 60))


@blueprint.get("/<name>/insight")
@needs("workflows.view")
def insight(name: str) -> str:
    """The numbers of the last thirty days beside those before them, and the live diagram."""
    with reading() as session:
        live = workflows.version(session, lifecycle_name=name)
        told = query.insight(session, lifecycle_name=name, definition=live.definition, now=clock.now())
    return render_template(
        "workflows/insight.html",
        name=name,
        live=live,
        insight=told,
        diagram=query.on_the_diagram(drawn(live.definition), told, lasting),
    )


@blueprint.app_template_filter("lasting")
def lasting(seconds: float | None) -> str:
    """A length of time in its two largest units: 2 days 4 hours."""
    if seconds is None:
        return "—"
    if seconds < 60:
        return "less than a minute"
    parts, rest = [], round(seconds / 60) * 60
    for word, length in UNITS:
        number, rest = divmod(rest, length)
        if number:
            parts.append(f"{number} {word}" if number == 1 else f"{number} {word}s")
    return " ".join(parts[:2])
