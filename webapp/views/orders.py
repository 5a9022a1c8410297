"""The list of work orders: tabs, filters, search, and giving several to a technician at once."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlencode

from flask import Blueprint, flash, make_response, redirect, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.models import Firm
from webapp.queries import lifecycles, technicians
from webapp.queries import orders as order_queries
from webapp.queries.words import TYPES
from webapp.services import orders
from webapp.views import current
from webapp.views.access import needs
from webapp.views.forms import whole, zone
from webapp.views.own_paths import own_path

FILTERS = ("status", "technician", "type", "due_from", "due_to", "q")
MOST_AT_ONCE = 100

blueprint = Blueprint("orders", __name__)


@blueprint.get("/work-orders")
@needs("work_orders.view", "work_orders.create", "work_orders.perform")
def index() -> Response:
    """The list."""
    return listing()


@blueprint.post("/work-orders/assign")
@needs("work_orders.supervise")
def assign() -> Response:
    """Give the ticked orders to one technician; each that cannot be given says why."""
    numbers = [number for text in request.form.getlist("number") if (number := whole(text)) is not None]
    technician = whole(request.form.get("technician_id"))
    back = own_path(request.form.get("back")) or "/work-orders"
    if not numbers or technician is None or len(numbers) > MOST_AT_ONCE:
        flash("Tick the orders first, then choose the technician.", "problem")
        return redirect(back, code=303)
    with unit_of_work() as session:
        done = orders.assign(session, numbers=numbers, technician_id=technician, actor=current.actor(), now=clock.now())
    refused = tuple(one for one in done if not one.ok)
    assigned = len(done) - len(refused)
    if assigned:
        flash(f"{assigned} work order{'s are' if assigned != 1 else ' is'} assigned.", "done")
    if not refused:
        return redirect(back, code=303)
    text = render_template("orders/assigned.html", refused=refused, assigned=assigned, back=back)
    return make_response(text, 200 if assigned else 409)


def listing() -> Response:
    """The page of the list that the address asks for."""
    asked = {name: request.args.get(name, "").strip() for name in FILTERS}
    tab = request.args.get("tab", "all")
    tab = tab if tab in order_queries.TABS else "all"
    actor, now = current.actor(), clock.now()
    with reading() as session:
        firm_zone = session.execute(select(Firm.time_zone)).scalar() or "UTC"
        until = day(asked["due_to"], firm_zone)
        found = order_queries.page(
            session,
            actor=actor,
            now=now,
            tab=tab,
            status=asked["status"] or None,
            technician_id=whole(asked["technician"]),
            type=asked["type"] or None,
            due_from=day(asked["due_from"], firm_zone),
            due_to=until + timedelta(days=1) if until else None,
            search=asked["q"],
            after=whole(request.args.get("after")),
        )
        _, live = lifecycles.live(session)
        statuses = [(status.name, status.label) for status in live.definition.statuses.values()]
        people = technicians.names(session)
    kept = {name: value for name, value in asked.items() if value}
    text = render_template(
        "orders/index.html",
        found=found,
        asked=asked,
        tab=tab,
        tabs=[
            (order_queries.TABS[name], address(kept | {"tab": name}), said(found.counts[name]), name == tab)
            for name in ("unassigned", "waiting_for_approval", "to_review", "overdue", "all")
        ],
        filtered=bool(kept),
        clear=address({"tab": tab}) if kept else None,
        statuses=statuses,
        people=people,
        types=list(TYPES.items()),
        older=address(kept | {"tab": tab, "after": str(found.next)}) if found.next else None,
        newest=address(kept | {"tab": tab}) if request.args.get("after") else None,
        creates=actor.may("work_orders.create"),
        supervises=actor.may("work_orders.supervise"),
        here=current.here(),
    )
    return make_response(text)


def said(count: int) -> str:
    """The count of a tab; one that was not counted to its end ends in a plus."""
    return str(count) if count < order_queries.COUNTED else f"{order_queries.COUNTED - 1}+"


def address(parameters: dict[str, str]) -> str:
    """The list with these parameters."""
    return f"/work-orders?{urlencode(parameters)}"


def day(text: str, zone_name: str) -> datetime | None:
    """The beginning of a day in the zone, or None when the text is no day."""
    try:
        read = datetime.fromisoformat(text).date()
    except ValueError:
        return None
    if not 1900 <= read.year <= 2200:
        return None
    return datetime.combine(read, time(), zone(zone_name)).astimezone(UTC)
