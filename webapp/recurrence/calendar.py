"""What stands in the way of a day: the season, weekends, holidays and exclusions, and where a date moves then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

Shift = Literal["keep", "before", "after", "skip"]

FARTHEST = 31
"""Days a date is moved at most; whoever has no free day in a month has none."""


@dataclass(frozen=True, slots=True)
class Season:
    """A window of the year, both ends included, as (month, day); it may run over the end of the year."""

    begins: tuple[int, int]
    ends: tuple[int, int]

    @classmethod
    def read(cls, text: str) -> Season | None:
        """The season of "04-01/10-31"; None for an empty text; raises ValueError for another."""
        if not text:
            return None
        begins, _, ends = text.partition("/")
        first, last = (date.fromisoformat(f"2024-{part}") for part in (begins, ends))  # a leap year: 02-29 is a day
        return cls((first.month, first.day), (last.month, last.day))

    @property
    def words(self) -> str:
        """The season as people say it: from 1 April to 31 October."""
        first, last = (date(2024, *day) for day in (self.begins, self.ends))
        return f"from {first:%-d %B} to {last:%-d %B}"

    def holds(self, day: date) -> bool:
        """Whether the day lies inside."""
        here = (day.month, day.day)
        if self.begins <= self.ends:
            return self.begins <= here <= self.ends
        return here >= self.begins or here <= self.ends


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a date ends up: the day, or None when it falls away; and why it is not the day the rule named."""

    day: date | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are free for work.

    `days_off` are days of the week (0 is Monday), `holidays` name the firm's holidays by date; a slot on one of them is
    kept, moved to the free day `before` or `after`, or skipped, as `shift` says. `excluded` days are always skipped.
    A slot outside the season is skipped; a slot may move out of the season by its shift.
    """

    season: Season | None = None
    days_off: frozenset[int] = frozenset()
    holidays: Mapping[date, str] = field(default_factory=dict)
    shift: Shift = "keep"
    excluded: frozenset[date] = frozenset()

    def why_not(self, day: date) -> str:
        """Why nobody works on the day; empty when somebody does."""
        if day in self.holidays:
            return f"{self.holidays[day]} is a holiday"
        return f"{day:%A} is a day off" if day.weekday() in self.days_off else ""

    def placed(self, day: date) -> Placed:
        """Where the rule's day ends up."""
        if day in self.excluded:
            return Placed(None, "The day is excluded.")
        if self.season is not None and not self.season.holds(day):
            return Placed(None, "The day is out of season.")
        why = "" if self.shift == "keep" else self.why_not(day)
        if not why:
            return Placed(day)
        if self.shift == "skip":
            return Placed(None, f"{why}.")
        step = timedelta(days=-1 if self.shift == "before" else 1)
        moved = day
        for _ in range(FARTHEST):
            moved += step
            if moved not in self.excluded and not self.why_not(moved):
                return Placed(moved, f"{why}: moved to {moved:%-d %B %Y}.")
        return Placed(None, f"{why}, and so is every day for a month.")


OPEN = Calendar()
"""Every day is a working day."""
