"""Bring the database's tables up to this release; safe to run again and from several processes at once."""

import os
from pathlib import Path

from alembic import command
from alembic.config import Config
from flask import current_app
from sqlalchemy.engine import make_url

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate() -> None:
    """Run every missing migration on the current application's database."""
    url = make_url(current_app.config["SQLALCHEMY_DATABASE_URI"])
    if url.get_backend_name() == "sqlite" and url.database:
        os.close(
            os.open(url.database, os.O_CREAT | os.O_RDWR, 0o600)
        )  # nobody else may read it, from its first byte on
    command.upgrade(config(), "head")


def revise(message: str, *, number: str) -> None:
    """Write the migration from the current application's database to today's models."""
    command.revision(config(), message, autogenerate=True, rev_id=number)


def config() -> Config:
    """Return Alembic's settings; its file would hold nothing else."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return made
