"""The dry run: what the plans would create in the next ninety days."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from webapp import clock
from webapp.db import reading
from webapp.queries import maintenance_ahead, technicians
from webapp.views import forms
from webapp.views.access import needs

blueprint = Blueprint("maintenance_ahead", __name__, url_prefix="/maintenance/ahead")


@blueprint.get("")
@needs("maintenance.view")
def index() -> str:
    """The load by week and the visits one by one."""
    technician_id = forms.whole(request.args.get("technician"))
    with reading() as session:
        found = maintenance_ahead.ahead(session, now=clock.now(), technician_id=technician_id)
        people = technicians.names(session)
    return render_template(
        "maintenance/ahead.html",
        ahead=found,
        days=maintenance_ahead.DAYS,
        shown=maintenance_ahead.SHOWN,
        technicians=people,
        technician_id=technician_id,
    )
