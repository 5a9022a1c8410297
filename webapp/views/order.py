"""Screen two of a work order: everything about it, saving, and pressing its buttons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import Conflict, Invalid, NotFound, Refused
from webapp.queries import order_choices, order_detail
from webapp.queries.order_detail import OrderDetail
from webapp.queries.technicians import TechnicianChoice
from webapp.queries.words import TYPES
from webapp.services import approvals, orders, transitions
from webapp.views import current, entered
from webapp.views.access import signed_in
from webapp.views.forms import decimal, moment, quantity, said, whole
from webapp.views.own_paths import own_path
from workflow.offers import Blocker

NO_QUANTITY = "Enter a number that is not negative, with at most three decimals, such as 2 or 1.5."

blueprint = Blueprint("order", __name__)


@blueprint.get("/work-orders/<int:number>")
@signed_in
def show(number: int) -> Response:
    """The edit screen; what the person may not change is shown as text."""
    return screen(number)


@blueprint.post("/work-orders/<int:number>")
@signed_in
def save(number: int) -> Response:
    """Save every field of the screen at once; the automatic rules run, and where they led is said."""
    typed = {name: value.strip() for name, value in request.form.items()}
    actor, now = current.actor(), clock.now()
    with reading() as session:
        before = order_detail.detail(session, number=number, actor=actor, now=now)
    changes, problems = read_changes(typed, before)
    if problems:
        return screen(number, typed=typed, problems=problems, code=422)
    try:
        with unit_of_work() as session:
            outcome = orders.save(
                session,
                number=number,
                row_version=whole(typed.get("row_version")) or 0,
                changes=changes,
                actor=actor,
                now=now,
            )
    except Invalid as invalid:
        return screen(number, typed=typed, problems=shown_at(invalid.problems), code=422)
    except Conflict as conflict:
        return screen(number, typed=typed, conflict=conflict, code=409)
    flash("The work order is saved.", "done")
    if outcome.steps:
        flash_status(number)
    return redirect(f"/work-orders/{number}", code=303)


@blueprint.post("/work-orders/<int:number>/transitions/<name>")
@signed_in
def press(number: int, name: str) -> Response:
    """Press a button. Refused: the reasons are remembered and shown. Somebody was faster: what he changed is shown."""
    typed = request.form
    answers = {
        key.removeprefix("answer."): value
        for key, value in typed.items()
        if key.startswith("answer.") and value.strip()
    }
    actor, now = current.actor(), clock.now()
    try:
        with unit_of_work() as session:
            transitions.press(
                session,
                number=number,
                transition=name,
                answers=answers,
                row_version=whole(typed.get("row_version")),
                actor=actor,
                now=now,
            )
    except Refused as refused:
        with unit_of_work() as session:
            transitions.record_refusal(
                session, number=number, transition=name, blockers=refused.blockers, actor=actor, now=now
            )
        return screen(number, refusal=refused.blockers, pressed=name, answers=answers, code=409)
    except Conflict as conflict:
        return screen(number, conflict=conflict, pressed=name, answers=answers, code=409)
    flash_status(number)
    return redirect(own_path(typed.get("back")) or f"/work-orders/{number}", code=303)


@blueprint.post("/work-orders/<int:number>/send-again")
@signed_in
def send_again(number: int) -> Response:
    """Write the customer another mail with a new link."""
    actor, now = current.actor(), clock.now()
    with unit_of_work() as session:

        def again() -> str:
            approvals.send_again(session, number=number, actor=actor, now=now)
            return f"/work-orders/{number}"

        address = entered.once(session, again, actor=actor, now=now)
    flash("The customer gets a new mail; the links before it no longer work.", "done")
    return redirect(address, code=303)


def flash_status(number: int) -> None:
    """Say where the order stands now; who may no longer see it is told that."""
    try:
        with reading() as session:
            found = order_detail.detail(session, number=number, actor=current.actor(), now=clock.now())
    except NotFound:
        flash(f"Work order {number} is no longer yours.", "note")
        return
    flash(f"Work order {number} is now {found.status.label}.", "done")


def read_changes(typed: Mapping[str, str], before: OrderDetail) -> tuple[dict[str, object], dict[str, str]]:
    """What differs from the stored order, and a sentence for each field that cannot be read."""
    changes: dict[str, object] = {}
    problems: dict[str, str] = {}
    if "type" in typed and typed["type"] != before.type:
        changes["type"] = typed["type"]
    if "request" in typed and typed["request"].split() != before.request.split():
        changes["request"] = typed["request"]
    if "technician_id" in typed:
        technician_id = whole(typed["technician_id"])
        if technician_id is None and typed["technician_id"].strip():
            problems["technician_id"] = "Choose a technician from the list, or nobody."
        elif technician_id != before.technician_id:
            changes["technician_id"] = technician_id
    if "duration_minutes" in typed and typed["duration_minutes"] != str(before.duration_minutes):
        minutes = whole(typed["duration_minutes"])
        if not minutes or minutes > 60 * 24 * 14:
            problems["duration_minutes"] = "Enter the minutes as a whole number, such as 90."
        changes["duration_minutes"] = minutes
    if "due_at" in typed and typed["due_at"] != (f"{before.due_at:%Y-%m-%dT%H:%M}" if before.due_at else ""):
        due = moment(typed["due_at"], before.zone) if typed["due_at"] else None
        if typed["due_at"] and due is None:
            problems["due_at"] = "Enter a date and a time, such as 2026-11-25 14:30."
        changes["due_at"] = due
    quantities, used = read_quantities(typed, before, problems)
    if quantities:
        changes["quantities"] = quantities
    if used:
        changes["used"] = used
    return changes, problems


def read_quantities(
    typed: Mapping[str, str], before: OrderDetail, problems: dict[str, str]
) -> tuple[dict[int, Decimal], dict[int, Decimal | None]]:
    """The quantities that differ from the stored ones, and the used ones."""
    quantities: dict[int, Decimal] = {}
    used: dict[int, Decimal | None] = {}
    for item in before.items:
        key = f"quantity.{item.item_id}"
        if key in typed and typed[key] != quantity(item.quantity):
            number = decimal(typed[key] or "0")
            if number is None:
                problems[key] = NO_QUANTITY
            elif number != item.quantity:
                quantities[item.item_id] = number
        key = f"used.{item.item_id}"
        if key in typed and typed[key] != quantity(item.used):
            number = decimal(typed[key]) if typed[key] else None
            if typed[key] and number is None:
                problems[key] = NO_QUANTITY
            elif number != item.used:
                used[item.item_id] = number
    added = whole(typed.get("add_item"))
    if added is not None:
        number = decimal(typed.get("add_quantity") or "1")
        if number is None:
            problems["add_quantity"] = NO_QUANTITY
        else:
            quantities[added] = number
    return quantities, used


def technician_label(person: TechnicianChoice) -> str:
    """A technician with what he has to do on that day."""
    if not person.orders:
        return f"{person.name} (free that day)"
    orders = ", ".join(f"{order.number} at {order.due_at:%H:%M}" for order in person.orders)
    return f"{person.name} ({orders}{'; overlaps' if person.overlaps else ''})"


def summary(order: OrderDetail, *, supervises: bool) -> list[tuple[str, str]]:
    """The facts of the order that the person sees as text and not as a field."""
    pairs = [] if "type" in order.may_edit else [("Type", order.type_label)]
    if "request" not in order.may_edit:
        pairs.append(("Customer request", order.request))
    if not supervises:
        pairs.append(("Assigned to", order.technician or "Nobody yet"))
        pairs.append(("Expected", said(order.due_at, order.zone) or "No date yet"))
    pairs.append(("Created", f"{said(order.created_at, order.zone)} by {order.created_by or 'the system'}"))
    stamps = (("Arrived", order.arrived_at), ("Done", order.done_at), ("Completed", order.completed_at))
    pairs += [(label, said(at, order.zone)) for label, at in stamps if at is not None]
    if order.resume_at is not None:
        pairs.append(("Resume on", f"{order.resume_at:%-d %b %Y}"))
    return pairs


def unit_facts(order: OrderDetail) -> list[tuple[str, str]]:
    """The unit and whose it is; the order's address is the unit's."""
    unit, customer = order.unit, order.customer
    stamps = (("Installed", unit.installed_at), ("Serviced", unit.serviced_at), ("Maintained", unit.maintained_at))
    return [
        ("Customer", customer.name if customer else "No customer"),
        ("Phone", ", ".join(customer.phones) if customer else ""),
        ("E-mail", ", ".join(customer.emails) if customer else ""),
        ("Address", unit.address),
        ("Model", unit.model or "Unknown"),
        ("Device type", unit.device_type),
        ("Serial number", unit.serial_number),
        *((label, f"{at:%-d %b %Y}") for label, at in stamps if at is not None),
    ]


def shown_at(problems: Mapping[str, str]) -> dict[str, str]:
    """The service's problems under the names the screen gives its fields."""
    renamed: dict[str, str] = {}
    for name, sentence in problems.items():
        area, _, rest = name.partition(".")
        renamed[f"quantity.{rest}" if area == "quantities" and rest else name] = sentence
    return renamed


def screen(
    number: int,
    *,
    typed: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
    conflict: Conflict | None = None,
    refusal: Sequence[Blocker] = (),
    pressed: str | None = None,
    answers: Mapping[str, str] | None = None,
    code: int = 200,
) -> Response:
    """The edit screen as it is now, with what was typed and what stood in the way."""
    actor, now = current.actor(), clock.now()
    with reading() as session:
        order = order_detail.detail(session, number=number, actor=actor, now=now)
        known = frozenset(item.item_id for item in order.items)
        catalogue: list[tuple[int, str]] = []
        if "quantities" in order.may_edit:
            catalogue = [(choice.id, choice.label) for choice in order_choices.items(session, without=known)]
    pricing = actor.may("work_orders.pricing")
    supervises = actor.may("work_orders.supervise")
    words: dict[str, Any] = {
        "order": order,
        "typed": typed or {},
        "kept": typed is not None,
        "problems": problems or {},
        "conflict": conflict,
        "refusal": refusal,
        "pressed": pressed,
        "answers": answers or {},
        "answer_problems": {blocker.name: blocker.sentence for blocker in refusal if blocker.code == "answer"},
        "may_edit": order.may_edit,
        "editable": bool(order.may_edit - {"notes", "photos"}),
        "supervises": supervises,
        "technicians": [(person.id, technician_label(person)) for person in order.technicians],
        "summary": summary(order, supervises=supervises),
        "unit_facts": unit_facts(order),
        "pricing": pricing,
        "shows_used": "used" in order.may_edit or any(item.used is not None for item in order.items),
        "catalogue": catalogue,
        "types": list(TYPES.items()),
        "seen": actor.may("work_orders.view"),
        "seen_edit": actor.may("work_orders.edit"),
    }
    response = make_response(render_template("orders/edit.html", **words), code)
    response.headers["Cache-Control"] = "no-store"
    return response
