"""What the form of a work order sent: how it differs from the stored order, and what in it cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from webapp.queries.order_detail import OrderDetail
from webapp.queries.words import TYPES
from webapp.services.order_units import NewUnit
from webapp.views.forms import decimal, moment, quantity, whole

NO_QUANTITY = "Enter a number that is not negative, with at most three decimals, such as 2 or 1.5."
WHOSE = ("customer_mode", "customer_search", "customer_id", "first_name", "last_name", "company_name", "email", "phone")
"""The fields that say whose unit it is."""

FIELDS = (
    "do",
    "type",
    "request",
    "technician_id",
    "due_at",
    "duration_minutes",
    "add_item",
    "add_quantity",
    "unit_search",
    "unit_id",
    "model_id",
    *WHOSE,
)
FAMILIES = ("quantity.", "used.")
SHOWN_AT = {"device_model_id": "model_id", "customer_id": "customer_search", "unit_id": "unit_search"}
"""Where a problem of the service is shown on the screen."""


def touched(typed: Mapping[str, str], order: OrderDetail, former: Mapping[str, str | None]) -> dict[str, str]:
    """What the person changed himself. A field that still reads as it did before others changed it shows their value:
    sent again from the newest version, it would undo what they did.
    """
    names = {str(person.id): person.name for person in order.technicians}
    due = moment(typed.get("due_at", ""), order.zone)
    read: dict[str, tuple[str, str]] = {
        "type": ("Type", TYPES.get(typed.get("type", ""), "")),
        "request": ("Customer request", "\n".join(typed.get("request", "").splitlines())),
        "technician_id": ("Technician", names.get(typed.get("technician_id", ""), "")),
        "due_at": ("Due Date", f"{due:%d %b %Y, %H:%M}" if due else ""),
        "duration_minutes": ("Estimated duration", f"{typed.get('duration_minutes', '')} minutes"),
    }
    before = {field: old or "" for field, old in former.items()}
    for item in order.items:
        label = f"Quantity of {item.name}"
        read[f"quantity.{item.item_id}"] = (label, quantity(decimal(typed.get(f"quantity.{item.item_id}", "") or "0")))
        read[f"used.{item.item_id}"] = (
            f"Used of {item.name}",
            quantity(decimal(typed.get(f"used.{item.item_id}", ""))),
        )
        if label in before:
            before[label] = before[label] or "0"  # there was no line of the item yet
    return {
        name: value for name, value in typed.items() if name not in read or before.get(read[name][0]) != read[name][1]
    }


def read_changes(typed: Mapping[str, str], before: OrderDetail) -> tuple[dict[str, object], dict[str, str]]:
    """What differs from the stored order, and a sentence for each field that cannot be read."""
    changes: dict[str, object] = {}
    problems: dict[str, str] = {}
    if "type" in typed and typed["type"] != before.type:
        changes["type"] = typed["type"]
    if "request" in typed and typed["request"].splitlines() != before.request.splitlines():
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
    read_unit(typed, before, changes, problems)
    quantities, used = read_quantities(typed, before, problems)
    if quantities:
        changes["quantities"] = quantities
    if used:
        changes["used"] = used
    return changes, problems


def read_unit(
    typed: Mapping[str, str], before: OrderDetail, changes: dict[str, object], problems: dict[str, str]
) -> None:
    """Another unit, and what it (or the present one) lacks for its installation."""
    picked = whole(typed.get("unit_id"))
    if picked is None and typed.get("unit_id"):
        problems["unit_search"] = "Pick a unit from the results."
    elif picked is not None and picked != before.unit.id:
        changes["unit_id"] = picked
    elif typed.get("unit_search"):
        problems["unit_search"] = "Pick one of the units found, or empty the search to keep the present unit."
    if {"unit_id", "type"} & set(changes):
        changes["lacking"] = entered_unit(typed)


def entered_unit(typed: Mapping[str, str]) -> NewUnit:
    """What was typed of a unit and whose it is: of a new one, or what a picked one lacks."""
    inline = typed.get("customer_mode") == "new"
    names = ("first_name", "last_name", "company_name", "email", "phone")
    return NewUnit(
        device_model_id=whole(typed.get("model_id")),
        customer_id=None if inline else whole(typed.get("customer_id")),
        **({name: typed.get(name, "") for name in names} if inline else {}),
    )


def read_quantities(
    typed: Mapping[str, str], before: OrderDetail, problems: dict[str, str]
) -> tuple[dict[int, Decimal], dict[int, Decimal | None]]:
    """The quantities that differ from the stored ones, and the used ones."""
    quantities: dict[int, Decimal] = {}
    used: dict[int, Decimal | None] = {}
    stored = {item.item_id: (item.quantity, item.used) for item in before.items}
    for key, text in typed.items():
        family, _, name = key.partition(".")
        item_id = whole(name)
        if family not in ("quantity", "used"):
            continue
        if item_id is None:
            problems[key] = "There is no such item."
            continue
        was_quantity, was_used = stored.get(item_id, (Decimal(0), None))
        if text == quantity(was_quantity if family == "quantity" else was_used):
            continue
        number = decimal(text or "0") if text or family == "quantity" else None
        if number is None and (text or family == "quantity"):
            problems[key] = NO_QUANTITY
        elif family == "used":
            if number != was_used:
                used[item_id] = number
        elif number is not None and number != was_quantity:
            quantities[item_id] = number
    added = whole(typed.get("add_item"))
    if added is not None:
        number = decimal(typed.get("add_quantity") or "1")
        if number is None:
            problems["add_quantity"] = NO_QUANTITY
        else:
            quantities[added] = number
    return quantities, used


def shown_at(problems: Mapping[str, str]) -> dict[str, str]:
    """The service's problems under the names the screen gives its fields."""
    renamed: dict[str, str] = {}
    for name, sentence in problems.items():
        area, _, rest = name.partition(".")
        renamed[f"quantity.{rest}" if area == "quantities" and rest else SHOWN_AT.get(name, name)] = sentence
    return renamed
