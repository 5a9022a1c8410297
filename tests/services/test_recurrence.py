"""When a plan is due, held against calendars read by hand."""

from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from webapp.queries.recurrence import slots


def first(zone: str, *wall: int) -> datetime:
    return datetime(*wall, tzinfo=ZoneInfo(zone)).astimezone(UTC)  # type: ignore[arg-type, misc]


def test_nine_o_clock_stays_nine_o_clock_across_the_clock_changes_of_berlin() -> None:
    due = islice(
        slots(first=first("Europe/Berlin", 2026, 1, 15, 9), every=3, period="months", zone="Europe/Berlin", after=None),
        4,
    )
    assert [slot.isoformat() for slot in due] == [
        "2026-01-15T08:00:00+00:00",
        "2026-04-15T07:00:00+00:00",
        "2026-07-15T07:00:00+00:00",
        "2026-10-15T07:00:00+00:00",
    ]


def test_a_time_the_clock_skips_moves_on_by_the_length_of_the_gap() -> None:
    due = islice(
        slots(
            first=first("Europe/Berlin", 2026, 3, 28, 2, 30), every=1, period="days", zone="Europe/Berlin", after=None
        ),
        3,
    )
    local = [slot.astimezone(ZoneInfo("Europe/Berlin")).strftime("%d %H:%M") for slot in due]
    assert local == ["28 02:30", "29 03:30", "30 02:30"]


def test_a_time_that_happens_twice_is_the_earlier_one() -> None:
    slot = next(
        slots(
            first=first("America/New_York", 2026, 11, 1, 1, 30),
            every=1,
            period="days",
            zone="America/New_York",
            after=None,
        )
    )
    assert slot.isoformat() == "2026-11-01T05:30:00+00:00"


def test_a_plan_of_the_31st_keeps_to_the_last_day_of_shorter_months() -> None:
    due = islice(slots(first=first("UTC", 2026, 1, 31, 9), every=1, period="months", zone="UTC", after=None), 4)
    assert [slot.day for slot in due] == [31, 28, 31, 30]


def test_a_single_visit_is_due_once() -> None:
    begin = first("UTC", 2026, 5, 1, 9)
    assert list(slots(first=begin, every=1, period="once", zone="UTC", after=None)) == [begin]
    assert list(slots(first=begin, every=1, period="once", zone="UTC", after=begin)) == []


@given(
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
    start=st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2035, 1, 1)),  # noqa: DTZ001  made aware below
    every=st.integers(1, 60),
    period=st.sampled_from(["days", "weeks", "months"]),
)
def test_slots_only_ever_go_forward_and_going_on_after_one_repeats_none(
    zone: str, start: datetime, every: int, period: str
) -> None:
    begin = start.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    all_of_them = list(islice(slots(first=begin, every=every, period=period, zone=zone, after=None), 12))
    assert all_of_them == sorted(set(all_of_them))
    rest = islice(slots(first=begin, every=every, period=period, zone=zone, after=all_of_them[4]), 7)
    assert list(rest) == all_of_them[5:]
