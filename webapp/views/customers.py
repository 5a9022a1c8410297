"""Customers: the list, one customer, making and changing one."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, make_response, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading
from webapp.errors import Conflict
from webapp.queries import customers as shown
from webapp.queries import message_texts, past_orders
from webapp.queries.customers import CustomerDetail
from webapp.services import customers
from webapp.services.customers import CustomerEntry
from webapp.views import current, entered, saving
from webapp.views.access import needs
from webapp.views.saving import Stale

blueprint = Blueprint("customers", __name__)

ID = "<int:customer_id>"
LABELS = {
    "type": "Type",
    "first_name": "First name",
    "last_name": "Last name",
    "company_name": "Company name",
    "emails": "E-mail addresses",
    "phones": "Phone numbers",
    "approval_email": "E-mail for approvals",
    "billing_address": "Billing address",
    "language": "Language of messages",
}


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
    entry = read()

    def make(session: Session) -> str:
        made = customers.create(session, entry=entry, actor=current.actor(), now=clock.now())
        return url_for(".show", customer_id=made.id)

    return saving.made(make, done="The customer is saved.", refused=lambda problems: form(entry, problems))


@blueprint.get(f"/customers/{ID}")
@needs("customers.view", "customers.create", "customers.edit")
def show(customer_id: int) -> str:
    """One customer with his units and his work orders; `?orders=` goes on in the orders."""
    actor = current.actor()
    with reading() as session:
        customer = shown.detail(session, customer_id=customer_id)
        orders = past_orders.of_customer(session, customer_id=customer_id, actor=actor, after=entered.cursor("orders"))
    return render_template(
        "customers/show.html",
        customer=customer,
        orders=orders,
        onward=url_for(".show", customer_id=customer_id, orders=orders.next) if orders.next else None,
        first=url_for(".show", customer_id=customer_id) if "orders" in request.args else None,
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
    entry, found = stored(customer_id)
    return form(entry, customer_id=customer_id, version=found.row_version)


@blueprint.post(f"/customers/{ID}/edit")
@needs("customers.edit")
def save(customer_id: int) -> Response:
    """Change the customer."""
    entry, version = read(), entered.row_version()

    def change(session: Session) -> None:
        customers.save(
            session,
            customer_id=customer_id,
            row_version=version,
            entry=entry,
            actor=current.actor(),
            now=clock.now(),
        )

    def stale(conflict: Conflict) -> Response | None:
        now, found = stored(customer_id)
        differ = saving.differences(LABELS, stored=now, typed=entry, choices={"type": tuple(customers.TYPES.items())})
        said = Stale(conflict.sentence, found.updated_at, differ)
        return form(entry, stale=said, customer_id=customer_id, version=found.row_version) if differ else None

    return saving.saved(
        change,
        onward=url_for(".show", customer_id=customer_id),
        done="The customer is saved.",
        refused=lambda problems: form(entry, problems, customer_id=customer_id, version=version),
        stale=stale,
    )


def stored(customer_id: int) -> tuple[CustomerEntry, CustomerDetail]:
    """The customer as the form shows him, and everything else about him."""
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
        language=found.language,
    )
    return entry, found


def read() -> CustomerEntry:
    """The form as typed."""
    return CustomerEntry(**entered.fields(*CustomerEntry.__slots__))


def form(
    entry: CustomerEntry,
    problems: Mapping[str, str] | None = None,
    *,
    stale: Stale | None = None,
    customer_id: int | None = None,
    version: int | None = None,
) -> Response:
    """The form; with problems it is the answer to a refused one (422), `stale` to one that came too late (409)."""
    if customer_id is None:
        heading, action, back = "New customer", url_for(".create"), url_for(".index")
    else:
        heading = "Change customer"
        action, back = url_for(".save", customer_id=customer_id), url_for(".show", customer_id=customer_id)
    with reading() as session:
        languages = message_texts.languages(session)[1:]
    text = render_template(
        "customers/form.html",
        values=entry,
        problems=problems or {},
        stale=stale,
        types=tuple(customers.TYPES.items()),
        languages=languages,
        heading=heading,
        action=action,
        back=back,
        version=version,
    )
    return make_response(text, 422 if problems else 409 if stale else 200)
