"""When a plan is due: its rule on the firm's calendar, in the zone of its unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Protocol, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import Firm, Unit
from webapp.recurrence import Calendar, Occurrence, Rule, Schedule, Season, Shift, read
from webapp.recurrence.holidays import public

FLOATING = "floating"
ONCE = Rule("once")
MOST_SLOTS = 1_000
"""Slots of one plan a transaction looks at; an older plan goes on in the next."""


class Timed(Protocol):
    """Whatever holds a recurrence: a plan, a rule, a row of either, or what was typed."""

    @property
    def rrule(self) -> str: ...
    @property
    def first_due_at(self) -> datetime: ...
    @property
    def season(self) -> str: ...
    @property
    def shift(self) -> str: ...
    @property
    def excluded(self) -> list[str]: ...
    @property
    def lead_days(self) -> int: ...


@dataclass(frozen=True, slots=True)
class FirmDays:
    """The firm's zone, the days of the week on which nobody works, and its holidays by date."""

    zone: str = "UTC"
    days_off: frozenset[int] = frozenset()
    holidays: Mapping[date, str] = field(default_factory=dict)


def firm_days(session: Session) -> FirmDays:
    """The firm's calendar as it is set now."""
    firm = session.execute(
        select(Firm.time_zone, Firm.days_off, Firm.holiday_country, Firm.holiday_region).where(Firm.id == 1)
    ).one_or_none()
    if firm is None:
        return FirmDays()
    named = public(firm.holiday_country, firm.holiday_region) if firm.holiday_country else {}
    return FirmDays(firm.time_zone, frozenset(firm.days_off), named)


def schedule_of(plan: Timed, *, zone: str | None, firm: FirmDays) -> Schedule:
    """The plan's schedule; `zone` is the unit's own, None the firm's."""
    calendar = Calendar(
        season=Season.read(plan.season),
        days_off=firm.days_off,
        holidays=firm.holidays,
        shift=cast("Shift", plan.shift),
        excluded=frozenset(map(date.fromisoformat, plan.excluded)),
    )
    return Schedule(read(plan.rrule), plan.first_due_at, zone or firm.zone, calendar)


def single(schedule: Schedule, slot: datetime) -> Schedule:
    """The one slot a floating plan knows of: what comes after depends on when its order is done."""
    return replace(schedule, rule=ONCE, first=slot)


def wakes_at(one: Occurrence, lead_days: int) -> datetime:
    """When the slot is to become an order: so many days before it is due."""
    return (one.due_at or one.slot) - timedelta(days=lead_days)


def zone_of(session: Session, *, unit_id: int | None) -> str:
    """The time zone a unit's moments are meant in: its own, else the firm's."""
    own = session.execute(select(Unit.time_zone).where(Unit.id == unit_id)).scalar_one_or_none() if unit_id else None
    return own or session.execute(select(Firm.time_zone).where(Firm.id == 1)).scalar_one_or_none() or "UTC"
