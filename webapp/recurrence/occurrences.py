"""A rule on a calendar in a zone: each nominal slot, the moment it is due, and why the two differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from webapp.recurrence.calendar import OPEN, Calendar
from webapp.recurrence.rule import Rule

SPRING = "The clocks go forward over this time: it begins as much later as they do."
AUTUMN = "The clocks go back over this time: it is the first of the two."


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time a rule comes round.

    `slot` is the moment the rule names (UTC), which tells it from every other; `due_at` the moment after the calendar
    moved it, None when the calendar skips it; `reason` says why they differ or what the clocks did; empty otherwise.
    """

    slot: datetime
    due_at: datetime | None
    outcome: Literal["planned", "moved", "skipped"]
    reason: str = ""


def occurrences(
    rule: Rule, *, first: datetime, zone: str, calendar: Calendar = OPEN, after: datetime | None = None
) -> Iterator[Occurrence]:
    """The occurrences from the moment `first` on whose slot is later than `after`, in order, without end for most rules.

    09:00 stays 09:00 across clock changes.
    """
    local = ZoneInfo(zone)
    start = first.astimezone(local).replace(tzinfo=None)
    # The clocks may stand a day's difference away from each other at most.
    begin = None if after is None else after.astimezone(local).replace(tzinfo=None) - timedelta(days=1)
    for wall in rule.walls(start, after=begin):
        slot, clocks = moment_of(wall, local)
        if after is not None and slot <= after:
            continue
        placed = calendar.placed(wall.date())
        if placed.day is None:
            yield Occurrence(slot, None, "skipped", placed.reason)
        elif placed.day != wall.date():
            due, moved_clocks = moment_of(datetime.combine(placed.day, wall.time()), local)
            yield Occurrence(slot, due, "moved", f"{placed.reason} {moved_clocks}".strip())
        else:
            yield Occurrence(slot, slot, "planned", clocks)


def moment_of(wall: datetime, zone: ZoneInfo) -> tuple[datetime, str]:
    """The moment (UTC) of a wall-clock time, and a sentence when the clocks change over it, else nothing.

    A local time the clocks skip is moved on by the length of the gap, one that happens twice is the first of the two
    (RFC 5545 §3.3.5).
    """
    moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != wall:
        return moment, SPRING
    later = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return moment, AUTUMN if later != moment else ""
