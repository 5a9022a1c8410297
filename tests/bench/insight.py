"""How long the page of insight takes over a long history, all of it within the days the page looks back; on both databases."""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, text

from tests.bench import world
from tests.support import postgres
from webapp import clock
from webapp.db import db, reading, unit_of_work
from webapp.models import Refusal, StatusHistory, WorkOrder
from webapp.queries import insight as page
from webapp.queries.lifecycles import live
from webapp.services import insight

ROWS, EACH, REFUSED = 100_000, 10, 0.03
"""History rows when none are asked for, rows of one order, and refusals for each row."""
GOAL_MS = 300
REPEATS = 7
LIFE = (
    "unassigned",
    "pending",
    "ongoing",
    "paused",
    "ongoing",
    "waiting_review",
    "ongoing",
    "waiting_review",
    "completed",
)
RULES = ("assign", "start", "pause", "resume", "submit", "send_back", "submit", "complete", "bill")


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(prog="python -m tests.bench.insight", description=__doc__)
    arguments.add_argument("--rows", type=int, default=ROWS, help="history rows (the goal is set for 1,000,000)")
    rows = arguments.parse_args().rows
    print(f"\nInsight over {rows:,} history rows, all within {insight.WINDOW} days (goal: {GOAL_MS} ms for the page)\n")
    print(
        "| database | loaded in | one day added up | all days | the page's numbers | of them our processor |\n|---|---|---|---|---|---|"
    )
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fieldwright-bench-")))
        cluster = stack.enter_context(postgres.cluster(folder, fsync="off"))
        for name, url in (
            ("SQLite", f"sqlite:///{folder}/insight.sqlite"),
            ("PostgreSQL", postgres.create(cluster, "insight")),
        ):
            print(f"| {name} | {measured(url, folder, rows)} |")


def measured(url: str, folder: Path, rows: int) -> str:
    """The cells of one database."""
    world.build(url, folder)
    with world.application(url, folder):
        began = time.perf_counter()
        load(rows)
        loaded = time.perf_counter() - began
        now = clock.now()
        with reading() as session:
            days = insight.due(session, lifecycle="work_order", now=now)
        spent = []
        for day in days:
            began = time.perf_counter()
            with unit_of_work() as session:
                insight.compute(session, lifecycle="work_order", day=day, now=now)
            spent.append(time.perf_counter() - began)
        asked, used = [], []
        for _ in range(REPEATS):
            with reading() as session:
                definition = live(session)[1].definition
                began, busy = time.perf_counter(), time.process_time()
                told = page.insight(session, lifecycle_name="work_order", definition=definition, now=now)
                asked.append((time.perf_counter() - began) * 1000)
                used.append((time.process_time() - busy) * 1000)
        counted = sum(one.stays for one in told.statuses)
        assert counted > rows / EACH, "the page counts too few stays"
        cells = f"{loaded:.0f} s | {statistics.median(spent) * 1000:.0f} ms | {sum(spent):.1f} s"
        return f"{cells} | {statistics.median(asked):.0f} ms | {statistics.median(used):.0f} ms"


def load(rows: int) -> None:
    """Copy the first order as often as needed and give each copy a history and now and then a refusal."""
    chance, now = random.Random(1), clock.now()
    with unit_of_work() as session:
        first = session.scalars(select(WorkOrder).order_by(WorkOrder.id.desc()).limit(1)).one()
        like = {column.name: getattr(first, column.name) for column in WorkOrder.__table__.columns}
        connection = session.connection()
        ids = range(first.id + 1, first.id + 1 + rows // EACH)
        more = first.number - first.id
        for begin in range(0, len(ids), 5000):
            connection.execute(
                insert(WorkOrder),
                [like | {"id": one, "number": one + more} for one in ids[begin : begin + 5000]],
            )
        version = first.definition_version_id
        lives = [(one, now - timedelta(days=chance.uniform(1, insight.WINDOW - 1))) for one in ids]
        histories = (row for one, at in lives for row in _history(one, at, version, chance, now))
        _write(connection, StatusHistory.__tablename__, histories)
        refusals = (
            _refusal(one, at + timedelta(hours=chance.uniform(0, 30)), version, chance)
            for one, at in lives
            if chance.random() < REFUSED * EACH
        )
        _write(connection, Refusal.__tablename__, refusals)
    with unit_of_work() as session:
        session.connection().execute(text("ANALYZE"))


def _history(order: int, at: datetime, version: int, chance: random.Random, now: datetime) -> Iterator[dict[str, Any]]:
    before = None
    for sequence, (status, rule) in enumerate(zip((*LIFE, "billed"), (None, *RULES), strict=True), start=1):
        yield {
            "order_id": order, "sequence": sequence, "from_status": before, "to_status": status, "rule": rule,
            "automatic": rule == "assign", "actor_kind": "person", "actor_name": "Tom", "at": at, "reason": "",
            "definition_version_id": version, "facts": "{}", "guards": "{}", "answers": "{}", "previous_hash": "",
            "hash": "",
        }  # fmt: skip
        before = status
        at = min(now, at + timedelta(hours=chance.expovariate(1 / 12)))


def _refusal(order: int, at: datetime, version: int, chance: random.Random) -> dict[str, Any]:
    reason = chance.choice(("used_filled_in", "used_within_quantities", "technician_assigned"))
    return {
        "order_id": order, "at": at, "actor_kind": "person", "actor_name": "Tom", "status": "ongoing",
        "transition": chance.choice(("start", "submit", "complete")), "definition_version_id": version, "facts": "{}",
        "blockers": f'[{{"code": "guard", "name": "{reason}", "sentence": "Not yet."}}]',
    }  # fmt: skip


def _write(connection: Connection, table: str, rows: Iterator[dict[str, Any]]) -> None:
    """The rows, past everything that would make them slowly: the driver's own bulk way."""
    driver: Any = connection.connection.dbapi_connection
    first = next(rows)
    names = ", ".join(first)
    if db.engine.dialect.name == "sqlite":
        marks = ", ".join(f":{name}" for name in first)
        told = (row | {"at": f"{row['at']:%Y-%m-%d %H:%M:%S.%f}"} for row in _all(first, rows))
        driver.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", told)
        return
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in _all(first, rows):
            copy.write_row(tuple(row.values()))


def _all(first: dict[str, Any], rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    yield first
    yield from rows


if __name__ == "__main__":
    main()
