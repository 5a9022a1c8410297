"""A technician's calendar: the feed behind a secret address, and making, renewing and revoking that address."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import urlsplit

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp import clock, security
from webapp.db import reading, unit_of_work
from webapp.errors import NotFound
from webapp.queries import appointments as queries
from webapp.services import appointments, calendar_links
from webapp.views import current, forms
from webapp.views.access import public, signed_in

blueprint = Blueprint("calendar_feeds", __name__)

TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
"""128 bits in base64: guessing is hopeless, and whatever looks otherwise is not even looked up."""
NOWHERE = "There is no such calendar."
FRESH = 300
"""Seconds for which a calendar program may keep what it got."""


@blueprint.get("/calendar/<token>.ics")
@public
def show(token: str) -> Response:
    """Everything assigned to the person whose address this is; 304 while nothing changed."""
    base_url = current_app.config["SETTINGS"].base_url
    if not TOKEN.fullmatch(token):
        raise NotFound(NOWHERE)
    with reading() as session:
        holder = queries.holder(session, token_hash=security.digest(token))
        if holder is None:
            raise NotFound(NOWHERE)
        found = queries.of_technician(session, user_id=holder.user_id, base_url=base_url, now=clock.now())
    host = urlsplit(base_url).hostname or "localhost"
    content = appointments.feed(found, name=f"Work orders of {holder.name}", host=host)
    answer = make_response(content)
    answer.headers["Content-Type"] = "text/calendar; charset=utf-8"
    answer.headers["Content-Disposition"] = 'inline; filename="work-orders.ics"'
    answer.headers["Cache-Control"] = f"private, max-age={FRESH}"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.set_etag(hashlib.sha256(content).hexdigest()[:32])
    return answer.make_conditional(request)


@blueprint.post("/notifications/calendar")
@signed_in
def renew() -> Response:
    """Make a new address and show it, this once; the one before it ends."""
    forms.only()
    with unit_of_work() as session:
        token = calendar_links.renew(session, actor=current.actor(), now=clock.now())
    address = f"{current_app.config['SETTINGS'].base_url}/calendar/{token}.ics"
    answer = make_response(render_template("notifications/calendar.html", address=address))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/notifications/calendar/revocation")
@signed_in
def revoke() -> Response:
    """End the address: calendars that read it find nothing there any more."""
    forms.only()
    with unit_of_work() as session:
        calendar_links.revoke(session, actor=current.actor(), now=clock.now())
    flash("The calendar address is revoked.", "done")
    return redirect("/notifications/choices", code=303)
