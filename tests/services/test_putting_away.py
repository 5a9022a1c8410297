"""A unit is archived together with what becomes of its open orders, or not at all."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.services.firm import NOW, World, repair, unit
from webapp.errors import Conflict, Invalid
from webapp.models import StatusHistory, Unit, WorkOrder
from webapp.services import putting_away, transitions, units
from webapp.services.open_orders import Choices


def begun(session: Session, world: World) -> WorkOrder:
    order = repair(session, world, technician=world.ana)
    transitions.press(
        session, number=order.number, transition="start", answers={}, row_version=None, actor=world.ana, now=NOW
    )
    return order


def choices(*orders: WorkOrder, each: dict[int, str], reason: str = "The boiler was scrapped.") -> Choices:
    return Choices(each=each, versions={order.number: order.row_version for order in orders}, reason=reason)


def archive(session: Session, world: World, chosen: Choices | None) -> tuple[int, ...]:
    return units.archive(
        session,
        unit_id=world.boiler,
        row_version=session.get_one(Unit, world.boiler).row_version,
        choices=chosen,
        actor=world.ada,
        now=NOW,
    )


def test_the_page_says_what_can_become_of_each_order(session: Session, world: World) -> None:
    repair(session, world)
    ongoing = begun(session, world)
    other = unit(session, world.model, world.customer, serial="B-3", installed_at=NOW)
    boiler = session.get_one(Unit, world.boiler)
    found = putting_away.prepare(session, unit=boiler, choices=Choices(), actor=world.ada, now=NOW)
    said = [
        [(choice, way.problem or (way.status.label if way.status else "")) for choice, way in each.ways]
        for each in found.orders
    ]
    cannot = "Its unit cannot be changed while it is Ongoing."
    assert said == [
        [("cancel", "Cancelled"), (str(world.new_boiler), "Unassigned"), (str(other.id), "Unassigned")],
        [("cancel", "Cancelled"), (str(world.new_boiler), cannot), (str(other.id), cannot)],
    ]
    assert found.orders[1].not_possible == (cannot,)
    assert ongoing.status == "ongoing"


def test_orders_are_moved_or_cancelled_with_the_reason_and_the_unit_is_away(session: Session, world: World) -> None:
    waiting, ongoing = repair(session, world), begun(session, world)
    each = {waiting.number: str(world.new_boiler), ongoing.number: "cancel"}
    assert archive(session, world, choices(waiting, ongoing, each=each)) == (waiting.number, ongoing.number)
    assert (waiting.unit_id, waiting.status, ongoing.status) == (world.new_boiler, "unassigned", "cancelled")
    assert session.get_one(Unit, world.boiler).archived
    ended = session.scalars(select(StatusHistory).where(StatusHistory.rule == "cancel")).one()
    assert (ended.reason, ended.user_id) == ("The boiler was scrapped.", world.ada.user_id)


def test_without_a_choice_or_a_reason_nothing_happens(session: Session, world: World) -> None:
    first, second = repair(session, world), repair(session, world)
    with pytest.raises(Invalid, match="Say below what becomes of them"):
        archive(session, world, None)
    with session.begin_nested() as nested:
        with pytest.raises(Invalid) as unchosen:
            archive(session, world, choices(first, second, each={first.number: str(world.new_boiler)}))
        nested.rollback()
    assert list(unchosen.value.problems) == [f"order.{second.number}"]
    session.expire_all()
    both = {first.number: "cancel", second.number: "cancel"}
    with pytest.raises(Invalid, match="Say why") as silent:
        archive(session, world, choices(first, second, each=both, reason=""))
    assert list(silent.value.problems) == ["reason"]
    assert not session.get_one(Unit, world.boiler).archived
    assert {order.status for order in (first, second)} == {"unassigned"}


def test_an_order_does_not_go_to_another_customers_unit(session: Session, world: World) -> None:
    order = repair(session, world)
    stock = unit(session, world.model, None, serial="S-1", installed_at=NOW)
    with pytest.raises(Invalid, match="Choose what becomes of it"):
        archive(session, world, choices(order, each={order.number: str(stock.id)}))
    assert order.unit_id == world.boiler


def test_an_order_made_meanwhile_stops_the_archiving(session: Session, world: World) -> None:
    order = repair(session, world)
    sent = choices(order, each={order.number: "cancel"})
    came = repair(session, world)
    with pytest.raises(Conflict) as conflict:
        archive(session, world, sent)
    assert conflict.value.changes == (f"Work order {came.number} (Unassigned) came to these meanwhile.",)
    assert order.status == "unassigned"


def test_a_unit_without_open_orders_is_archived_and_comes_back(session: Session, world: World) -> None:
    assert archive(session, world, None) == ()
    assert archive(session, world, None) == ()
    back = units.use_again(session, unit_id=world.boiler, actor=world.ada, now=NOW)
    assert (back.archived, back.row_version) == (False, 3)
