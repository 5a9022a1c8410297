"""Bring the database's tables up to this release; safe to run again and from several processes at once."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url

from webapp.db import db

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate() -> None:
    """Run every missing migration on the current application's database."""
    url = make_url(current_app.config["SQLALCHEMY_DATABASE_URI"])
    if url.get_backend_name() == "sqlite" and url.database:
        os.close(
            os.open(url.database, os.O_CREAT | os.O_RDWR, 0o600)
        )  # nobody else may read it, from its first byte on
    if is_newest():
        return
    from alembic import command  # here: a start that finds everything done need not pay for it

    command.upgrade(config(), "head")


def is_newest() -> bool:
    """Return whether nothing is left to do, without the half second it takes to ask Alembic."""
    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        if connection.dialect.name == "sqlite" and connection.scalar(text("PRAGMA journal_mode")) != "wal":
            return False
        return bool(connection.scalar(text("SELECT version_num FROM alembic_version")) == newest())


def newest() -> str:
    """Return the last revision of this release: files are numbered in their order."""
    return max(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def revise(message: str, *, number: str) -> None:
    """Write the migration from the current application's database to today's models."""
    from alembic import command

    command.revision(config(), message, autogenerate=True, rev_id=number)


def config() -> "Config":
    """Return Alembic's settings; its file would hold nothing else."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return made
