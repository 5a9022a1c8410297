"""The edit screen of a work order as a page: as the order is now, with what was typed and what stood in the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import make_response, render_template
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading
from webapp.errors import Conflict
from webapp.queries import order_choices, order_detail
from webapp.queries.order_detail import OrderDetail
from webapp.queries.technicians import TechnicianChoice
from webapp.queries.words import TYPES
from webapp.views import current
from webapp.views.forms import said, whole
from webapp.views.order_form import touched
from workflow.offers import Blocker

CUSTOMER_MODES = (
    ("existing", "Existing customer", "Search by first name, last name or company."),
    ("new", "New customer", "The customer is created together with the work order."),
)


@dataclass(frozen=True, slots=True)
class Remark:
    """A note or photo that was not saved: which (`id` None: a new one), what was typed, and the sentence why."""

    kind: str
    typed: str
    problem: str
    id: int | None = None


def screen(
    number: int,
    *,
    typed: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
    conflict: Conflict | None = None,
    refusal: Sequence[Blocker] = (),
    pressed: str | None = None,
    answers: Mapping[str, str] | None = None,
    remark: Remark | None = None,
    code: int = 200,
) -> Response:
    """The screen. A refused save keeps the version it was made from; after a conflict the person has seen the newest one."""
    actor, now = current.actor(), clock.now()
    with reading() as session:
        order = order_detail.detail(session, number=number, actor=actor, now=now)
        if conflict and typed is not None:
            typed = touched(typed, order, conflict.former)
        known = frozenset(item.item_id for item in order.items)
        catalogue: list[tuple[int, str]] = []
        if "quantities" in order.may_edit:
            catalogue = [(choice.id, choice.label) for choice in order_choices.items(session, without=known)]
        choosing = unit_choosing(session, order, typed or {}) if "unit" in order.may_edit else {}
    pricing = actor.may("work_orders.pricing")
    supervises = actor.may("work_orders.supervise")
    version = None if conflict else whole((typed or {}).get("row_version"))
    allowed = {offer.transition for offer in order.offers if offer.allowed}
    words: dict[str, Any] = {
        "order": order,
        "version": order.row_version if version is None else version,
        "typed": typed or {},
        "kept": typed is not None,
        "problems": problems or {},
        "conflict": conflict,
        "refusal": refusal,
        "pressed": pressed,
        "answers": answers or {},
        "lost_answers": [] if pressed in allowed else lost_answers(answers or {}),
        "answer_problems": {blocker.name: blocker.sentence for blocker in refusal if blocker.code == "answer"},
        "remark": remark,
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
        "seen_edit": actor.may("work_orders.edit"),
        **choosing,
    }
    response = make_response(render_template("orders/edit.html", **words), code)
    response.headers["Cache-Control"] = "no-store"
    return response


def unit_choosing(session: Session, order: OrderDetail, typed: Mapping[str, str]) -> dict[str, Any]:
    """What the part "Change unit" shows: the units found, and what the picked one lacks for its installation."""
    installing = typed.get("type", order.type) == "installation"
    search, picked_id = typed.get("unit_search", ""), whole(typed.get("unit_id"))
    units = order_choices.units(session, search=search, also=picked_id, installable=installing)
    present = order_choices.units(session, search="", also=order.unit.id)
    picked = next((unit for unit in units if unit.id == picked_id), next(iter(present), None))
    return {
        "units": [unit for unit in units if unit.id != order.unit.id],
        "present_unit": next(iter(present), None),
        "models": [(choice.id, choice.label) for choice in order_choices.models(session)],
        "customers": order_choices.customers(
            session, search=typed.get("customer_search", ""), also=whole(typed.get("customer_id"))
        ),
        "customer_modes": CUSTOMER_MODES,
        "needs_model": installing and picked is not None and not picked.model_known,
        "needs_customer": installing and picked is not None and not picked.customer_known,
    }


def lost_answers(answers: Mapping[str, str]) -> list[str]:
    """What was typed for a button that is no longer there to be pressed; a position is nothing anybody typed."""
    return [answer for name, answer in answers.items() if name != "position" and answer.strip()]


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
