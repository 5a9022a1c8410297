"""Maintenance plans: what is due, how often, and what became of every slot."""

from __future__ import annotations

from decimal import Decimal

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import Invalid, NotFound
from webapp.queries import maintenance as queries
from webapp.queries import maintenance_choices as choices
from webapp.recurrence import Rule
from webapp.services import form_tokens, maintenance
from webapp.services.maintenance_entries import PlanEntry
from webapp.views import current, forms
from webapp.views.access import needs

blueprint = Blueprint("maintenance", __name__, url_prefix="/maintenance")


@blueprint.get("")
@needs("maintenance.view")
def index() -> str:
    """Every plan with its next due date."""
    with reading() as session:
        found = queries.page(session, after=forms.whole(request.args.get("after")))
    return render_template("maintenance/index.html", page=found, may_create=current.actor().may("maintenance.create"))


@blueprint.get("/new")
@needs("maintenance.create")
def new() -> tuple[str, int]:
    """The form of a new plan, for the unit named in the address."""
    return _form({"unit_id": request.args.get("unit_id", ""), "every": "12", "period": "months", "lead_days": "14"}, {})


@blueprint.post("/new")
@needs("maintenance.create")
def create() -> Response | tuple[str, int]:
    """Make the plan, or show the form again with a sentence beside each field that is wrong."""
    sent, now, actor = request.form, clock.now(), current.actor()
    problems: dict[str, str] = {}
    unit_id = forms.whole(sent.get("unit_id"))
    with reading() as session:
        zone = choices.zone_of(session, unit_id=unit_id)
    due = forms.moment(sent.get("first_due_at", ""), zone)
    if due is None:
        problems["first_due_at"] = "Enter the date and time of the first visit."
    numbers = {name: forms.whole(sent.get(name)) for name in ("every", "lead_days", "duration_minutes")}
    for name, value in numbers.items():
        if value is None:
            problems[name] = "Enter a whole number."
    quantities: dict[int, Decimal] = {}
    for key, text in sent.items():
        if key.startswith("quantity-") and text.strip():
            quantity, item_id = forms.decimal(text), forms.whole(key.removeprefix("quantity-"))
            if quantity is None or item_id is None:
                problems[key] = "Enter a quantity of 0 or more, with at most three decimals."
            else:
                quantities[item_id] = quantity
    if problems or due is None:
        return _form(sent, problems)
    try:
        with unit_of_work() as session:
            token = sent.get("form_token", "")
            earlier = form_tokens.spend(session, token=token, actor=actor, now=now)
            if earlier is not None:
                return redirect(earlier, code=303)
            plan = maintenance.create(
                session,
                actor=actor,
                now=now,
                unit_id=unit_id or 0,
                entry=PlanEntry(
                    name=sent.get("name", ""),
                    rule=Rule("month", numbers["every"] or 0),
                    first_due_at=due,
                    lead_days=numbers["lead_days"] or 0,
                    duration_minutes=numbers["duration_minutes"] or 60,
                    technician_id=forms.whole(sent.get("technician_id")),
                    request=sent.get("request", "").strip(),
                    quantities=quantities,
                ),
            )
            address = f"/maintenance/{plan.id}"
            form_tokens.remember(session, token=token, url=address)
    except Invalid as error:
        return _form(sent, error.problems)
    flash("The plan is made. Its orders are created by themselves.", "done")
    return redirect(address, code=303)


@blueprint.get("/<int:number>")
@needs("maintenance.view")
def show(number: int) -> str:
    """One plan with its ledger."""
    with reading() as session:
        found = queries.detail(session, plan_id=number)
    if found is None:
        raise NotFound
    return render_template("maintenance/show.html", plan=found, may_edit=current.actor().may("maintenance.edit"))


@blueprint.post("/<int:number>/activity")
@needs("maintenance.edit")
def set_active(number: int) -> Response:
    """Pause the plan or let it go on."""
    active = request.form.get("active") == "1"
    with unit_of_work() as session:
        maintenance.set_active(session, actor=current.actor(), plan_id=number, active=active, now=clock.now())
    flash("The plan goes on." if active else "The plan is paused: it makes no orders until you resume it.", "done")
    return redirect(f"/maintenance/{number}", code=303)


def _form(values: object, problems: dict[str, str]) -> tuple[str, int]:
    with reading() as session:
        offered = choices.of(session)
    text = render_template("maintenance/new.html", values=values, problems=problems, choices=offered)
    return text, 422 if problems else 200
