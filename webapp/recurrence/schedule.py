"""When something is due: a rule from its first time on, in a zone and on a calendar; or from the last completion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from webapp.recurrence.calendar import OPEN, Calendar
from webapp.recurrence.occurrences import Occurrence, moment_of, occurrences
from webapp.recurrence.rule import Rule


@dataclass(frozen=True, slots=True)
class Schedule:
    """A rule with everything that says when it is due."""

    rule: Rule
    first: datetime
    zone: str
    calendar: Calendar = OPEN

    def onward(self, after: datetime | None = None) -> Iterator[Occurrence]:
        """The occurrences whose slot is later than `after`; all of them for None."""
        return occurrences(self.rule, first=self.first, zone=self.zone, calendar=self.calendar, after=after)

    def since(self, completed: datetime) -> Schedule:
        """The same rule counted from the day of a completion, at the time of day of the first slot."""
        local = ZoneInfo(self.zone)
        day = completed.astimezone(local).date()
        begin, _ = moment_of(datetime.combine(day, self.first.astimezone(local).time()), local)
        return replace(self, first=begin)

    def on(self, day: date) -> Occurrence | None:
        """The occurrence the rule names on this day of the zone, if there is one."""
        local = ZoneInfo(self.zone)
        midnight, _ = moment_of(datetime.combine(day, time()), local)
        for one in self.onward(midnight - timedelta(microseconds=1)):
            return one if one.slot.astimezone(local).date() == day else None
        return None
