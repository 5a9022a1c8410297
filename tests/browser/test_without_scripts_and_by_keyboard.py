"""The main job in a browser without JavaScript, and with a keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.walking import sign_in
from tests.support import chromium
from tests.views import order_world as world

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.site import Site

pytestmark = pytest.mark.browser

FOCUSED = """() => {
  const at = document.activeElement, box = getComputedStyle(at);
  return [at.textContent.trim() || at.getAttribute("aria-label") || at.name, box.outlineStyle, parseFloat(box.outlineWidth)];
}"""


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A browser without JavaScript."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.set_default_timeout(chromium.PATIENCE)
    yield context.new_page()
    context.close()


def test_without_scripts_an_order_is_made_saved_noted_and_cancelled(site: Site, plain: Page) -> None:
    from playwright.sync_api import expect

    page = plain
    sign_in(page, site.address, world.SUPERVISOR)
    page.goto(f"{site.address}/work-orders")
    page.get_by_role("link", name="New", exact=True).click()
    save = page.get_by_role("button", name="Save", exact=True)
    expect(save).not_to_have_attribute("aria-disabled", "true")
    page.get_by_label("What the customer asked for").fill("It is cold.")
    save.click()

    expect(page.get_by_text("Choose the type of the work order.").first).to_be_visible()
    expect(page.get_by_label("Find the unit")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("What the customer asked for")).to_have_value("It is cold.")
    page.get_by_role("radio", name="Repair").check()
    page.get_by_label("Find the unit").fill("miller")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_role("radio", name="Repair")).to_be_checked()
    page.get_by_role("radio", name=re.compile("SN-4711")).check()
    page.get_by_role("button", name="Save", exact=True).click()

    page.wait_for_url(re.compile(r"/work-orders/\d+"))
    page.get_by_label("Quantity of Cable").fill("3")
    tom = page.get_by_label("Technician").locator("option", has_text="Tom Technician").get_attribute("value")
    page.get_by_label("Technician").select_option(value=tom)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-status]").first).to_have_text("Pending")
    expect(page.get_by_label("Quantity of Cable")).to_have_value("3")

    page.get_by_label("New note").fill("Ring twice.")
    page.get_by_role("button", name="Add note").click()
    expect(page.get_by_role("region", name="Notes")).to_contain_text("Ring twice.")

    page.get_by_role("button", name="Cancel", exact=True).click()
    dialog = page.get_by_role("dialog", name="Cancel")
    dialog.get_by_role("textbox").first.fill("The customer moved away.")
    dialog.locator("button[type=submit]").click()
    expect(page.locator("[data-status]").first).to_have_text("Cancelled")
    expect(page.get_by_role("region", name="History")).to_contain_text("The customer moved away.")


def test_without_scripts_a_new_unit_brings_its_new_customer_along(site: Site, plain: Page) -> None:
    from playwright.sync_api import expect

    page = plain
    sign_in(page, site.address, world.OFFICE)
    page.goto(f"{site.address}/work-orders/new")
    page.get_by_role("radio", name="Installation").check()
    page.get_by_role("radio", name="Create a new unit").check()
    page.get_by_label("Serial number").fill("SN-PLAIN")
    page.get_by_role("radio", name="New customer").check()
    page.get_by_label("Last name").fill("Nameless")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.locator("#model_id-error")).to_be_visible()
    expect(page.locator("#first_name-error")).to_be_visible()
    expect(page.get_by_label("Serial number")).to_have_value("SN-PLAIN")
    expect(page.get_by_label("Last name")).to_have_value("Nameless")
    page.get_by_label("Model").select_option(label="Warmth B-200 · Boiler")
    page.get_by_label("First name").fill("Nora")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-status]").first).to_have_text("Unassigned")
    expect(page.get_by_role("region", name="Customer and unit")).to_contain_text("Nora Nameless")


def tab_to(page: Page, name: str, most: int = 60) -> None:
    """Press Tab until the control of this name has the focus; each one on the way must show that it has it."""
    for _ in range(most):
        page.keyboard.press("Tab")
        said, style, width = page.evaluate(FOCUSED)
        ring = style == "solid" and width >= 2
        choice = page.evaluate("() => Boolean(document.activeElement.closest('.choice'))")
        assert ring or choice, f"no focus to be seen on {said!r}"
        if said == name:
            return
    raise AssertionError(f"{name} cannot be reached with the Tab key")


def test_the_keyboard_alone_reaches_new_and_save(site: Site, page: Page) -> None:
    from playwright.sync_api import expect

    sign_in(page, site.address, world.SUPERVISOR)
    page.goto(f"{site.address}/work-orders")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to main content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    tab_to(page, "New", most=3)
    page.keyboard.press("Enter")
    page.wait_for_url("**/work-orders/new")
    page.get_by_role("radio", name="Installation").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Repair")).to_be_checked()
    page.get_by_label("Find the unit").focus()
    page.keyboard.type("miller")
    expect(page.get_by_role("radio", name=re.compile("SN-4711"))).to_be_visible()
    page.get_by_role("radio", name=re.compile("SN-4711")).focus()
    page.keyboard.press("Space")
    tab_to(page, "Save")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/work-orders/\d+$"))
    tab_to(page, "Save")


def test_a_dialog_holds_the_focus_and_escape_gives_it_back(site: Site, page: Page) -> None:
    from playwright.sync_api import expect

    sign_in(page, site.address, world.SUPERVISOR)
    page.goto(f"{site.address}/work-orders/new?unit_id=1&type=repair")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(re.compile(r"/work-orders/\d+$"))
    opener = page.locator("main button[data-transition=cancel]")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Cancel")
    expect(dialog).to_be_visible()
    for _ in range(8):
        page.keyboard.press("Tab")
        outside = "() => document.activeElement !== document.body && !document.activeElement.closest('dialog')"
        assert not page.evaluate(outside)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_menu_opens_by_keyboard_and_escape_gives_the_focus_back(site: Site, page: Page) -> None:
    from playwright.sync_api import expect

    sign_in(page, site.address, world.SUPERVISOR)
    page.goto(f"{site.address}/work-orders")
    summary = page.locator("header summary").last
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(summary).to_be_focused()
