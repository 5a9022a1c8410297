"""How many statements the hot paths send: what was once measured stays, whatever machine the tests run on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.services.firm import NOW, World, repair, save
from webapp.models import WorkOrder
from webapp.queries import orders
from webapp.queries.facts import gather
from webapp.services import transitions


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """What the session's connection sends meanwhile; many rows for one statement count once."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(connection, "before_cursor_execute", note)


def press(session: Session, order: WorkOrder, button: str, world: World, **answers: str) -> list[str]:
    with statements(session) as sent:
        transitions.press(
            session,
            number=order.number,
            transition=button,
            answers=answers,
            row_version=order.row_version,
            actor=world.ana,
            now=NOW,
        )
    return sent


def ready(session: Session, world: World) -> WorkOrder:
    """A repair of Ana's with two lines; everything was sent once, so that nothing is compiled any more."""
    order = repair(session, world, technician=world.ana)
    save(session, order, world.sam, quantities={world.cable: Decimal(1), world.filter: Decimal(2)})
    for button in ("start", "pause"):
        press(session, order, button, world, **({"reason": "parts"} if button == "pause" else {}))
    return order


def test_a_press_that_tells_nobody_sends_a_lock_a_read_and_three_writes(session: Session, world: World) -> None:
    order = ready(session, world)
    sent = press(session, order, "resume", world)
    assert [statement.split()[0] for statement in sent] == ["SELECT", "SELECT", "INSERT", "UPDATE", "INSERT"]


def test_a_press_that_tells_people_reads_them_once_and_writes_all_deliveries_at_once(
    session: Session, world: World
) -> None:
    order = ready(session, world)
    press(session, order, "resume", world)
    sent = press(session, order, "pause", world, reason="parts")
    assert len(sent) == 7
    assert [statement for statement in sent if "INSERT INTO deliveries" in statement] == [sent[-1]]


def test_the_statement_that_takes_the_lock_reads_nothing_that_a_guard_may_ask(session: Session, world: World) -> None:
    lock, read, *_ = press(session, ready(session, world), "resume", world)
    assert "work_order_lines" not in lock
    assert "work_order_lines" in read


def test_a_list_of_orders_sends_as_many_statements_for_many_as_for_one(session: Session, world: World) -> None:
    counted = []
    for more in (1, 6):
        for _ in range(more):
            repair(session, world, technician=world.ana)
        with statements(session) as sent:
            page = orders.page(session, actor=world.olga, now=NOW)
        counted.append(len(sent))
    assert len(page.rows) == 7
    assert counted[0] == counted[1] <= 6


def test_facts_of_many_orders_come_in_one_statement(session: Session, world: World) -> None:
    several = [repair(session, world, technician=world.ana) for _ in range(3)]
    with statements(session) as sent:
        facts = gather(session, [order.id for order in several])
    assert len(facts) == 3
    assert len(sent) == 1


def test_the_page_of_an_order_sends_as_many_statements_for_a_long_history_as_for_a_short_one(
    session: Session, world: World
) -> None:
    order = ready(session, world)
    counted = []
    for _ in range(2):
        for button in ("resume", "pause") * 3:
            press(session, order, button, world, **({"reason": "parts"} if button == "pause" else {}))
        for _ in range(3):
            repair(session, world)
        session.expire_all()
        with statements(session) as sent:
            page = orders.detail(session, number=order.number, actor=world.sam, now=NOW)
        counted.append(len(sent))
    assert (len(page.history), len(page.past_orders)) == (16, 6)
    assert counted[0] == counted[1] <= 30
