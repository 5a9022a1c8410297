"""`doctor`: look at everything the system needs, one line each."""

import argparse
import os
import shutil

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError

from webapp import clock
from webapp.app import create_app
from webapp.config import Settings
from webapp.db import db, reading
from webapp.migrating import config
from webapp.queries import health
from webapp.up import broker

ENOUGH = 500 * 1024 * 1024
"""Free space below which photos and backups will soon fail, bytes."""


def doctor(arguments: argparse.Namespace) -> int:
    """Print what is well and what is not; 1 when something is not."""
    settings = Settings.from_environment()
    findings = [folder(settings), *database(), the_broker(settings), mail(settings)]
    for well, sentence in findings:
        print(f"{'ok   ' if well else 'WRONG'} {sentence}")
    return 0 if all(well for well, _ in findings) else 1


def folder(settings: Settings) -> tuple[bool, str]:
    free = shutil.disk_usage(settings.folder).free
    writable = os.access(settings.folder, os.W_OK)
    return writable and free > ENOUGH, (
        f"The data folder {settings.folder} is {'writable' if writable else 'not writable'}, {free // 2**20:,} MB free."
    )


def database() -> list[tuple[bool, str]]:
    """Look at the database, its tables, and the signs of life in it."""
    with create_app().app_context():
        try:
            with db.engine.connect() as connection:
                present = MigrationContext.configure(connection).get_current_revision()
            newest = ScriptDirectory.from_config(config()).get_current_head()
            if present != newest:
                return [
                    (False, f"The database is at {present or 'nothing'}, not at {newest}: run `fieldwright migrate`.")
                ]
            with reading() as session:
                alive = health.health(session, now=clock.now())
        except SQLAlchemyError as error:
            return [(False, f"The database does not answer: {str(error).splitlines()[0]}")]
        return [
            (True, f"The database answers and has every table ({newest})."),
            (
                alive.worker,
                "A worker signed within a minute." if alive.worker else "No worker has signed for a minute.",
            ),
            (
                alive.clock,
                "The clock signed within a minute." if alive.clock else "The clock has not signed for a minute.",
            ),
        ]


def the_broker(settings: Settings) -> tuple[bool, str]:
    address = settings.redis_url or broker.url(settings.folder)
    shown = "The broker of REDIS_URL" if settings.redis_url else "The embedded broker"
    answers = broker.answers(address)
    return answers, f"{shown} {'answers.' if answers else 'does not answer; is `fieldwright up` running?'}"


def mail(settings: Settings) -> tuple[bool, str]:
    if settings.smtp_url is None:
        return True, "SMTP_URL is not set: mails are kept and shown in the outbox."
    return True, "Mail goes out through SMTP_URL; try it with `fieldwright mail-test ADDRESS`."
