"""What must be true before the programs start: every table is there."""

from flask import Flask

from webapp.app import create_app
from webapp.migrating import migrate


def prepare() -> Flask:
    """Return the application on an up-to-date database."""
    application = create_app()
    with application.app_context():
        migrate()
    return application
