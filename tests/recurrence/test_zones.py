"""09:00 stays 09:00: slots held against clocks read by hand, three zones over two years, and every night the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.recurrence import Rule, occurrences
from webapp.recurrence.occurrences import AUTUMN, SPRING

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "UTC")


def first(zone: str, *wall: int) -> datetime:
    return datetime(*wall, tzinfo=ZoneInfo(zone)).astimezone(UTC)  # type: ignore[arg-type, misc]


NINE_ON_THE_FIFTEENTH = {  # the UTC time of day, month by month, of 09:00 on the 15th; -1: on the day before
    "Europe/Berlin": {
        2026: "08:00 08:00 08:00 07:00 07:00 07:00 07:00 07:00 07:00 07:00 08:00 08:00",
        2027: "08:00 08:00 08:00 07:00 07:00 07:00 07:00 07:00 07:00 07:00 08:00 08:00",
    },
    "America/New_York": {
        2026: "14:00 14:00 13:00 13:00 13:00 13:00 13:00 13:00 13:00 13:00 14:00 14:00",
        2027: "14:00 14:00 13:00 13:00 13:00 13:00 13:00 13:00 13:00 13:00 14:00 14:00",
    },
    "Australia/Lord_Howe": {
        2026: "22:00 22:00 22:00 22:30 22:30 22:30 22:30 22:30 22:30 22:00 22:00 22:00",
        2027: "22:00 22:00 22:00 22:30 22:30 22:30 22:30 22:30 22:30 22:00 22:00 22:00",
    },
}


@pytest.mark.parametrize("zone", NINE_ON_THE_FIFTEENTH)
def test_nine_o_clock_is_nine_o_clock_in_every_month_of_two_years(zone: str) -> None:
    day = 14 if zone == "Australia/Lord_Howe" else 15
    wanted = [
        f"{year}-{month:02}-{day} {time}"
        for year, times in NINE_ON_THE_FIFTEENTH[zone].items()
        for month, time in enumerate(times.split(), start=1)
    ]
    found = islice(occurrences(Rule("month"), first=first(zone, 2026, 1, 15, 9), zone=zone), 24)
    assert [f"{one.slot:%Y-%m-%d %H:%M}" for one in found] == wanted


NIGHTS = [  # zone, the local time asked for, its moment in UTC, what is said of it
    ("Europe/Berlin", (2026, 3, 29, 2, 30), "2026-03-29 01:30", SPRING),
    ("Europe/Berlin", (2026, 3, 29, 2, 0), "2026-03-29 01:00", SPRING),
    ("Europe/Berlin", (2026, 3, 29, 3, 0), "2026-03-29 01:00", ""),
    ("Europe/Berlin", (2026, 10, 25, 2, 30), "2026-10-25 00:30", AUTUMN),
    ("Europe/Berlin", (2026, 10, 25, 3, 0), "2026-10-25 02:00", ""),
    ("Europe/Berlin", (2027, 3, 28, 2, 30), "2027-03-28 01:30", SPRING),
    ("Europe/Berlin", (2027, 10, 31, 2, 30), "2027-10-31 00:30", AUTUMN),
    ("America/New_York", (2026, 3, 8, 2, 30), "2026-03-08 07:30", SPRING),
    ("America/New_York", (2026, 11, 1, 1, 30), "2026-11-01 05:30", AUTUMN),
    ("America/New_York", (2026, 11, 1, 2, 0), "2026-11-01 07:00", ""),
    ("America/New_York", (2027, 3, 14, 2, 30), "2027-03-14 07:30", SPRING),
    ("America/New_York", (2027, 11, 7, 1, 30), "2027-11-07 05:30", AUTUMN),
    ("Australia/Lord_Howe", (2026, 4, 5, 1, 45), "2026-04-04 14:45", AUTUMN),
    ("Australia/Lord_Howe", (2026, 10, 4, 2, 15), "2026-10-03 15:45", SPRING),
    ("Australia/Lord_Howe", (2027, 4, 4, 1, 45), "2027-04-03 14:45", AUTUMN),
    ("Australia/Lord_Howe", (2027, 10, 3, 2, 15), "2027-10-02 15:45", SPRING),
]


@pytest.mark.parametrize(("zone", "wall", "moment", "said"), NIGHTS)
def test_on_the_nights_the_clocks_change_the_stated_rule_holds_and_is_said(
    zone: str, wall: tuple[int, ...], moment: str, said: str
) -> None:
    year, month, day, *time = wall
    begin = first(zone, year, month, day - 2 if day > 2 else day, *time)
    found = next(
        one
        for one in occurrences(Rule("day"), first=begin, zone=zone)
        if f"{one.slot.astimezone(ZoneInfo(zone)):%-d}" == str(day)
    )
    assert (f"{found.slot:%Y-%m-%d %H:%M}", found.reason) == (moment, said)


@settings(deadline=None, max_examples=60)
@given(
    zone=st.sampled_from(sorted(available_timezones() - {"localtime"})),
    start=st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2035, 1, 1)),  # noqa: DTZ001  made aware below
    every=st.integers(1, 60),
    unit=st.sampled_from(["day", "week", "month", "year"]),
)
def test_in_every_zone_slots_only_go_forward_keep_their_time_of_day_and_going_on_repeats_none(
    zone: str, start: datetime, every: int, unit: str
) -> None:
    local = ZoneInfo(zone)
    begin = start.replace(tzinfo=local).astimezone(UTC)
    wall = begin.astimezone(local).replace(tzinfo=None)
    rule = Rule(unit, every)  # type: ignore[arg-type]
    all_of_them = list(islice(occurrences(rule, first=begin, zone=zone), 12))
    slots = [one.slot for one in all_of_them]
    assert slots == sorted(set(slots))
    for one in all_of_them:
        shown = one.slot.astimezone(local)
        assert shown.time() == wall.time() or (one.reason == SPRING and shown.replace(tzinfo=None).time() > wall.time())
    rest = islice(occurrences(rule, first=begin, zone=zone, after=slots[4]), 7)
    assert list(rest) == all_of_them[5:]
    just_before = islice(occurrences(rule, first=begin, zone=zone, after=slots[4] - timedelta(microseconds=1)), 8)
    assert list(just_before) == all_of_them[4:]
