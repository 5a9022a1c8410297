"""`up`, `web`, `worker`, `beat`: the programs that keep running; `migrate`, which prepares them."""

import argparse
import os

from webapp.config import Settings
from webapp.errors import ApplicationError
from webapp.up import programs
from webapp.up.children import Program


def up(arguments: argparse.Namespace) -> None:
    """Start everything and keep it running until asked to stop."""
    from webapp.up.supervisor import Plan, Supervisor
    from webapp.up.terminal import to_ourselves

    settings = Settings.from_environment()
    plan = Plan(
        folder=settings.folder,
        host=host(),
        port=port(),
        sqlite=settings.database_url.startswith("sqlite"),
        demo=settings.demo,
        redis_url=settings.redis_url,
    )
    with to_ourselves():
        Supervisor(plan).run()


def web(arguments: argparse.Namespace) -> None:
    """Become the web server."""
    settings = Settings.from_environment()
    become(programs.web(f"{host()}:{port()}", sqlite=settings.database_url.startswith("sqlite")))


def worker(arguments: argparse.Namespace) -> None:
    """Become a worker."""
    need_broker()
    become(programs.worker())


def beat(arguments: argparse.Namespace) -> None:
    """Become the clock."""
    need_broker()
    become(programs.beat())


def migrate(arguments: argparse.Namespace) -> None:
    """Give the database every table of this release, and a new one its starting stock."""
    from webapp.up.preparing import prepare

    prepare()
    print("The database is up to date.")


def become(program: Program) -> None:
    """Replace this process, so that a service manager's signals reach the program itself."""
    os.execv(program.command[0], program.command)


def need_broker() -> None:
    Settings.from_environment()
    if not os.environ.get("REDIS_URL"):
        raise ApplicationError("Set REDIS_URL, or use `fieldwright up`, which brings a broker of its own.")


def host() -> str:
    """Return where the web server listens: the loopback address unless HOST says otherwise."""
    return os.environ.get("HOST") or "127.0.0.1"


def port() -> int:
    """Return the web server's port, 8000 unless PORT says otherwise."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise ApplicationError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)
