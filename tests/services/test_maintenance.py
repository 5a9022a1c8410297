"""Maintenance plans: every slot has its outcome, each exactly once, through the one door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Forbidden, Invalid
from webapp.models import (
    Customer,
    Item,
    MaintenancePlan,
    MaintenanceSlot,
    OrderLine,
    Role,
    StatusHistory,
    Unit,
    User,
    WorkOrder,
)
from webapp.services import definitions, maintenance

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class World:
    unit: Unit
    item: Item
    technician: User
    planner: Actor


@pytest.fixture
def world(session: Session) -> World:
    definitions.ensure_stock(session, now=NOW)
    role = session.scalars(select(Role).where(Role.name == "technician")).one()
    technician = User(email="tom@firm.test", name="Tom", password_hash=None, role_id=role.id, created_at=NOW)
    customer = Customer(company_name="Acme", display_name="Acme", search_text="acme", created_at=NOW)
    item = Item(name="Filter", unit_cost=Decimal("14"), approval_quantity_limit=Decimal(5))
    session.add_all([technician, customer, item])
    session.flush()
    unit = Unit(customer_id=customer.id, service_address="1 Quay", created_at=NOW - 900 * DAY)
    session.add(unit)
    session.flush()
    planner = Actor("person", technician.id, "Sam", frozenset({"maintenance.create", "maintenance.edit"}))
    return World(unit, item, technician, planner)


def planned(session: Session, world: World, *, due: datetime, **more: object) -> MaintenancePlan:
    words: dict[str, object] = {"every": 1, "period": "months", "lead_days": 14, "name": "Filter change"} | more
    return maintenance.create(
        session,
        actor=world.planner,
        now=NOW,
        unit_id=world.unit.id,
        first_due_at=due,
        **words,  # type: ignore[arg-type]
    )


def outcomes(session: Session, plan: MaintenancePlan) -> list[tuple[datetime, str]]:
    rows = session.scalars(
        select(MaintenanceSlot).where(MaintenanceSlot.plan_id == plan.id).order_by(MaintenanceSlot.slot)
    )
    return [(row.slot, row.outcome) for row in rows]


def test_a_due_slot_becomes_an_order_with_everything_the_plan_says(session: Session, world: World) -> None:
    plan = planned(
        session,
        world,
        due=NOW + 10 * DAY,
        duration_minutes=90,
        technician_id=world.technician.id,
        request="Change the filter.",
        quantities={world.item.id: Decimal(2)},
    )
    maintenance.create_due(session, plan_id=plan.id, now=NOW)
    order = session.scalars(select(WorkOrder)).one()
    assert (order.type, order.unit_id, order.due_at) == ("maintenance", world.unit.id, NOW + 10 * DAY)
    assert (order.duration_minutes, order.technician_id, order.request) == (
        90,
        world.technician.id,
        "Change the filter.",
    )
    assert order.created_by_plan_id == plan.id
    assert session.scalars(select(OrderLine)).one().quantity == 2
    made = session.scalars(select(StatusHistory).order_by(StatusHistory.sequence)).all()
    assert [row.to_status for row in made] == ["unassigned", "pending"]
    assert {row.actor_name for row in made} == {f"maintenance plan {plan.id}"}


def test_running_the_tick_again_makes_nothing_twice(session: Session, world: World) -> None:
    plan = planned(session, world, due=NOW + 10 * DAY)
    maintenance.create_due(session, plan_id=plan.id, now=NOW)
    assert maintenance.create_due(session, plan_id=plan.id, now=NOW) == ()
    assert plan.id not in maintenance.due_plans(session, now=NOW)
    assert len(session.scalars(select(WorkOrder)).all()) == 1


def test_before_its_lead_time_a_plan_is_not_due(session: Session, world: World) -> None:
    plan = planned(session, world, due=NOW + 20 * DAY)
    assert maintenance.due_plans(session, now=NOW) == ()
    assert maintenance.due_plans(session, now=NOW + 6 * DAY) == (plan.id,)


def test_after_an_outage_the_newest_slot_is_created_and_the_others_are_missed_with_the_reason(
    session: Session, world: World
) -> None:
    plan = planned(session, world, due=datetime(2026, 1, 10, 9, tzinfo=UTC), lead_days=0)
    maintenance.create_due(session, plan_id=plan.id, now=NOW)
    assert [outcome for _, outcome in outcomes(session, plan)] == ["missed", "missed", "missed", "created"]
    assert all(
        row.reason for row in session.scalars(select(MaintenanceSlot).where(MaintenanceSlot.outcome == "missed"))
    )


def test_while_an_order_of_the_plan_has_not_begun_the_next_slot_is_merged_into_it(
    session: Session, world: World
) -> None:
    plan = planned(session, world, due=NOW + 10 * DAY)
    maintenance.create_due(session, plan_id=plan.id, now=NOW)
    maintenance.create_due(session, plan_id=plan.id, now=NOW + 31 * DAY)
    assert [outcome for _, outcome in outcomes(session, plan)] == ["created", "merged"]
    assert len(session.scalars(select(WorkOrder)).all()) == 1


def test_a_unit_that_lost_its_customer_blocks_its_slot_and_says_so(session: Session, world: World) -> None:
    plan = planned(session, world, due=NOW + 10 * DAY)
    world.unit.customer_id = None
    session.flush()
    (row,) = maintenance.create_due(session, plan_id=plan.id, now=NOW)
    assert (row.outcome, row.reason) == ("blocked", "The unit has no customer.")


def test_a_paused_plan_makes_nothing(session: Session, world: World) -> None:
    plan = planned(session, world, due=NOW + 10 * DAY)
    maintenance.set_active(session, actor=world.planner, plan_id=plan.id, active=False)
    assert maintenance.create_due(session, plan_id=plan.id, now=NOW) == ()
    assert maintenance.due_plans(session, now=NOW) == ()


def test_every_wrong_field_has_its_sentence(session: Session, world: World) -> None:
    with pytest.raises(Invalid) as refused:
        planned(session, world, due=NOW, every=0, period="moons", lead_days=999, name=" ")
    assert set(refused.value.problems) == {"every", "period", "lead_days", "name"}


def test_without_the_permission_nobody_makes_a_plan(session: Session, world: World) -> None:
    with pytest.raises(Forbidden):
        maintenance.create(
            session,
            actor=Actor("person", 1, "Vera", frozenset({"maintenance.view"})),
            now=NOW,
            unit_id=world.unit.id,
            name="x",
            every=1,
            period="days",
            first_due_at=NOW,
        )
