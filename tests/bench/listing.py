"""The list of work orders at 100,000 orders, in process: how long its statements and its Python take."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event, func, select

from tests.bench import many
from webapp import clock
from webapp.actors import Actor
from webapp.db import db, reading
from webapp.models import User, WorkOrder
from webapp.queries import orders
from webapp.queries.people import actor_of

REPEATS = 7
OFFICE = "office@demo.test"


@dataclass(frozen=True, slots=True)
class Listing:
    """Medians of one page: milliseconds until its statements had answered, of processor time in all, and statements."""

    database: float
    cpu: float
    statements: int


def measure() -> dict[str, Listing]:
    """Each page by what it shows, inside the application's context."""
    with reading() as session:
        actor = actor_of(session.scalars(select(User).where(User.email == OFFICE)).one())
        newest = int(session.scalar(select(func.max(WorkOrder.number))) or 0)
    pages: dict[str, dict[str, Any]] = {
        "first page of all orders": {},
        "a page 50,000 orders deep": {"after": newest - 50_000},
        "tab “Overdue”": {"tab": "overdue"},
        "one status, one type": {"status": "billed", "type": "repair"},
        "search that finds a tenth": {"search": many.NAMES[0]},
        "search that finds one customer": {"search": many.RARE},
        "search that finds nothing": {"search": "nobody has this name"},
    }
    return {name: _one(actor, asked) for name, asked in pages.items()}


def _one(actor: Actor, asked: Mapping[str, Any]) -> Listing:
    spent: list[float] = []
    begun = 0.0

    def before(*_: Any) -> None:
        nonlocal begun
        begun = time.perf_counter()

    def after(*_: Any) -> None:
        spent.append((time.perf_counter() - begun) * 1000)

    event.listen(db.engine, "before_cursor_execute", before)
    event.listen(db.engine, "after_cursor_execute", after)
    database, cpu = [], []
    try:
        for _ in range(REPEATS):
            spent.clear()
            used = time.process_time()
            with reading() as session:
                orders.page(session, actor=actor, now=clock.now(), **asked)
            cpu.append((time.process_time() - used) * 1000)
            database.append(sum(spent))
    finally:
        event.remove(db.engine, "before_cursor_execute", before)
        event.remove(db.engine, "after_cursor_execute", after)
    return Listing(statistics.median(database), statistics.median(cpu), len(spent))
