"""Settings → Operations: is everything that runs in the background doing its work?"""

from __future__ import annotations

from importlib.metadata import version

from flask import Blueprint, current_app, render_template

from webapp import clock
from webapp.db import reading
from webapp.queries import operations as queries
from webapp.up import broker
from webapp.views.access import needs

blueprint = Blueprint("operations", __name__)


@blueprint.get("/settings/operations")
@needs("settings.view")
def index() -> str:
    """Processes, ticks, queue and outbox, as they are now; the page asks anew while somebody looks at it."""
    settings = current_app.config["SETTINGS"]
    waiting = None if settings.redis_url is None else broker.waiting(settings.redis_url)
    now = clock.now()
    with reading() as session:
        found = queries.operations(session, now=now, silent_after=settings.silent_after)
    return render_template(
        "operations/index.html",
        found=found,
        messages=waiting,
        now=now,
        version=version("fieldwright"),
        sends_mail=settings.smtp_url is not None,
    )
