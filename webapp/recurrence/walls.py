"""The wall-clock times of a rule, counted directly: a later one is reached without passing through all before it."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from webapp.recurrence.rule import Rule

LAST_YEAR = 9000
"""No slot lies later; nobody plans as far, and dates end at 9999."""


def walls(rule: Rule, first: datetime, *, after: datetime | None = None) -> Iterator[datetime]:
    """The naive times of the rule from `first` on that are later than `after`, in order.

    `rule` names its days (`Rule.anchored`). `first` itself belongs to it only when the rule names it (RFC 5545 §3.8.5.3
    leaves that open; dateutil decides so). A rule with a number of times has to be counted from its beginning.
    """
    seen = 0
    begin = 0 if after is None or rule.count is not None else _rounds_before(rule, first.date(), after.date())
    for day in _days(rule, first.date(), begin):
        if day < first.date():
            continue
        seen += 1
        if (rule.until is not None and day > rule.until) or (rule.count is not None and seen > rule.count):
            return
        wall = datetime.combine(day, first.time())
        if after is None or wall > after:
            yield wall


def _rounds_before(rule: Rule, first: date, after: date) -> int:
    """How many rounds of the rule surely end before `after`."""
    length = {"day": 1, "week": 7, "month": 31, "year": 366}[rule.unit] * rule.every
    return max(0, (after - first).days // length - 1)


def _days(rule: Rule, first: date, begin: int) -> Iterator[date]:
    """The days of every round from round `begin` on; those of the first round may lie before `first`."""
    number = begin
    while True:
        if rule.unit == "day":
            days = [first + timedelta(days=rule.every * number)]
        elif rule.unit == "week":
            monday = first - timedelta(days=first.weekday()) + timedelta(weeks=rule.every * number)
            days = [monday + timedelta(days=day) for day in sorted(set(rule.weekdays))]
        elif rule.unit == "month":
            months = first.year * 12 + first.month - 1 + rule.every * number
            days = [_day_in(rule, months // 12, months % 12 + 1)]
        else:
            year = first.year + rule.every * number
            days = [_day_in(rule, year, month) for month in sorted(set(rule.months))]
        if days[0].year > LAST_YEAR:
            return
        yield from days
        number += 1


def _day_in(rule: Rule, year: int, month: int) -> date:
    """The rule's day of a month; a day the month does not have is its last."""
    weekday_of_first, length = monthrange(year, month)
    if rule.nth is None:
        wanted = length if rule.month_day is None or rule.month_day < 0 else rule.month_day
        return date(year, month, min(wanted, length))
    (weekday,) = rule.weekdays
    day = 1 + (weekday - weekday_of_first) % 7
    if rule.nth > 0:
        return date(year, month, day + 7 * (rule.nth - 1))
    return date(year, month, day + 7 * ((length - day) // 7))
