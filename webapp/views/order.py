"""Screen two of a work order: everything about it, saving, and pressing its buttons."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import Conflict, Invalid, NotFound, Refused
from webapp.queries import order_detail
from webapp.queries.lifecycles import status_label
from webapp.services import approvals, orders, transitions
from webapp.views import current, entered, forms
from webapp.views.access import signed_in
from webapp.views.forms import whole
from webapp.views.order_form import FAMILIES, FIELDS, read_changes, shown_at
from webapp.views.order_screen import screen
from webapp.views.own_paths import own_path

blueprint = Blueprint("order", __name__)


@blueprint.get("/work-orders/<int:number>")
@signed_in
def show(number: int) -> Response:
    """The edit screen; what the person may not change is shown as text."""
    return screen(number)


@blueprint.post("/work-orders/<int:number>")
@signed_in
def save(number: int) -> Response:
    """Save every field of the screen at once; the automatic rules run, and where they led is said. (`do`: search only.)"""
    typed = {name: value.strip() for name, value in request.form.items()}
    actor, now = current.actor(), clock.now()
    try:
        forms.only(*FIELDS, families=FAMILIES)
        if typed.get("do") == "search":
            return screen(number, typed=typed)
        with reading() as session:
            before = order_detail.detail(session, number=number, actor=actor, now=now)
        changes, problems = read_changes(typed, before)
        if problems:
            raise Invalid(problems)
        with unit_of_work() as session:
            outcome = orders.save(
                session,
                number=number,
                row_version=whole(typed.get("row_version")) or 0,
                changes=changes,
                actor=actor,
                now=now,
            )
    except Invalid as invalid:
        return screen(number, typed=typed, problems=shown_at(invalid.problems), code=422)
    except Conflict as conflict:
        return screen(number, typed=typed, conflict=conflict, code=409)
    flash("The work order is saved.", "done")
    if outcome.steps:
        flash_status(number)
    return redirect(f"/work-orders/{number}", code=303)


@blueprint.post("/work-orders/<int:number>/transitions/<name>")
@signed_in
def press(number: int, name: str) -> Response:
    """Press a button. Refused: the reasons are remembered and shown. Somebody was faster: what he changed is shown."""
    typed = request.form
    answers = {
        key.removeprefix("answer."): value
        for key, value in typed.items()
        if key.startswith("answer.") and value.strip()
    }
    actor, now = current.actor(), clock.now()
    try:
        forms.only("transition", "back", families=("answer.",))
        with unit_of_work() as session:
            transitions.press(
                session,
                number=number,
                transition=name,
                answers=answers,
                row_version=whole(typed.get("row_version")),
                actor=actor,
                now=now,
            )
    except Refused as refused:
        with unit_of_work() as session:
            transitions.record_refusal(
                session, number=number, transition=name, blockers=refused.blockers, actor=actor, now=now
            )
        return screen(number, refusal=refused.blockers, pressed=name, answers=answers, code=409)
    except Invalid as invalid:
        return screen(number, problems=invalid.problems, pressed=name, answers=answers, code=422)
    except Conflict as conflict:
        return screen(number, conflict=conflict, pressed=name, answers=answers, code=409)
    flash_status(number)
    return redirect(own_path(typed.get("back")) or f"/work-orders/{number}", code=303)


@blueprint.post("/work-orders/<int:number>/send-again")
@signed_in
def send_again(number: int) -> Response:
    """Write the customer another mail with a new link."""
    actor, now = current.actor(), clock.now()
    forms.only()
    with unit_of_work() as session:

        def again() -> str:
            approvals.send_again(session, number=number, actor=actor, now=now)
            return f"/work-orders/{number}"

        address = entered.once(session, again, actor=actor, now=now)
    flash("The customer gets a new mail; the links before it no longer work.", "done")
    return redirect(address, code=303)


def flash_status(number: int) -> None:
    """Say where the order stands now; who may no longer see it is told that."""
    try:
        with reading() as session:
            label = status_label(session, number=number, actor=current.actor())
    except NotFound:
        flash(f"Work order {number} is no longer yours.", "note")
        return
    flash(f"Work order {number} is now {label}.", "done")
