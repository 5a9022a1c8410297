"""The hash chain: whole as written, and whatever is altered is named."""

from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.services.firm import World, repair, save
from webapp.models import WorkOrder
from webapp.services import history


def two_orders(session: Session, world: World) -> tuple[WorkOrder, WorkOrder]:
    orders = repair(session, world, technician=world.ana), repair(session, world, technician=world.tom)
    for order in orders:
        save(session, order, world.olga, quantities={world.cable: Decimal("7.25")})
    session.flush()
    session.expire_all()
    return orders


def test_a_history_as_written_is_whole(session: Session, world: World) -> None:
    two_orders(session, world)
    assert history.verify(session) is None


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE work_order_status_histories SET actor_name = 'Nobody' WHERE order_id = :id AND sequence = 2",
        "UPDATE work_order_status_histories SET at = '2020-01-01 00:00:00+00:00' WHERE order_id = :id AND sequence = 2",
        "UPDATE work_order_status_histories SET facts = '{}' WHERE order_id = :id AND sequence = 2",
        "UPDATE work_order_status_histories SET user_id = NULL WHERE order_id = :id AND sequence = 2",
    ],
)
def test_an_altered_row_is_named(session: Session, world: World, tampering: str) -> None:
    _, order = two_orders(session, world)
    session.execute(text(tampering), {"id": order.id})
    session.expire_all()
    altered = history.verify(session)
    assert altered is not None
    assert (altered.order_number, altered.sequence) == (order.number, 2)


def test_a_row_taken_out_is_named(session: Session, world: World) -> None:
    order, _ = two_orders(session, world)
    session.execute(
        text("DELETE FROM work_order_status_histories WHERE order_id = :id AND sequence = 2"), {"id": order.id}
    )
    session.expire_all()
    altered = history.verify(session)
    assert altered is not None
    assert (altered.order_number, altered.sequence) == (order.number, 2)


def test_a_missing_end_is_noticed(session: Session, world: World) -> None:
    order, _ = two_orders(session, world)
    session.execute(
        text("DELETE FROM work_order_status_histories WHERE order_id = :id AND sequence = 3"), {"id": order.id}
    )
    session.expire_all()
    altered = history.verify(session)
    assert altered is not None
    assert (altered.order_number, altered.sequence) == (order.number, None)


def test_a_status_written_past_the_door_is_noticed(session: Session, world: World) -> None:
    order, _ = two_orders(session, world)
    session.execute(text("UPDATE work_orders SET status = 'billed' WHERE id = :id"), {"id": order.id})
    session.expire_all()
    altered = history.verify(session)
    assert altered is not None
    assert altered.order_number == order.number
