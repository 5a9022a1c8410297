"""Lifecycles as diagrams: the data they are drawn from, and the diagram view of the editor."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, jsonify, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from webapp.db import reading
from webapp.queries import workflows
from webapp.services import proofs
from webapp.views import current
from webapp.views.access import needs
from webapp.views.workflows import blueprint, shell
from webapp.views.workflows.shell import Opened
from workflow.diagram import Diagram, drawn, graph


@blueprint.app_template_global("diagram_graph")
def diagram_graph(diagram: Diagram) -> dict[str, object]:
    """A diagram as the data a browser draws it from."""
    return graph(diagram)


@blueprint.get("/<name>/versions/<int:number>/diagram.json")
@needs("workflows.view")
def version_diagram(name: str, number: int) -> Response:
    """What a published version looks like."""
    with reading() as session:
        version = workflows.version(session, lifecycle_name=name, number=number)
    return jsonify(graph(drawn(version.definition)))


@blueprint.get("/<name>/draft/diagram.json")
@needs("workflows.edit")
def draft_diagram(name: str) -> AnyResponse:
    """What the person's own draft looks like; null while nothing can be drawn of it."""
    with reading() as session:
        draft = workflows.draft_of(session, lifecycle_name=name, actor=current.actor())
    if draft is None:
        return redirect(url_for(".edit", name=name), code=303)
    definition = proofs.checked(draft.text).definition
    return jsonify(None if definition is None else graph(drawn(definition)))


@shell.part("diagram")
def diagram(opened: Opened) -> Mapping[str, object]:
    """The draft as a diagram, as long as it can be drawn."""
    definition = opened.report.definition
    return {"diagram": None if definition is None else drawn(definition)}
