"""The client's page "Create a Work Order", walked sentence by sentence in a real browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.views import order_world as world

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture
def firm(app: Flask) -> None:
    world.found_firm()


def sign_in(page: Page, address: str, email: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{address}/login")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login" not in url)


def test_a_work_order_is_created_and_dispatched_as_the_page_says(firm: None, live_server: str, page: Page) -> None:
    from playwright.sync_api import expect

    sign_in(page, live_server, world.SUPERVISOR)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Work Orders").click()
    page.get_by_role("link", name="New", exact=True).click()

    save = page.get_by_role("button", name="Save")
    expect(save).to_have_attribute("aria-disabled", "true")
    page.get_by_role("radio", name="Installation").check()
    save.hover()
    expect(page.get_by_role("tooltip").filter(has_text="Still missing")).to_contain_text("Model, Customer")
    page.get_by_role("radio", name="Repair").check()
    save.hover()
    expect(page.get_by_role("tooltip").filter(has_text="Still missing")).to_contain_text("Unit")

    page.get_by_label("Find the unit").fill("miller")
    page.get_by_role("radio", name=re.compile("SN-4711")).check()
    expect(save).not_to_have_attribute("aria-disabled", "true")
    save.click()

    page.wait_for_url(re.compile(r"/work-orders/\d+$"))
    number = page.url.rsplit("/", 1)[1]
    status = page.locator("#status [data-status].badge-large")
    expect(status).to_have_text("Unassigned")
    expect(page.get_by_label("Quantity of Cable")).to_have_value("0")
    expect(page.get_by_role("columnheader", name="Unit Cost")).to_be_visible()
    expect(page.get_by_role("region", name="Assignment")).to_be_visible()
    expect(page.get_by_role("region", name="Customer and unit")).to_contain_text("1 Mill Lane, Berlin")

    page.get_by_label("Quantity of Cable").fill("6")
    page.get_by_label("Technician").select_option(label="Tom Technician (free that day)")
    page.get_by_label("Due Date").fill("2027-01-05T09:30")
    page.get_by_role("button", name="Save").click()
    expect(status).to_have_text("Waiting for approval")

    page.get_by_label("Quantity of Cable").fill("5")
    page.get_by_role("button", name="Save").click()
    expect(status).to_have_text("Pending")
    history = page.get_by_role("region", name="History")
    expect(history).to_contain_text("Waiting for approval → Pending")
    expect(history).to_contain_text("Sam Supervisor")

    sign_in(page, live_server, world.TECHNICIAN)
    page.goto(f"{live_server}/my-day")
    expect(page.get_by_role("region", name="Pending")).to_contain_text(number)


def test_without_supervise_the_assignment_card_is_hidden(firm: None, live_server: str, page: Page) -> None:
    from playwright.sync_api import expect

    sign_in(page, live_server, world.OFFICE)
    page.goto(f"{live_server}/work-orders/new")
    page.get_by_role("radio", name="Installation").check()
    page.get_by_label("Model").select_option(label="Warmth B-200 · Boiler")
    page.get_by_role("radio", name="New customer").check()
    page.get_by_label("First name").fill("Nora")
    page.get_by_label("Last name").fill("New")
    page.get_by_label("Company name").fill("New Ltd")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#status [data-status].badge-large")).to_have_text("Unassigned")
    expect(page.get_by_role("region", name="Assignment")).to_have_count(0)
    expect(page.get_by_role("columnheader", name="Unit Cost")).to_have_count(0)
    expect(page.get_by_label("Due Date")).to_be_visible()
    expect(page.get_by_role("region", name="Customer and unit")).to_contain_text("New Ltd (Nora New)")

    sign_in(page, live_server, "viewer@firm.test")
    page.goto(f"{live_server}/work-orders")
    expect(page.get_by_role("link", name="New", exact=True)).to_have_count(0)
