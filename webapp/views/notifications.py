"""What the system has told a person."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.queries import feeds as feed_queries
from webapp.services import feeds
from webapp.views import current
from webapp.views.access import signed_in
from webapp.views.forms import whole

blueprint = Blueprint("notifications", __name__)


@blueprint.get("/notifications")
@signed_in
def index() -> str:
    """The feed, newest first."""
    with reading() as session:
        found = feed_queries.feed(session, actor=current.actor(), before=whole(request.args.get("before")))
    return render_template("notifications/index.html", feed=found, first=not request.args.get("before"))


@blueprint.post("/notifications/read")
@signed_in
def read_all() -> Response:
    """Mark everything as read."""
    with unit_of_work() as session:
        feeds.read_all(session, actor=current.actor(), now=clock.now())
    flash("All notifications are marked as read.", "done")
    return redirect("/notifications", code=303)


@blueprint.post("/notifications/<int:notification_id>")
@signed_in
def open_entry(notification_id: int) -> Response:
    """Mark one as read and lead to what it tells of."""
    with unit_of_work() as session:
        number = feeds.open_entry(session, notification_id=notification_id, actor=current.actor(), now=clock.now())
    return redirect("/notifications" if number is None else f"/work-orders/{number}", code=303)
