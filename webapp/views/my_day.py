"""A technician's day."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, render_template, request

from webapp import clock
from webapp.db import reading
from webapp.queries import my_day
from webapp.queries.words import TYPES
from webapp.views import current
from webapp.views.access import needs

blueprint = Blueprint("my_day", __name__)


@blueprint.get("/my-day")
@needs("work_orders.perform")
def index() -> str:
    """The orders assigned to the signed-in technician, the one he is working on first; `all` names a group to show whole."""
    actor = current.actor()
    with reading() as session:
        day = my_day.day(session, actor=actor, now=clock.now(), whole=request.args.get("all", ""))
    return render_template("my_day/index.html", day=day, types=TYPES, creates=actor.may("work_orders.create"))


@blueprint.app_template_filter("map_address")
def map_address(address: str) -> str:
    """The address in a map: a link the device opens in whichever map it has."""
    return f"https://www.openstreetmap.org/search?query={quote(address)}"
