"""How Alembic reaches the database: an engine of its own, one transaction, one migration run at a time.

On SQLite foreign keys are off meanwhile (a batch change of a parent table would delete its child rows) and checked before the
commit; WAL is set here, once, because setting it at connect fails when several processes open a new file together.
"""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import _repr_type
from flask import current_app
from sqlalchemy import Connection, TypeDecorator, create_engine, event, pool

import webapp.models  # noqa: F401  so that the metadata knows every table
from webapp.db import db

ONE_AT_A_TIME = 7_303_014_277
"""The PostgreSQL advisory lock that keeps two `migrate` apart; any number that nobody else uses."""


def sqlite_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # or else DDL would run outside the transaction
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA busy_timeout=30000")


def sqlite_begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def render(kind: str, item: Any, about: AutogenContext) -> str | Literal[False]:
    """Write our own column types as what they are in the database, so that an old migration needs none of today's code."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return _repr_type(item.impl_instance, about)
    return False


def run() -> None:
    """Run the migrations on the application's database."""
    engine = create_engine(current_app.config["SQLALCHEMY_DATABASE_URI"], poolclass=pool.NullPool)
    sqlite = engine.dialect.name == "sqlite"
    if sqlite:
        event.listen(engine, "connect", sqlite_connect)
        event.listen(engine, "begin", sqlite_begin)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=sqlite,
            render_item=render,
            compare_type=True,
        )
        with context.begin_transaction():
            if not sqlite:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})")
            context.run_migrations()
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all() if sqlite else ()
            if broken:
                raise RuntimeError(f"The migration would break {len(broken)} references, the first in {broken[0]}.")
    engine.dispose()


run()
