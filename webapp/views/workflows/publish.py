"""Publishing: the page that says what it would mean, the press of the button, and how far the orders are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp import clock
from webapp.actors import Actor
from webapp.db import reading, unit_of_work
from webapp.errors import Conflict, Invalid
from webapp.queries import findings, rehearsing
from webapp.queries import publications as shown
from webapp.queries.publications import RehearsalView, Source
from webapp.services import entries, proofs, publications, rehearsals
from webapp.services.proofs import Verdict
from webapp.services.publications import Wish
from webapp.views import current, entered
from webapp.views.access import needs
from webapp.views.workflows import blueprint, checking, shell
from workflow.proving import Proof
from workflow.reading import Report

ADDRESS = ("version", "request")
"""What says in the address which text is meant; it stays through every form of the page."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was chosen on the page."""

    note: str = ""
    moves: publications.Moves = "all"
    targets: Mapping[str, str] = field(default_factory=dict)
    hold_messages: bool = False
    known: frozenset[str] = frozenset()
    sha256: str = ""
    base: int | None = None
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the page came back: 422 with a sentence per field, or 409 with what others did."""

    status: int = 200
    problems: Mapping[str, str] = field(default_factory=dict)
    conflict: str = ""
    changes: tuple[str, ...] = ()


@blueprint.get("/<name>/publish")
@needs("workflows.publish")
def publish(name: str) -> Response:
    """What publishing the draft (or `?version=`, or `?request=`) would mean."""
    return page(name, None, Refusal())


@blueprint.post("/<name>/publish")
@needs("workflows.publish")
def decide(name: str) -> Response:
    """Publish, ask for a second person, or only look again with the targets chosen."""
    typed = read_form()
    if request.form.get("do") != "publish":
        return page(name, typed, Refusal(), again=True)
    actor = current.actor()
    source = the_source(name, actor)
    if source is None:
        return done_already(name, typed, actor) or page(name, typed, Refusal())
    if typed.sha256 != proofs.sha256_of(source.text):
        return page(
            name, typed, Refusal(409, conflict="The text was changed in another window since this page was made.")
        )
    report, proof, _ = checking.proved(source.text, actor)
    try:
        publication_id, asked = published(name, source, typed, report, proof, actor)
    except Invalid as invalid:
        return page(name, typed, Refusal(422, problems=invalid.problems))
    except Conflict as conflict:
        return done_already(name, typed, actor) or page(
            name, typed, Refusal(409, conflict=conflict.sentence, changes=conflict.changes)
        )
    if asked:
        flash("Asked: somebody else who may publish has to confirm it.", "done")
        return redirect(url_for(".publish", name=name, request=publication_id), code=303)
    with unit_of_work() as session:
        publications.move_some(session, publication_id=publication_id, now=clock.now())
    return redirect(url_for(".progress", name=name, id=publication_id), code=303)


@blueprint.post("/<name>/publish/withdraw")
@needs("workflows.publish")
def withdraw(name: str) -> Response:
    """Take a request back, or turn it down."""
    publication_id = entries.identity(entered.fields("request")["request"])
    with unit_of_work() as session:
        publications.withdraw(session, publication_id=publication_id or 0, actor=current.actor(), now=clock.now())
    flash("The request is taken back; nothing was published.", "done")
    return redirect(url_for(".show", name=name), code=303)


@blueprint.post("/<name>/publish/second-person")
@needs("settings.edit")
def second_person(name: str) -> Response:
    """Decide whether somebody else has to confirm before a version goes live."""
    required = entered.fields("required")["required"] == "1"
    actor = current.actor()
    with unit_of_work() as session:
        publications.require_second_person(session, lifecycle=name, required=required, actor=actor)
    flash("Publishing needs a second person now." if required else "One person can publish alone now.", "done")
    return redirect(url_for(".publish", name=name), code=303)


@blueprint.get("/<name>/publish/proof")
@needs("workflows.publish")
def prove_first(name: str) -> Response:
    """Prove the text, which takes seconds, then show the page again."""
    actor = current.actor()
    source = the_source(name, actor)
    if source is not None:
        checking.proved(source.text, actor)
    return whole_page(url_for(".publish", name=name, **in_address()))


@blueprint.get("/<name>/publish/rehearsal")
@needs("workflows.publish")
def rehearsal(name: str) -> Response:
    """How far a rehearsal is, as a part of the page."""
    chosen = entries.identity(request.args.get("id", ""))
    if not is_part():
        return redirect(url_for(".publish", name=name, **in_address()), code=303)
    with reading() as session:
        found = shown.rehearsal_of(session, name=name, rehearsal_id=chosen or 0)
    return make_response(render_template("workflows/publish/rehearsal.html", name=name, rehearsal=found, **linked()))


@blueprint.get("/<name>/publish/rehearsal/orders")
@needs("workflows.publish")
def rehearsed_orders(name: str) -> Response:
    """The list behind a number of a rehearsal."""
    chosen = entries.identity(request.args.get("id", ""))
    with reading() as session:
        chosen = chosen or shown.newest_rehearsal(session, name)
        if chosen is None:
            return redirect(url_for(".publish", name=name, **in_address()), code=303)
        listed = shown.listed(
            session,
            name=name,
            rehearsal_id=chosen,
            of=request.args.get("of", "refused"),
            page=entered.cursor("page") or 1,
            actor=current.actor(),
        )
    return make_response(
        render_template(
            "workflows/publish/orders.html",
            name=name,
            listed=listed,
            chosen=chosen,
            of=request.args.get("of", "refused"),
            **linked(),
        )
    )


@blueprint.get("/<name>/publish/progress")
@needs("workflows.view", "workflows.publish")
def progress(name: str) -> Response:
    """How far the orders of a publication are, of the latest unless one is named."""
    chosen = entries.identity(request.args.get("id", ""))
    with reading() as session:
        found = shown.progress(session, name=name, publication_id=chosen)
    if found is None:
        return redirect(url_for(".show", name=name), code=303)
    template = "workflows/publish/moving.html" if is_part() else "workflows/publish/progress.html"
    return make_response(render_template(template, name=name, progress=found))


# The page


def page(name: str, typed: Typed | None, refusal: Refusal, *, again: bool = False) -> Response:
    """Everything publishing would mean; what was chosen stays as it was."""
    actor = current.actor()
    source = the_source(name, actor)
    if source is None:
        with reading() as session:
            preview = shown.preview(session, name=name, text="", definition=None)
        return make_response(render_template("workflows/publish/nothing.html", name=name, preview=preview))
    typed = typed or as_asked(source)
    report, proof = checking.looked_up(source.text, actor)
    with reading() as session:
        asked = proofs.question(session, text=source.text, actor=actor)
        preview = shown.preview(session, name=name, text=source.text, definition=report.definition)
    verdict = proofs.verdict(asked, proof) if proof is not None else None
    found = findings.findings(source.text, report, proof)
    behind = source.base_version_id != preview.live.row.id
    mine = source.request is not None and source.request.by_id == actor.user_id
    return make_response(
        render_template(
            "workflows/publish/page.html",
            name=name,
            source=source,
            typed=typed,
            refusal=refusal,
            preview=preview,
            found=found,
            warnings=warnings_of(verdict),
            proved=verdict is not None,
            stops=stops(verdict, report, behind=behind, mine=mine),
            behind=behind,
            mine=mine,
            sha256=proofs.sha256_of(source.text),
            rehearsal=rehearsed(name, source.text, typed, actor, again=again) if report.definition else None,
            may_change_settings=actor.may(publications.SECOND_PERSON),
            problem_ids={key: key.replace(".", "-", 1) for key in refusal.problems},
            merge=shell.place(f"/workflows/{quote(name)}/draft/merge") or url_for(".edit", name=name),
            **linked(),
        ),
        refusal.status,
    )


def stops(verdict: Verdict | None, report: Report, *, behind: bool, mine: bool) -> tuple[str, ...]:
    """Why the button is grey, whatever is chosen on the page."""
    found: list[str] = []
    if behind:
        found.append("Another version went live since this was begun: merge first.")
    if mine:
        found.append("You asked for this: somebody else has to confirm it.")
    if report.definition is None:
        errors = sum(1 for one in report.problems if one.stops)
        found.append("There is 1 error in the text." if errors == 1 else f"There are {errors} errors in the text.")
    elif verdict is None:
        found.append("The proof is not finished yet.")
    elif verdict.stops:
        found += verdict.stops
    return tuple(found)


def warnings_of(verdict: Verdict | None) -> dict[str, findings.Finding]:
    """What has to be acknowledged, by its key."""
    if verdict is None:
        return {}
    rows = findings.findings("", verdict.report, verdict.report.proof).all
    by_message = {(one.code, one.message): one for one in rows}
    return {key: by_message[one.code, one.message] for key, one in verdict.warnings.items()}


def rehearsed(name: str, text: str, typed: Typed, actor: Actor, *, again: bool) -> RehearsalView:
    """The rehearsal of the text with the targets chosen; a small one is done at once, a large one waits for a worker."""
    targets = {status: target for status, target in typed.targets.items() if target}
    with unit_of_work() as session:
        row = rehearsals.ask(
            session,
            lifecycle=name,
            text=text,
            targets=targets,
            everything=typed.everything,
            again=again,
            actor=actor,
            now=clock.now(),
        )
        small = rehearsals.is_small(row)
        rehearsal_id = row.id
        job = rehearsals.claim(session, rehearsal_id=rehearsal_id, now=clock.now()) if small else None
    while job is not None:
        with reading() as session:
            part = rehearsing.part(session, job.task, clock.now())
        with unit_of_work() as session:
            job = rehearsals.keep(session, job=job, part=part, now=clock.now())
    with reading() as session:
        return shown.rehearsal_of(session, name=name, rehearsal_id=rehearsal_id)


# What was sent


def read_form() -> Typed:
    """What was chosen; raises Invalid for a field nobody knows."""
    sent = entered.fields("do", "note", "moves", "hold_messages", "sha256", "base", families=("target.", "know."))
    return Typed(
        note=entries.paragraph(sent["note"]),
        moves="new" if sent["moves"] == "new" else "all",
        targets={
            key.removeprefix("target."): value
            for key, value in request.form.items()
            if key.startswith("target.") and value
        },
        hold_messages=bool(sent["hold_messages"]),
        known=frozenset(key.removeprefix("know.") for key in request.form if key.startswith("know.")),
        sha256=sent["sha256"],
        base=entries.identity(sent["base"]),
        everything=sent["do"] == "everything",
    )


def as_asked(source: Source) -> Typed:
    """What the page begins with: what was asked for, or nothing chosen."""
    asked = source.request
    if asked is None:
        return Typed(note="" if source.number is None else f"Back to version {source.number}.")
    return Typed(
        note=asked.note,
        moves="new" if asked.moves == "new" else "all",
        targets=dict(asked.targets),
        hold_messages=asked.hold_messages,
        known=frozenset(asked.acknowledged),
    )


def published(
    name: str, source: Source, typed: Typed, report: Report, proof: Proof | None, actor: Actor
) -> tuple[int, bool]:
    """The publication's number, and whether it still waits for a second person. Raises Invalid and Conflict."""
    if report.definition is None or proof is None:
        raise Invalid({f"stop.{number}": one.message for number, one in enumerate(report.problems) if one.stops})
    with reading() as session:
        asked = proofs.question(session, text=source.text, actor=actor)
    verdict = proofs.verdict(asked, proof)
    with unit_of_work() as session:
        if source.request is not None:
            done = publications.confirm(
                session,
                publication_id=source.request.id,
                sha256=typed.sha256,
                verdict=verdict,
                actor=actor,
                now=clock.now(),
            )
        else:
            done = publications.publish(
                session,
                wish=Wish(
                    lifecycle=name,
                    text=source.text,
                    base_version_id=typed.base or source.base_version_id,
                    note=typed.note,
                    moves=typed.moves,
                    targets=typed.targets if typed.moves == "all" else {},
                    hold_messages=typed.hold_messages,
                    acknowledged=typed.known,
                ),
                verdict=verdict,
                actor=actor,
                now=clock.now(),
            )
        return done.id, done.state == "asked"


def done_already(name: str, typed: Typed, actor: Actor) -> Response | None:
    """Where this very form led when it was sent before and its answer got lost."""
    with reading() as session:
        earlier = shown.published_as(session, name=name, sha256=typed.sha256, base=typed.base, actor=actor)
    return None if earlier is None else redirect(url_for(".progress", name=name, id=earlier), code=303)


def the_source(name: str, actor: Actor) -> Source | None:
    """The text the address means."""
    with reading() as session:
        return shown.source(
            session,
            name=name,
            actor=actor,
            version=entries.identity(request.args.get("version", "")),
            request_id=entries.identity(request.args.get("request", "")),
        )


def in_address() -> dict[str, Any]:
    """What the address says of the text that is meant."""
    return {key: request.args[key] for key in ADDRESS if key in request.args}


def linked() -> dict[str, object]:
    """The same for templates."""
    return {"address": in_address()}


def is_part() -> bool:
    """Whether only a part of the page is wanted."""
    return request.headers.get("HX-Request") == "true"


def whole_page(address: str) -> Response:
    """The page anew, for a browser and for a part of a page alike."""
    if is_part():
        answer = make_response("", 200)
        answer.headers["HX-Redirect"] = address
        return answer
    return redirect(address, code=303)
