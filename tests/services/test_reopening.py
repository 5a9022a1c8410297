"""A reopened order takes its day back from the unit, whatever else was done there."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations

import pytest
from sqlalchemy.orm import Session

from tests.services.firm import NOW, World, save
from webapp.models import Unit, WorkOrder
from webapp.services import orders, transitions

LONG_AGO = NOW - timedelta(days=300)


def press(session: Session, order: WorkOrder, button: str, world: World, *, now: datetime, reason: str = "") -> None:
    """Press a button as Ana, or as Sam where a supervisor has to."""
    transitions.press(
        session,
        number=order.number,
        transition=button,
        answers={"reason": reason} if reason else {},
        row_version=order.row_version,
        actor=world.ana if button in ("start", "submit") else world.sam,
        now=now,
    )


def serviced(session: Session, world: World, *, on: datetime, completed: datetime | None = None) -> WorkOrder:
    """A service visit submitted on that day."""
    order = orders.create(session, actor=world.olga, now=NOW, type="service", unit_id=world.boiler)
    save(session, order, world.sam, technician_id=world.ana.user_id)
    press(session, order, "start", world, now=on)
    press(session, order, "submit", world, now=on)
    press(session, order, "complete", world, now=completed or on)
    return order


@pytest.mark.parametrize("sequence", list(permutations(range(3))))
def test_reopening_every_visit_in_any_order_ends_with_the_day_before_them(
    session: Session, world: World, sequence: tuple[int, ...]
) -> None:
    unit = session.get_one(Unit, world.boiler)
    unit.serviced_at = LONG_AGO
    session.flush()
    days = [NOW + timedelta(days=number) for number in range(3)]
    visits = [serviced(session, world, on=day) for day in days]
    standing = set(range(3))
    for number in sequence:
        press(session, visits[number], "reopen", world, now=NOW + timedelta(days=9), reason="Still leaking")
        standing.discard(number)
        assert unit.serviced_at == max((days[each] for each in standing), default=LONG_AGO)


def test_a_visit_that_gave_no_day_because_a_newer_one_had_gives_it_once_that_is_reopened(
    session: Session, world: World
) -> None:
    unit = session.get_one(Unit, world.boiler)
    newer = serviced(session, world, on=NOW + timedelta(days=2))
    serviced(session, world, on=NOW + timedelta(days=1), completed=NOW + timedelta(days=3))
    assert unit.serviced_at == NOW + timedelta(days=2)
    press(session, newer, "reopen", world, now=NOW + timedelta(days=4), reason="Wrong unit")
    assert unit.serviced_at == NOW + timedelta(days=1)


def test_a_day_typed_on_the_unit_since_stays(session: Session, world: World) -> None:
    unit = session.get_one(Unit, world.boiler)
    visit = serviced(session, world, on=NOW)
    unit.serviced_at = NOW + timedelta(days=5)
    session.flush()
    press(session, visit, "reopen", world, now=NOW + timedelta(days=6), reason="Still leaking")
    assert unit.serviced_at == NOW + timedelta(days=5)
