"""The one door: buttons pressed, refused, pressed twice, and everything that is written with them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.services.firm import NOW, World, repair, save
from webapp.actors import Actor
from webapp.errors import Conflict, Invalid, NotFound, Refused
from webapp.models import MaintenancePlan, OrderWorker, Refusal, StatusHistory, Unit, WorkOrder
from webapp.queries.orders import detail
from webapp.services import orders, transitions
from workflow.offers import Outcome


def press(
    session: Session,
    order: WorkOrder,
    transition: str,
    actor: Actor,
    answers: Mapping[str, str] | None = None,
    *,
    now: datetime = NOW,
) -> Outcome:
    return transitions.press(
        session,
        number=order.number,
        transition=transition,
        answers=answers or {},
        row_version=order.row_version,
        actor=actor,
        now=now,
    )


def installed(session: Session, world: World) -> WorkOrder:
    """An installation by Ana, submitted and completed by Sam."""
    order = orders.create(session, actor=world.olga, now=NOW, type="installation", unit_id=world.new_boiler)
    save(session, order, world.sam, technician_id=world.ana.user_id)
    press(session, order, "start", world.ana)
    press(session, order, "submit", world.ana, now=NOW + timedelta(hours=3))
    press(session, order, "complete", world.sam, now=NOW + timedelta(days=1))
    return order


def test_an_order_goes_from_new_to_billed(session: Session, world: World) -> None:
    order = installed(session, world)
    press(session, order, "bill", world.ada)
    rows = session.scalars(
        select(StatusHistory).where(StatusHistory.order_id == order.id).order_by(StatusHistory.sequence)
    ).all()
    assert [(row.sequence, row.rule, row.to_status, row.actor_name) for row in rows] == [
        (1, None, "unassigned", "Olga"),
        (2, "assign", "pending", "Sam"),
        (3, "start", "ongoing", "Ana"),
        (4, "submit", "waiting_review", "Ana"),
        (5, "complete", "completed", "Sam"),
        (6, "bill", "billed", "Ada"),
    ]
    assert rows[2].facts["order.technician"] == str(world.ana.user_id)
    assert set(rows[2].facts) == {
        "order.type",
        "order.unit",
        "order.technician",
        "order.technician.is_technician",
        "order.creator",
        "order.due_date",
        "order.resume_at",
        "order.arrived_at",
        "order.done_at",
        "order.completed_at",
        "unit.model_known",
        "order.photos",
        "unit.serial_known",
        "unit.customer",
        "customer.reachable",
        "items",
        "workers",
    }


def test_starting_stamps_the_arrival_and_counts_the_worker(session: Session, world: World) -> None:
    order = repair(session, world, technician=world.ana)
    press(session, order, "start", world.ana)
    assert order.arrived_at == NOW
    assert list(session.scalars(select(OrderWorker.user_id).where(OrderWorker.order_id == order.id))) == [
        world.ana.user_id
    ]


def test_completing_an_installation_stamps_the_unit_with_the_day_of_submission_and_plans_one_visit(
    session: Session, world: World
) -> None:
    order = installed(session, world)
    assert session.get_one(Unit, world.new_boiler).installed_at == NOW + timedelta(hours=3)
    plan = session.scalars(select(MaintenancePlan)).one()
    assert (plan.installation_id, plan.order_type, plan.first_due_at) == (
        order.id,
        "service",
        NOW + timedelta(hours=3, days=30),
    )


def test_reopening_gives_the_unit_its_former_day_back(session: Session, world: World) -> None:
    order = installed(session, world)
    press(session, order, "reopen", world.sam, {"reason": "It leaks"})
    assert order.status == "ongoing"
    assert order.done_at is None
    assert session.get_one(Unit, world.new_boiler).installed_at is None
    press(session, order, "submit", world.ana, now=NOW + timedelta(days=2))
    press(session, order, "complete", world.sue, now=NOW + timedelta(days=3))
    assert session.get_one(Unit, world.new_boiler).installed_at == NOW + timedelta(days=2)
    assert len(session.scalars(select(MaintenancePlan)).all()) == 1


def test_a_stamp_never_goes_backwards(session: Session, world: World) -> None:
    session.get_one(Unit, world.boiler).serviced_at = NOW + timedelta(days=10)
    session.flush()
    order = orders.create(session, actor=world.olga, now=NOW, type="service", unit_id=world.boiler)
    save(session, order, world.sam, technician_id=world.ana.user_id)
    for name, actor in (("start", world.ana), ("submit", world.ana), ("complete", world.sam)):
        press(session, order, name, actor)
    assert session.get_one(Unit, world.boiler).serviced_at == NOW + timedelta(days=10)
    press(session, order, "reopen", world.sam, {"reason": "Check again"})
    assert session.get_one(Unit, world.boiler).serviced_at == NOW + timedelta(days=10)


def test_who_worked_on_it_may_not_complete_it(session: Session, world: World) -> None:
    order = repair(session, world, technician=world.ana)
    press(session, order, "start", world.sam)
    press(session, order, "submit", world.ana)
    with pytest.raises(Refused) as refused:
        press(session, order, "complete", world.sam)
    assert [blocker.name for blocker in refused.value.blockers] == ["worked_on_by_others"]
    press(session, order, "complete", world.sue)
    assert order.status == "completed"


def test_a_refused_press_changes_nothing_and_is_recorded_with_its_reasons(session: Session, world: World) -> None:
    order = repair(session, world, technician=world.ana)
    save(session, order, world.olga, quantities={world.cable: Decimal(2)})
    press(session, order, "start", world.ana)
    with pytest.raises(Refused) as refused:
        press(session, order, "submit", world.ana)
    transitions.record_refusal(
        session,
        number=order.number,
        transition="submit",
        blockers=refused.value.blockers,
        actor=world.ana,
        now=NOW,
    )
    assert order.status == "ongoing"
    row = session.scalars(select(Refusal)).one()
    assert (row.actor_name, row.status, row.transition) == ("Ana", "ongoing", "submit")
    assert [blocker["name"] for blocker in row.blockers] == ["used_filled_in"]
    assert "Cable" in row.blockers[0]["sentence"]
    shown = detail(session, number=order.number, actor=world.sam, now=NOW).refusals
    assert [(one.who, one.transition_label) for one in shown] == [("Ana", "Submit")]


def test_a_press_from_an_old_version_is_a_conflict(session: Session, world: World) -> None:
    order = repair(session, world, technician=world.ana)
    opened_at = order.row_version
    press(session, order, "start", world.ana)
    with pytest.raises(Conflict) as refused:
        transitions.press(
            session,
            number=order.number,
            transition="start",
            answers={},
            row_version=opened_at,
            actor=world.sam,
            now=NOW,
        )
    assert refused.value.changes == ("Ana changed status from Pending to Ongoing.",)


def test_the_same_person_pressing_the_same_button_twice_sees_success(session: Session, world: World) -> None:
    order = repair(session, world, technician=world.ana)
    opened_at, again = order.row_version, {"number": order.number, "transition": "start", "answers": {}, "now": NOW}
    transitions.press(session, row_version=opened_at, actor=world.ana, **again)  # type: ignore[arg-type]
    outcome = transitions.press(session, row_version=opened_at, actor=world.ana, **again)  # type: ignore[arg-type]
    assert (outcome.status, outcome.steps, order.row_version) == ("ongoing", (), opened_at + 1)


def test_another_technicians_order_does_not_exist_for_him(session: Session, world: World) -> None:
    order = repair(session, world, technician=world.ana)
    with pytest.raises(NotFound):
        press(session, order, "start", world.tom)


def test_pausing_asks_for_a_reason_and_keeps_the_resume_date(session: Session, world: World) -> None:
    order = repair(session, world, technician=world.ana)
    press(session, order, "start", world.ana)
    with pytest.raises(Refused):
        press(session, order, "pause", world.ana)
    press(session, order, "pause", world.ana, {"reason": "parts", "resume_at": "2026-03-09"})
    assert order.resume_at == datetime(2026, 3, 9, tzinfo=NOW.tzinfo)
    assert detail(session, number=order.number, actor=world.sam, now=NOW).history[0].reason == "Parts are missing"
    press(session, order, "resume", world.ana)
    assert order.resume_at is None


def test_quantities_stand_from_review_on(session: Session, world: World) -> None:
    order = repair(session, world, technician=world.ana)
    press(session, order, "start", world.ana)
    press(session, order, "submit", world.ana)
    with pytest.raises(Invalid, match="Waiting for review"):
        save(session, order, world.sam, quantities={world.cable: Decimal(1)})


def test_a_grey_button_says_why_and_who_can_help(session: Session, world: World) -> None:
    order = repair(session, world, technician=world.ana)
    press(session, order, "start", world.ana)
    save(session, order, world.ana, quantities={world.cable: Decimal(2)})
    offers = {
        offer.transition: offer for offer in detail(session, number=order.number, actor=world.ana, now=NOW).offers
    }
    assert not offers["submit"].allowed
    assert offers["submit"].blockers[0].sentence == "Cable: fill in how much was used."
    assert offers["pause"].allowed
    assert "cancel" not in offers
