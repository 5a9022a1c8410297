"""What must be true before the programs start: every table, the starting stock, and in the demo its firm."""

import ipaddress

from flask import Flask

from webapp import clock
from webapp.app import create_app
from webapp.db import unit_of_work
from webapp.errors import ApplicationError
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


def load_demo(application: Flask) -> bool:
    """Load the demo's firm once; False when somebody has an account already."""
    from webapp import demo

    with application.app_context():
        return demo.load(clock.now())


def accounts() -> tuple[str, ...]:
    """Return one line for each account of the demo, and the password of all."""
    from webapp.demo.names import ACCOUNTS
    from webapp.demo.people import PASSWORD

    return (f"Sign in with the password “{PASSWORD}” as one of:", *(f"  {email}" for email, *_ in ACCOUNTS))


def only_loopback(host: str) -> None:
    """Raise ApplicationError unless nobody but this machine can reach the address: the demo's passwords are known."""
    try:
        safe = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        safe = False
    if not safe:
        raise ApplicationError(
            f"The demo's passwords are known to everybody, so it does not listen on {host}; set FIELDWRIGHT_ENV=production."
        )
