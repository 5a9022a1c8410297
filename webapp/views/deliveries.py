"""Deliveries: what was sent to whom, what came of it, and trying again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import NotFound
from webapp.queries import deliveries as queries
from webapp.queries.deliveries import Wanted
from webapp.services import deliveries, entries
from webapp.views import entered, forms
from webapp.views.access import needs

AT_ONCE = 500
"""Deliveries that are put back into the queue with one press."""

blueprint = Blueprint("deliveries", __name__, url_prefix="/deliveries")


@blueprint.app_template_filter("spoken")
def spoken(message: str) -> str:
    """The name of a message as words: WorkOrderAssigned is read "Work order assigned"."""
    return re.sub(r"(?<=[a-z])[A-Z]", lambda found: f" {found.group().lower()}", message)


@blueprint.get("")
@needs("work_orders.supervise")
def index() -> str:
    """Newest first, by state and channel, searchable by recipient, address or order number."""
    wanted = asked(request.args)
    with reading() as session:
        found = queries.page(session, wanted=wanted, before=entered.cursor("before"))
    failing = sum(found.counts.get(state, 0) for state in queries.FAILED)
    return render_template(
        "deliveries/index.html",
        page=found,
        wanted=wanted,
        states=queries.STATES,
        channels=tuple(queries.CHANNELS.items()),
        failing=failing,
        address=partial(url_for, ".index"),
        kept={name: value for name, value in parameters(wanted).items() if value},
    )


@blueprint.get("/<int:number>")
@needs("work_orders.supervise")
def show(number: int) -> str:
    """One delivery with every attempt."""
    with reading() as session:
        found = queries.detail(session, delivery_id=number)
        why_not = deliveries.why_not(session, delivery_id=number, sends_mail=sends_mail())
    if found is None:
        raise NotFound
    return render_template("deliveries/show.html", delivery=found, why_not=why_not)


@blueprint.post("/<int:number>/attempts")
@needs("work_orders.supervise")
def try_again(number: int) -> Response:
    """Put one delivery back into the queue, or say why that is impossible."""
    forms.only()
    with unit_of_work() as session:
        why_not = deliveries.redrive(session, delivery_id=number, sends_mail=sends_mail(), now=clock.now())
    if why_not is None:
        flash("It is tried again within a few seconds.", "done")
    else:
        flash(f"It cannot be tried again. {why_not}", "warning")
    return redirect(f"/deliveries/{number}", code=303)


@blueprint.post("/attempts")
@needs("work_orders.supervise")
def try_many_again() -> Response:
    """Put the chosen deliveries, or every failed one of the list, back into the queue."""
    forms.only("chosen", "all", "state", "channel", "q", "hook")
    wanted = asked(request.form)
    with unit_of_work() as session:
        if request.form.get("all"):
            numbers = queries.failed(session, wanted=wanted, limit=AT_ONCE)
        else:
            numbers = tuple(filter(None, map(entries.identity, request.form.getlist("chosen"))))[:AT_ONCE]
        done, refused = deliveries.redrive_many(session, delivery_ids=numbers, sends_mail=sends_mail(), now=clock.now())
    if done:
        flash("One delivery is tried again." if done == 1 else f"{done} deliveries are tried again.", "done")
    for why_not, count in refused.items():
        flash(f"{'One' if count == 1 else count} cannot be tried again. {why_not}", "warning")
    if not numbers:
        flash("Choose at least one delivery.", "warning")
    return redirect(url_for(".index", **parameters(wanted)), code=303)


def asked(sent: Mapping[str, str]) -> Wanted:
    """Which deliveries an address or a form asks for."""
    return Wanted(
        state=sent.get("state", "") if sent.get("state") in queries.STATES else "",
        channel=sent.get("channel", "") if sent.get("channel") in queries.CHANNELS else "",
        search=sent.get("q", "").strip(),
        endpoint_id=entries.identity(sent.get("hook", "")),
    )


def parameters(wanted: Wanted) -> dict[str, Any]:
    """The same as parts of an address; what is not asked for is left out."""
    return {
        "state": wanted.state or None,
        "channel": wanted.channel or None,
        "q": wanted.search or None,
        "hook": wanted.endpoint_id,
    }


def sends_mail() -> bool:
    """Whether a mail server is configured."""
    return current_app.config["SETTINGS"].smtp_url is not None
