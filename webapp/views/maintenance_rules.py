"""Rules of device types: making, changing and pausing one; its plans follow by themselves."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import Conflict
from webapp.queries import maintenance_choices as choices
from webapp.queries.maintenance_choices import RuleDetail
from webapp.queries.maintenance_plan import SlotRow
from webapp.services import maintenance_rules
from webapp.views import current, entered, forms, maintenance_form, saving
from webapp.views.access import needs
from webapp.views.maintenance import LABELS, dates_of, read, renamed, zone
from webapp.views.maintenance_form import Values

blueprint = Blueprint("maintenance_rules", __name__, url_prefix="/maintenance/rules")


@blueprint.get("/new")
@needs("maintenance.create")
def new() -> Response:
    """The form of a new rule."""
    return form(maintenance_form.empty())


@blueprint.post("/new")
@needs("maintenance.create")
def create() -> Response:
    """Make the rule; its plans are made by the clockwork."""
    sent = read(None)
    if request.form.get("do") == "show" or sent.entry is None:
        return form(sent.values, sent.problems, dates=dates_of(sent.entry, unit_id=None))
    entry, type_id = sent.entry, forms.whole(request.form.get("target")) or 0

    def make(session: Session) -> str:
        actor = current.actor()
        rule = maintenance_rules.create(session, actor=actor, now=clock.now(), device_type_id=type_id, entry=entry)
        return url_for(".show", number=rule.id)

    return saving.made(
        make,
        done="The rule is made. A plan for each unit of this type is made within a minute.",
        refused=lambda problems: form(sent.values, renamed(problems)),
    )


@blueprint.get("/<int:number>")
@needs("maintenance.view")
def show(number: int) -> Response:
    """The rule in its form; who may only look finds no Save."""
    found = existing(number)
    return form(values_of(found), rule=found, version=found.settings.row_version)


@blueprint.post("/<int:number>")
@needs("maintenance.edit")
def save(number: int) -> Response:
    """Change the rule; plans with values of their own stay as they are."""
    found, version = existing(number), entered.row_version()
    sent = read(None)
    if request.form.get("do") == "show" or sent.entry is None:
        ahead = dates_of(sent.entry, unit_id=None)
        return form(sent.values, sent.problems, rule=found, version=version, dates=ahead)
    entry = sent.entry

    def change(session: Session) -> None:
        maintenance_rules.save(
            session, actor=current.actor(), now=clock.now(), rule_id=number, row_version=version, entry=entry
        )

    def stale(conflict: Conflict) -> Response | None:
        now = existing(number)
        stored = values_of(now)
        differ = tuple(
            saving.Difference(label, str(stored.get(name, "")), str(sent.values.get(name, "")))
            for name, label in LABELS.items()
            if str(stored.get(name, "")).split() != str(sent.values.get(name, "")).split()
        )
        said = saving.Stale(conflict.sentence, now.settings.updated_at, differ)
        return form(sent.values, rule=now, version=now.settings.row_version, stale=said) if differ else None

    return saving.saved(
        change,
        onward=url_for(".show", number=number),
        done="The rule is saved. The plans that follow it change within a minute.",
        refused=lambda problems: form(sent.values, renamed(problems), rule=found, version=version),
        stale=stale,
    )


@blueprint.post("/<int:number>/activity")
@needs("maintenance.edit")
def set_active(number: int) -> Response:
    """Pause the rule and the plans that follow it, or let them go on."""
    forms.only("active")
    active = request.form.get("active") == "1"
    with unit_of_work() as session:
        maintenance_rules.set_active(session, actor=current.actor(), now=clock.now(), rule_id=number, active=active)
    flash("The rule goes on." if active else "The rule is paused, and so are the plans that follow it.", "done")
    return redirect(url_for(".show", number=number), code=303)


def existing(number: int) -> RuleDetail:
    """The rule; raises NotFound."""
    with reading() as session:
        return choices.rule(session, rule_id=number)


def values_of(found: RuleDetail) -> Values:
    """The form's values of what is stored."""
    return maintenance_form.stored(found.settings, zone=zone(None), quantities=found.quantities) | {
        "target": str(found.device_type_id)
    }


def form(
    values: Values,
    problems: dict[str, str] | None = None,
    *,
    rule: RuleDetail | None = None,
    version: int | None = None,
    dates: tuple[SlotRow, ...] = (),
    stale: saving.Stale | None = None,
) -> Response:
    """The form; with problems it is the answer to a refused one (422), `stale` to one that came too late (409)."""
    with reading() as session:
        offered = choices.of(session)
    text = render_template(
        "maintenance/rule.html",
        values=values,
        problems=problems or {},
        rule=rule,
        version=version,
        choices=offered,
        words=maintenance_form.WORDS,
        dates=dates,
        zone=zone(None),
        stale=stale,
        heading=rule.settings.name if rule else "New rule for a device type",
        action=url_for(".save", number=rule.id) if rule else url_for(".create"),
        back=url_for("maintenance.index"),
        target=("target", "Device type", offered.device_types),
        live=url_for("maintenance.dates"),
        may_edit=current.actor().may("maintenance.edit" if rule else "maintenance.create"),
    )
    asked = problems and request.form.get("do") != "show"
    return make_response(text, 422 if asked else 409 if stale else 200)
