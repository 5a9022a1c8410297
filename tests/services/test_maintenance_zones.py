"""A unit that gets another time zone keeps its plans' hour on the wall, and loses and doubles no visit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.services.firm import NOW, World
from webapp.models import MaintenancePlan, MaintenanceSlot, Unit
from webapp.recurrence import Rule
from webapp.services import maintenance, units
from webapp.services.maintenance_entries import PlanEntry
from webapp.services.units import UnitEntry

FIRST = datetime(2026, 3, 20, 9, tzinfo=UTC)


def planned(session: Session, world: World, **more: object) -> MaintenancePlan:
    words: dict[str, object] = {"name": "Filter change", "rule": Rule("month"), "policy": "create"} | more
    entry = PlanEntry(first_due_at=FIRST, **words)  # type: ignore[arg-type]
    return maintenance.create(session, actor=world.sam, now=NOW, unit_id=world.boiler, entry=entry)


def moved_to(session: Session, world: World, zone: str, *, now: datetime) -> None:
    unit = session.get_one(Unit, world.boiler)
    entry = UnitEntry(service_address=unit.service_address, serial_number=unit.serial_number, time_zone=zone)
    units.save(session, unit_id=unit.id, row_version=unit.row_version, entry=entry, actor=world.sam, now=now)


def visits(session: Session, plan: MaintenancePlan, *, until: datetime) -> list[datetime]:
    now = NOW
    while now < until:
        while maintenance.tick(session, now=now):
            pass
        now += timedelta(days=1)
    rows = session.scalars(
        select(MaintenanceSlot)
        .where(MaintenanceSlot.plan_id == plan.id, MaintenanceSlot.outcome == "created")
        .order_by(MaintenanceSlot.slot)
    )
    return [row.slot for row in rows]


@pytest.mark.parametrize(
    ("zone", "hours"), [("Europe/Berlin", (8, 7, 7)), ("America/New_York", (13, 13, 13)), ("Asia/Tokyo", (0, 0, 0))]
)
@pytest.mark.parametrize("created_before", [False, True])
def test_every_visit_stays_on_its_day_at_its_hour_in_the_new_zone(
    session: Session, world: World, zone: str, hours: tuple[int, int, int], created_before: bool
) -> None:
    plan = planned(session, world)  # its first order is made fourteen days before
    changed = NOW + timedelta(days=5 if created_before else 0)
    assert len(visits(session, plan, until=changed + timedelta(hours=1))) == created_before
    moved_to(session, world, zone, now=changed)
    wanted = [datetime(2026, month, 20, hour, tzinfo=UTC) for month, hour in zip((3, 4, 5), hours, strict=True)]
    if created_before:
        wanted[0] = FIRST  # its order stands
    assert visits(session, plan, until=datetime(2026, 5, 21, tzinfo=UTC)) == wanted


def test_a_floating_plan_keeps_the_hour_of_the_one_visit_it_knows_of_and_the_ledger_says_why_it_moved(
    session: Session, world: World
) -> None:
    plan = planned(session, world, anchor="floating")
    moved_to(session, world, "Europe/Berlin", now=NOW)
    assert plan.next_slot_at == FIRST - timedelta(hours=1)
    rows = session.scalars(
        select(MaintenanceSlot).where(MaintenanceSlot.plan_id == plan.id).order_by(MaintenanceSlot.id)
    )
    assert [(row.slot, row.outcome, row.reason) for row in rows] == [
        (FIRST, "moved", "The unit's time zone was changed to Europe/Berlin on 2 March 2026."),
        (FIRST - timedelta(hours=1), "planned", ""),
    ]
