"""A technician who leaves hands his open orders over: said before, done together, paused through the one door."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.services.firm import NOW, World, person, repair, save
from webapp.actors import Actor
from webapp.errors import Conflict, Invalid
from webapp.models import Role, StatusHistory, User, WorkOrder
from webapp.services import succession, transitions, users
from webapp.services.open_orders import Choices
from webapp.services.users import UserEntry


def ana_of(session: Session, world: World) -> User:
    return session.get_one(User, world.ana.user_id)


def press(session: Session, order: WorkOrder, name: str, actor: Actor) -> None:
    transitions.press(session, number=order.number, transition=name, answers={}, row_version=None, actor=actor, now=NOW)


def begun(session: Session, world: World) -> WorkOrder:
    order = repair(session, world, technician=world.ana)
    press(session, order, "start", world.ana)
    return order


def reviewed(session: Session, world: World) -> WorkOrder:
    order = begun(session, world)
    press(session, order, "submit", world.ana)
    return order


def choices(*orders: WorkOrder, for_all: str = "", each: dict[int, str] | None = None) -> Choices:
    """What the page sends when it showed these orders as they are."""
    return Choices(for_all=for_all, each=each or {}, versions={order.number: order.row_version for order in orders})


def leave(session: Session, world: World, chosen: Choices | None, *, by: Actor | None = None) -> tuple[int, ...]:
    assert world.ana.user_id is not None
    return users.deactivate(session, user_id=world.ana.user_id, choices=chosen, actor=by or world.ada, now=NOW)[1]


def test_the_page_says_for_every_order_what_will_become_of_it(session: Session, world: World) -> None:
    pending, ongoing, done = (
        repair(session, world, technician=world.ana),
        begun(session, world),
        reviewed(session, world),
    )
    found = succession.prepare(session, person=ana_of(session, world), choices=Choices(), actor=world.ada, now=NOW)
    said = {
        each.order.number: (each.with_successor.press_label, each.with_successor.status, each.with_nobody.status)
        for each in found.orders
        if each.with_successor.status and each.with_nobody.status
    }
    labels = {number: (press, one.label, other.label) for number, (press, one, other) in said.items() if one and other}
    assert labels == {
        pending.number: ("", "Pending", "Unassigned"),
        ongoing.number: ("Pause", "Paused", "Unassigned"),
        done.number: ("", "Waiting for review", "Waiting for review"),
    }
    assert [each.asks for each in found.orders] == [True, True, False]
    assert [name for _, name in found.successors] == ["Nobody: back to unassigned", "Tom"]
    assert [asked.name for asked in found.questions] == ["pause.reason"]
    assert (pending.technician_id, ongoing.status) == (world.ana.user_id, "ongoing")


def test_everything_said_then_happens_together(session: Session, world: World) -> None:
    pending, ongoing, done = (
        repair(session, world, technician=world.ana),
        begun(session, world),
        reviewed(session, world),
    )
    assert leave(session, world, choices(pending, ongoing, done, for_all=str(world.tom.user_id))) == (
        pending.number,
        ongoing.number,
    )
    assert [(order.technician_id, order.status) for order in (pending, ongoing, done)] == [
        (world.tom.user_id, "pending"),
        (world.tom.user_id, "paused"),
        (world.ana.user_id, "waiting_review"),
    ]
    assert not ana_of(session, world).active
    paused = session.scalars(
        select(StatusHistory).where(StatusHistory.order_id == ongoing.id, StatusHistory.rule == "pause")
    ).one()
    assert paused.user_id == world.ada.user_id
    press(session, ongoing, "resume", world.tom)
    assert ongoing.status == "ongoing"


def test_each_order_may_go_to_somebody_else_or_to_nobody(session: Session, world: World) -> None:
    first, second, third = (repair(session, world, technician=world.ana) for _ in range(3))
    ida = person(session, "Ida", "technician")
    each = {second.number: "nobody", third.number: str(ida.user_id)}
    leave(session, world, choices(first, second, third, for_all=str(world.tom.user_id), each=each))
    assert [order.technician_id for order in (first, second, third)] == [world.tom.user_id, None, ida.user_id]
    assert second.status == "unassigned"


def test_without_a_choice_nothing_happens_and_it_is_asked_for(session: Session, world: World) -> None:
    order = begun(session, world)
    with pytest.raises(Invalid, match=r"1 open work order\. Say below who takes over") as refusal:
        leave(session, world, None)
    assert list(refusal.value.problems) == ["handover"]
    with pytest.raises(Invalid, match=f"#{order.number}: Choose who takes it over") as unchosen:
        leave(session, world, choices(order))
    assert list(unchosen.value.problems) == [f"order.{order.number}"]
    assert (order.status, order.technician_id, ana_of(session, world).active) == ("ongoing", world.ana.user_id, True)


@pytest.mark.parametrize("chosen", ["ana", "olga", "999", "x"])
def test_only_another_technician_takes_over(session: Session, world: World, chosen: str) -> None:
    order = repair(session, world, technician=world.ana)
    number = {"ana": str(world.ana.user_id), "olga": str(world.olga.user_id)}.get(chosen, chosen)
    with pytest.raises(Invalid, match="Choose who takes it over"):
        leave(session, world, choices(order, for_all=number))
    assert order.technician_id == world.ana.user_id


def test_every_order_that_cannot_go_is_named_and_none_goes(session: Session, world: World) -> None:
    pending, ongoing = repair(session, world, technician=world.ana), begun(session, world)
    clerk = replace(world.ada, permissions=world.ada.permissions - {"work_orders.supervise"})
    with session.begin_nested() as nested:
        with pytest.raises(Invalid) as refusal:
            leave(session, world, choices(pending, ongoing, for_all="nobody"), by=clerk)
        nested.rollback()
    assert list(refusal.value.problems) == [f"order.{pending.number}", f"order.{ongoing.number}"]
    session.expire_all()
    assert ana_of(session, world).active
    assert (pending.technician_id, ongoing.status) == (world.ana.user_id, "ongoing")


def test_a_page_that_no_longer_fits_the_orders_is_answered_with_what_changed(session: Session, world: World) -> None:
    shown, changed = repair(session, world, technician=world.ana), repair(session, world, technician=world.ana)
    sent = choices(shown, changed, for_all="nobody")
    save(session, changed, world.sam, duration_minutes=90)
    came = repair(session, world, technician=world.ana)
    save(session, shown, world.sam, technician_id=world.tom.user_id)
    with pytest.raises(Conflict) as conflict:
        leave(session, world, sent)
    assert [sentence.split(" ")[2] for sentence in conflict.value.changes] == [
        str(order.number) for order in (changed, came, shown)
    ]
    assert "Sam changed Estimated duration from 60 minutes to 90 minutes." in conflict.value.changes[0]
    assert ana_of(session, world).active


def test_orders_the_actor_may_not_see_are_counted_and_not_named(session: Session, world: World) -> None:
    order = repair(session, world, technician=world.ana)
    keeper = replace(world.ada, permissions=frozenset({"users.delete", "users.edit"}))
    found = succession.prepare(session, person=ana_of(session, world), choices=Choices(), actor=keeper, now=NOW)
    assert (found.orders, found.hidden) == ((), 1)
    with pytest.raises(Invalid, match="that you may not see") as refusal:
        leave(session, world, choices(order, for_all="nobody"), by=keeper)
    assert str(order.number) not in refusal.value.sentence.replace("1 open", "")


def test_who_stops_being_a_technician_hands_over_too(session: Session, world: World) -> None:
    order, ana = begun(session, world), ana_of(session, world)
    office = session.scalars(select(Role.id).where(Role.name == "office")).one()
    entry = UserEntry(name="Ana", email=ana.email, role_id=str(office))

    def change(chosen: Choices | None) -> None:
        users.save(session, user_id=ana.id, row_version=1, entry=entry, choices=chosen, actor=world.ada, now=NOW)

    with pytest.raises(Invalid, match="Say below who takes over"):
        change(None)
    assert ana.role.is_technician
    change(choices(order, for_all=str(world.tom.user_id)))
    assert (order.status, order.technician_id, ana.role_id) == ("paused", world.tom.user_id, office)


def test_deactivating_once_more_changes_nothing(session: Session, world: World) -> None:
    order = repair(session, world, technician=world.ana)
    sent = choices(order, for_all="nobody")
    assert leave(session, world, sent) == (order.number,)
    assert leave(session, world, sent) == ()
    assert order.status == "unassigned"
