"""Overdue means the same on the list, on the order's page and on My Day, and supervisors hear of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.services.firm import NOW, World, repair, save
from tests.services.timing import RESUMING, clockwork, tick
from webapp.actors import Actor
from webapp.models import Delivery, Firm, Unit, WorkOrder
from webapp.queries import my_day, orders
from webapp.services import transitions

WAYS: tuple[tuple[str, ...], ...] = ((), ("start",), ("start", "pause"), ("start", "submit"))
DUE = (timedelta(days=-2), timedelta(hours=-10), timedelta(hours=-2), timedelta(0), timedelta(hours=3))


def press(session: Session, order: WorkOrder, button: str, actor: Actor) -> None:
    answers = {"reason": "parts"} if button == "pause" else {}
    transitions.press(
        session, number=order.number, transition=button, answers=answers, row_version=None, actor=actor, now=NOW
    )


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/New_York", None])
def test_every_page_calls_the_same_orders_overdue(session: Session, world: World, zone: str | None) -> None:
    session.get_one(Firm, 1).time_zone = "Europe/Berlin"
    session.get_one(Unit, world.boiler).time_zone = zone
    for way in WAYS:
        for due in DUE:
            order = repair(session, world, technician=world.ana)
            save(session, order, world.sam, due_at=NOW + due)
            for button in way:
                press(session, order, button, world.ana)
    session.flush()
    ana = world.ana
    listed = {
        row.number
        for row in orders.page(session, actor=world.sam, now=NOW, tab="all").rows
        if row.overdue
    }  # fmt: skip
    tab = {row.number for row in orders.page(session, actor=world.sam, now=NOW, tab="overdue").rows}
    numbers = session.scalars(select(WorkOrder.number)).all()
    shown = {number for number in numbers if orders.detail(session, number=number, actor=world.sam, now=NOW).overdue}
    day = my_day.day(session, actor=ana, now=NOW)
    jobs = [*day.working, *(job for group in day.groups for part in group.parts for job in part.jobs)]
    assert len(jobs) == len(numbers) == len(WAYS) * len(DUE)
    assert listed == tab == shown == {job.number for job in jobs if job.when == my_day.OVERDUE}
    in_review = [job for job in jobs if job.status == "waiting_review"]
    assert {job.when for job in in_review} & {"Earlier", "Today"}
    assert 0 < len(listed) < len(numbers)


def test_an_order_that_is_overdue_for_an_hour_is_told_to_supervisors_and_stands_on_the_list(
    session: Session, world: World
) -> None:
    clockwork(session, RESUMING, actor=world.ada)
    order = repair(session, world, technician=world.ana)
    save(session, order, world.sam, due_at=NOW + timedelta(days=1))
    later = NOW + timedelta(days=1, hours=1)
    assert not orders.detail(session, number=order.number, actor=world.sam, now=NOW).overdue
    tick(session, later)
    told = session.scalars(select(Delivery.user_id).where(Delivery.message == "WorkOrderOverdue")).all()
    assert {world.sam.user_id, world.sue.user_id} <= set(told)
    (row,) = orders.page(session, actor=world.sam, now=later, tab="overdue").rows
    assert (row.number, row.overdue) == (order.number, True)
