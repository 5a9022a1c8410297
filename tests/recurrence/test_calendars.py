"""Seasons, days off, holidays and exclusions: where a day ends up, and the sentence why."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import islice

import pytest

from webapp.recurrence import Calendar, Rule, Schedule, Season
from webapp.recurrence.holidays import countries, public, regions

WEEKEND = frozenset({5, 6})
CHRISTMAS = {date(2026, 12, 25): "Christmas Day", date(2026, 12, 26): "Boxing Day"}


@pytest.mark.parametrize(
    ("shift", "day", "reason"),
    [
        ("keep", date(2026, 12, 25), ""),
        ("before", date(2026, 12, 24), "Christmas Day is a holiday: moved to 24 December 2026."),
        ("after", date(2026, 12, 28), "Christmas Day is a holiday: moved to 28 December 2026."),
        ("skip", None, "Christmas Day is a holiday."),
    ],
)
def test_a_holiday_is_kept_moved_or_skipped_as_the_plan_says(shift: str, day: date | None, reason: str) -> None:
    calendar = Calendar(days_off=WEEKEND, holidays=CHRISTMAS, shift=shift)  # type: ignore[arg-type]
    placed = calendar.placed(date(2026, 12, 25))
    assert (placed.day, placed.reason) == (day, reason)


def test_a_day_off_is_named() -> None:
    assert Calendar(days_off=WEEKEND, shift="after").placed(date(2026, 5, 2)).reason == (
        "Saturday is a day off: moved to 4 May 2026."
    )


@pytest.mark.parametrize(
    ("text", "inside", "outside", "words"),
    [
        ("04-01/10-31", date(2026, 4, 1), date(2026, 3, 31), "from 1 April to 31 October"),
        ("11-01/02-29", date(2027, 2, 28), date(2027, 3, 1), "from 1 November to 29 February"),
    ],
)
def test_a_season_holds_its_first_and_last_day_also_over_new_year(
    text: str, inside: date, outside: date, words: str
) -> None:
    season = Season.read(text)
    assert season is not None
    assert (season.holds(inside), season.holds(outside), season.words) == (True, False, words)


def test_a_slot_out_of_season_or_excluded_falls_away_with_its_reason() -> None:
    calendar = Calendar(season=Season((4, 1), (10, 31)), excluded=frozenset({date(2026, 5, 1)}))
    schedule = Schedule(Rule("month"), datetime(2026, 3, 1, 9, tzinfo=UTC), "UTC", calendar)
    found = [(one.outcome, one.reason) for one in islice(schedule.onward(), 4)]
    assert found == [
        ("skipped", "The day is out of season."),
        ("planned", ""),
        ("skipped", "The day is excluded."),
        ("planned", ""),
    ]


def test_a_year_of_days_off_skips_instead_of_searching_for_ever() -> None:
    assert Calendar(days_off=frozenset(range(7)), shift="after").placed(date(2026, 5, 1)).day is None


def test_from_a_completion_on_the_rule_is_counted_from_that_day_at_the_time_of_the_first_slot() -> None:
    schedule = Schedule(Rule("month", 6), datetime(2026, 1, 15, 8, tzinfo=UTC), "Europe/Berlin")
    onward = schedule.since(datetime(2026, 3, 2, 15, 30, tzinfo=UTC)).onward(datetime(2026, 3, 2, 15, 30, tzinfo=UTC))
    assert next(onward).slot == datetime(2026, 9, 2, 7, tzinfo=UTC)


def test_a_schedule_says_whether_it_falls_on_a_day() -> None:
    schedule = Schedule(Rule("week"), datetime(2026, 5, 4, 7, tzinfo=UTC), "Europe/Berlin")
    assert schedule.on(date(2026, 5, 11)) is not None
    assert schedule.on(date(2026, 5, 12)) is None
    assert schedule.on(date(2026, 4, 27)) is None


def test_public_holidays_are_known_by_country_and_region() -> None:
    assert "Christmas" in public("US")[date(2030, 12, 25)]
    assert date(2026, 1, 6) in public("DE", "BY")
    assert date(2026, 1, 6) not in public("DE")
    assert "BY" in regions("DE")
    assert dict(countries())["DE"] == "Germany"
    assert public("ZZ") == public("DE", "nowhere") == {}
