"""One firm on one real web server for all browser tests of a module: each test makes orders of its own there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.site import Site
from tests.conftest import fresh_database, settings
from tests.support import chromium, systems
from tests.views import order_world
from webapp.app import create_app
from webapp.db import db

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The firm of `order_world`, served by gunicorn; a module may name its `DATABASE`, which is SQLite otherwise."""
    folder = tmp_path_factory.mktemp("site")
    with fresh_database(getattr(request.module, "DATABASE", "sqlite"), folder, request) as url:
        app = create_app(settings(url, folder))
        with app.app_context():
            order_world.found_firm()
            environment = {"DATABASE_URL": url, "SECRET_KEY": app.config["SECRET_KEY"]}
            with systems.web_server(folder, environment) as address:
                yield Site(app=app, address=address)
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def other_page(browser: Browser) -> Iterator[Page]:
    """The page of a second person, at another machine."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB", timezone_id="UTC")
    context.set_default_timeout(chromium.PATIENCE)
    yield context.new_page()
    context.close()
