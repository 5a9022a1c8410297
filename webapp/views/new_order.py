"""Screen one of a work order: its type and its unit."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import Invalid
from webapp.queries import order_choices
from webapp.services import orders
from webapp.views import current, entered, forms
from webapp.views.access import needs
from webapp.views.forms import whole
from webapp.views.order_form import WHOSE, entered_unit
from webapp.views.order_screen import CUSTOMER_MODES

TYPES = (
    ("installation", "Installation", "A brand new unit going in."),
    ("repair", "Repair", "Fixing a broken unit."),
    ("maintenance", "Maintenance", "Recurring scheduled service. Most often auto-created by the system."),
    ("service", "Service", "A one-off visit, typically 30–60 days after install."),
    ("other", "Other", "Anything that doesn't fit above."),
)
UNIT_MODES = (
    ("existing", "Use an existing unit", "Search by customer name or serial number."),
    ("new", "Create a new unit", "Enter the model, customer, and optional serial number."),
)
FIELDS = (
    "type",
    "unit_mode",
    "unit_search",
    "unit_id",
    "model_id",
    "serial_number",
    "service_address",
    *WHOSE,
    "request",
)

blueprint = Blueprint("new_order", __name__)


@blueprint.get("/work-orders/new")
@needs("work_orders.create")
def new_page() -> Response:
    """The empty form; `unit_id` in the address picks a unit beforehand."""
    typed = dict.fromkeys(FIELDS, "")
    for name in ("type", "unit_id"):
        typed[name] = request.args.get(name, "")
    return form(typed)


@blueprint.get("/work-orders/new/units")
@needs("work_orders.create", "work_orders.edit")
def unit_results() -> str:
    """The units found so far, while somebody is typing."""
    typed = {name: request.args.get(name, "") for name in FIELDS}
    present = whole(request.args.get("present"))
    units = [unit for unit in found_units(typed) if unit.id != present]
    return render_template("orders/unit_results.html", typed=typed, units=units, form_id=form_of_edit())


@blueprint.get("/work-orders/new/customers")
@needs("work_orders.create", "work_orders.edit")
def customer_results() -> str:
    """The customers found so far, while somebody is typing."""
    typed = {name: request.args.get(name, "") for name in FIELDS}
    with reading() as session:
        found = order_choices.customers(session, search=typed["customer_search"], also=whole(typed["customer_id"]))
    return render_template("orders/customer_results.html", typed=typed, customers=found, form_id=form_of_edit())


def form_of_edit() -> str | None:
    """The id of the form the results belong to when the edit screen asks for them; there they stand outside of it."""
    return "order" if request.args.get("for") == "order" else None


@blueprint.post("/work-orders/new")
@needs("work_orders.create")
def create() -> Response:
    """Make the order, with its unit and customer when they are new, and lead to the edit screen."""
    typed = {name: request.form.get(name, "").strip() for name in FIELDS}
    if request.form.get("do") == "search":
        return form(typed)
    picked = picked_unit(typed)
    problems = lacking(typed, picked)
    if problems:
        return form(typed, problems)
    actor, now = current.actor(), clock.now()
    try:
        forms.only(*FIELDS, "do")
        with unit_of_work() as session:

            def make() -> str:
                order = orders.create(
                    session,
                    actor=actor,
                    now=now,
                    type=typed["type"],
                    unit_id=None if picked is None else picked.id,
                    new_unit=new_unit(typed) if picked is None or incomplete(typed, picked) else None,
                    request=typed["request"],
                )
                return f"/work-orders/{order.number}"

            address = entered.once(session, make, actor=actor, now=now)
    except Invalid as invalid:
        return form(typed, {SHOWN_AT.get(name, name): sentence for name, sentence in invalid.problems.items()})
    number = address.rpartition("/")[2]
    flash(f"Work order {number} is created. Set its items and, if you may, its technician and due date.", "done")
    return redirect(address, code=303)


SHOWN_AT = {"unit_id": "unit", "model_id": "model", "device_model_id": "model", "customer_id": "customer"}
"""Where a problem of the service is shown on this form."""


def picked_unit(typed: dict[str, str]) -> order_choices.UnitChoice | None:
    """The existing unit that is picked, or None when the unit is a new one or none is picked."""
    if typed["unit_mode"] == "new":
        return None
    with reading() as session:
        found = order_choices.units(session, search="", also=whole(typed["unit_id"]))
    return found[0] if found else None


def incomplete(typed: dict[str, str], picked: order_choices.UnitChoice) -> bool:
    """Whether the picked unit lacks what an installation needs, so that it is asked on this form."""
    return typed["type"] == "installation" and not (picked.model_known and picked.customer_known)


def lacking(typed: dict[str, str], picked: order_choices.UnitChoice | None) -> dict[str, str]:
    """A sentence for each thing that is still missing on the form itself."""
    problems: dict[str, str] = {}
    if typed["type"] not in {value for value, *_ in TYPES}:
        problems["type"] = "Choose the type of the work order."
    new = typed["unit_mode"] == "new"
    if not new and picked is None:
        problems["unit"] = "Search for the unit and pick it from the results, or create a new unit."
        return problems
    installing = typed["type"] == "installation"
    if installing and (new or (picked and not picked.model_known)) and whole(typed["model_id"]) is None:
        problems["model"] = "Choose the model: an installation needs to know what goes in."
    if new or (installing and picked and not picked.customer_known):
        if typed["customer_mode"] == "new":
            if not typed["first_name"] and not typed["company_name"]:
                problems["first_name"] = "Enter a first name or a company name."
        elif whole(typed["customer_id"]) is None:
            problems["customer"] = "Search for the customer and pick one from the results, or choose New customer."
    return problems


def new_unit(typed: dict[str, str]) -> orders.NewUnit:
    """The unit that is made together with the order, or what a picked one lacks."""
    read = entered_unit(typed)
    if typed["unit_mode"] != "new":
        return read
    return replace(read, serial_number=typed["serial_number"], service_address=typed["service_address"])


def found_units(typed: dict[str, str]) -> tuple[order_choices.UnitChoice, ...]:
    """What the unit search finds, the picked one included."""
    with reading() as session:
        return order_choices.units(
            session,
            search=typed["unit_search"],
            also=whole(typed["unit_id"]),
            installable=typed["type"] == "installation",
        )


def form(typed: dict[str, str], problems: dict[str, str] | None = None) -> Response:
    """The form with what was typed and what is wrong with it."""
    units, picked = found_units(typed), picked_unit(typed)
    asks = picked is not None and typed["type"] == "installation"
    with reading() as session:
        customers = order_choices.customers(session, search=typed["customer_search"], also=whole(typed["customer_id"]))
        models = [(choice.id, choice.label) for choice in order_choices.models(session)]
    text = render_template(
        "orders/new.html",
        typed=typed,
        problems=problems or {},
        types=TYPES,
        unit_modes=UNIT_MODES,
        customer_modes=CUSTOMER_MODES,
        units=units,
        customers=customers,
        models=models,
        needs_model=asks and picked is not None and not picked.model_known,
        needs_customer=asks and picked is not None and not picked.customer_known,
    )
    return make_response(text, 422 if problems else 200)
