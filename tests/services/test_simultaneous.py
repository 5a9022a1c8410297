"""Many people at one order at the same moment: one is first, everybody else is told."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask

from tests.services.firm import NOW, World, open_firm, repair
from webapp.actors import Actor
from webapp.db import reading, unit_of_work
from webapp.errors import Conflict
from webapp.models import WorkOrder
from webapp.services import history, orders, transitions

PEOPLE = 8


def firm(app: Flask) -> World:
    """The firm, committed, so that every thread sees it."""
    with unit_of_work() as session:
        return open_firm(session)


def test_of_many_people_pressing_one_button_one_succeeds_and_the_others_get_a_conflict(app: Flask) -> None:
    world = firm(app)
    with unit_of_work() as session:
        order = repair(session, world, technician=world.ana)
        number, version = order.number, order.row_version
    together = Barrier(PEOPLE)

    def press(actor: Actor) -> str:
        with app.app_context():
            together.wait()
            try:
                with unit_of_work() as session:
                    transitions.press(
                        session,
                        number=number,
                        transition="start",
                        answers={},
                        row_version=version,
                        actor=actor,
                        now=NOW,
                    )
            except Conflict as conflict:
                return conflict.sentence
            return "started"

    actors = [
        Actor(kind="person", user_id=person.user_id, name=person.name, permissions=world.sam.permissions)
        for person in (world.ana, world.sam, world.sue, world.ada, world.olga, world.tom, world.vera, world.ana)
    ]
    with ThreadPoolExecutor(PEOPLE) as pool:
        answers = Counter(pool.map(press, actors))
    late = f"Work order {number} was changed while you had it open. It is now Ongoing."
    assert set(answers) == {"started", late}
    assert answers["started"] in (1, 2)  # Ana is there twice, and sees her own success again
    with reading() as session:
        assert session.query(WorkOrder).one().row_version == version + 1
        assert history.verify(session) is None


def test_orders_made_at_the_same_moment_get_numbers_of_their_own_without_a_gap(app: Flask) -> None:
    world = firm(app)
    together = Barrier(PEOPLE)

    def make(_: int) -> int:
        with app.app_context():
            together.wait()
            with unit_of_work() as session:
                order = orders.create(session, actor=world.olga, now=NOW, type="repair", unit_id=world.boiler)
                return order.number

    with ThreadPoolExecutor(PEOPLE) as pool:
        numbers = list(pool.map(make, range(PEOPLE)))
    assert sorted(numbers) == list(range(1001, 1001 + PEOPLE))
