"""PostgreSQL databases for test after test: emptied between two of them, which costs a tenth of making one."""

import contextlib
import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

from tests.support import postgres

NUMBERS = itertools.count(1)
GROWTH = 8 * 1024 * 1024
"""Bytes of deleted rows after which a database is given up: reading past them would begin to cost."""

OTHERS = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
SIZE = "SELECT pg_database_size(current_database())"
SHAPE = """SELECT c.relname, c.relkind, c.relhastriggers, array_agg((a.attname, a.atttypid, a.attnotnull) ORDER BY a.attnum)
    FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace GROUP BY c.oid ORDER BY c.relname"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1"
REWIND = "SELECT setval(oid::regclass, seqstart, false) FROM pg_class JOIN pg_sequence ON seqrelid = oid"
MIGRATED = "SELECT * FROM alembic_version"


@dataclass(frozen=True, slots=True)
class Room:
    """A database made from the template, and what it was like when it was new."""

    name: str
    url: str
    size: int
    shape: object
    tables: tuple[str, ...]


@dataclass(slots=True)
class Rooms:
    """The databases of one test process."""

    cluster: str
    free: list[Room] = field(default_factory=list)

    @contextlib.contextmanager
    def room(self) -> Iterator[str]:
        """Yield the address of a migrated database without a row."""
        room = self.free.pop() if self.free else self._made()
        try:
            yield room.url
        finally:
            if emptied(room):
                self.free.append(room)
            else:
                postgres.drop(self.cluster, room.name)

    def _made(self) -> Room:
        name = f"test_{os.getpid()}_{next(NUMBERS)}"
        url = postgres.create(self.cluster, name, template="template")
        with contextlib.closing(postgres.plain(url)) as connection:
            (size,) = connection.execute(SIZE).fetchone() or (0,)
            tables = tuple(name for (name,) in connection.execute(TABLES))
            return Room(name, url, size, shape(connection), tables)


def shape(connection: psycopg.Connection) -> object:
    """Tables, columns, indexes and sequences, and the migration they came from."""
    return [connection.execute(query).fetchall() for query in (SHAPE, MIGRATED)]


def emptied(room: Room) -> bool:
    """Whether the database is again as it was when it was new; False when a test changed its shape or filled it much."""
    try:
        with contextlib.closing(postgres.plain(room.url)) as connection:
            connection.execute(OTHERS)
            (size,) = connection.execute(SIZE).fetchone() or (0,)
            if size > room.size + GROWTH or shape(connection) != room.shape:
                return False
            connection.execute("SET session_replication_role = replica")  # no foreign key is looked at
            filled = sql.SQL(" UNION ALL ").join(
                sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(name), sql.Identifier(name))
                for name in room.tables
            )
            for (name,) in connection.execute(filled).fetchall():
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
            connection.execute(REWIND)
    except psycopg.OperationalError:  # a test that stops the server, or drops the database itself
        return False
    return True
