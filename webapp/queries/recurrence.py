"""When a plan is due: wall-clock times in the unit's zone, kept as moments in UTC."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

PERIODS = ("days", "weeks", "months", "once")


def slots(*, first: datetime, every: int, period: str, zone: str, after: datetime | None) -> Iterator[datetime]:
    """Yield the slots later than `after` (all, when None), without end unless the period is `once`.

    09:00 stays 09:00 across clock changes. A local time the clock skips is moved on by the length of the gap, one that
    happens twice is the earlier of the two (the rule of RFC 5545 §3.3.5). Counting from the first slot keeps a plan
    made on the 31st on the last day of shorter months and back on the 31st after them.
    """
    local = ZoneInfo(zone)
    start = first.astimezone(local).replace(tzinfo=None)
    number = 0
    while True:
        step = {} if period == "once" else {period: every * number}
        wall = start + relativedelta(**step)  # type: ignore[arg-type]  # the stubs want literal keywords
        moment = wall.replace(tzinfo=local, fold=0).astimezone(UTC)
        if after is None or moment > after:
            yield moment
        if period == "once":
            return
        number += 1
