"""A recurrence as people choose it, its RFC 5545 text, and its plain words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Literal

from webapp.recurrence.walls import walls

Unit = Literal["once", "day", "week", "month", "year"]

FREQUENCIES = {"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "year": "YEARLY"}
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}
LAST = -1
SHORTEST = 28
"""A month has at least this many days; a later day means the last one where a month is shorter."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How often: every `every` `unit`s.

    `weekdays` (0 is Monday) belong to weeks, and with `nth` to months and years ("the second Tuesday"); `month_day` (1–31,
    −1 the last) to months and years; `months` (1–12) to years and lets a rule fall several times a year. A day that a
    month does not have becomes its last. The rule ends after `count` slots or on `until`, whichever is set.
    Raises ValueError with a sentence for a combination that means nothing.
    """

    unit: Unit
    every: int = 1
    weekdays: tuple[int, ...] = ()
    nth: int | None = None
    month_day: int | None = None
    months: tuple[int, ...] = ()
    count: int | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        for wrong, sentence in (
            (not 1 <= self.every <= 1000, "Enter a whole number from 1 to 1000."),
            (
                self.unit == "once" and (self.every > 1 or self.count or self.until),
                "What happens once has no further rule.",
            ),
            (any(not 0 <= day <= 6 for day in self.weekdays), "Choose days of the week."),
            (self.unit == "day" and bool(self.weekdays), "Days of the week belong to weeks."),
            (self.nth is not None and self.nth not in ORDINALS, "Choose the first to the fourth, or the last."),
            (self.nth is not None and len(self.weekdays) != 1, "Choose one day of the week."),
            (self.unit in ("month", "year") and bool(self.weekdays) and self.nth is None, "Choose which one it is."),
            (self.unit not in ("month", "year") and (self.nth or self.month_day), "This belongs to months and years."),
            (bool(self.nth and self.month_day), "Choose a day of the month or a day of the week, not both."),
            (self.month_day is not None and self.month_day not in (LAST, *range(1, 32)), "Choose a day from 1 to 31."),
            (self.unit != "year" and bool(self.months), "Months belong to years."),
            (any(not 1 <= month <= 12 for month in self.months), "Choose months."),
            (self.unit == "year" and bool(self.nth or self.month_day) and not self.months, "Choose the months."),
            (self._late_in_several and self.every > 1, "Choose a day up to the 28th, or the last day."),
            (self.count is not None and not 1 <= self.count <= 1000, "Enter a number of times from 1 to 1000."),
            (self.count is not None and self.until is not None, "Choose a number of times or an end, not both."),
        ):
            if wrong:
                raise ValueError(sentence)

    @property
    def _late_in_several(self) -> bool:
        return len(set(self.months)) > 1 and self.month_day is not None and self.month_day > SHORTEST

    @property
    def text(self) -> str:
        """The value of an RRULE property (RFC 5545 §3.3.10); empty for what happens once."""
        if self.unit == "once":
            return ""
        # BYSETPOS counts within the frequency's period: a late day in each of several months is a monthly rule.
        parts = ["FREQ=MONTHLY" if self._late_in_several else f"FREQ={FREQUENCIES[self.unit]}"]
        if self.every > 1:
            parts.append(f"INTERVAL={self.every}")
        if self.months:
            parts.append("BYMONTH=" + ",".join(map(str, sorted(set(self.months)))))
        if self.nth is not None:
            parts.append(f"BYDAY={self.nth}{WEEKDAYS[self.weekdays[0]]}")
        elif self.weekdays:
            parts.append("BYDAY=" + ",".join(WEEKDAYS[day] for day in sorted(set(self.weekdays))))
        if self.month_day is not None:
            parts += _day_of_month(self.month_day)
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        if self.until is not None:
            parts.append(f"UNTIL={self.until:%Y%m%d}T235959")
        return ";".join(parts)

    def anchored(self, first: date) -> Rule:
        """The rule with the day its first date implies, so that its text alone says on which days it falls.

        A day after the 28th in several months of every second or rarer year is their last day: RFC 5545 cannot say more.
        """
        if self.unit == "month" and self.nth is None and self.month_day is None:
            return replace(self, month_day=first.day)
        if self.unit == "year" and not self.months:
            return replace(self, months=(first.month,), month_day=first.day)
        if self.unit == "year" and self.nth is None and self.month_day is None:
            late = first.day > SHORTEST and self.every > 1 and len(set(self.months)) > 1
            return replace(self, month_day=LAST if late else first.day)
        if self.unit == "week" and not self.weekdays:
            return replace(self, weekdays=(first.weekday(),))
        return self

    def walls(self, first: datetime, *, after: datetime | None = None) -> Iterator[datetime]:
        """The wall-clock times (naive) of the rule from `first` on that are later than `after`, in order.

        `first` itself is one of them only when the rule names its day.
        """
        if self.unit != "once":
            yield from walls(self.anchored(first.date()), first, after=after)
        elif after is None or first > after:
            yield first

    @property
    def words(self) -> str:
        """The rule as people say it: "Every 2 weeks on Monday and Thursday, until 31 December 2027"."""
        if self.unit == "once":
            return "Once"
        every = f"Every {self.unit}" if self.every == 1 else f"Every {self.every} {self.unit}s"
        on = ""
        if self.nth is not None:
            on = f" on the {ORDINALS[self.nth]} {WEEKDAY_NAMES[self.weekdays[0]]}"
        elif self.weekdays:
            on = " on " + _listed([WEEKDAY_NAMES[day] for day in sorted(set(self.weekdays))])
        elif self.month_day is not None:
            on = " on the last day" if self.month_day == LAST else f" on day {self.month_day}"
        inside = " of " + _listed([MONTH_NAMES[month - 1] for month in sorted(set(self.months))]) if self.months else ""
        if inside and not on:
            inside = " in" + inside.removeprefix(" of")
        end = ""
        if self.count is not None:
            end = ", once" if self.count == 1 else f", {self.count} times"
        if self.until is not None:
            end = f", until {self.until:%-d %B %Y}"
        return every + on + inside + end


@lru_cache(maxsize=4096)
def read(text: str) -> Rule:
    """The rule of an RRULE value; raises ValueError with a sentence for what these rules cannot say."""
    if not text.strip():
        return Rule("once")
    parts: dict[str, str] = {}
    for part in text.strip().removeprefix("RRULE:").split(";"):
        name, equals, value = part.partition("=")
        if not equals or name.upper() in parts:
            raise ValueError(f"“{part}” is not a part of a recurrence rule.")
        parts[name.upper()] = value.upper()
    units = {word: unit for unit, word in FREQUENCIES.items()}
    unit = units.get(parts.pop("FREQ", ""))
    if unit is None:
        raise ValueError("A rule begins with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY.")
    months = tuple(_number(month) for month in parts.pop("BYMONTH", "").split(",") if month)
    nth, weekdays = _days(parts.pop("BYDAY", ""))
    month_day = _month_day(parts.pop("BYMONTHDAY", ""), parts.pop("BYSETPOS", ""))
    until = parts.pop("UNTIL", "")
    parts.pop("WKST", None)
    rule = Rule(
        unit="year" if months else unit,  # type: ignore[arg-type]  # a key of FREQUENCIES is a Unit
        every=_number(parts.pop("INTERVAL", "1")),
        weekdays=weekdays,
        nth=nth,
        month_day=month_day,
        months=months,
        count=_number(count) if (count := parts.pop("COUNT", "")) else None,
        until=_date(until) if until else None,
    )
    if parts:
        raise ValueError(f"{', '.join(sorted(parts))} is more than these rules can say.")
    return rule


def _day_of_month(day: int) -> list[str]:
    if day <= SHORTEST:
        return [f"BYMONTHDAY={day}"]
    return ["BYMONTHDAY=" + ",".join(map(str, range(SHORTEST, day + 1))), f"BYSETPOS={LAST}"]


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 4:
        raise ValueError(f"“{text}” is not a whole number.")
    return int(text)


def _date(text: str) -> date:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        raise ValueError(f"“{text}” is not a date like 20271231.") from None


def _days(text: str) -> tuple[int | None, tuple[int, ...]]:
    if not text:
        return None, ()
    numbers: set[int | None] = set()
    days = []
    for part in text.split(","):
        number, name = part[:-2], part[-2:]
        if name not in WEEKDAYS:
            raise ValueError(f"“{part}” is not a day of the week.")
        numbers.add(int(number) if number.lstrip("+-").isdigit() else None if not number else 0)
        days.append(WEEKDAYS.index(name))
    if len(numbers) > 1:
        raise ValueError("Choose which one it is.")
    return numbers.pop(), tuple(days)


def _month_day(text: str, position: str) -> int | None:
    if not text:
        if position:
            raise ValueError("BYSETPOS is more than these rules can say.")
        return None
    days = [int(part) for part in text.split(",") if part.lstrip("-").isdigit()]
    if not position and len(days) == 1:
        return days[0]
    if position == str(LAST) and days == list(range(SHORTEST, days[-1] + 1)):
        return days[-1]
    raise ValueError("Choose one day of the month.")
