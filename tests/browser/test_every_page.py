"""Every page of the URL map in a real browser: readable by everybody, never wider than a phone, and without a complaint."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from werkzeug.routing import Map, Rule

from tests.browser.walking import Findings, Walker, send_as_it_is, walker
from tests.conftest import fresh_database, settings
from tests.support import inhabited, systems
from tests.support.inhabited import World
from webapp import clock
from webapp.app import create_app
from webapp.db import db, unit_of_work
from webapp.models import User, WorkOrder
from webapp.queries.people import actor_of
from webapp.services import orders

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

SUPERVISOR = "supervisor@demo.test"
ADMIN = "admin@demo.test"
FORMS = {"/customers/new": "main form", "/settings/items/new": "main form", "/work-orders/new": "form.new-order"}


@dataclass(frozen=True, slots=True)
class Firm:
    """The inhabited firm and the address of its web server."""

    app: Flask
    world: World
    address: str


@pytest.fixture(scope="module")
def firm(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    folder = tmp_path_factory.mktemp("every-page")
    with fresh_database("sqlite", folder, request) as url:
        app = create_app(settings(url, folder))
        world = inhabited.settle(app)
        with systems.web_server(folder, {"DATABASE_URL": url, "SECRET_KEY": app.config["SECRET_KEY"]}) as address:
            yield Firm(app, world, address)
        with app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="module")
def walked(firm: Firm, browser: Browser) -> Iterator[Findings]:
    """What was found on one walk through every page, everybody's own pages and the pages of every refusal."""
    with walker(browser, firm.address) as walking:
        for visit in inhabited.visits(firm.world, firm.app.url_map):
            page = walking.visit(visit.address, who=visit.who, status=visit.status, again=visit.again)
            if page is not None:
                walking.open_dialogs(page)
        open_the_menus(walking)
        be_refused(walking, firm)
        yield walking.findings


def open_the_menus(walking: Walker) -> None:
    """The menus of the top bar, wide and on a phone, where the main menu itself opens."""
    page = walking.window(ADMIN)
    page.goto(f"{walking.address}/customers")
    walking.here = "the menus"
    for summary in page.locator("header details[data-menu] > summary").all():
        summary.click()
        walking.both(page, "menu", "header")
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="Menu", exact=True).click()
    page.locator("#main-menu summary").click()
    walking.both(page, "menu of a phone", "#main-menu")
    page.set_viewport_size({"width": 1280, "height": 900})


def be_refused(walking: Walker, firm: Firm) -> None:
    """The pages that answer a form: something is missing (422), somebody was faster (409), the link is over (410)."""
    page = walking.window(ADMIN)
    for address, form in FORMS.items():
        page.goto(walking.address + address)
        with after(walking, page, f"{address}, refused", 422):
            send_as_it_is(page, form)
    with firm.app.app_context(), unit_of_work() as session:
        order = session.scalars(select(WorkOrder).where(WorkOrder.status == "pending")).first()
        sam = actor_of(session.scalars(select(User).where(User.email == SUPERVISOR)).one())
        assert order is not None
        number = order.number
    page = walking.window(SUPERVISOR)
    page.goto(f"{walking.address}/work-orders/{number}")
    page.get_by_label("Customer request").fill("Both typed here")
    with firm.app.app_context(), unit_of_work() as session:
        orders.save(
            session, number=number, row_version=None, changes={"request": "and there."}, actor=sam, now=clock.now()
        )
    with after(walking, page, f"/work-orders/{number}, overtaken", 409):
        page.locator(".save-bar button").click()
    page = walking.window(inhabited.NOBODY)
    link = f"{walking.address}/a/{firm.world.token}"
    page.goto(link)
    with after(walking, page, "the customer's link, declined without a reason", 422):
        page.get_by_role("button", name="Decline").click()
    with after(walking, page, "the customer's link, answered", 200):
        page.get_by_role("button", name="Approve").click()
    with after(walking, page, "the customer's link, used before", 410):
        page.goto(link)


@contextmanager
def after(walking: Walker, page: Page, what: str, status: int) -> Iterator[None]:
    """Look at the page that something leads to, which is answered with this status."""
    walking.here, walking.expected = what, status
    with page.expect_navigation() as navigation:
        yield
    found = navigation.value
    walking.expect(found.status if found else 0)
    walking.look(page, again=True)


def test_every_page_answers_as_it_should(walked: Findings) -> None:
    assert not walked.answers, "\n".join(walked.answers)
    assert len(walked.pages) > 60
    assert len(walked.dialogs) > 5


def test_axe_finds_nothing_serious_on_any_page_in_light_and_dark_wide_and_on_a_phone(walked: Findings) -> None:
    assert not walked.inaccessible, "\n".join(walked.inaccessible)


def test_no_page_scrolls_sideways_on_a_phone(walked: Findings) -> None:
    assert not walked.sideways, "\n".join(walked.sideways)


def test_no_page_makes_the_browser_complain(walked: Findings) -> None:
    assert not walked.complaints, "\n".join(walked.complaints)


def test_a_route_without_an_address_would_be_named(firm: Firm) -> None:
    with pytest.raises(AssertionError, match=r"/forgotten/<int:number>"):
        firm.world.every_get(Map([Rule("/forgotten/<int:number>", endpoint="forgotten", methods=["GET"])]))
