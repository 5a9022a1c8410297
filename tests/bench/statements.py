"""The bare work of one transition, without any program around it: eight statements, for pgbench and for SQLite's driver."""

from __future__ import annotations

import os
import random
import re
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

from tests.bench.rounds import Round
from tests.bench.world import LINES, ORDERS
from tests.support import postgres

CLIENTS = 8
FACTS = "x" * 600
"""As long as the facts a history row of ours keeps."""

TABLES = (
    "CREATE TABLE orders (id {key}, status text, row_version int)",
    "CREATE TABLE permissions (user_id int PRIMARY KEY, allowed int)",
    "CREATE TABLE lines (id {key}, order_id int, quantity int, used int, approved int)",
    "CREATE INDEX lines_order ON lines (order_id)",
    "CREATE TABLE history (id {key}, order_id int, from_status text, to_status text, facts text)",
    "CREATE INDEX history_order ON history (order_id)",
    "CREATE TABLE changes (id {key}, order_id int, field text, old text, new text)",
    "CREATE INDEX changes_order ON changes (order_id)",
    "CREATE TABLE outbox (id {key}, order_id int, message text, state text)",
    "CREATE INDEX outbox_state ON outbox (state, id)",
)
STATEMENTS = (
    "SELECT status, row_version FROM orders WHERE id = :order{lock}",
    "SELECT allowed FROM permissions WHERE user_id = 1",
    "SELECT quantity, used, approved FROM lines WHERE order_id = :order",
    "UPDATE orders SET status = 'paused', row_version = row_version + 1 WHERE id = :order",
    f"INSERT INTO history (order_id, from_status, to_status, facts) VALUES (:order, 'ongoing', 'paused', '{FACTS}')",
    "INSERT INTO changes (order_id, field, old, new) VALUES (:order, 'status', 'Ongoing', 'Paused')",
    "INSERT INTO outbox (order_id, message, state) VALUES (:order, 'WorkOrderPaused', 'waiting')",
)
"""All but the eighth, which is the commit."""


def prepare_postgres(address: str) -> None:
    """Make the tables in an empty PostgreSQL database."""
    with closing(postgres.plain(address)) as connection:
        for table in TABLES:
            connection.execute(table.format(key="int GENERATED ALWAYS AS IDENTITY PRIMARY KEY"))
        connection.execute(
            "INSERT INTO orders (status, row_version) SELECT 'ongoing', 1 FROM generate_series(1, %s)", (ORDERS,)
        )
        connection.execute("INSERT INTO permissions VALUES (1, 1)")
        connection.execute(
            "INSERT INTO lines (order_id, quantity, used, approved)"
            " SELECT number, 1, 1, 1 FROM generate_series(1, %s) number, generate_series(1, %s)",
            (ORDERS, LINES),
        )
        connection.execute("ANALYZE")


def pgbench(address: str, folder: Path, *, clients: int, seconds: float) -> Round:
    """Transactions a second of pgbench with these statements, prepared, each a round trip of its own."""
    binaries = postgres.binaries()
    assert binaries is not None
    script = folder / "transition.sql"
    body = "".join(f"{one.format(lock=' FOR UPDATE')};\n" for one in STATEMENTS)
    script.write_text(f"\\set order random(1, {ORDERS})\nBEGIN;\n{body}COMMIT;\n")
    said = subprocess.run(
        (
            *(binaries / "pgbench", "--no-vacuum", "--protocol=prepared", f"--file={script}"),
            *(f"--client={clients}", f"--jobs={min(clients, os.cpu_count() or 1)}", f"--time={max(1, round(seconds))}"),
            address.replace("+psycopg", ""),
        ),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = re.search(r"tps = ([0-9.]+)", said)
    assert found is not None, said
    return Round(float(found.group(1)))


def prepare_sqlite(file: Path) -> None:
    """Make the same tables in a new SQLite database."""
    with closing(_sqlite(file)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        for table in TABLES:
            connection.execute(table.format(key="integer PRIMARY KEY"))
        connection.execute("BEGIN")
        connection.execute("INSERT INTO permissions VALUES (1, 1)")
        for order in range(1, ORDERS + 1):
            connection.execute("INSERT INTO orders (status, row_version) VALUES ('ongoing', 1)")
            for _ in range(LINES):
                connection.execute(
                    "INSERT INTO lines (order_id, quantity, used, approved) VALUES (?, 1, 1, 1)", (order,)
                )
        connection.execute("COMMIT")


def sqlite_driver(file: Path, *, seconds: float) -> Round:
    """Transactions a second of Python's sqlite3 with the same statements and the same durability as ours."""
    statements = [one.format(lock="") for one in STATEMENTS]
    with closing(_sqlite(file)) as connection:
        begun, used = time.perf_counter(), time.process_time()
        end = begun + seconds
        done = 0
        while time.perf_counter() < end:
            order = {"order": random.randint(1, ORDERS)}
            connection.execute("BEGIN IMMEDIATE")
            for statement in statements:
                connection.execute(statement, order if ":order" in statement else {}).fetchall()
            connection.execute("COMMIT")
            done += 1
        return Round(done / (time.perf_counter() - begun), (time.process_time() - used) / done * 1000)


def _sqlite(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    return connection
