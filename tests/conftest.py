"""The world every test may ask for: an application on SQLite and on PostgreSQL, a broker, mail, a browser, whole systems."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.support import chromium, mail, postgres, systems
from tests.support.broker import private_broker
from tests.support.missing import missing
from tests.support.ports import free_port
from tests.support.rooms import Rooms
from tests.support.shared import shared
from tests.support.sparing import spare
from webapp.app import create_app
from webapp.config import Settings
from webapp.db import db, unit_of_work
from webapp.migrating import migrate

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DATABASES = ("sqlite", "postgresql")

spare()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with the browser form one xdist group and tests of whole systems another: one at a time in each.

    The groups run side by side: a browser keeps a core busy, a system that is being killed mostly waits.
    """
    for item in items:
        wanted = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("browser") or "browser" in wanted:
            item.add_marker(pytest.mark.xdist_group("browser"))
        elif item.get_closest_marker("crash") or "live_system" in wanted:
            item.add_marker(pytest.mark.xdist_group("systems"))


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder shared by all processes of this run."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def postgres_cluster(run_folder: Path) -> Iterator[str]:
    """The address of a private PostgreSQL, one for the whole run, with a migrated database `template`."""

    @contextlib.contextmanager
    def start() -> Iterator[str]:
        with postgres.cluster(run_folder) as address:
            migrated(postgres.create(address, "template"), run_folder)
            yield address

    try:
        with shared(run_folder, "postgres", start) as address:
            yield address
    except LookupError as error:
        missing("PostgreSQL", str(error))


def migrated(url: str, folder: Path) -> None:
    """Give an empty database its tables, and let go of it."""
    application = create_app(settings(url, folder))
    with application.app_context():
        migrate()
        db.engine.dispose()


def settings(url: str, folder: Path, **more: Any) -> Settings:
    """Return settings for an application under test, independent of the developer's environment."""
    environment = {
        "FIELDWRIGHT_ENV": "demo",
        "FIELDWRIGHT_DATA": str(folder),
        "DATABASE_URL": url,
        "SECRET_KEY": "a secret for tests, long enough",
    }
    return replace(Settings.from_environment(environment), **more)


@pytest.fixture(scope="session")
def rooms(postgres_cluster: str) -> Rooms:
    """The PostgreSQL databases of this process."""
    return Rooms(postgres_cluster)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite database."""
    folder = tmp_path_factory.mktemp("template")
    migrated(f"sqlite:///{folder}/template.sqlite", folder)
    return folder / "template.sqlite"


@contextlib.contextmanager
def fresh_database(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Yield the address of an empty, migrated database of the test's own."""
    if kind == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / "database.sqlite")
        yield f"sqlite:///{folder}/database.sqlite"
        return
    rooms: Rooms = request.getfixturevalue("rooms")
    with rooms.room() as url:
        yield url


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty, migrated database; a test that uses it runs on SQLite and on PostgreSQL."""
    with fresh_database(request.param, tmp_path, request) as url:
        yield url


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on a database of its own, inside its context."""
    application = create_app(settings(database_url, tmp_path))
    application.testing = True
    with application.app_context():
        yield application
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """One unit of work around the whole test: for tests of services, which never commit."""
    with unit_of_work() as session:
        yield session


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without eyes: requests to the application in this process."""
    return app.test_client()


@pytest.fixture(scope="session")
def broker_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a private broker, as redis-py writes it."""
    with private_broker(tmp_path_factory.mktemp("broker")) as url:
        yield url


@pytest.fixture
def mailbox() -> Iterator[mail.Mailbox]:
    """A mail server that keeps what it accepts."""
    with mail.mail_server(free_port()) as box:
        yield box


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Debian's Chromium."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=chromium.PATIENCE)
    executable = chromium.executable()
    if executable is None:
        missing("Chromium", "none on PATH nor in the usual places (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=list(chromium.ARGUMENTS))
        yield launched
        launched.close()


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """A page in a window of its own, with no cookie."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB", timezone_id="UTC")
    context.set_default_timeout(chromium.PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture
def live_server(app: Flask, database_url: str, tmp_path: Path) -> Iterator[str]:
    """The address of a real web server on the database of `app`: what the test commits, its pages show."""
    with systems.web_server(
        tmp_path, {"DATABASE_URL": database_url, "SECRET_KEY": app.config["SECRET_KEY"]}
    ) as address:
        yield address


@pytest.fixture(scope="module")
def live_system() -> "Iterator[systems.System]":
    """Everything `fieldwright up` starts, with the demo world, for the tests of one module."""
    folder = Path(tempfile.mkdtemp(prefix="fieldwright-"))
    try:
        with systems.system(folder / "data") as running:
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)
