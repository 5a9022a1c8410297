"""The form of a plan or a rule: what it sends made into an entry, and an entry's values put into it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from flask import request

from webapp.queries.maintenance_plan import Settings
from webapp.queries.words import TYPES, plain
from webapp.recurrence import Rule, read
from webapp.recurrence.rule import MONTH_NAMES, ORDINALS, WEEKDAY_NAMES
from webapp.services import entries
from webapp.services.maintenance_entries import ANCHORS, CATCHING_UP, POLICIES, SHIFTS, PlanEntry
from webapp.views import forms

FIELDS = (
    "name", "order_type", "unit", "every", "nth", "nth_weekday", "month_day", "end", "count", "until", "first_due_at",
    "anchor", "season_begins", "season_ends", "shift", "excluded", "policy", "catch_up", "lead_days", "duration_minutes",
    "technician_id", "request", "target", "do", "seen",
)  # fmt: skip
LISTS = ("weekdays", "months")
FAMILIES = ("quantity-",)
UNITS = {"once": "Only once", "day": "days", "week": "weeks", "month": "months", "year": "years"}
ENDS = {"": "Never", "count": "After a number of visits", "until": "On a day"}
WORDS = {
    "units": tuple(UNITS.items()),
    "weekdays": tuple(enumerate(WEEKDAY_NAMES)),
    "months": tuple(enumerate(MONTH_NAMES, start=1)),
    "nth": tuple((number, word) for number, word in ORDINALS.items()),
    "month_days": (*((day, str(day)) for day in range(1, 32)), (-1, "the last day")),
    "ends": tuple(ENDS.items()),
    "anchors": tuple(ANCHORS.items()),
    "shifts": tuple(SHIFTS.items()),
    "policies": tuple(POLICIES.items()),
    "catching_up": tuple(CATCHING_UP.items()),
    "types": tuple(pair for pair in TYPES.items() if pair[0] != "installation"),
}
"""What the form's fields offer."""

Values = dict[str, object]


@dataclass(slots=True)
class Sent:
    """What a form sent: the entry when it could be read, the problems, and everything as typed."""

    values: Values
    entry: PlanEntry | None = None
    problems: dict[str, str] = field(default_factory=dict)


def empty() -> Values:
    """A new plan: once a year."""
    return {"unit": "year", "every": "1", "lead_days": "14", "duration_minutes": "60", "anchor": "fixed",
            "shift": "keep", "policy": "merge", "catch_up": "latest", "order_type": "maintenance"}  # fmt: skip


def stored(plan: Settings, *, zone: str, quantities: Iterable[tuple[int, Decimal]]) -> Values:
    """The values of what is stored, moments on the clocks of the zone."""
    rule = read(plan.rrule)
    begins, _, ends = plan.season.partition("/")
    values: Values = {
        "name": plan.name,
        "order_type": plan.order_type,
        "unit": rule.unit,
        "every": str(rule.every),
        "weekdays": [str(day) for day in rule.weekdays] if rule.nth is None else [],
        "nth": "" if rule.nth is None else str(rule.nth),
        "nth_weekday": "" if rule.nth is None else str(rule.weekdays[0]),
        "month_day": "" if rule.month_day is None else str(rule.month_day),
        "months": [str(month) for month in rule.months],
        "end": "count" if rule.count else "until" if rule.until else "",
        "count": str(rule.count or ""),
        "until": rule.until.isoformat() if rule.until else "",
        "first_due_at": f"{plan.first_due_at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}",
        "anchor": plan.anchor,
        "season_begins": begins,
        "season_ends": ends,
        "shift": plan.shift,
        "excluded": "\n".join(plan.excluded),
        "policy": plan.policy,
        "catch_up": plan.catch_up,
        "lead_days": str(plan.lead_days),
        "duration_minutes": str(plan.duration_minutes),
        "technician_id": str(plan.technician_id or ""),
        "request": plan.request,
    }
    return values | {f"quantity-{item_id}": plain(quantity) for item_id, quantity in quantities}


def sent(zone: str) -> Sent:
    """What the form of this request sent; raises Invalid when it holds a field nobody knows."""
    forms.only(*FIELDS, *LISTS, families=FAMILIES)
    typed: Values = empty() | dict(request.form.items())
    for name in LISTS:
        typed[name] = request.form.getlist(name)
    found = Sent(typed)
    usual = empty()
    text = {name: request.form.get(name, str(usual.get(name, ""))).strip() for name in FIELDS}
    rule = _rule(text, found.problems)
    due = forms.moment(text["first_due_at"], zone)
    if due is None:
        found.problems["first_due_at"] = "Enter the date and time of the first visit."
    numbers = {}
    for name, most in (("lead_days", 365), ("duration_minutes", 14 * 24 * 60)):
        numbers[name], wrong = entries.whole(text[name] or "0", most=most, says="This")
        if wrong:
            found.problems[name] = wrong
    season = _season(text, found.problems)
    excluded = _excluded(text["excluded"], found.problems)
    quantities = _quantities(found.problems)
    if found.problems or rule is None or due is None:
        return found
    found.entry = PlanEntry(
        name=text["name"],
        rule=rule,
        first_due_at=due,
        order_type=text["order_type"],
        anchor=text["anchor"],
        season=season,
        shift=text["shift"],
        excluded=excluded,
        policy=text["policy"],
        catch_up=text["catch_up"],
        lead_days=numbers["lead_days"] or 0,
        duration_minutes=numbers["duration_minutes"] or 0,
        technician_id=forms.whole(text["technician_id"]),
        request=request.form.get("request", ""),
        quantities=quantities,
    )
    return found


def _rule(text: Mapping[str, str], problems: dict[str, str]) -> Rule | None:
    """The rule; of the fields for days only those that belong to the chosen unit count."""
    unit = text["unit"]
    if unit not in UNITS:
        problems["unit"] = "Choose days, weeks, months or years."
        return None
    if unit == "once":
        return Rule("once")
    every, wrong = entries.whole(text["every"] or "1", most=1000, says="This")
    if wrong:
        problems["every"] = wrong
        return None
    months_or_years = unit in ("month", "year")
    nth = _number(text["nth"]) if months_or_years else None
    weekdays = [day for day in map(_number, request.form.getlist("weekdays")) if day is not None]
    if nth is not None:
        weekday = _number(text["nth_weekday"])
        weekdays = [] if weekday is None else [weekday]
    months = [month for month in map(_number, request.form.getlist("months")) if month is not None]
    count, wrong = entries.whole(text["count"] if text["end"] == "count" else "", most=1000, says="The number")
    if wrong or (text["end"] == "count" and not count):
        problems["count"] = wrong or "Enter after how many visits it ends."
        return None
    until = None
    if text["end"] == "until":
        until = _day(text["until"])
        if until is None:
            problems["until"] = "Enter the last day."
            return None
    try:
        return Rule(
            unit,  # type: ignore[arg-type]  # a key of UNITS
            every or 0,
            weekdays=tuple(weekdays) if unit == "week" or nth is not None else (),
            nth=nth,
            month_day=_number(text["month_day"]) if months_or_years and nth is None else None,
            months=tuple(months) if unit == "year" else (),
            count=count,
            until=until,
        )
    except ValueError as error:
        problems["every" if "1000" in str(error) else "unit"] = str(error)
        return None


def _season(text: Mapping[str, str], problems: dict[str, str]) -> str:
    begins, ends = text["season_begins"], text["season_ends"]
    if not begins and not ends:
        return ""
    for name, typed in (("season_begins", begins), ("season_ends", ends)):
        if _day(f"2024-{typed}") is None or len(typed) != 5:
            problems[name] = "Enter month and day, such as 04-01 for 1 April."
    return f"{begins}/{ends}"


def _excluded(text: str, problems: dict[str, str]) -> tuple[date, ...]:
    days = []
    for line in entries.lines(text.replace(",", "\n")):
        day = _day(line)
        if day is None:
            problems["excluded"] = f"“{line[:40]}” is not a date such as 2026-12-24."
        else:
            days.append(day)
    return tuple(days)


def _quantities(problems: dict[str, str]) -> dict[int, Decimal]:
    found: dict[int, Decimal] = {}
    for key, typed in request.form.items():
        if not key.startswith("quantity-") or not typed.strip():
            continue
        item_id = entries.identity(key.removeprefix("quantity-"))
        quantity, wrong = entries.amount(typed, places=3, says="The quantity")
        if item_id is None or quantity is None:
            problems[key] = wrong or "Enter a quantity of 0 or more, with at most three decimals."
        else:
            found[item_id] = quantity
    return found


def _number(text: str) -> int | None:
    stripped = text.strip()
    digits = stripped.removeprefix("-")
    return int(stripped) if digits.isascii() and digits.isdigit() and len(digits) < 4 else None


def _day(text: str) -> date | None:
    try:
        read_day = datetime.fromisoformat(text.strip()).date()
    except ValueError:
        return None
    return read_day if read_day.year in entries.YEARS else None
