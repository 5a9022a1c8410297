"""One maintenance plan: what it says, its ledger with the slots to come, and why there was none on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import (
    DeviceType,
    Item,
    MaintenancePlan,
    MaintenancePlanItem,
    MaintenanceRule,
    MaintenanceSlot,
    Unit,
    WorkOrder,
)
from webapp.queries.maintenance import PlanRow, row
from webapp.queries.maintenance_timing import FLOATING, FirmDays, firm_days, schedule_of, single
from webapp.recurrence import Occurrence, Schedule, Season
from webapp.recurrence.occurrences import AUTUMN, SPRING, moment_of

AHEAD = 12
PAST = 24


@dataclass(frozen=True, slots=True)
class SlotRow:
    """A slot of the strip: what became of it or will, and why; `id` None: it is not in the ledger yet."""

    slot: datetime
    due_at: datetime | None
    outcome: str
    reason: str
    order_number: int | None = None
    id: int | None = None

    @property
    def chip(self) -> str:
        """One word or two for the reason, where it is a usual one."""
        for words, chip in (
            ("season", "Season"),
            ("excluded", "Excluded"),
            ("holiday", "Holiday"),
            ("day off", "Day off"),
            (SPRING, "Clock change"),
            (AUTUMN, "Clock change"),
        ):
            if words in self.reason:
                return chip
        return ""


@dataclass(frozen=True, slots=True)
class PlanDetail:
    """One plan with its settings, its past slots (oldest first) and the next twelve."""

    row: PlanRow
    plan: Settings
    items: tuple[tuple[int, str, Decimal], ...]
    past: tuple[SlotRow, ...]
    coming: tuple[SlotRow, ...]
    waits_for: int | None
    rule: tuple[int, str] | None
    ended: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What a plan or a rule says, as it is stored."""

    name: str
    order_type: str
    rrule: str
    first_due_at: datetime
    anchor: str
    season: str
    shift: str
    excluded: list[str]
    policy: str
    catch_up: str
    lead_days: int
    duration_minutes: int
    technician_id: int | None
    request: str
    active: bool
    row_version: int
    updated_at: datetime | None
    updated_by: str

    @property
    def season_words(self) -> str:
        """The season as people say it; empty for none."""
        season = Season.read(self.season)
        return season.words if season else ""


def settings_of(found: MaintenancePlan | MaintenanceRule) -> Settings:
    """The stored values of a plan or a rule."""
    return Settings(**{name: getattr(found, name) for name in Settings.__slots__})


def detail(session: Session, *, plan_id: int, now: datetime) -> PlanDetail | None:
    """One plan, or None when there is no such plan."""
    shown = row(session, plan_id=plan_id, now=now)
    if shown is None:
        return None
    plan = session.get_one(MaintenancePlan, plan_id)
    ledger = session.execute(
        select(MaintenanceSlot, WorkOrder.number)
        .outerjoin(WorkOrder, WorkOrder.id == MaintenanceSlot.order_id)
        .where(MaintenanceSlot.plan_id == plan_id, MaintenanceSlot.outcome != "planned")
        .order_by(MaintenanceSlot.slot.desc())
        .limit(PAST)
    ).all()
    past = [SlotRow(one.slot, one.due_at, one.outcome, one.reason, number, one.id) for one, number in reversed(ledger)]
    waits_for = session.execute(select(WorkOrder.number).where(WorkOrder.id == plan.waits_for_id)).scalar_one_or_none()
    rule = session.execute(
        select(MaintenanceRule.id, DeviceType.name)
        .join(DeviceType, DeviceType.id == MaintenanceRule.device_type_id)
        .where(MaintenanceRule.id == plan.rule_id)
    ).one_or_none()
    return PlanDetail(
        row=shown,
        plan=settings_of(plan),
        items=items_of(session, plan_id),
        past=tuple(past),
        coming=coming(session, plan),
        waits_for=waits_for,
        rule=None if rule is None else (rule.id, rule.name),
        ended=plan.ended_because,
    )


def items_of(session: Session, plan_id: int) -> tuple[tuple[int, str, Decimal], ...]:
    """Id, name and quantity of the plan's items, by name."""
    found = session.execute(
        select(Item.id, Item.name, MaintenancePlanItem.quantity)
        .join(MaintenancePlanItem, MaintenancePlanItem.item_id == Item.id)
        .where(MaintenancePlanItem.plan_id == plan_id)
        .order_by(Item.name)
    )
    return tuple((one.id, one.name, one.quantity) for one in found)


def coming(session: Session, plan: MaintenancePlan) -> tuple[SlotRow, ...]:
    """The next twelve slots as they stand today; a floating plan knows one, and where the others would be."""
    if plan.next_slot_at is None or plan.ended_at is not None:
        return ()
    zone = session.execute(select(Unit.time_zone).where(Unit.id == plan.unit_id)).scalar_one()
    schedule = schedule_of(plan, zone=zone, firm=firm_days(session))
    return ahead_of(schedule, plan.next_slot_at, floating=plan.anchor == FLOATING)


def ahead_of(schedule: Schedule, first: datetime, *, floating: bool = False) -> tuple[SlotRow, ...]:
    """Twelve slots from `first` on."""
    found: Sequence[Occurrence]
    if floating:
        one = next(single(schedule, first).onward())
        then = islice(schedule.since(first).onward(first), AHEAD - 1)
        found = [one, *then]
    else:
        found = list(islice(schedule.onward(first - timedelta(microseconds=1)), AHEAD))
    return tuple(SlotRow(one.slot, one.due_at, one.outcome, one.reason) for one in found)


def why(session: Session, *, plan_id: int, day: date) -> str:
    """What became of the plan on a day of its unit's zone, in one sentence, or why nothing did."""
    plan = session.get_one(MaintenancePlan, plan_id)
    firm = firm_days(session)
    zone_name = session.execute(select(Unit.time_zone).where(Unit.id == plan.unit_id)).scalar_one() or firm.zone
    zone = ZoneInfo(zone_name)
    begin, _ = moment_of(datetime.combine(day, time()), zone)
    end, _ = moment_of(datetime.combine(day + timedelta(days=1), time()), zone)
    rows = session.execute(
        select(MaintenanceSlot, WorkOrder.number)
        .outerjoin(WorkOrder, WorkOrder.id == MaintenanceSlot.order_id)
        .where(
            MaintenanceSlot.plan_id == plan_id,
            ((MaintenanceSlot.slot >= begin) & (MaintenanceSlot.slot < end))
            | ((MaintenanceSlot.due_at >= begin) & (MaintenanceSlot.due_at < end)),
        )
        .order_by(MaintenanceSlot.slot)
    ).all()
    if rows:
        return " ".join(_said(one, number, zone) for one, number in rows)
    return _why_none(plan, day, zone, zone_name, firm)


SAID = {
    "planned": "The visit of {slot} is planned for {due}.",
    "created": "The visit of {slot} became work order {number}.",
    "moved": "The visit of {slot} was moved to {due} and became work order {number}.",
    "merged": "The visit of {slot} was merged into work order {number}.",
    "skipped": "The visit of {slot} was skipped.",
    "missed": "The visit of {slot} was missed.",
    "blocked": "The visit of {slot} could not become a work order.",
}
TAKEN_AWAY = "The visit of {slot} was planned, then moved away."


def _said(one: MaintenanceSlot, number: int | None, zone: ZoneInfo) -> str:
    text = TAKEN_AWAY if one.outcome == "moved" and number is None else SAID[one.outcome]
    due = one.due_at or one.slot
    sentence = text.format(
        slot=f"{one.slot.astimezone(zone):%-d %B %Y, %H:%M}",
        due=f"{due.astimezone(zone):%-d %B %Y, %H:%M}",
        number=number,
    )
    return f"{sentence} {one.reason}".strip()


def _why_none(plan: MaintenancePlan, day: date, zone: ZoneInfo, zone_name: str, firm: FirmDays) -> str:
    said = f"{day:%-d %B %Y}"
    first = plan.first_due_at.astimezone(zone).date()
    if plan.ended_at is not None and day >= plan.ended_at.astimezone(zone).date():
        return f"The plan ended on {plan.ended_at.astimezone(zone):%-d %B %Y}: {plan.ended_because}"
    if day < first:
        return f"The plan begins on {first:%-d %B %Y}."
    if plan.anchor == FLOATING:
        if plan.waits_for_id is not None:
            return "The plan counts from the day its last work order is done, and that one is not done yet."
        return f"The plan counts from the day the last work was done; that does not lead to {said}."
    schedule = schedule_of(plan, zone=zone_name, firm=firm)
    one = schedule.on(day)
    if one is None:
        return f"{said} is not a day of the plan: {schedule.rule.words.lower()}."
    if plan.paused_at is not None and one.slot >= plan.paused_at:
        return f"The plan has been paused since {plan.paused_at.astimezone(zone):%-d %B %Y}."
    if one.due_at is None:
        return f"{said} falls away. {one.reason}"
    if one.slot < plan.created_at:
        return f"The plan was made later, on {plan.created_at.astimezone(zone):%-d %B %Y}."
    if plan.next_slot_at is not None and one.slot > plan.next_slot_at:
        return f"{said} is a day of the plan; its turn has not come. {one.reason}".strip()
    return f"{said} is a day of the plan as it is today; when it came the plan was a different one."
