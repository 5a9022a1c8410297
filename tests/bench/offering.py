"""The buttons of a page of 50 orders: from the compiled table, and with a machine of its own for every row."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select

from tests.bench import world
from webapp import clock
from webapp.db import reading
from webapp.models import WorkOrder
from webapp.queries.facts import gather
from webapp.queries.lifecycles import live
from workflow.values import Situation

ROWS = 50
REPEATS = 40
STATUSES = ("pending", "ongoing", "paused")
"""The orders of the page are taken to be in these in turn, wherever the presses left them."""


@dataclass(frozen=True, slots=True)
class Offering:
    """Median milliseconds of processor time for one page."""

    table: float
    machines: float


def measure() -> Offering:
    """Both ways, turn by turn, on the same 50 orders, inside the application's context."""
    now = clock.now()
    with reading() as session:
        actor = world.technician(session).as_engine_actor()
        _, lifecycle = live(session)
        rows = session.execute(select(WorkOrder.id).order_by(WorkOrder.number).limit(ROWS)).all()
        facts = gather(session, [row.id for row in rows])
    situations = [
        Situation(status=status, facts=facts[row.id], now=now)
        for row, status in zip(rows, itertools.cycle(STATUSES), strict=False)
    ]
    assert len(situations) == ROWS
    machine, cursor_class = lifecycle.machines.machine, lifecycle.machines._cursor

    def from_table() -> None:
        lifecycle.offers_page(situations, actor)

    def from_machines() -> None:
        for situation in situations:
            cursor = cursor_class(f"s_{situation.status}")
            cursor.judge = lifecycle.case(situation, actor).may_take
            machine(model=cursor).enabled_events()

    pairs = [(_milliseconds(from_table), _milliseconds(from_machines)) for _ in range(REPEATS)]
    return Offering(
        table=statistics.median(table for table, _ in pairs), machines=statistics.median(each for _, each in pairs)
    )


def _milliseconds(work: Callable[[], None]) -> float:
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * 1000
