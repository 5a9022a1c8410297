"""Units: the list, one unit with its past, making, changing, transferring and archiving one."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import Invalid
from webapp.queries import order_choices
from webapp.queries import units as shown
from webapp.services import entries, units
from webapp.services.units import UnitEntry
from webapp.views import current, entered
from webapp.views.access import needs

blueprint = Blueprint("units", __name__)

ID = "<int:unit_id>"
CHOOSING = ("customer_id", "customer_search", "step")
STOCK = "stock"
"""What the form says instead of a customer's number when there is to be none."""


@blueprint.get("/units")
@needs("units.view")
def index() -> str:
    """The list, with its search; archived units have a tab of their own."""
    search, archived = request.args.get("q", ""), request.args.get("tab") == "archived"
    with reading() as session:
        page = shown.page(session, search=search, archived=archived, after=entered.cursor())
    tab = "archived" if archived else None
    return render_template(
        "units/index.html",
        page=page,
        search=search,
        archived=archived,
        may_create=current.actor().may("units.create"),
        may_see_customers=current.actor().may("customers.view"),
        onward=url_for(".index", q=search or None, tab=tab, after=page.next) if page.next else None,
    )


@blueprint.get("/units/new")
@needs("units.create")
def new() -> Response:
    """An empty form; `?customer_id=` picks the customer already."""
    return new_form(UnitEntry(), customer_id=entries.identity(request.args.get("customer_id", "")))


@blueprint.post("/units")
@needs("units.create")
def create() -> Response:
    """Make the unit, or (step "find") look for its customer and show the form again with everything typed."""
    typed = entered.fields(*UnitEntry.__slots__, *CHOOSING)
    entry = UnitEntry(**{name: typed[name] for name in UnitEntry.__slots__})
    customer_id, search = entries.identity(typed["customer_id"]), typed["customer_search"]
    if typed["step"] == "find":
        return new_form(entry, customer_id=customer_id, search=search)
    actor, now = current.actor(), clock.now()
    try:
        with unit_of_work() as session:
            onward = entered.once(
                session,
                lambda: url_for(
                    ".show",
                    unit_id=units.create(session, entry=entry, customer_id=customer_id, actor=actor, now=now).id,
                ),
                actor=actor,
                now=now,
            )
    except Invalid as refusal:
        return new_form(entry, refusal.problems, customer_id=customer_id, search=search)
    flash("The unit is saved.", "done")
    return redirect(onward, code=303)


@blueprint.get(f"/units/{ID}")
@needs("units.view", "units.create", "units.edit")
def show(unit_id: int) -> Response:
    """One unit and its past orders."""
    return detail(unit_id)


@blueprint.get(f"/units/{ID}/edit")
@needs("units.edit")
def edit(unit_id: int) -> Response:
    """The form with what is stored."""
    with reading() as session:
        found = shown.detail(session, unit_id=unit_id, actor=current.actor())
    entry = UnitEntry(
        device_model_id=str(found.device_model_id or ""),
        serial_number=found.row.serial_number,
        service_address=found.row.service_address,
        time_zone=found.time_zone,
        warranty_months="" if found.warranty_months is None else str(found.warranty_months),
        installed_on=units.installed_on(found.installed, zone=found.zone),
    )
    return edit_form(entry, unit_id=unit_id, version=found.row_version)


@blueprint.post(f"/units/{ID}/edit")
@needs("units.edit")
def save(unit_id: int) -> Response:
    """Change the unit."""
    entry, version = UnitEntry(**entered.fields(*UnitEntry.__slots__)), entered.row_version()
    try:
        with unit_of_work() as session:
            units.save(
                session, unit_id=unit_id, row_version=version, entry=entry, actor=current.actor(), now=clock.now()
            )
    except Invalid as refusal:
        return edit_form(entry, refusal.problems, unit_id=unit_id, version=version)
    flash("The unit is saved.", "done")
    return redirect(url_for(".show", unit_id=unit_id), code=303)


@blueprint.get(f"/units/{ID}/transfer")
@needs("units.edit")
def transfer_page(unit_id: int) -> Response:
    """The form that gives the unit to another customer."""
    return transfer_form(unit_id, search=request.args.get("customer_search", ""))


@blueprint.post(f"/units/{ID}/transfer")
@needs("units.edit")
def transfer(unit_id: int) -> Response:
    """Give the unit to another customer, or (step "find") look for him."""
    typed = entered.fields(*CHOOSING, "with_orders")
    customer_id, search = entries.identity(typed["customer_id"]), typed["customer_search"]
    version, with_orders = entered.row_version(), typed["with_orders"] == "1"
    if typed["step"] == "find":
        return transfer_form(unit_id, search=search, chosen=customer_id, with_orders=with_orders, version=version)
    if customer_id is None and typed["customer_id"] != STOCK:
        unpicked = {"customer_id": "Find the new customer and pick him, or pick that the unit goes back to stock."}
        return transfer_form(unit_id, unpicked, search=search, with_orders=with_orders, version=version)
    try:
        with unit_of_work() as session:
            moved = units.transfer(
                session,
                unit_id=unit_id,
                row_version=version,
                customer_id=customer_id,
                with_orders=with_orders,
                actor=current.actor(),
                now=clock.now(),
            )
    except Invalid as refusal:
        return transfer_form(
            unit_id,
            refusal.problems,
            search=search,
            chosen=customer_id or STOCK,
            with_orders=with_orders,
            version=version,
        )
    along = f" Work orders that went along: {', '.join(f'#{number}' for number in moved)}." if moved else ""
    flash(f"The unit is transferred.{along}", "done")
    return redirect(url_for(".show", unit_id=unit_id), code=303)


@blueprint.post(f"/units/{ID}/archive")
@needs("units.delete")
def archive(unit_id: int) -> Response:
    """Put the unit away, or bring it back."""
    archived, version = entered.fields("archived")["archived"] == "yes", entered.row_version()
    try:
        with unit_of_work() as session:
            units.archive(
                session,
                unit_id=unit_id,
                row_version=version,
                archived=archived,
                actor=current.actor(),
                now=clock.now(),
            )
    except Invalid as refusal:
        return detail(unit_id, refusal.problems)
    flash("The unit is archived." if archived else "The unit is in use again.", "done")
    return redirect(url_for(".show", unit_id=unit_id), code=303)


def detail(unit_id: int, problems: Mapping[str, str] | None = None) -> Response:
    """One unit; with problems it is the answer to a refused form (422)."""
    actor = current.actor()
    with reading() as session:
        found = shown.detail(session, unit_id=unit_id, actor=actor)
    text = render_template(
        "units/show.html",
        unit=found,
        problems=problems or {},
        may_edit=actor.may("units.edit"),
        may_archive=actor.may("units.delete"),
        may_see_list=actor.may("units.view"),
        may_see_customers=actor.may("customers.view"),
        may_see_types=actor.may("device_types.view"),
    )
    return make_response(text, 422 if problems else 200)


def new_form(
    entry: UnitEntry,
    problems: Mapping[str, str] | None = None,
    *,
    customer_id: int | None = None,
    search: str = "",
) -> Response:
    """The form for a new unit, with the customers that were found to pick from."""
    with reading() as session:
        customers = order_choices.customers(session, search=search, also=customer_id)
        models = order_choices.models(session)
    text = render_template(
        "units/new.html",
        values=entry,
        problems=problems or {},
        customers=customers,
        chosen=customer_id or STOCK,
        search=search,
        models=[(model.id, model.label) for model in models],
        zones=[(zone, zone) for zone in entries.zones()],
    )
    return make_response(text, 422 if problems else 200)


def edit_form(entry: UnitEntry, problems: Mapping[str, str] | None = None, *, unit_id: int, version: int) -> Response:
    """The form for a unit that exists."""
    with reading() as session:
        models = order_choices.models(session)
    text = render_template(
        "units/edit.html",
        values=entry,
        problems=problems or {},
        unit_id=unit_id,
        version=version,
        models=[(model.id, model.label) for model in models],
        zones=[(zone, zone) for zone in entries.zones()],
    )
    return make_response(text, 422 if problems else 200)


def transfer_form(
    unit_id: int,
    problems: Mapping[str, str] | None = None,
    *,
    search: str = "",
    chosen: int | str | None = None,
    with_orders: bool = True,
    version: int | None = None,
) -> Response:
    """The form that gives the unit to another customer, with the customers that were found to pick from."""
    with reading() as session:
        unit = shown.detail(session, unit_id=unit_id, actor=current.actor())
        customers = order_choices.customers(session, search=search, also=chosen if isinstance(chosen, int) else None)
    text = render_template(
        "units/transfer.html",
        unit=unit,
        problems=problems or {},
        customers=[customer for customer in customers if customer.id != unit.row.customer_id],
        chosen=chosen,
        search=search,
        with_orders=with_orders,
        version=unit.row_version if version is None else version,
    )
    return make_response(text, 422 if problems else 200)
