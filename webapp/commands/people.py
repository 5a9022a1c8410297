"""`create-admin`: the first account of an installation. `demo`: an example firm with known accounts."""

import argparse
import getpass
import sys

from webapp import clock
from webapp.commands.running import host
from webapp.config import Settings
from webapp.db import unit_of_work
from webapp.errors import ApplicationError
from webapp.services import administrators
from webapp.up import preparing


def create_admin(arguments: argparse.Namespace) -> None:
    """Make an administrator; the password is asked for, or read from standard input when that is no terminal."""
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    with preparing.prepare().app_context(), unit_of_work() as session:
        user = administrators.create(
            session, email=arguments.email, name=arguments.name, password=password, now=clock.now()
        )
        print(f"{user.email} can sign in and do everything.")


def demo(arguments: argparse.Namespace) -> None:
    """Load the demo's firm into an installation without accounts."""
    settings = Settings.from_environment()
    if not settings.demo:
        raise ApplicationError("The demo's accounts have known passwords, so it is not loaded in production.")
    preparing.only_loopback(host())
    loaded = preparing.load_demo(preparing.prepare())
    print("The demo's firm is loaded." if loaded else "Somebody has an account here already; the demo was not loaded.")
    print(*preparing.accounts(), sep="\n")
