"""What the system has told a person."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.queries import feeds as feed_queries
from webapp.services import feeds
from webapp.views import current, entered
from webapp.views.access import signed_in
from webapp.views.own_paths import own_path

blueprint = Blueprint("notifications", __name__)


@blueprint.get("/notifications")
@signed_in
def index() -> str:
    """The feed, newest first; everything, or what is unread."""
    unread = request.args.get("show") == "unread"
    with reading() as session:
        found = feed_queries.feed(session, actor=current.actor(), before=entered.cursor("before"), unread=unread)
    return render_template(
        "notifications/index.html", feed=found, first=not request.args.get("before"), only_unread=unread
    )


@blueprint.get("/notifications/unread")
@signed_in
def unread() -> Response:
    """How much is unread: a page that is looked at asks now and then, and is told 304 while nothing is new."""
    with reading() as session:
        found = feed_queries.news(session, actor=current.actor())
    answer = jsonify(unread=found.count, newest=found.newest)
    answer.set_etag(f"{found.count}-{found.newest}")
    return answer.make_conditional(request)


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


@blueprint.post("/notifications/<int:notification_id>/reading")
@signed_in
def mark_read(notification_id: int) -> Response:
    """Mark one as read and come back."""
    with unit_of_work() as session:
        feeds.mark_read(session, notification_id=notification_id, actor=current.actor(), now=clock.now())
    return redirect(own_path(request.form.get("back")) or "/notifications", code=303)
