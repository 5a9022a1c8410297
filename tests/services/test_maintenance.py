"""Maintenance plans: every slot has its outcome, each exactly once, through the one door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.models import (
    Customer,
    Item,
    MaintenancePlan,
    MaintenanceSlot,
    Notification,
    OrderLine,
    Role,
    StatusHistory,
    Unit,
    User,
    WorkOrder,
)
from webapp.recurrence import Rule
from webapp.services import definitions, history, maintenance, maintenance_orders, orders, transitions
from webapp.services.maintenance_entries import PlanEntry
from webapp.services.maintenance_ledger import locked

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
DAY = timedelta(days=1)
ALL = frozenset({"maintenance.create", "maintenance.edit", "maintenance.run"})


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
    return World(unit, item, technician, Actor("person", technician.id, "Sam", ALL))


def entry(due: datetime, **more: object) -> PlanEntry:
    words: dict[str, object] = {"name": "Filter change", "rule": Rule("month"), "lead_days": 14} | more
    return PlanEntry(first_due_at=due, **words)  # type: ignore[arg-type]


def planned(session: Session, world: World, *, due: datetime, **more: object) -> MaintenancePlan:
    return maintenance.create(session, actor=world.planner, now=NOW, unit_id=world.unit.id, entry=entry(due, **more))


def tick(session: Session, now: datetime) -> None:
    while maintenance.tick(session, now=now):
        pass
    session.expire_all()


def ledger(session: Session, plan: MaintenancePlan) -> list[MaintenanceSlot]:
    rows = select(MaintenanceSlot).where(MaintenanceSlot.plan_id == plan.id).order_by(MaintenanceSlot.slot)
    return list(session.scalars(rows.execution_options(populate_existing=True)))


def outcomes(session: Session, plan: MaintenancePlan) -> list[str]:
    return [row.outcome for row in ledger(session, plan)]


def all_orders(session: Session) -> list[WorkOrder]:
    rows = select(WorkOrder).order_by(WorkOrder.id).execution_options(populate_existing=True)
    return list(session.scalars(rows))


# What becomes of a slot


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
    tick(session, NOW)
    (order,) = all_orders(session)
    assert (order.type, order.unit_id, order.due_at) == ("maintenance", world.unit.id, NOW + 10 * DAY)
    assert (order.duration_minutes, order.technician_id, order.request) == (
        90,
        world.technician.id,
        "Change the filter.",
    )
    assert (order.created_by_plan_id, order.customer_id) == (plan.id, world.unit.customer_id)
    line = session.scalars(select(OrderLine)).one()
    assert (line.quantity, line.approval_quantity_limit) == (Decimal(2), Decimal(5))
    assert line.quantity_set_by_id == world.technician.id
    made = session.scalars(select(StatusHistory).order_by(StatusHistory.sequence)).all()
    assert [row.to_status for row in made] == ["unassigned", "pending"]
    assert {row.actor_name for row in made} == {f"maintenance plan {plan.id}"}
    assert order.status == "pending"
    assert history.verify(session) is None
    assert outcomes(session, plan) == ["created", "planned"]


def test_every_field_of_a_plan_is_carried_to_its_order_or_named_as_not_for_it() -> None:
    fields = set(MaintenancePlan.__table__.columns.keys())
    assert set(maintenance_orders.CARRIED) | set(maintenance_orders.NOT_FOR_THE_ORDER) == fields
    assert not set(maintenance_orders.CARRIED) & set(maintenance_orders.NOT_FOR_THE_ORDER)


def test_quantities_over_the_limit_wait_for_the_customer_like_any_other_order(session: Session, world: World) -> None:
    planned(
        session,
        world,
        due=NOW + 10 * DAY,
        technician_id=world.technician.id,
        quantities={world.item.id: Decimal(6)},
    )
    tick(session, NOW)
    assert [order.status for order in all_orders(session)] == ["waiting_approval"]
    assert history.verify(session) is None


def test_running_the_tick_again_makes_nothing_twice(session: Session, world: World) -> None:
    plan = planned(session, world, due=NOW + 10 * DAY)
    tick(session, NOW)
    before = [(row.slot, row.outcome) for row in ledger(session, plan)]
    assert maintenance.tick(session, now=NOW) == 0
    assert [(row.slot, row.outcome) for row in ledger(session, plan)] == before
    assert len(all_orders(session)) == 1


def test_before_its_lead_time_a_plan_is_not_due(session: Session, world: World) -> None:
    planned(session, world, due=NOW + 20 * DAY)
    tick(session, NOW)
    assert all_orders(session) == []
    tick(session, NOW + 6 * DAY)
    assert len(all_orders(session)) == 1


@pytest.mark.parametrize(
    ("catch_up", "wanted", "made"),
    [
        ("latest", ["missed", "missed", "missed", "created", "planned"], 1),
        ("all", ["created", "created", "created", "created", "planned"], 4),
        ("none", ["missed", "missed", "missed", "missed", "planned"], 0),
    ],
)
def test_after_an_outage_the_plan_catches_up_as_it_says(
    session: Session, world: World, catch_up: str, wanted: list[str], made: int
) -> None:
    due = datetime(2026, 1, 10, 9, tzinfo=UTC)
    plan = planned(session, world, due=due, lead_days=0, catch_up=catch_up, policy="create")
    tick(session, NOW)
    assert outcomes(session, plan) == wanted
    assert len(all_orders(session)) == made
    assert all(row.reason for row in ledger(session, plan) if row.outcome == "missed")


def test_a_slot_that_is_due_this_moment_is_not_one_the_clock_missed(session: Session, world: World) -> None:
    plan = planned(session, world, due=NOW, lead_days=0, catch_up="none")
    tick(session, NOW + timedelta(seconds=30))
    assert outcomes(session, plan) == ["created", "planned"]


@pytest.mark.parametrize(
    ("policy", "wanted", "made"), [("merge", "merged", 1), ("skip", "skipped", 1), ("create", "created", 2)]
)
def test_while_an_order_has_not_begun_the_next_slot_does_what_the_plan_says(
    session: Session, world: World, policy: str, wanted: str, made: int
) -> None:
    plan = planned(session, world, due=NOW + 10 * DAY, policy=policy)
    tick(session, NOW)
    tick(session, NOW + 31 * DAY)
    assert outcomes(session, plan) == ["created", wanted, "planned"]
    assert len(all_orders(session)) == made
    if made == 1:
        assert "Work order 1001 has not begun" in ledger(session, plan)[1].reason


def test_merging_takes_the_larger_quantity_of_each_item_and_the_other_text_and_says_it_is_overdue(
    session: Session, world: World
) -> None:
    planned(session, world, due=NOW + 10 * DAY, request="Change the filter.", quantities={world.item.id: Decimal(2)})
    tick(session, NOW)
    other = planned(
        session,
        world,
        due=NOW + 40 * DAY,
        request="Check the pressure.",
        duration_minutes=120,
        quantities={world.item.id: Decimal(3)},
    )
    tick(session, NOW + 30 * DAY)
    (order,) = all_orders(session)
    assert (order.request, order.duration_minutes) == ("Change the filter.\nCheck the pressure.", 120)
    assert session.scalars(select(OrderLine)).one().quantity == 3
    row = ledger(session, other)[0]
    assert (row.outcome, row.order_id) == ("merged", order.id)
    assert "overdue since 14 May 2026" in row.reason


def test_a_visit_on_a_day_off_is_moved_and_its_order_stands_on_the_new_day(session: Session, world: World) -> None:
    saturday = datetime(2026, 5, 9, 9, tzinfo=UTC)
    plan = planned(session, world, due=saturday, shift="after")
    tick(session, NOW)
    row = ledger(session, plan)[0]
    assert (row.outcome, row.slot, row.due_at) == ("moved", saturday, saturday + 2 * DAY)
    assert row.reason == "Saturday is a day off: moved to 11 May 2026."
    assert [order.due_at for order in all_orders(session)] == [saturday + 2 * DAY]


def test_a_visit_out_of_season_is_skipped_with_the_reason(session: Session, world: World) -> None:
    plan = planned(session, world, due=NOW + DAY, season="06-01/08-31", excluded=(date(2026, 6, 5),))
    tick(session, NOW + 60 * DAY)
    assert [(row.outcome, row.reason) for row in ledger(session, plan)][:2] == [
        ("skipped", "The day is out of season."),
        ("skipped", "The day is excluded."),
    ]


# Blocked


def test_a_unit_that_lost_its_customer_blocks_its_slot_and_the_office_hears_of_it_once(
    session: Session, world: World
) -> None:
    world.technician.extra_permissions = ["work_orders.edit"]
    plan = planned(session, world, due=NOW + 10 * DAY)
    world.unit.customer_id = None
    session.flush()
    tick(session, NOW)
    row = ledger(session, plan)[0]
    assert (row.outcome, row.reason) == ("blocked", "The unit has no customer.")
    told = session.scalars(select(Notification)).all()
    assert [one.title for one in told] == ["Maintenance needs attention: Filter change"]
    tick(session, NOW)
    assert len(session.scalars(select(Notification)).all()) == 1


def test_a_blocked_slot_becomes_an_order_when_the_office_put_things_right_and_asks_for_it(
    session: Session, world: World
) -> None:
    plan = planned(session, world, due=NOW + 10 * DAY)
    customer, world.unit.customer_id = world.unit.customer_id, None
    session.flush()
    tick(session, NOW)
    (row, *_) = ledger(session, plan)
    with pytest.raises(Invalid, match="no customer"):
        maintenance.retry(session, actor=world.planner, now=NOW, plan_id=plan.id, slot_id=row.id)
    world.unit.customer_id = customer
    session.flush()
    maintenance.retry(session, actor=world.planner, now=NOW, plan_id=plan.id, slot_id=row.id)
    maintenance.retry(session, actor=world.planner, now=NOW, plan_id=plan.id, slot_id=row.id)
    assert [order.id for order in all_orders(session)] == [ledger(session, plan)[0].order_id]


def test_a_slot_that_cannot_be_made_is_blocked_and_stands_in_nobodys_way(session: Session, world: World) -> None:
    good = planned(session, world, due=NOW + 9 * DAY, policy="create")
    bad = planned(session, world, due=NOW + 10 * DAY, policy="create")
    bad.order_type = "moonwalk"
    another = Unit(customer_id=world.unit.customer_id, created_at=NOW)
    session.add(another)
    session.flush()
    other = maintenance.create(session, actor=world.planner, now=NOW, unit_id=another.id, entry=entry(NOW + 11 * DAY))
    good.unit_id = another.id  # both in one round with the bad one
    session.flush()
    tick(session, NOW)
    assert outcomes(session, bad) == ["blocked", "planned"]
    assert "moonwalk" in ledger(session, bad)[0].reason
    assert outcomes(session, good) == ["created", "planned"]
    assert outcomes(session, other) == ["merged", "planned"]


def test_a_technician_who_left_and_an_item_out_of_the_catalogue_are_left_out_and_said(
    session: Session, world: World
) -> None:
    plan = planned(
        session, world, due=NOW + DAY, technician_id=world.technician.id, quantities={world.item.id: Decimal(1)}
    )
    world.technician.active = world.item.active = False
    session.flush()
    tick(session, NOW)
    (order,) = all_orders(session)
    assert (order.technician_id, session.scalars(select(OrderLine)).all()) == (None, [])
    reason = ledger(session, plan)[0].reason
    assert "Tom cannot be given orders any more" in reason
    assert "Filter is no longer in the catalogue" in reason


# Paused, changed


def test_a_paused_plan_makes_nothing_and_what_was_due_meanwhile_is_skipped_and_says_so(
    session: Session, world: World
) -> None:
    plan = planned(session, world, due=NOW + 10 * DAY)
    maintenance.set_active(session, actor=world.planner, plan_id=plan.id, active=False, now=NOW)
    tick(session, NOW + 20 * DAY)
    assert all_orders(session) == []
    maintenance.set_active(session, actor=world.planner, plan_id=plan.id, active=True, now=NOW + 20 * DAY)
    assert outcomes(session, plan) == ["skipped", "planned"]
    assert ledger(session, plan)[0].reason == "The plan was paused from 4 May 2026 to 24 May 2026."


def test_changing_a_plan_moves_the_slot_to_come_and_says_who_did(session: Session, world: World) -> None:
    plan = planned(session, world, due=NOW + 30 * DAY)
    wanted = entry(NOW + 33 * DAY)
    maintenance.save(session, actor=world.planner, now=NOW, plan_id=plan.id, row_version=1, entry=wanted)
    rows = ledger(session, plan)
    assert [(row.slot, row.outcome) for row in rows] == [(NOW + 30 * DAY, "moved"), (NOW + 33 * DAY, "planned")]
    assert rows[0].reason == "Sam changed the plan on 4 May 2026."
    maintenance.save(session, actor=world.planner, now=NOW, plan_id=plan.id, row_version=2, entry=entry(NOW + 30 * DAY))
    assert [row.outcome for row in ledger(session, plan)] == ["planned", "moved"]
    with pytest.raises(Conflict):
        maintenance.save(session, actor=world.planner, now=NOW, plan_id=plan.id, row_version=1, entry=wanted)


# Floating


def close(session: Session, number: int, *, completed: datetime | None) -> None:
    """End an order: its work done on that day, or cancelled."""
    supervisor = Actor(
        "person", None, "Sue", frozenset({"work_orders.supervise", "work_orders.view", "work_orders.edit"})
    )
    if completed is None:
        transitions.press(
            session,
            number=number,
            transition="cancel",
            answers={"reason": "Not wanted."},
            row_version=None,
            actor=supervisor,
            now=NOW,
        )
        return
    order = session.scalars(select(WorkOrder).where(WorkOrder.number == number)).one()
    order.done_at = order.completed_at = completed
    session.flush()


def test_a_floating_plan_counts_from_the_day_the_work_was_done(session: Session, world: World) -> None:
    plan = planned(session, world, due=NOW + 10 * DAY, anchor="floating", rule=Rule("month", 6))
    tick(session, NOW)
    assert outcomes(session, plan) == ["created"]
    tick(session, NOW + 300 * DAY)
    assert outcomes(session, plan) == ["created"]
    close(session, 1001, completed=datetime(2026, 6, 20, 15, tzinfo=UTC))
    tick(session, datetime(2026, 6, 21, tzinfo=UTC))
    rows = ledger(session, plan)
    assert [(row.slot, row.outcome) for row in rows][1:] == [(datetime(2026, 12, 20, 9, tzinfo=UTC), "planned")]
    assert rows[1].reason == "Counted from 20 June 2026, when the work was done."


def test_a_cancelled_order_lets_a_floating_plan_go_on_from_its_slot(session: Session, world: World) -> None:
    plan = planned(session, world, due=NOW + 10 * DAY, anchor="floating", rule=Rule("month", 6))
    tick(session, NOW)
    close(session, 1001, completed=None)
    tick(session, NOW)
    assert [row.slot for row in ledger(session, plan)] == [
        datetime(2026, 5, 14, 9, tzinfo=UTC),
        datetime(2026, 11, 14, 9, tzinfo=UTC),
    ]


# Refused


def test_every_wrong_field_has_its_sentence(session: Session, world: World) -> None:
    with pytest.raises(Invalid) as refused:
        planned(
            session, world, due=NOW, lead_days=999, name=" ", policy="guess", season="13-01/", order_type="installation"
        )
    assert set(refused.value.problems) == {"lead_days", "name", "policy", "season", "order_type"}


def test_without_the_permission_nobody_makes_a_plan(session: Session, world: World) -> None:
    vera = Actor("person", 1, "Vera", frozenset({"maintenance.view"}))
    with pytest.raises(Forbidden):
        maintenance.create(session, actor=vera, now=NOW, unit_id=world.unit.id, entry=entry(NOW))


def test_a_plan_and_a_person_make_the_same_order(session: Session, world: World) -> None:
    """The many at once go through the one door as one alone does: status, history and lines are the same."""
    planned(session, world, due=NOW + DAY, technician_id=world.technician.id, quantities={world.item.id: Decimal(2)})
    tick(session, NOW)
    actor = maintenance_orders.actor_of(1)
    alone = orders.create(session, actor=actor, now=NOW, type="maintenance", unit_id=world.unit.id, due_at=NOW + DAY)
    changes = {"technician_id": world.technician.id, "quantities": {world.item.id: Decimal(2)}}
    orders.save(session, number=alone.number, row_version=1, changes=changes, actor=actor, now=NOW)
    first, second = all_orders(session)
    assert (first.status, first.history_length) == (second.status, second.history_length)
    steps = [
        [(row.from_status, row.to_status, row.rule, row.automatic) for row in one]
        for one in (
            session.scalars(select(StatusHistory).where(StatusHistory.order_id == order.id)).all()
            for order in (first, second)
        )
    ]
    assert steps[0] == steps[1]


def test_locking_a_plan_nobody_made_is_refused(session: Session) -> None:
    with pytest.raises(NotFound):
        locked(session, 99)
