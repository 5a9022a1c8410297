"""A technician leaves while others work with his orders: nothing is lost between them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask

from tests.services.firm import NOW, World, open_firm, repair
from webapp.actors import Actor
from webapp.db import reading, unit_of_work
from webapp.errors import ApplicationError
from webapp.models import User, WorkOrder
from webapp.services import history, orders, users
from webapp.services.open_orders import Choices

ROUNDS = 4


@pytest.fixture
def world(app: Flask) -> World:
    """The firm, committed, so that every thread sees it."""
    with unit_of_work() as session:
        return open_firm(session)


def together(app: Flask, *doing: Callable[[], object]) -> list[str]:
    """Does everything at the same moment; returns what each came to: "done", or the sentence that refused it."""
    start = Barrier(len(doing))

    def run(what: Callable[[], object]) -> str:
        with app.app_context():
            start.wait()
            try:
                what()
            except ApplicationError as refused:
                return refused.sentence
            return "done"

    with ThreadPoolExecutor(len(doing)) as pool:
        return list(pool.map(run, doing))


def ana_leaves(world: World, choices: Choices | None, by: Actor) -> Callable[[], object]:
    def leave() -> tuple[int, ...]:
        with unit_of_work() as session:
            assert world.ana.user_id is not None
            return users.deactivate(session, user_id=world.ana.user_id, choices=choices, actor=by, now=NOW)[1]

    return leave


def test_of_two_who_deactivate_one_person_the_first_decides_who_takes_over(app: Flask, world: World) -> None:
    with unit_of_work() as session:
        order = repair(session, world, technician=world.ana)
        number, version = order.number, order.row_version
    sam = Actor(kind="person", user_id=world.sam.user_id, name="Sam", permissions=world.ada.permissions)
    sent = [Choices(for_all=chosen, versions={number: version}) for chosen in (str(world.tom.user_id), "nobody")]
    answers = together(app, ana_leaves(world, sent[0], world.ada), ana_leaves(world, sent[1], sam))
    assert answers == ["done", "done"]
    with reading() as session:
        order = session.query(WorkOrder).one()
        assert order.row_version == version + 1
        assert (order.technician_id, order.status) in [(world.tom.user_id, "pending"), (None, "unassigned")]
        assert history.verify(session) is None


def test_nobody_who_is_gone_holds_an_order_that_was_being_assigned_to_him(app: Flask, world: World) -> None:
    for _ in range(ROUNDS):
        with unit_of_work() as session:
            session.get_one(User, world.ana.user_id).active = True
            number = repair(session, world).number

        def assign(number: int = number) -> None:
            with unit_of_work() as session:
                changes = {"technician_id": world.ana.user_id}
                orders.save(session, number=number, row_version=None, changes=changes, actor=world.sam, now=NOW)

        answers = together(app, assign, ana_leaves(world, None, world.ada))
        with unit_of_work() as session:
            ana, order = (
                session.get_one(User, world.ana.user_id),
                session.query(WorkOrder).filter_by(number=number).one(),
            )
            assert (answers[0] == "done") == (order.technician_id == ana.id) == ana.active, answers
            if order.technician_id is not None:
                orders.save(
                    session,
                    number=number,
                    row_version=None,
                    changes={"technician_id": None},
                    actor=world.sam,
                    now=NOW,
                )
