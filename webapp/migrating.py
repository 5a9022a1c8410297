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
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, "head")
