"""Each row of "Common situations" on the client's page, done as a person does it."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.browser.site import Site, number_of, pick_unit, region, status
from tests.views import order_world as world

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_whoever_does_not_know_the_technician_yet_saves_without_one_and_assigns_later(site: Site, page: Page) -> None:
    from playwright.sync_api import expect

    site.sign_in(page, world.SUPERVISOR)
    number = site.make_order(page)
    expect(status(page)).to_have_text("Unassigned")
    page.get_by_label("Due Date").fill("2027-02-01T10:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The work order is saved.")).to_be_visible()
    expect(status(page)).to_have_text("Unassigned")

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Work Orders").click()
    page.get_by_role("link", name=re.compile("^Unassigned")).click()
    page.get_by_role("link", name=str(number), exact=True).click()
    page.get_by_label("Technician").select_option(label="Tom Technician (free that day)")
    page.get_by_role("button", name="Save").click()
    expect(status(page)).to_have_text("Pending")
    expect(page.get_by_label("Due Date")).to_have_value("2027-02-01T10:00")
    history = region(page, "History")
    expect(history).to_contain_text("Created as Unassigned")
    expect(history).to_contain_text("Unassigned → Pending")


def test_a_customer_who_does_not_exist_is_created_inline_from_three_names(site: Site, page: Page) -> None:
    from playwright.sync_api import expect

    site.sign_in(page, world.OFFICE)
    site.open_new(page, "Repair")
    page.get_by_role("radio", name="Create a new unit").check()
    page.get_by_role("radio", name="New customer").check()
    page.get_by_label("First name").fill("Ina")
    page.get_by_label("Last name").fill("Inline")
    page.get_by_label("Company name").fill("Inline Bakery")
    page.get_by_role("button", name="Save").click()
    number_of(page)
    expect(status(page)).to_have_text("Unassigned")
    expect(region(page, "Customer and unit")).to_contain_text("Inline Bakery (Ina Inline)")

    for typed in ("ina", "INLINE", "inline bak"):  # first name, last name, company: found the next time
        site.open_new(page, "Repair")
        page.get_by_label("Find the unit").fill(typed)
        expect(page.get_by_role("radio", name=re.compile("Ina Inline"))).to_be_visible()


def test_an_installation_picks_a_unit_that_is_not_installed_yet(site: Site, page: Page) -> None:
    from playwright.sync_api import expect

    site.sign_in(page, world.OFFICE)
    site.open_new(page, "Installation")
    page.get_by_role("radio", name="Use an existing unit").check()
    page.get_by_label("Find the unit").fill("SN-4711")
    expect(page.get_by_text("No uninstalled unit matches “SN-4711”.")).to_be_visible()
    pick_unit(page, "SN-HP")
    page.get_by_role("button", name="Save").click()
    number_of(page)
    expect(status(page)).to_have_text("Unassigned")
    expect(region(page, "Customer and unit")).to_contain_text("SN-HP")


def test_an_installation_creates_its_unit_inline(site: Site, page: Page) -> None:
    from playwright.sync_api import expect

    site.sign_in(page, world.OFFICE)
    site.open_new(page, "Installation")
    expect(page.get_by_role("radio", name="Create a new unit")).to_be_checked()
    page.get_by_label("Model", exact=True).select_option(label="Warmth B-200 · Boiler")
    page.get_by_label("Serial number").fill("SN-INLINE")
    page.get_by_label("Address of the unit").fill("9 Orchard Road, Berlin")
    page.get_by_label("Find the customer").fill("miller")
    page.get_by_role("radio", name=re.compile("Bakery Miller")).check()
    page.get_by_role("button", name="Save").click()
    number_of(page)
    unit = region(page, "Customer and unit")
    for part in ("Warmth B-200", "SN-INLINE", "9 Orchard Road, Berlin", "Bakery Miller"):
        expect(unit).to_contain_text(part)


def test_no_unit_without_model_and_customer_stands_in_as_a_placeholder_for_an_installation(
    site: Site, page: Page
) -> None:
    from playwright.sync_api import expect

    site.sign_in(page, world.OFFICE)
    site.open_new(page, "Installation")
    pick_unit(page, "SN-BARE")  # in the store: nobody knows its model or whose it will be
    save = page.get_by_role("button", name="Save")
    expect(save).to_have_attribute("aria-disabled", "true")
    save.hover()
    expect(page.get_by_role("tooltip").filter(has_text="Still missing")).to_contain_text("Model, Customer")
    page.get_by_label("Model", exact=True).select_option(label="Warmth B-200 · Boiler")
    page.get_by_role("radio", name="New customer").check()
    page.get_by_label("First name").fill("Paul")
    save.click()
    number_of(page)
    expect(region(page, "Customer and unit")).to_contain_text("Warmth B-200")
    expect(region(page, "Customer and unit")).to_contain_text("Paul")


def test_photos_and_notes_are_added_on_the_edit_screen_and_not_at_creation(site: Site, page: Page) -> None:
    from playwright.sync_api import expect

    site.sign_in(page, world.SUPERVISOR)
    site.open_new(page, "Repair")
    expect(page.locator("input[type=file]")).to_have_count(0)
    expect(page.get_by_text(re.compile(r"\b(photo|note)s?\b", re.IGNORECASE))).to_have_count(0)
    pick_unit(page, "SN-4711")
    page.get_by_role("button", name="Save").click()
    number_of(page)

    picture = io.BytesIO()
    Image.new("RGB", (64, 48), "navy").save(picture, "PNG")
    page.get_by_label("Photo", exact=True).set_input_files(
        {"name": "boiler.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    )
    page.get_by_label("Caption").fill("The boiler's plate")
    page.get_by_role("button", name="Add photo").click()
    expect(region(page, "Photos").get_by_role("img", name="The boiler's plate")).to_be_visible()
    page.get_by_label("New note").fill("The key is at the baker's.")
    page.get_by_role("button", name="Add note").click()
    expect(region(page, "Notes")).to_contain_text("The key is at the baker's.")
    expect(region(page, "Notes")).to_contain_text("Sam Supervisor")


def test_nothing_pretends_that_quotations_or_a_dispatch_board_exist_already(site: Site, page: Page) -> None:
    site.sign_in(page, world.ADMIN)
    number = site.make_order(page)
    pretence = re.compile(r"quotation|dispatch board|\bboard\b", re.IGNORECASE)
    for path in ("/", "/work-orders", "/work-orders/new", f"/work-orders/{number}", "/customers", "/units"):
        page.goto(f"{site.address}{path}")
        assert not pretence.search(page.inner_text("body")), path
        links = page.eval_on_selector_all("a[href]", "found => found.map(link => link.getAttribute('href'))")
        assert not [link for link in links if pretence.search(link)], path
    for path in ("/quotations", "/dispatch", "/board"):
        answer = page.goto(f"{site.address}{path}")
        assert answer is not None
        assert answer.status == 404, path
