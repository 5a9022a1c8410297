"""Deliveries: what was sent to whom, what came of it, and trying again."""

from __future__ import annotations

import re

from flask import Blueprint, current_app, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import NotFound
from webapp.queries import deliveries as queries
from webapp.services import deliveries
from webapp.views.access import needs

blueprint = Blueprint("deliveries", __name__, url_prefix="/deliveries")


@blueprint.app_template_filter("spoken")
def spoken(message: str) -> str:
    """The name of a message as words: WorkOrderAssigned is read "Work order assigned"."""
    return re.sub(r"(?<=[a-z])[A-Z]", lambda found: f" {found.group().lower()}", message)


@blueprint.get("")
@needs("work_orders.supervise")
def index() -> str:
    """Newest first, by state, searchable by recipient, address or order number."""
    state = request.args.get("state", "")
    before = request.args.get("before", "")
    search = request.args.get("q", "").strip()
    with reading() as session:
        found = queries.page(
            session,
            state=state if state in queries.STATES else None,
            search=search,
            before=int(before) if before.isdigit() and len(before) < 19 else None,
        )
    return render_template("deliveries/index.html", page=found, state=state, search=search, states=queries.STATES)


@blueprint.get("/<int:number>")
@needs("work_orders.supervise")
def show(number: int) -> str:
    """One delivery with every attempt."""
    with reading() as session:
        found = queries.detail(session, delivery_id=number)
    if found is None:
        raise NotFound
    return render_template("deliveries/show.html", delivery=found)


@blueprint.post("/<int:number>/attempts")
@needs("work_orders.supervise")
def try_again(number: int) -> Response:
    """Put a dead or undeliverable delivery back into the queue."""
    with unit_of_work() as session:
        why_not = deliveries.redrive(session, delivery_id=number, sends_mail=sends_mail(), now=clock.now())
    if why_not is None:
        flash("It is tried again within a few seconds.", "done")
    else:
        flash(f"It cannot be tried again. {why_not}", "warning")
    return redirect(f"/deliveries/{number}", code=303)


def sends_mail() -> bool:
    """Whether a mail server is configured."""
    return current_app.config["SETTINGS"].smtp_url is not None
