"""Rules: as people say them, as RFC 5545 writes them, and as dateutil counts them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import islice

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.recurrence import Rule, read

NINE = datetime(2026, 1, 31, 9)  # noqa: DTZ001  rules count wall-clock times

SAID = [
    (Rule("once"), "", "Once"),
    (Rule("day"), "FREQ=DAILY", "Every day"),
    (Rule("week", 2, (3, 0)), "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "Every 2 weeks on Monday and Thursday"),
    (Rule("month", 3, month_day=15), "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=15", "Every 3 months on day 15"),
    (
        Rule("month", month_day=-1),
        "FREQ=MONTHLY;BYMONTHDAY=-1",
        "Every month on the last day",
    ),
    (
        Rule("month", month_day=30),
        "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1",
        "Every month on day 30",
    ),
    (Rule("month", nth=2, weekdays=(1,)), "FREQ=MONTHLY;BYDAY=2TU", "Every month on the second Tuesday"),
    (Rule("month", nth=-1, weekdays=(4,)), "FREQ=MONTHLY;BYDAY=-1FR", "Every month on the last Friday"),
    (
        Rule("year", months=(10, 4), month_day=1),
        "FREQ=YEARLY;BYMONTH=4,10;BYMONTHDAY=1",
        "Every year on day 1 of April and October",
    ),
    (
        Rule("year", months=(3,), nth=1, weekdays=(0,), count=5),
        "FREQ=YEARLY;BYMONTH=3;BYDAY=1MO;COUNT=5",
        "Every year on the first Monday of March, 5 times",
    ),
    (
        Rule("week", until=date(2027, 12, 31)),
        "FREQ=WEEKLY;UNTIL=20271231T235959",
        "Every week, until 31 December 2027",
    ),
]


@pytest.mark.parametrize(("rule", "text", "words"), SAID)
def test_a_rule_is_written_as_the_standard_has_it_read_back_and_said_in_words(
    rule: Rule, text: str, words: str
) -> None:
    assert (rule.text, rule.words) == (text, words)
    assert read(text).text == text
    assert read(text).words == words


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"unit": "day", "every": 0}, "Enter a whole number from 1 to 1000."),
        ({"unit": "month", "weekdays": (1,)}, "Choose which one it is."),
        ({"unit": "month", "nth": 2, "weekdays": (1, 2)}, "Choose one day of the week."),
        ({"unit": "month", "month_day": 32}, "Choose a day from 1 to 31."),
        ({"unit": "week", "month_day": 3}, "This belongs to months and years."),
        ({"unit": "day", "count": 2, "until": date(2027, 1, 1)}, "Choose a number of times or an end, not both."),
        ({"unit": "once", "every": 2}, "What happens once has no further rule."),
    ],
)
def test_what_means_nothing_is_refused_with_a_sentence(wrong: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Rule(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=3",
        "INTERVAL=2",
        "FREQ=MONTHLY;BYMONTHDAY=1,15",
        "hello",
        "FREQ=WEEKLY;BYDAY=XX",
    ],
)
def test_what_these_rules_cannot_say_is_refused_and_not_half_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"[.]$"):
        read(text)


def test_a_plan_of_the_31st_keeps_to_the_last_day_of_shorter_months_and_comes_back() -> None:
    assert [wall.day for wall in islice(Rule("month").walls(NINE), 4)] == [31, 28, 31, 30]


def test_a_single_visit_is_due_once() -> None:
    assert list(Rule("once").walls(NINE)) == [NINE]
    assert list(Rule("once").walls(NINE, after=NINE)) == []


def test_a_rule_ends_after_its_count_and_on_its_last_day() -> None:
    assert len(list(Rule("month", count=3).walls(NINE))) == 3
    assert [wall.day for wall in Rule("day", until=date(2026, 2, 2)).walls(NINE)] == [31, 1, 2]


ENDS: st.SearchStrategy[dict[str, object]] = st.one_of(
    st.just({}),
    st.integers(1, 40).map(lambda count: {"count": count}),
    st.dates(date(2026, 1, 1), date(2040, 1, 1)).map(lambda until: {"until": until}),
)
WEEKDAYS = st.lists(st.integers(0, 6), unique=True, max_size=7).map(tuple)
DAYS_OF_MONTHS: st.SearchStrategy[dict[str, object]] = st.one_of(
    st.just({}),
    st.sampled_from([-1, 1, 7, 28, 29, 30, 31]).map(lambda day: {"month_day": day}),
    st.tuples(st.sampled_from([1, 2, 3, 4, -1]), st.integers(0, 6)).map(
        lambda pair: {"nth": pair[0], "weekdays": (pair[1],)}
    ),
)
MONTHS = st.lists(st.integers(1, 12), unique=True, min_size=1, max_size=4).map(tuple)


def made(unit: str, every: int, **more: object) -> Rule:
    try:
        return Rule(unit, every, **more)  # type: ignore[arg-type]
    except ValueError:
        return Rule(unit, 1, **more)  # type: ignore[arg-type]  # a late day in several months comes every year


RULES = st.one_of(
    st.builds(lambda every, end: made("day", every, **end), st.integers(1, 400), ENDS),
    st.builds(lambda every, days, end: made("week", every, weekdays=days, **end), st.integers(1, 60), WEEKDAYS, ENDS),
    st.builds(lambda every, on, end: made("month", every, **on, **end), st.integers(1, 40), DAYS_OF_MONTHS, ENDS),
    st.builds(
        lambda every, on, months, end: made("year", every, months=months, **on, **end),
        st.integers(1, 5),
        DAYS_OF_MONTHS,
        MONTHS,
        ENDS,
    ),
)


def test_a_late_first_day_in_several_months_of_rarer_years_means_their_last_day() -> None:
    rule = Rule("year", every=2, months=(3, 6))
    assert rule.anchored(date(2027, 3, 31)).text == "FREQ=YEARLY;INTERVAL=2;BYMONTH=3,6;BYMONTHDAY=-1"
    assert rule.anchored(date(2027, 3, 28)).month_day == 28


FIRSTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31))  # noqa: DTZ001  rules count wall-clock times


@settings(deadline=None, max_examples=300)
@given(rule=RULES, first=FIRSTS)
def test_the_text_alone_says_the_rule_and_dateutil_counts_the_same_times(rule: Rule, first: datetime) -> None:
    first = first.replace(microsecond=0)
    anchored = rule.anchored(first.date())
    assert read(anchored.text).text == anchored.text
    assert read(anchored.text).words == anchored.words
    ours = list(islice(rule.walls(first), 15))
    assert ours == list(islice(rrulestr(anchored.text, dtstart=first), 15))


@settings(deadline=None, max_examples=200)
@given(rule=RULES, first=FIRSTS, days=st.integers(0, 6000))
def test_going_on_after_any_moment_finds_what_counting_from_the_beginning_finds(
    rule: Rule, first: datetime, days: int
) -> None:
    after = first + timedelta(days=days)
    from_the_beginning = (wall for wall in rule.walls(first) if wall > after)
    assert list(islice(rule.walls(first, after=after), 3)) == list(islice(from_the_beginning, 3))
