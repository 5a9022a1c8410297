"""What must be true before the programs start: every table is there, and a new database has its starting stock."""

from flask import Flask

from webapp import clock
from webapp.app import create_app
from webapp.db import unit_of_work
from webapp.migrating import migrate
from webapp.services import definitions


def prepare() -> Flask:
    """Return the application on an up-to-date database."""
    application = create_app()
    with application.app_context():
        migrate()
        with unit_of_work() as session:
            definitions.ensure_stock(session, now=clock.now())
    return application
