"""The editor's page: what its views share, and which views there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from flask import current_app, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.db import reading
from webapp.queries import findings, workflows
from webapp.queries.workflows import DraftRow, VersionDetail
from webapp.views import current
from webapp.views.workflows import checking
from workflow.reading import Report

LABELS = {"table": "Table", "text": "Text", "diagram": "Diagram"}


@dataclass(frozen=True, slots=True)
class Opened:
    """A draft in the editor: `text` is what is shown, which a refused save leaves different from `draft.text`."""

    name: str
    live: VersionDetail
    draft: DraftRow
    text: str
    report: Report


Part = Callable[[Opened], Mapping[str, object]]
PARTS: dict[str, Part] = {}
"""What the template of each view, `workflows/<view>/view.html`, is given besides."""


def part(view: str) -> Callable[[Part], Part]:
    """Mark the function that gathers what a view shows; the first view that has one is shown when none is asked for."""

    def mark(gather: Part) -> Part:
        PARTS[view] = gather
        return gather

    return mark


@part("text")
def text(_opened: Opened) -> Mapping[str, object]:
    """The text needs nothing but itself."""
    return {}


def page(
    name: str,
    *,
    typed: str | None = None,
    conflict: str = "",
    status: int = 200,
    view: str | None = None,
    more: Mapping[str, object] | None = None,
) -> Response:
    """The editor on the person's own draft, or the question whether to begin one.

    `typed` is shown instead of the draft's text; `more` is given to the template of the view beside what its part gathers.
    """
    actor = current.actor()
    with reading() as session:
        live = workflows.version(session, lifecycle_name=name)
        draft = workflows.draft_of(session, lifecycle_name=name, actor=actor)
    if draft is None:
        asked = render_template("workflows/begin.html", name=name, live=live, typed=typed, conflict=conflict)
        return make_response(asked, status)
    shown = draft.text if typed is None else typed
    report, proof = checking.looked_up(shown, actor)
    opened = Opened(name, live, draft, shown, report)
    chosen = view or request.args.get("view", "")
    chosen = chosen if chosen in PARTS else next(key for key in LABELS if key in PARTS)
    return make_response(
        render_template(
            "workflows/edit.html",
            name=name,
            live=live,
            draft=draft,
            text=shown,
            report=report,
            found=findings.findings(shown, report, proof),
            conflict=conflict,
            view=chosen,
            tabs=tabs(name, chosen),
            publish=place(f"/workflows/{quote(name)}/publish"),
            **{**PARTS[chosen](opened), **(more or {})},
        ),
        status,
    )


def tabs(name: str, chosen: str = "") -> list[tuple[str, str, None, bool]]:
    """The views as the tabs of the page, and the page to try the draft on where there is one."""
    found: list[tuple[str, str, None, bool]] = [
        (label, url_for("workflows.edit", name=name, view=key), None, key == chosen)
        for key, label in LABELS.items()
        if key in PARTS
    ]
    if attempt := place(f"/workflows/{quote(name)}/try"):
        found.append(("Try it", attempt, None, chosen == "try"))
    return found


def place(address: str) -> str:
    """The address when a page stands there, else nothing."""
    return address if current_app.url_map.bind("").test(address, method="GET") else ""
