"""Customers: the list, one customer, making and changing one."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import Invalid
from webapp.queries import customers as shown
from webapp.services import customers
from webapp.services.customers import CustomerEntry
from webapp.views import current, entered
from webapp.views.access import needs

blueprint = Blueprint("customers", __name__)

ID = "<int:customer_id>"


@blueprint.get("/customers")
@needs("customers.view")
def index() -> str:
    """The list, with its search."""
    search = request.args.get("q", "")
    with reading() as session:
        page = shown.page(session, search=search, after=entered.cursor())
    return render_template(
        "customers/index.html",
        page=page,
        search=search,
        types=customers.TYPES,
        may_create=current.actor().may("customers.create"),
        onward=url_for(".index", q=search or None, after=page.next) if page.next else None,
    )


@blueprint.get("/customers/new")
@needs("customers.create")
def new() -> Response:
    """An empty form."""
    return form(CustomerEntry())


@blueprint.post("/customers")
@needs("customers.create")
def create() -> Response:
    """Make the customer and show him."""
    entry, actor, now = read(), current.actor(), clock.now()
    try:
        with unit_of_work() as session:
            onward = entered.once(
                session,
                lambda: url_for(".show", customer_id=customers.create(session, entry=entry, actor=actor, now=now).id),
                actor=actor,
                now=now,
            )
    except Invalid as refusal:
        return form(entry, refusal.problems)
    flash("The customer is saved.", "done")
    return redirect(onward, code=303)


@blueprint.get(f"/customers/{ID}")
@needs("customers.view", "customers.create", "customers.edit")
def show(customer_id: int) -> str:
    """One customer and his units."""
    with reading() as session:
        customer = shown.detail(session, customer_id=customer_id)
    actor = current.actor()
    return render_template(
        "customers/show.html",
        customer=customer,
        types=customers.TYPES,
        may_edit=actor.may("customers.edit"),
        may_see_list=actor.may("customers.view"),
        may_see_units=actor.may("units.view"),
        may_add_unit=actor.may("units.create"),
    )


@blueprint.get(f"/customers/{ID}/edit")
@needs("customers.edit")
def edit(customer_id: int) -> Response:
    """The form with what is stored."""
    with reading() as session:
        found = shown.detail(session, customer_id=customer_id)
    entry = CustomerEntry(
        type=found.type,
        first_name=found.first_name,
        last_name=found.last_name,
        company_name=found.company_name,
        emails="\n".join(found.emails),
        approval_email=found.marked_email,
        phones="\n".join(found.phones),
        billing_address=found.billing_address,
    )
    return form(entry, customer_id=customer_id, version=found.row_version)


@blueprint.post(f"/customers/{ID}/edit")
@needs("customers.edit")
def save(customer_id: int) -> Response:
    """Change the customer."""
    entry, version = read(), entered.row_version()
    try:
        with unit_of_work() as session:
            customers.save(
                session,
                customer_id=customer_id,
                row_version=version,
                entry=entry,
                actor=current.actor(),
                now=clock.now(),
            )
    except Invalid as refusal:
        return form(entry, refusal.problems, customer_id=customer_id, version=version)
    flash("The customer is saved.", "done")
    return redirect(url_for(".show", customer_id=customer_id), code=303)


def read() -> CustomerEntry:
    """The form as typed."""
    return CustomerEntry(**entered.fields(*CustomerEntry.__slots__))


def form(
    entry: CustomerEntry,
    problems: Mapping[str, str] | None = None,
    *,
    customer_id: int | None = None,
    version: int | None = None,
) -> Response:
    """The form; with problems it is the answer to a refused one (422)."""
    if customer_id is None:
        heading, action, back = "New customer", url_for(".create"), url_for(".index")
    else:
        heading = "Change customer"
        action, back = url_for(".save", customer_id=customer_id), url_for(".show", customer_id=customer_id)
    text = render_template(
        "customers/form.html",
        values=entry,
        problems=problems or {},
        types=tuple(customers.TYPES.items()),
        heading=heading,
        action=action,
        back=back,
        version=version,
    )
    return make_response(text, 422 if problems else 200)
