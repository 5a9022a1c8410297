"""What a person enters for a plan or a rule, judged: a sentence beside every field that cannot be right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import Item, Recurring
from webapp.queries.maintenance_timing import FLOATING
from webapp.queries.technicians import technician_ids
from webapp.queries.words import TYPES
from webapp.recurrence import Rule, Season
from webapp.services import entries
from webapp.services.order_changes import LONGEST_DURATION

LONGEST_LEAD = 365
ANCHORS = {"fixed": "From the first visit: the dates stand", "floating": "From the day the last work was done"}
SHIFTS = {
    "keep": "Keep the date",
    "before": "Move to the working day before",
    "after": "Move to the working day after",
    "skip": "Leave the visit out",
}
POLICIES = {
    "merge": "Add the visit to that order",
    "skip": "Leave the visit out",
    "create": "Make another order",
}
CATCHING_UP = {
    "latest": "Make one order for the newest missed visit",
    "all": "Make an order for every missed visit",
    "none": "Make none; wait for the next visit",
}


@dataclass(frozen=True, slots=True)
class PlanEntry:
    """A plan as entered; `quantities` by item."""

    name: str
    rule: Rule
    first_due_at: datetime
    order_type: str = "maintenance"
    anchor: str = "fixed"
    season: str = ""
    shift: str = "keep"
    excluded: tuple[date, ...] = ()
    policy: str = "merge"
    catch_up: str = "latest"
    lead_days: int = 14
    duration_minutes: int = 60
    technician_id: int | None = None
    request: str = ""
    quantities: Mapping[int, Decimal] = field(default_factory=dict)


def problems(session: Session, entry: PlanEntry, *, technician_before: int | None = None) -> dict[str, str]:
    """A sentence per field that cannot be right."""
    found: dict[str, str] = {}
    if not entries.line(entry.name):
        found["name"] = "Give the plan a name, for example Yearly boiler service."
    found |= entries.too_long({"name": entry.name})
    found |= entries.too_long({"request": entry.request}, longest=entries.LONGEST_TEXT)
    if not 0 <= entry.lead_days <= LONGEST_LEAD:
        found["lead_days"] = f"Enter a number of days from 0 to {LONGEST_LEAD}."
    if not 1 <= entry.duration_minutes <= LONGEST_DURATION:
        found["duration_minutes"] = "Enter how long the work takes, from 1 minute to 14 days."
    for name, value, known in (
        ("order_type", entry.order_type, TYPES),
        ("anchor", entry.anchor, ANCHORS),
        ("shift", entry.shift, SHIFTS),
        ("policy", entry.policy, POLICIES),
        ("catch_up", entry.catch_up, CATCHING_UP),
    ):
        if value not in known:
            found[name] = "Choose one of the list."
    if entry.order_type == "installation":
        found["order_type"] = "An installation does not come again. Choose another type of work."
    if entry.anchor == FLOATING:
        rule = entry.rule
        if rule.unit == "once" or rule.count or rule.weekdays or rule.month_day or rule.nth or rule.months:
            found["anchor"] = (
                "Counting from the last work needs a plain distance, such as every 6 months: no days, months or number"
                " of times."
            )
    try:
        Season.read(entry.season)
    except ValueError:
        found["season"] = "Enter the first and the last day of the season, or neither."
    chosen = entry.technician_id
    if chosen is not None and chosen != technician_before and chosen not in technician_ids(session):
        found["technician_id"] = "Choose an active person whose role is marked as a technician's role."
    active = set(session.scalars(select(Item.id).where(Item.id.in_(list(entry.quantities)), Item.active)))
    for item_id, quantity in entry.quantities.items():
        if quantity < 0 or quantity > entries.LARGEST_AMOUNT:
            found[f"quantity-{item_id}"] = "Enter a quantity of 0 or more."
        elif quantity and item_id not in active:
            found[f"quantity-{item_id}"] = "Choose an item of the catalogue."
    return found


def fill(row: Recurring, entry: PlanEntry, *, zone: str) -> None:
    """Put what was entered into the row; a fixed rule is stored with the days its first visit implies."""
    first = entry.first_due_at.astimezone(ZoneInfo(zone)).date()
    row.name, row.order_type = entries.line(entry.name), entry.order_type
    row.rrule = entry.rule.text if entry.anchor == FLOATING else entry.rule.anchored(first).text
    row.first_due_at, row.anchor, row.season, row.shift = entry.first_due_at, entry.anchor, entry.season, entry.shift
    row.excluded = sorted(day.isoformat() for day in set(entry.excluded))
    row.policy, row.catch_up, row.lead_days = entry.policy, entry.catch_up, entry.lead_days
    row.duration_minutes, row.technician_id = entry.duration_minutes, entry.technician_id
    row.request = entries.text(entry.request)
