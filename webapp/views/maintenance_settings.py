"""Settings → Firm: holidays, days off and service visits, by which maintenance goes."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import Invalid
from webapp.recurrence.holidays import countries
from webapp.recurrence.rule import WEEKDAY_NAMES
from webapp.services import maintenance_settings
from webapp.services.maintenance_settings import MaintenanceSettings
from webapp.views import current, forms
from webapp.views.access import needs

blueprint = Blueprint("firm", __name__, url_prefix="/settings/firm")


@blueprint.get("")
@needs("settings.view")
def index() -> Response:
    """The settings in force."""
    with reading() as session:
        entry = maintenance_settings.stored(session)
    return form(entry)


@blueprint.post("")
@needs("settings.edit")
def save() -> Response:
    """Change them, or show the form again with a sentence beside each field that is wrong."""
    forms.only(*MaintenanceSettings.__slots__)
    sent = request.form
    entry = MaintenanceSettings(
        holiday_country=sent.get("holiday_country", ""),
        holiday_region=sent.get("holiday_region", "").strip().upper(),
        days_off=tuple(sent.getlist("days_off")),
        service_visits="service_visits" in sent,
        service_visit_after_days=sent.get("service_visit_after_days", ""),
        service_visit_window_days=sent.get("service_visit_window_days", ""),
    )
    try:
        with unit_of_work() as session:
            maintenance_settings.save(session, entry=entry, actor=current.actor(), now=clock.now())
    except Invalid as refused:
        return form(entry, refused.problems)
    flash("The settings are saved.", "done")
    return redirect(url_for(".index"), code=303)


def form(entry: MaintenanceSettings, problems: Mapping[str, str] | None = None) -> Response:
    """The form; with problems it is the answer to a refused one (422)."""
    text = render_template(
        "maintenance/firm.html",
        values=entry,
        problems=problems or {},
        countries=countries(),
        weekdays=tuple(enumerate(WEEKDAY_NAMES)),
        may_edit=current.actor().may("settings.edit"),
    )
    return make_response(text, 422 if problems else 200)
