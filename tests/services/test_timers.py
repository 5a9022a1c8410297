"""What timers promise: each rings once in each stay, late but in order after an outage, through the one door."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.services.firm import NOW, World, repair, save
from tests.services.publishing import publish
from tests.services.test_publications import move_all
from tests.services.test_statements import statements
from tests.services.timing import RESUMING, clockwork, tick
from webapp.models import (
    CustomerLink,
    Delivery,
    OrderTimer,
    Refusal,
    StatusHistory,
    User,
    WorkOrder,
)
from webapp.queries import timers as queries
from webapp.queries.lifecycles import live, vocabulary
from webapp.queries.orders import detail
from webapp.services import history, transitions

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def world(world: World, session: Session) -> World:
    """The firm, with the clockwork's lifecycle live."""
    clockwork(session, actor=world.ada)
    return world


def paused(session: Session, world: World, *, until: datetime) -> WorkOrder:
    """An order of Ana's that waits for its day."""
    order = repair(session, world, technician=world.ana)
    press(session, order, world, "start")
    press(session, order, world, "pause", reason="parts", resume_at=until.isoformat())
    return order


def press(
    session: Session, order: WorkOrder, world: World, button: str, *, now: datetime = NOW, **answers: str
) -> None:
    transitions.press(
        session,
        number=order.number,
        transition=button,
        answers=answers,
        row_version=None,
        actor=world.ana,
        now=now,
    )


def rang(session: Session, order: WorkOrder) -> list[tuple[str, str]]:
    rows = session.scalars(select(OrderTimer).where(OrderTimer.order_id == order.id).order_by(OrderTimer.id))
    return [(row.timer, row.outcome) for row in rows]


def sent(session: Session, message: str) -> int:
    return session.execute(select(func.count()).where(Delivery.message == message)).scalar_one()


# After a time in a status


def test_a_reminder_goes_to_the_customer_once_two_days_after_the_question_and_carries_its_link(
    session: Session, world: World
) -> None:
    order = repair(session, world, technician=world.ana)
    save(session, order, world.olga, quantities={world.cable: Decimal(9)})
    assert tick(session, NOW + 2 * DAY - timedelta(seconds=1)) == 0
    assert tick(session, NOW + 2 * DAY) == 1
    assert tick(session, NOW + 3 * DAY) == 0
    reminder = session.scalars(select(Delivery).where(Delivery.message == "WorkOrderApprovalReminder")).one()
    asked = session.scalars(select(CustomerLink.request_id)).one()
    assert (reminder.address, reminder.context["request_id"]) == ("cora@example.test", asked)
    assert "approval reminder" in reminder.context["reason"]
    assert "2 days after it came to Waiting for approval" in reminder.context["reason"]
    row = session.scalars(select(OrderTimer)).one()
    assert (row.due_at, row.fired_at, row.stay) == (NOW + 2 * DAY, NOW + 2 * DAY, order.stay)


def test_a_new_stay_in_the_status_counts_anew_and_rings_again(session: Session, world: World) -> None:
    order = repair(session, world, technician=world.ana)
    save(session, order, world.olga, quantities={world.cable: Decimal(9)})
    assert tick(session, NOW + 2 * DAY) == 1
    save(session, order, world.olga, quantities={world.cable: Decimal(1)})
    save(session, order, world.olga, quantities={world.cable: Decimal(8)})
    assert order.entered_at == NOW
    assert tick(session, NOW + 2 * DAY) == 1
    assert sent(session, "WorkOrderApprovalReminder") == 2


def test_passing_through_other_statuses_and_coming_back_in_one_save_begins_no_stay(
    session: Session, world: World
) -> None:
    order = paused(session, world, until=NOW + 9 * DAY)
    stay, entered = order.stay, order.entered_at
    row = session.scalars(select(StatusHistory).order_by(StatusHistory.id.desc()).limit(1)).one()
    assert (stay, entered) == (row.sequence, row.at)
    bounced = RESUMING.replace(
        "  cancel:\n    label: Cancel",
        "  nudge: {label: Nudge, from: paused, to: pending, by: technician}\n\n  cancel:\n    label: Cancel",
    )
    move_all(session, publish(session, bounced, world.sam).id)
    session.refresh(order)
    press(session, order, world, "nudge", now=NOW + DAY)
    session.refresh(order)
    assert order.status == "paused"
    assert order.history_length == stay + 3  # another version, to pending, and back by itself
    assert (order.stay, order.entered_at) == (stay, entered)


# At a fact


def test_supervisors_hear_of_an_overdue_order_once_and_again_when_a_moved_date_passes(
    session: Session, world: World
) -> None:
    order = repair(session, world)
    save(session, order, world.olga, due_at=NOW + DAY)
    assert tick(session, NOW + DAY) == 0
    assert tick(session, NOW + DAY + HOUR) == 1
    assert tick(session, NOW + DAY + 2 * HOUR) == 0
    save(session, order, world.olga, due_at=NOW + 3 * DAY)
    assert tick(session, NOW + 2 * DAY) == 0
    assert tick(session, NOW + 4 * DAY) == 1
    save(session, order, world.olga, due_at=NOW + DAY)  # this moment has rung
    assert tick(session, NOW + 5 * DAY) == 0
    assert sent(session, "WorkOrderOverdue") == 2 * 3 * 2  # twice, to three who supervise, in the app and by mail


def test_an_order_resumes_by_itself_on_its_day_through_the_one_door(session: Session, world: World) -> None:
    order = paused(session, world, until=NOW + 3 * DAY)
    assert tick(session, NOW + 3 * DAY - HOUR) == 0
    assert tick(session, NOW + 3 * DAY + HOUR) == 1
    session.refresh(order)
    assert (order.status, order.resume_at) == ("ongoing", None)
    newest = session.scalars(select(StatusHistory).order_by(StatusHistory.id.desc()).limit(1)).one()
    assert (newest.rule, newest.automatic, newest.actor_kind, newest.user_id) == ("resume", False, "timer", None)
    assert (newest.actor_name, newest.at) == ("Timer “resume”", NOW + 3 * DAY + HOUR)
    assert rang(session, order) == [("resume", "taken")]
    assert tick(session, NOW + 9 * DAY) == 0
    assert history.verify(session) is None


def test_closed_orders_and_orders_without_a_date_wait_for_nothing(session: Session, world: World) -> None:
    order = repair(session, world)
    save(session, order, world.olga, due_at=NOW + DAY)
    transitions.press(
        session,
        number=order.number,
        transition="cancel",
        answers={"reason": "No"},
        row_version=None,
        actor=world.sam,
        now=NOW,
    )
    repair(session, world)
    assert tick(session, NOW + 99 * DAY) == 0


# Refusals


def test_a_refused_button_is_remembered_with_its_reasons_and_tried_again_only_after_a_change(
    session: Session, world: World
) -> None:
    order = paused(session, world, until=NOW + DAY)
    ana = update(User).where(User.id == world.ana.user_id)
    session.execute(ana.values(active=False))
    assert tick(session, NOW + DAY) == 1
    refusal = session.scalars(select(Refusal)).one()
    assert (refusal.actor_kind, refusal.transition) == ("timer", "resume")
    assert refusal.blockers[0]["name"] == "technician_assigned"
    assert rang(session, order) == [("resume", "refused")]
    shown = detail(session, number=order.number, actor=world.sam, now=NOW + DAY)
    assert "Choose a technician first" in shown.refusals[0].sentences[0]
    assert shown.upcoming[0].waits.startswith("Refused, and tried again after the next change. Choose a technician")
    session.execute(ana.values(active=True))
    assert tick(session, NOW + 2 * DAY) == 0, "nothing of the order changed"
    session.refresh(order)
    save(session, order, world.sam, request="Please ring twice.")
    assert tick(session, NOW + 2 * DAY) == 1
    assert rang(session, order) == [("resume", "taken")]
    assert session.scalars(select(func.count()).select_from(Refusal)).one() == 1


def test_the_same_refusal_after_another_change_is_not_written_twice(session: Session, world: World) -> None:
    text = RESUMING.replace(
        "    needs: technician_assigned\n    set: {order.resume_at",
        "    needs: within_limits\n    set: {order.resume_at",
    )
    clockwork(session, text, actor=world.ada)
    order = repair(session, world, technician=world.ana)
    press(session, order, world, "start")
    save(session, order, world.ana, quantities={world.cable: Decimal(9)})
    transitions.press(
        session, number=order.number, transition="approve_for_customer", answers={"reason": "He rang"},
        row_version=None, actor=world.sam, now=NOW,
    )  # fmt: skip
    session.refresh(order)
    session.execute(update(WorkOrder).where(WorkOrder.id == order.id).values(resume_at=NOW + DAY))
    session.refresh(order)
    assert order.status == "paused"
    for request in ("One.", "Two."):
        assert tick(session, NOW + DAY) == 1
        session.refresh(order)
        save(session, order, world.sam, request=request)
    assert session.scalars(select(func.count()).select_from(Refusal)).one() == 1


# Outages and versions


def test_after_an_outage_everything_rings_late_once_and_in_due_order(session: Session, world: World) -> None:
    order = paused(session, world, until=NOW + 4 * DAY)
    save(session, order, world.sam, due_at=NOW + DAY)
    late = NOW + 30 * DAY
    assert tick(session, late) == 2
    assert rang(session, order) == [("overdue", "told"), ("resume", "taken")]
    session.refresh(order)
    assert order.entered_at == late, "the history says when it happened, not when it should have"
    assert tick(session, late) == 0


def test_an_order_rings_by_the_timers_of_its_own_version_and_keeps_its_stay_when_it_moves(
    session: Session, world: World
) -> None:
    order = repair(session, world, technician=world.ana)
    save(session, order, world.olga, quantities={world.cable: Decimal(9)})
    hasty = RESUMING.replace("    after: 2 days", "    after: 1 day")
    publication = publish(session, hasty, world.sam)
    assert tick(session, NOW + DAY) == 0, "its own version waits two days"
    move_all(session, publication.id)
    session.refresh(order)
    assert (order.definition_version_id, order.entered_at) == (live(session)[0], NOW)
    assert tick(session, NOW + DAY) == 1
    back = publish(session, RESUMING, world.sam)
    move_all(session, back.id)
    assert tick(session, NOW + 2 * DAY) == 0, "it has rung in this stay"


def test_a_status_with_another_name_goes_on_counting(session: Session, world: World) -> None:
    order = repair(session, world, technician=world.ana)
    save(session, order, world.olga, quantities={world.cable: Decimal(9)})
    stay = order.stay
    renamed = RESUMING.replace("waiting_approval", "with_customer")
    move_all(session, publish(session, renamed, world.sam, targets={"waiting_approval": "with_customer"}).id)
    session.refresh(order)
    assert (order.status, order.stay, order.entered_at) == ("with_customer", stay, NOW)
    assert tick(session, NOW + 2 * DAY) == 1


# Once, and cheaply


def test_a_second_row_for_the_same_ringing_is_impossible(session: Session, world: World) -> None:
    order = repair(session, world)
    save(session, order, world.olga, due_at=NOW)
    assert tick(session, NOW + HOUR) == 1
    row = session.scalars(select(OrderTimer)).one()
    copied = {name: getattr(row, name) for name in row.__table__.columns.keys() if name != "id"}  # noqa: SIM118
    session.add(OrderTimer(**copied))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_looking_for_what_is_due_takes_two_statements_however_many_orders_wait(session: Session, world: World) -> None:
    counted = []
    for more in (1, 5):
        for _ in range(more):
            save(session, repair(session, world), world.olga, due_at=NOW)
        with statements(session) as looked:
            found = queries.due(session, now=NOW + HOUR, limit=100)
        counted.append(len(looked))
    assert len(found) == 6
    assert counted == [2, 2]
    with statements(session) as spent:
        assert tick(session, NOW + HOUR) == 6
    assert len(spent) <= 3 + 6 * 7
    assert queries.due(session, now=NOW + HOUR, limit=100) == ()


def test_every_moment_of_the_vocabulary_is_one_a_timer_can_be_searched_by() -> None:
    times = {name for name, fact in vocabulary().facts.items() if fact.type == "time"}
    assert times == set(queries.MOMENTS)


# What the page says


def test_the_order_says_what_will_happen_by_itself_and_what_has(session: Session, world: World) -> None:
    order = paused(session, world, until=NOW + 3 * DAY)
    save(session, order, world.sam, due_at=NOW + DAY)
    before = detail(session, number=order.number, actor=world.sam, now=NOW)
    assert [(one.at, one.what) for one in before.upcoming] == [
        (NOW + DAY + HOUR, "“A work order is overdue” to all supervisors"),
        (NOW + 3 * DAY, "Resume"),
    ]
    assert before.timers == ()
    tick(session, NOW + 4 * DAY)
    after = detail(session, number=order.number, actor=world.sam, now=NOW + 4 * DAY)
    assert after.upcoming == ()
    assert [(row.name, row.outcome) for row in after.timers] == [
        ("Timer “resume”", "taken"),
        ("Timer “overdue”", "told"),
    ]
