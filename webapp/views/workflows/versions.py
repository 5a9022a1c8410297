"""Versions of a workflow: listed, read, compared, downloaded byte for byte; and a file taken in as a draft."""

from __future__ import annotations

from urllib.parse import quote

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import Invalid
from webapp.queries import trying, versions, workflows
from webapp.services import drafts
from webapp.views import current, entered, forms
from webapp.views.access import needs
from webapp.views.workflows import blueprint, shell
from workflow.diagram import drawn

LARGEST_FILE = 400_000
"""Bytes of a file that are read at all; what a draft may hold is for the draft to say."""


@blueprint.get("/<name>/versions")
@needs("workflows.view")
def version_list(name: str) -> str:
    """Every version there was, what to compare, and the form that takes a file in."""
    return _list(name)


@blueprint.get("/<name>/versions/<int:number>")
@needs("workflows.view")
def version(name: str, number: int) -> str:
    """One version, to be read."""
    with reading() as session:
        shown = workflows.version(session, lifecycle_name=name, number=number)
        entry = next(each for each in versions.listing(session, lifecycle_name=name) if each.row.number == number)
    return render_template(
        "workflows/version.html",
        name=name,
        shown=shown,
        entry=entry,
        told=versions.told(shown.definition),
        coverage=trying.coverage_of(shown.text),
        diagram=drawn(shown.definition),
        lines=shown.text.splitlines(),
        again=publish_again(name, number) if not shown.row.live else "",
    )


@blueprint.get("/<name>/versions/<int:number>/text")
@needs("workflows.view")
def version_text(name: str, number: int) -> Response:
    """The text of a version as a file, byte for byte."""
    with reading() as session:
        shown = workflows.version(session, lifecycle_name=name, number=number)
    answer = make_response(shown.text.encode("utf-8"))
    answer.content_type = "text/yaml; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{quote(name)}-{number}.yaml"'
    return answer


@blueprint.get("/<name>/changes")
@needs("workflows.view")
def changes(name: str) -> str:
    """What differs between two versions: sentences, then the text."""
    with reading() as session:
        rows = workflows.versions(session, lifecycle_name=name)
        newest = rows[0].number
        after = forms.whole(request.args.get("to")) or newest
        before = forms.whole(request.args.get("from")) or max(1, after - 1)
        compared = versions.comparison(session, lifecycle_name=name, before=before, after=after)
    return render_template("workflows/changes.html", name=name, rows=rows, compared=compared)


@blueprint.post("/<name>/versions/file")
@needs("workflows.edit")
def version_file(name: str) -> Response | tuple[str, int]:
    """Take a file in as the person's draft, whatever is wrong with it."""
    entered.fields("replace")
    sent = request.files.get("file")
    content = b"" if sent is None else sent.stream.read(LARGEST_FILE + 1)
    try:
        text = _text(content)
        actor, now = current.actor(), clock.now()
        with unit_of_work() as session:
            had = workflows.draft_of(session, lifecycle_name=name, actor=actor)
            if had is not None and not request.form.get("replace"):
                raise Invalid(
                    {"replace": "You have a draft. Say that this file may take its place, or throw it away first."}
                )
            drafts.replace(session, lifecycle=name, text=text, actor=actor, now=now)
    except Invalid as refused:
        return _list(name, {("file" if key == "text" else key): said for key, said in refused.problems.items()}), 422
    flash("The file is your draft now. Nothing changes for anybody until it is published.", "done")
    return redirect(url_for("workflows.edit", name=name), code=303)


def publish_again(name: str, number: int) -> str:
    """Where this version is published again, for who may; else nothing."""
    address = shell.place(f"/workflows/{quote(name)}/publish")
    return f"{address}?version={number}" if address and current.actor().may("workflows.publish") else ""


def _list(name: str, problems: dict[str, str] | None = None) -> str:
    actor = current.actor()
    with reading() as session:
        live = workflows.version(session, lifecycle_name=name)
        entries = versions.listing(session, lifecycle_name=name)
        draft = workflows.draft_of(session, lifecycle_name=name, actor=actor)
    return render_template(
        "workflows/versions.html",
        name=name,
        live=live,
        entries=entries,
        draft=draft,
        problems=problems or {},
        may_edit=actor.may("workflows.edit"),
        publish_again=lambda number: publish_again(name, number),
    )


def _text(content: bytes) -> str:
    """The file's text; raises Invalid when it is none."""
    if not content:
        raise Invalid(
            {"file": "Choose a file first: the text of a workflow, as it was downloaded here or kept in git."}
        )
    if len(content) > LARGEST_FILE:
        raise Invalid({"file": "This file is too large: a workflow may have 200,000 bytes."})
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as why:
        line = content.count(b"\n", 0, why.start) + 1
        raise Invalid(
            {"file": f"Line {line} of this file is not UTF-8 text. Save it as UTF-8 and try again."}
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Invalid({"file": f"Line {line} of this file holds a NUL character. It is no text."})
    return text
