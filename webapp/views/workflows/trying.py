"""Trying a workflow: an order picked or made up, buttons pressed, fields changed, the clock moved; nothing else is written."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import Conflict, Invalid, NotFound
from webapp.queries import orders, technicians, trial_page, trying
from webapp.queries.words import TYPES
from webapp.services import entries, trial_keeping
from webapp.services import trying as service
from webapp.services.history import as_json
from webapp.services.transitions import typed_answers
from webapp.views import current, entered, forms
from webapp.views.access import needs
from webapp.views.workflows import blueprint, shell, trial_forms
from workflow.coverage import untried
from workflow.staging import Misstaged


@blueprint.get("/<name>/try")
@needs("workflows.edit")
def attempt(name: str) -> str:
    """The trial as it stands, or the choice of an order to begin with."""
    return _page(name, acting=request.args.get("as", ""), search=request.args.get("q", ""))


@blueprint.post("/<name>/try/order")
@needs("workflows.edit")
def try_order(name: str) -> Response | str | tuple[str, int]:
    """Begin with a real order as it stands now."""
    number = forms.whole(entered.fields("number")["number"].lstrip("#"))
    return _done(
        name,
        lambda session: service.with_order(
            session, lifecycle=name, number=number or 0, actor=current.actor(), now=clock.now()
        ),
    )


@blueprint.post("/<name>/try/made-up")
@needs("workflows.edit")
def try_made_up(name: str) -> Response | str | tuple[str, int]:
    """Begin with an order that never was."""
    entered.fields("type", "technician", "due", "by", families=("item.",))
    return _done(
        name,
        lambda session: service.with_made_up(
            session,
            lifecycle=name,
            order=trial_forms.made_up(trying.zone_of(session)),
            by=request.form.get("by", ""),
            actor=current.actor(),
            now=clock.now(),
        ),
    )


@blueprint.post("/<name>/try/press/<transition>")
@needs("workflows.edit")
def try_press(name: str, transition: str) -> Response | str | tuple[str, int]:
    """Press a button as the chosen person."""
    entered.fields("as", "transition", families=("answer.",))
    given = {
        key.removeprefix("answer."): value
        for key, value in request.form.items()
        if key.startswith("answer.") and value.strip()
    }

    def press(session: Session) -> object:
        tested = trying.tested(session, lifecycle_name=name, actor=current.actor())
        declared = tested.lifecycle.definition.transitions.get(transition) if tested.lifecycle else None
        answers = as_json(typed_answers(trying.zone_of(session), declared, given))
        return _go_on(session, name, {"by": request.form.get("as", ""), "press": transition, "answers": answers})

    return _done(name, press)


@blueprint.post("/<name>/try/save")
@needs("workflows.edit")
def try_save(name: str) -> Response | str | tuple[str, int]:
    """Change fields as the chosen person."""
    entered.fields("as", families=("fact.", "row.", "new."))

    def save(session: Session) -> object:
        actor = current.actor()
        tested = trying.tested(session, lifecycle_name=name, actor=actor)
        row = trying.trial_of(session, lifecycle_name=name, actor=actor)
        if row is None:
            raise NotFound("This trial does not exist any more: it was ended in another window.")
        shown = trial_page.page(
            session, tested=_playable(tested), row=row, acting=request.form.get("as", ""), actor=actor
        )
        changed = trial_forms.changed(shown, trying.cast(session), trying.zone_of(session))
        return _go_on(session, name, {"by": request.form.get("as", ""), "save": changed})

    return _done(name, save)


@blueprint.post("/<name>/try/wait")
@needs("workflows.edit")
def try_wait(name: str) -> Response | str | tuple[str, int]:
    """Move the clock: by an amount, or until what falls due next has fallen due."""
    typed = entered.fields("as", "amount", "unit", "until")

    def wait(session: Session) -> object:
        return _go_on(session, name, {"wait": _seconds(session, name, typed)})

    return _done(name, wait)


@blueprint.post("/<name>/try/undo")
@needs("workflows.edit")
def try_undo(name: str) -> Response | str | tuple[str, int]:
    """Take the last step back."""
    entered.fields("as")
    return _done(
        name,
        lambda session: service.take_back(
            session, lifecycle=name, row_version=entered.row_version(), actor=current.actor(), now=clock.now()
        ),
    )


@blueprint.post("/<name>/try/accept")
@needs("workflows.edit")
def try_accept(name: str) -> Response | str | tuple[str, int]:
    """What the steps lead to now is right."""
    entered.fields("as")
    return _done(
        name,
        lambda session: service.accept(
            session, lifecycle=name, row_version=entered.row_version(), actor=current.actor(), now=clock.now()
        ),
    )


@blueprint.post("/<name>/try/anew")
@needs("workflows.edit")
def try_anew(name: str) -> Response | str | tuple[str, int]:
    """Forget the trial and choose an order again."""
    entered.fields("as")
    return _done(name, lambda session: service.end(session, lifecycle=name, actor=current.actor()))


@blueprint.post("/<name>/try/keep")
@needs("workflows.edit")
def try_keep(name: str) -> Response | str | tuple[str, int]:
    """Write the trial into the draft as a scenario."""
    says = entries.line(entered.fields("as", "says")["says"])
    try:
        with unit_of_work() as session:
            trial_keeping.keep(session, lifecycle=name, says=says, actor=current.actor(), now=clock.now())
    except Invalid as invalid:
        return _refused(name, invalid)
    flash(
        "The trial is kept as a scenario at the end of your draft. It will be played before each publication.", "done"
    )
    return redirect(_here(name), code=303)


def _done(name: str, do: Callable[[Session], object]) -> Response | str | tuple[str, int]:
    """Do it and show the trial; a refusal shows it as it was, with the reason."""
    try:
        with unit_of_work() as session:
            do(session)
    except Invalid as invalid:
        return _refused(name, invalid)
    except Conflict as conflict:
        flash(conflict.sentence, "warning")
    return redirect(_here(name), code=303)


def _go_on(session: Session, name: str, step: dict[str, Any]) -> object:
    return service.go_on(
        session, lifecycle=name, step=step, row_version=entered.row_version(), actor=current.actor(), now=clock.now()
    )


def _here(name: str) -> str:
    acting = request.form.get("as", "")
    place = url_for("workflows.attempt", name=name)
    return f"{place}?{urlencode({'as': acting})}" if acting else place


def _refused(name: str, invalid: Invalid) -> tuple[str, int]:
    typed = dict(request.form.items())
    return _page(name, acting=typed.get("as", ""), problems=invalid.problems, typed=typed), 422


def _page(
    name: str,
    *,
    acting: str = "",
    search: str = "",
    problems: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
) -> str:
    actor, now = current.actor(), clock.now()
    shown, misplaced, found = None, "", None
    with reading() as session:
        tested = trying.tested(session, lifecycle_name=name, actor=actor)
        row = trying.trial_of(session, lifecycle_name=name, actor=actor)
        if row is not None and tested.lifecycle is not None:
            try:
                shown = trial_page.page(session, tested=tested, row=row, acting=acting, actor=actor)
            except Misstaged as why:
                misplaced = str(why)
        elif row is None:
            found = orders.page(session, actor=actor, now=now, search=search).rows[:8]
        people = trying.cast(session)
        choices = technicians.names(session)
    definition = tested.lifecycle.definition if tested.lifecycle is not None else None
    roles = {} if definition is None else {one.name: one.label for one in definition.roles.values()}
    coverage = trying.coverage_of(tested.text)
    return render_template(
        "workflows/try.html",
        name=name,
        tested=tested,
        definition=definition,
        row=row,
        trial=shown,
        misplaced=misplaced,
        found=found,
        search=search,
        people=trial_page.acting_choices(people, roles),
        technicians=choices,
        types=list(TYPES.items()),
        rows=trial_forms.ROWS,
        units=[("hours", "hours"), ("days", "days"), ("weeks", "weeks")],
        coverage=coverage,
        untried=() if definition is None or coverage is None else untried(definition, coverage),
        problems=problems or {},
        typed=typed or {},
        tabs=shell.tabs(name, "try") if tested.drafted else (),
        me=str(actor.user_id),
    )


def _playable(tested: trying.Tested) -> trying.Tested:
    service.playable(tested)
    return tested


def _seconds(session: Session, name: str, typed: dict[str, str]) -> int:
    """How far the clock is moved."""
    if typed["until"]:
        actor = current.actor()
        row = trying.trial_of(session, lifecycle_name=name, actor=actor)
        tested = trying.tested(session, lifecycle_name=name, actor=actor)
        if row is not None:
            done, _ = trying.played(session, service.playable(tested), row)
            if done.due is not None:
                return max(1, math.ceil((done.due[0] - done.situation.now).total_seconds()))
        raise Invalid({"amount": "Nothing falls due any more."})
    amount = forms.whole(typed["amount"])
    if not amount or typed["unit"] not in trial_forms.UNITS:
        raise Invalid({"amount": "Say by how much the clock moves: a whole number of hours, days or weeks."})
    return min(amount, 100_000) * int(trial_forms.UNITS[typed["unit"]].total_seconds())
