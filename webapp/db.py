"""The database: one engine, read-only reading, and the unit of work that alone commits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, Connection, DateTime, Dialect, Numeric, TypeDecorator, event, text
from sqlalchemy.orm import DeclarativeBase, Session, registry


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware going in and coming out, UTC in the database on every backend."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment without a zone cannot be stored.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Quantity(TypeDecorator[Decimal]):
    """A decimal with three places, exact on SQLite too, where it is kept as whole thousandths."""

    impl = Numeric(15, 0)
    cache_ok = True
    places = 3

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        return None if value is None else int((value * 10**self.places).to_integral_value())

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(int(value)).scaleb(-self.places)


class Money(Quantity):
    """An amount in the firm's currency with two places, kept as whole hundredths."""

    cache_ok = True
    places = 2


class Base(DeclarativeBase):
    """The tables' common root; JSON for lists and mappings, UtcDateTime for moments."""

    registry = registry(
        type_annotation_map={datetime: UtcDateTime, dict[str, Any]: JSON, list[str]: JSON, list[Any]: JSON}
    )


db = SQLAlchemy(
    model_class=Base,
    session_options={"expire_on_commit": False, "autoflush": False},
    engine_options={"pool_pre_ping": True},
)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model

WRITING = "fieldwright_writing"
ONE_WRITER = threading.Lock()
"""SQLite knows one writer; waiting here is fair and short, waiting in the file is neither."""


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """Yield the session inside a writing transaction: committed on leaving, rolled back on any exception.

    On SQLite it begins with BEGIN IMMEDIATE behind one lock of this process; on PostgreSQL as usual.
    """
    session = db.session()
    session.rollback()  # what was read before must not be older than the lock
    sqlite = db.engine.dialect.name == "sqlite"
    if sqlite:
        ONE_WRITER.acquire()
    session.info[WRITING] = True
    try:
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
    finally:
        session.info.pop(WRITING, None)
        session.expunge_all()
        if sqlite:
            ONE_WRITER.release()


@contextmanager
def reading() -> Iterator[Session]:
    """Yield the session inside a transaction in which the database itself refuses every write.

    Inside a unit of work it would undo what was done there (a page rendered before the unit is left, say): RuntimeError.
    """
    session = db.session()
    if session.info.get(WRITING):
        raise RuntimeError("Leave the unit of work before reading anew: rendering a page reads who is signed in.")
    session.rollback()
    try:
        yield session
    finally:
        session.rollback()
        session.expunge_all()


@event.listens_for(Session, "after_begin")
def begin_as_declared(session: Session, _transaction: Any, connection: Connection) -> None:
    """Begin the database's transaction: writing inside a unit of work, read-only everywhere else."""
    writing = session.info.get(WRITING, False)
    if connection.dialect.name == "sqlite":
        raw: Any = connection.connection.dbapi_connection
        if not raw.in_transaction:
            raw.execute(f"PRAGMA query_only={'OFF' if writing else 'ON'}")
            raw.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
    elif not writing:
        connection.execute(text("SET TRANSACTION READ ONLY"))


def prepare(engine: Any) -> None:
    """Set what every connection needs (SQLite: docs/adr on durability; PostgreSQL: no endless waits)."""

    @event.listens_for(engine, "connect")
    def connected(raw: Any, _record: Any) -> None:
        if engine.dialect.name == "sqlite":
            raw.isolation_level = None
            for pragma in ("foreign_keys=ON", "synchronous=FULL", "busy_timeout=30000"):
                raw.execute(f"PRAGMA {pragma}")
        else:
            raw.execute("SET lock_timeout = '10s'")
            raw.execute("SET idle_in_transaction_session_timeout = '60s'")
            raw.commit()
