"""What is known of a text while it is typed: any text whatever is answered, and nothing is written but what was proved."""

from __future__ import annotations

from dataclasses import asdict

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from webapp import clock
from webapp.actors import Actor
from webapp.db import reading, unit_of_work
from webapp.queries import definition_words, findings, workflows
from webapp.queries.findings import Findings
from webapp.queries.lifecycles import vocabulary
from webapp.services import proofs
from webapp.views import current, entered
from webapp.views.access import needs
from webapp.views.workflows import blueprint, turns
from workflow.diagram import drawn, graph
from workflow.proving import Proof
from workflow.reading import Report, check

LARGEST = 1_000_000
"""Bytes that are read at all; the reader itself refuses a definition of more than 200,000."""


@blueprint.post("/<name>/check")
@needs("workflows.edit")
def check_text(name: str) -> AnyResponse:
    """Everything that is known of the text sent as the body, or as the field `text`; with `?proof=1` it is proved first."""
    with reading() as session:
        workflows.version(session, lifecycle_name=name)
    if (request.content_length or 0) > LARGEST:
        return said(
            413, "This text is too large to be looked at: a workflow may have 200,000 bytes. Take something out."
        )
    request.max_content_length = LARGEST
    try:
        form = request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data")
        sent = request.form.get("text", "").encode() if form else request.get_data()
    except RequestEntityTooLarge:
        return said(
            413, "This text is too large to be looked at: a workflow may have 200,000 bytes. Take something out."
        )
    try:
        text = sent.decode()
    except UnicodeDecodeError:
        return answer(name, "", check(sent, vocabulary()), None)
    actor = current.actor()
    if request.args.get("proof"):
        report, proof, overtaken = proved(text, actor)
        if overtaken:
            return said(409, "A later text is being proved instead.")
    else:
        report, proof = looked_up(text, actor)
    return answer(name, text, report, proof)


@blueprint.get("/<name>/draft/problems")
@needs("workflows.edit")
def problems(name: str) -> AnyResponse:
    """What is known of the draft as it is kept, as a part of a page; with `?proof=1` it is proved first."""
    actor = current.actor()
    with reading() as session:
        draft = workflows.draft_of(session, lifecycle_name=name, actor=actor)
    if draft is None:
        return redirect(url_for(".edit", name=name), code=303)
    if request.args.get("proof"):
        report, proof, _ = proved(draft.text, actor)
    else:
        report, proof = looked_up(draft.text, actor)
    return Response(panel(name, findings.findings(draft.text, report, proof)))


@blueprint.post("/<name>/draft/prove")
@needs("workflows.edit")
def prove(name: str) -> AnyResponse:
    """Prove the draft as it is kept, and show the editor again."""
    view = entered.fields("view")["view"]
    actor = current.actor()
    with reading() as session:
        draft = workflows.draft_of(session, lifecycle_name=name, actor=actor)
    if draft is not None and proved(draft.text, actor)[1] is None:
        flash("Only a text without errors can be proved.", "warning")
    return redirect(url_for(".edit", name=name, view=view or None), code=303)


@blueprint.get("/words.json")
@needs("workflows.view")
def words() -> Response:
    """What can be written in a definition and what it means."""
    response = jsonify(definition_words.words())
    response.cache_control.private = True
    response.cache_control.max_age = 300
    return response


def looked_up(text: str, actor: Actor) -> tuple[Report, Proof | None]:
    """What is known of a text without proving it anew."""
    report = proofs.checked(text)
    if report.definition is None:
        return report, None
    with reading() as session:
        proof = proofs.known(session, proofs.question(session, text=text, actor=actor), now=clock.now())
    return report, proof


def proved(text: str, actor: Actor) -> tuple[Report, Proof | None, bool]:
    """The same with the proof, which may take eleven seconds; True when the person asked for another one meanwhile."""
    report, proof = looked_up(text, actor)
    if report.definition is None or proof is not None:
        return report, proof, False
    with turns.turn(actor.user_id or 0) as overtaken:
        with reading() as session:
            asked = proofs.question(session, text=text, actor=actor)
            proof = proofs.known(session, asked, now=clock.now())
        if overtaken():
            return report, None, True
        if proof is not None:
            return report, proof, False
        proof = proofs.prove(asked, unwanted=overtaken)
        if overtaken():
            return report, None, True
    with unit_of_work() as session:
        proofs.keep(session, asked=asked, proof=proof, now=clock.now())
    return report, proof, False


def panel(name: str, found: Findings) -> str:
    """The side panel of the editor."""
    return render_template("workflows/problems.html", name=name, found=found)


def answer(name: str, text: str, report: Report, proof: Proof | None) -> Response:
    """The report for the editor's behaviours: as data, as the panel that shows it, and as the diagram it describes."""
    found = findings.findings(text, report, proof)
    ok = found.ok and not any(one.severity == "error" for one in found.proved)
    return jsonify(
        **{**asdict(found), "ok": ok},
        panel=panel(name, found),
        graph=None if report.definition is None else graph(drawn(report.definition)),
    )


def said(status: int, sentence: str) -> Response:
    """A refusal as a sentence."""
    response = jsonify(sentence=sentence)
    response.status_code = status
    return response
