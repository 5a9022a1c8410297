"""The bell counts what is new while a page stays open, asks nothing of a hidden page, and takes a server that is away calmly."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.browser.walking import sign_in
from tests.views.people import add_person
from webapp.db import unit_of_work
from webapp.models import Delivery, Notification

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
HIDE = """hidden => {
  Object.defineProperty(document, "visibilityState", { configurable: true, get: () => hidden ? "hidden" : "visible" });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def tell(user_id: int, number: int) -> None:
    with unit_of_work() as session:
        delivery = Delivery(
            key=f"{number}", message="WorkOrderCompleted", audience="creator", channel="in_app", user_id=user_id,
            context={}, state="delivered", next_at=NOW, created_at=NOW, message_id=f"<{number}>",
        )  # fmt: skip
        session.add(delivery)
        session.flush()
        session.add(Notification(delivery_id=delivery.id, user_id=user_id, title=f"Event {number}", body="", at=NOW))


@pytest.fixture
def opened(app: Flask, live_server: str, page: Page) -> tuple[Page, int, list[int]]:
    """A page of a signed-in person's, and the status of every answer about news."""
    ada = add_person("ada@firm.test", "Ada", "customers.view")
    sign_in(page, live_server, "ada@firm.test")
    page.clock.install()
    asked: list[int] = []
    page.on("response", lambda answer: asked.append(answer.status) if "/unread" in answer.url else None)
    page.goto(f"{live_server}/customers")
    return page, ada, asked


def test_what_comes_is_counted_without_a_reload(opened: tuple[Page, int, list[int]]) -> None:
    page, ada, asked = opened
    assert page.locator("[data-unread]").count() == 0
    tell(ada, 1)
    page.clock.run_for(15_500)
    page.wait_for_selector("[data-unread]", state="attached")
    assert page.locator("[data-unread]").inner_text() == "1"
    assert page.get_by_role("link", name="Notifications, 1 unread").count() == 1
    with page.expect_response("**/unread"):
        page.clock.run_for(15_500)
    assert len(asked) == 2


def test_a_hidden_page_asks_nothing_and_asks_at_once_when_it_is_looked_at_again(
    opened: tuple[Page, int, list[int]],
) -> None:
    page, ada, asked = opened
    page.evaluate(HIDE, True)
    tell(ada, 1)
    page.clock.run_for(120_000)
    assert asked == []
    page.evaluate(HIDE, False)
    page.clock.run_for(500)
    page.wait_for_selector("[data-unread]", state="attached")


def test_while_the_server_is_away_it_is_asked_less_and_less_often(opened: tuple[Page, int, list[int]]) -> None:
    page, ada, _ = opened
    attempts: list[str] = []
    page.route("**/unread", lambda route: (attempts.append(route.request.url), route.abort())[1])
    for _ in range(8):
        page.clock.run_for(15_000)
        page.wait_for_timeout(100)
    assert 2 <= len(attempts) <= 4, "after 15, 45 and 105 seconds"
    page.unroute("**/unread")
    tell(ada, 1)
    for _ in range(6):
        page.clock.run_for(60_000)
        page.wait_for_timeout(300)
    page.wait_for_selector("[data-unread]", state="attached")
