"""Units: the list, one unit with its past, making, changing, transferring and archiving one."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import Conflict, Invalid
from webapp.models import Unit
from webapp.queries import order_choices, past_orders
from webapp.queries import units as shown
from webapp.queries.units import UnitDetail
from webapp.services import entries, putting_away, units
from webapp.services.open_orders import Choices
from webapp.services.units import UnitEntry
from webapp.views import current, entered, saving
from webapp.views.access import needs
from webapp.views.saving import Stale

blueprint = Blueprint("units", __name__)

ID = "<int:unit_id>"
LABELS = {
    "device_model_id": "Model",
    "serial_number": "Serial number",
    "service_address": "Service address",
    "installed_on": "Installed on",
    "warranty_months": "Warranty (months)",
    "time_zone": "Time zone",
}
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

    def make(session: Session) -> str:
        made = units.create(session, entry=entry, customer_id=customer_id, actor=current.actor(), now=clock.now())
        return url_for(".show", unit_id=made.id)

    return saving.made(
        make,
        done="The unit is saved.",
        refused=lambda problems: new_form(entry, problems, customer_id=customer_id, search=search),
    )


@blueprint.get(f"/units/{ID}")
@needs("units.view", "units.create", "units.edit")
def show(unit_id: int) -> str:
    """One unit and its work orders; `?orders=` goes on in the orders."""
    actor = current.actor()
    with reading() as session:
        found = shown.detail(session, unit_id=unit_id)
        orders = past_orders.of_unit(session, unit_id=unit_id, actor=actor, after=entered.cursor("orders"))
    return render_template(
        "units/show.html",
        unit=found,
        orders=orders,
        onward=url_for(".show", unit_id=unit_id, orders=orders.next) if orders.next else None,
        first=url_for(".show", unit_id=unit_id) if "orders" in request.args else None,
        may_edit=actor.may("units.edit"),
        may_archive=actor.may("units.delete"),
        may_see_list=actor.may("units.view"),
        may_see_customers=actor.may("customers.view"),
        may_see_types=actor.may("device_types.view"),
    )


@blueprint.get(f"/units/{ID}/edit")
@needs("units.edit")
def edit(unit_id: int) -> Response:
    """The form with what is stored."""
    entry, found = stored(unit_id)
    return edit_form(entry, unit_id=unit_id, version=found.row_version)


@blueprint.post(f"/units/{ID}/edit")
@needs("units.edit")
def save(unit_id: int) -> Response:
    """Change the unit."""
    entry, version = UnitEntry(**entered.fields(*UnitEntry.__slots__)), entered.row_version()

    def change(session: Session) -> None:
        units.save(session, unit_id=unit_id, row_version=version, entry=entry, actor=current.actor(), now=clock.now())

    def stale(conflict: Conflict) -> Response | None:
        now, found = stored(unit_id)
        with reading() as session:
            models = tuple((model.id, model.label) for model in order_choices.models(session))
        differ = saving.differences(LABELS, stored=now, typed=entry, choices={"device_model_id": models})
        said = Stale(conflict.sentence, found.updated_at, differ)
        return edit_form(entry, stale=said, unit_id=unit_id, version=found.row_version) if differ else None

    return saving.saved(
        change,
        onward=url_for(".show", unit_id=unit_id),
        done="The unit is saved.",
        refused=lambda problems: edit_form(entry, problems, unit_id=unit_id, version=version),
        stale=stale,
    )


def stored(unit_id: int) -> tuple[UnitEntry, UnitDetail]:
    """The unit as the form shows it, and everything else about it."""
    with reading() as session:
        found = shown.detail(session, unit_id=unit_id)
    entry = UnitEntry(
        device_model_id=str(found.device_model_id or ""),
        serial_number=found.row.serial_number,
        service_address=found.row.service_address,
        time_zone=found.time_zone,
        warranty_months="" if found.warranty_months is None else str(found.warranty_months),
        installed_on=units.installed_on(found.installed, zone=found.zone),
    )
    return entry, found


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
    except Conflict as conflict:
        return transfer_form(
            unit_id, conflict=conflict, search=search, chosen=customer_id or STOCK, with_orders=with_orders
        )
    along = f" Work orders that went along: {', '.join(f'#{number}' for number in moved)}." if moved else ""
    flash(f"The unit is transferred.{along}", "done")
    return redirect(url_for(".show", unit_id=unit_id), code=303)


@blueprint.get(f"/units/{ID}/archive")
@needs("units.delete")
def archive_page(unit_id: int) -> Response:
    """What becomes of each of the unit's open orders when it is put away."""
    return clearing_page(unit_id)


@blueprint.post(f"/units/{ID}/archive")
@needs("units.delete")
def archive(unit_id: int) -> Response:
    """Put the unit away and do with its open orders what was chosen, all of it or nothing."""
    entered.fields(*entered.CHOOSING, families=entered.CHOOSING_EACH)
    choices, version, gone = entered.choices(), entered.row_version(), list[int]()

    def change(session: Session) -> str:
        numbers = units.archive(
            session,
            unit_id=unit_id,
            row_version=version,
            choices=choices,
            actor=current.actor(),
            now=clock.now(),
        )
        gone.extend(numbers)
        return url_for(".show", unit_id=unit_id)

    try:
        with unit_of_work() as session:
            onward = entered.once(session, lambda: change(session), actor=current.actor(), now=clock.now())
    except Invalid as refusal:
        return clearing_page(unit_id, refusal.problems, choices=choices)
    except Conflict as conflict:
        return clearing_page(unit_id, conflict=conflict, choices=choices)
    settled = f" Work orders moved or cancelled: {', '.join(f'#{number}' for number in gone)}." if gone else ""
    flash(f"The unit is archived.{settled}", "done")
    return redirect(onward, code=303)


@blueprint.post(f"/units/{ID}/return")
@needs("units.delete")
def use_again(unit_id: int) -> Response:
    """Bring an archived unit back."""
    entered.fields()
    with unit_of_work() as session:
        units.use_again(session, unit_id=unit_id, actor=current.actor(), now=clock.now())
    flash("The unit is in use again.", "done")
    return redirect(url_for(".show", unit_id=unit_id), code=303)


def clearing_page(
    unit_id: int,
    problems: Mapping[str, str] | None = None,
    *,
    conflict: Conflict | None = None,
    choices: Choices | None = None,
) -> Response:
    """The page that asks what becomes of open orders; with problems it answers a refused form (422 or 409)."""
    chosen = choices or Choices()
    with reading() as session:
        unit = shown.detail(session, unit_id=unit_id)
        clearing = putting_away.prepare(
            session,
            unit=session.get_one(Unit, unit_id),
            choices=chosen,
            actor=current.actor(),
            now=clock.now(),
        )
    text = render_template(
        "units/archive.html",
        unit=unit,
        clearing=clearing,
        choices=chosen,
        problems=problems or {},
        conflict=conflict,
    )
    return make_response(text, 422 if problems else 409 if conflict else 200)


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


def edit_form(
    entry: UnitEntry,
    problems: Mapping[str, str] | None = None,
    *,
    stale: Stale | None = None,
    unit_id: int,
    version: int,
) -> Response:
    """The form for a unit that exists; `stale`: the answer to one that came too late (409)."""
    with reading() as session:
        models = order_choices.models(session)
    text = render_template(
        "units/edit.html",
        values=entry,
        problems=problems or {},
        stale=stale,
        unit_id=unit_id,
        version=version,
        models=[(model.id, model.label) for model in models],
        zones=[(zone, zone) for zone in entries.zones()],
    )
    return make_response(text, 422 if problems else 409 if stale else 200)


def transfer_form(
    unit_id: int,
    problems: Mapping[str, str] | None = None,
    *,
    conflict: Conflict | None = None,
    search: str = "",
    chosen: int | str | None = None,
    with_orders: bool = True,
    version: int | None = None,
) -> Response:
    """The form that gives the unit to another customer, with the customers that were found to pick from."""
    with reading() as session:
        unit = shown.detail(session, unit_id=unit_id)
        customers = order_choices.customers(session, search=search, also=chosen if isinstance(chosen, int) else None)
    text = render_template(
        "units/transfer.html",
        unit=unit,
        problems=problems or {},
        conflict=conflict,
        customers=[customer for customer in customers if customer.id != unit.row.customer_id],
        chosen=chosen,
        search=search,
        with_orders=with_orders,
        version=unit.row_version if version is None else version,
    )
    return make_response(text, 422 if problems else 409 if conflict else 200)
