"""Rules of device types: plans come, change and end with their units; and the one service visit of an installation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.models import (
    Customer,
    DeviceModel,
    DeviceType,
    Firm,
    Item,
    MaintenancePlan,
    MaintenancePlanItem,
    MaintenanceRule,
    MaintenanceSlot,
    Unit,
    WorkOrder,
)
from webapp.recurrence import Rule
from webapp.services import definitions, maintenance, maintenance_rules, service_visits
from webapp.services.maintenance_entries import PlanEntry

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
DAY = timedelta(days=1)
PLANNER = Actor("person", None, "Sam", frozenset({"maintenance.create", "maintenance.edit"}))


@dataclass(frozen=True, slots=True)
class World:
    rule: MaintenanceRule
    unit: Unit
    other_model: DeviceModel
    item: Item


def entry(**more: object) -> PlanEntry:
    words: dict[str, object] = {"name": "Safety check", "rule": Rule("month", 6), "first_due_at": NOW - 100 * DAY}
    return PlanEntry(**(words | more))  # type: ignore[arg-type]


@pytest.fixture
def world(session: Session) -> World:
    definitions.ensure_stock(session, now=NOW)
    item = Item(name="Filter", unit_cost=Decimal("14"))
    kinds = [DeviceType(name="Boilers"), DeviceType(name="Pumps")]
    customer = Customer(company_name="Acme", display_name="Acme", search_text="acme", created_at=NOW)
    session.add_all([item, customer, *kinds])
    session.flush()
    models = [DeviceModel(device_type_id=kind.id, number=f"M{kind.id}") for kind in kinds]
    session.add_all(models)
    session.flush()
    unit = Unit(device_model_id=models[0].id, customer_id=customer.id, time_zone="America/New_York", created_at=NOW)
    session.add(unit)
    session.flush()
    rule = maintenance_rules.create(
        session,
        actor=PLANNER,
        now=NOW,
        device_type_id=kinds[0].id,
        entry=entry(quantities={item.id: Decimal(2)}),
    )
    return World(rule, unit, models[1], item)


def tick(session: Session, now: datetime = NOW) -> None:
    while maintenance.tick(session, now=now):
        pass


def plans(session: Session) -> list[MaintenancePlan]:
    rows = select(MaintenancePlan).order_by(MaintenancePlan.id).execution_options(populate_existing=True)
    return list(session.scalars(rows))


def test_every_unit_of_the_type_gets_a_plan_once_on_its_own_clocks_and_nothing_is_made_up(
    session: Session, world: World
) -> None:
    tick(session)
    tick(session)
    (plan,) = plans(session)
    assert (plan.unit_id, plan.rule_id, plan.name) == (world.unit.id, world.rule.id, "Safety check")
    assert plan.next_slot_at == datetime(2026, 7, 24, 13, tzinfo=UTC)  # 09:00 in New York
    assert session.scalars(select(MaintenancePlanItem)).one().quantity == Decimal(2)
    assert [row.outcome for row in session.scalars(select(MaintenanceSlot))] == ["planned"]


def test_a_plan_ends_with_its_reason_when_its_unit_goes_and_begins_again_when_it_comes_back(
    session: Session, world: World
) -> None:
    tick(session)
    world.unit.archived = True
    session.flush()
    tick(session)
    (plan,) = plans(session)
    assert (plan.ended_because, plan.wake_at) == ("The unit is archived.", None)
    assert session.scalars(select(MaintenanceSlot)).one().reason == "The plan ended: The unit is archived."
    world.unit.archived, model = False, world.unit.device_model_id
    world.unit.device_model_id = world.other_model.id
    session.flush()
    tick(session)
    assert plans(session)[0].ended_at is not None
    world.unit.device_model_id = model
    session.flush()
    tick(session)
    (plan,) = plans(session)
    assert (plan.ended_at, plan.next_slot_at is not None) == (None, True)


def test_plans_follow_a_changed_rule_but_those_with_values_of_their_own_stay(session: Session, world: World) -> None:
    second = Unit(device_model_id=world.unit.device_model_id, customer_id=world.unit.customer_id, created_at=NOW)
    session.add(second)
    session.flush()
    tick(session)
    own = plans(session)[1]
    maintenance.save(
        session, actor=PLANNER, now=NOW, plan_id=own.id, row_version=1, entry=entry(name="Ours", rule=Rule("year"))
    )
    changed = entry(name="Safety and pressure check", lead_days=30)
    maintenance_rules.save(session, actor=PLANNER, now=NOW, rule_id=world.rule.id, row_version=1, entry=changed)
    tick(session)
    first, second_plan = plans(session)
    assert (first.name, first.lead_days) == ("Safety and pressure check", 30)
    assert (second_plan.name, second_plan.own) == ("Ours", True)
    maintenance_rules.set_active(session, actor=PLANNER, now=NOW, rule_id=world.rule.id, active=False)
    tick(session, NOW + 200 * DAY)
    assert [plan.active for plan in plans(session)] == [False, True]


def test_every_setting_of_a_rule_is_copied_to_its_plans(session: Session, world: World) -> None:
    tick(session)
    (plan,) = plans(session)
    for name in maintenance_rules.COPIED:
        assert getattr(plan, name) == getattr(world.rule, name), name
    assert {"rrule", "anchor", "season", "shift", "excluded", "policy", "catch_up", "request"} <= set(
        maintenance_rules.COPIED
    )


def installation(session: Session, world: World) -> WorkOrder:
    from webapp.services import orders

    office = Actor("person", None, "Olga", frozenset({"work_orders.create", "work_orders.view"}))
    order = orders.create(session, actor=office, now=NOW, type="installation", unit_id=world.unit.id)
    order.done_at = NOW
    session.flush()
    return order


def test_an_installation_earns_one_service_visit_as_the_settings_say(session: Session, world: World) -> None:
    firm = session.get_one(Firm, 1)
    firm.service_visit_after_days, firm.service_visit_window_days = 40, 50
    order = installation(session, world)
    for _ in range(2):
        service_visits.plan(session, order=order, actor=PLANNER, now=NOW)
    (visit,) = [plan for plan in plans(session) if plan.installation_id is not None]
    assert (visit.order_type, visit.next_slot_at, visit.window_days) == ("service", NOW + 40 * DAY, 10)
    assert session.scalars(select(MaintenanceSlot)).one().outcome == "planned"
    world.rule.active = False
    session.flush()
    tick(session, NOW + 51 * DAY)
    row = session.scalars(select(MaintenanceSlot).execution_options(populate_existing=True)).one()
    assert (row.outcome, row.reason) == (
        "missed",
        "The clock stood still past this date, and its window of 10 days is over.",
    )


def test_the_settings_can_leave_service_visits_out(session: Session, world: World) -> None:
    session.get_one(Firm, 1).service_visits = False
    service_visits.plan(session, order=installation(session, world), actor=PLANNER, now=NOW)
    assert plans(session) == []
