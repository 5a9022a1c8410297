"""Each entry of "Troubleshooting" on the client's page: what the person sees, and that the advice helps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from tests.browser.site import Site, number_of, pick_unit, region, status
from tests.views import order_world as world
from webapp.db import reading
from webapp.models import User

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser


# The Save button is greyed out.


def assert_save_names(page: Page, missing: str) -> None:
    """Save is greyed, and says what is missing when the mouse is over it and when the keyboard reaches it."""
    from playwright.sync_api import expect

    save, tip = page.get_by_role("button", name="Save"), page.locator("[data-save-missing]")
    expect(save).to_have_attribute("aria-disabled", "true")
    for reach in (save.hover, save.focus):
        page.mouse.move(0, 0)
        page.evaluate("document.activeElement.blur()")
        expect(tip).to_be_hidden()
        reach()
        expect(tip).to_be_visible()
        expect(tip).to_have_text(f"Still missing: {missing}")
    expect(save).to_have_accessible_description(f"Still missing: {missing}")


def test_a_greyed_save_of_an_installation_names_model_and_customer_until_both_are_there(site: Site, page: Page) -> None:
    from playwright.sync_api import expect

    site.sign_in(page, world.OFFICE)
    site.open_new(page, "Installation")
    assert_save_names(page, "Model, Customer")
    page.get_by_label("Model", exact=True).select_option(label="Warmth B-200 · Boiler")
    assert_save_names(page, "Customer")
    page.get_by_label("Find the customer").fill("miller")
    assert_save_names(page, "Customer")  # finding is not picking
    page.get_by_role("radio", name=re.compile("Bakery Miller")).check()
    expect(page.get_by_role("button", name="Save")).not_to_have_attribute("aria-disabled", "true")
    page.get_by_label("Model", exact=True).select_option(label="Choose a model…")
    assert_save_names(page, "Model")
    page.get_by_role("radio", name="New customer").check()
    assert_save_names(page, "Model, Customer (first name or company name)")


def test_a_greyed_save_of_every_other_type_names_the_unit(site: Site, page: Page) -> None:
    from playwright.sync_api import expect

    site.sign_in(page, world.OFFICE)
    page.goto(f"{site.address}/work-orders/new")
    assert_save_names(page, "Type, Unit")
    for kind in ("Repair", "Maintenance", "Service", "Other"):
        page.get_by_role("radio", name=kind, exact=True).check()
        assert_save_names(page, "Unit")
    pick_unit(page, "SN-4711")
    expect(page.get_by_role("button", name="Save")).not_to_have_attribute("aria-disabled", "true")


def test_pressing_a_greyed_save_sends_nothing_and_leads_to_the_missing_field(site: Site, page: Page) -> None:
    from playwright.sync_api import expect

    site.sign_in(page, world.OFFICE)
    site.open_new(page, "Repair")
    page.get_by_label("What the customer asked for").fill("It drips.")
    page.get_by_role("button", name="Save").click(force=True)
    expect(page).to_have_url(f"{site.address}/work-orders/new")
    expect(page.get_by_label("Find the unit")).to_be_focused()
    expect(page.get_by_label("What the customer asked for")).to_have_value("It drips.")


# You don't see the New button.


def test_the_new_button_appears_once_an_admin_grants_the_permission(site: Site, page: Page, other_page: Page) -> None:
    from playwright.sync_api import expect

    new = page.get_by_role("link", name="New", exact=True)
    site.sign_in(page, "viewer@firm.test")
    page.goto(f"{site.address}/work-orders")
    expect(page.get_by_role("heading", name="Work Orders")).to_be_visible()
    expect(new).to_have_count(0)
    refused = page.goto(f"{site.address}/work-orders/new")
    assert refused is not None
    assert refused.status == 403
    expect(page.get_by_text("An admin can grant it in Settings → Users.")).to_be_visible()

    site.sign_in(other_page, world.ADMIN)
    other_page.goto(f"{site.address}/settings/users")
    other_page.get_by_role("link", name="Vera Viewer").click()
    row = other_page.get_by_role("row").filter(has=other_page.get_by_role("rowheader", name=re.compile("^Work orders")))
    row.locator("[id='permission-work_orders-create']").check()
    other_page.get_by_role("button", name="Save").click()
    expect(other_page.get_by_text("The person is saved")).to_be_visible()

    page.goto(f"{site.address}/work-orders")  # without signing in again
    new.click()
    page.get_by_role("radio", name="Repair").check()
    pick_unit(page, "SN-4711")
    page.get_by_role("button", name="Save").click()
    number_of(page)
    expect(status(page)).to_have_text("Unassigned")


# The status didn't change to pending after assigning a technician.


def options(choice: Locator) -> list[str]:
    return [text.strip() for text in choice.locator("option").all_inner_texts()]


def test_only_people_with_the_technician_role_can_be_picked_and_then_the_status_changes(site: Site, page: Page) -> None:
    from playwright.sync_api import expect

    site.sign_in(page, world.SUPERVISOR)
    site.make_order(page)
    assert options(page.get_by_label("Technician")) == ["Not assigned", "Tom Technician (free that day)"]

    # A page that still offers somebody who is no technician any more: the server looks for itself.
    page.get_by_label("Technician").evaluate(
        "(list, id) => list.add(new Option('Olga Office', id, true, true))", str(user_id(world.OFFICE))
    )
    page.get_by_label("Due Date").fill("2027-03-01T08:00")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#technician_id-error")).to_contain_text("technician's role (Settings → Users)")
    expect(page.get_by_label("Due Date")).to_have_value("2027-03-01T08:00")
    expect(status(page)).to_have_text("Unassigned")
    page.reload()
    expect(status(page)).to_have_text("Unassigned")

    page.get_by_label("Technician").select_option(label="Tom Technician (free that day)")
    page.get_by_role("button", name="Save").click()
    expect(status(page)).to_have_text("Pending")
    page.reload()
    expect(status(page)).to_have_text("Pending")


def user_id(email: str) -> int:
    with reading() as session:
        return session.scalars(select(User.id).where(User.email == email)).one()


# The items list is empty on the edit screen.


def test_items_linked_to_the_device_type_are_there_after_reloading_the_order(
    site: Site, page: Page, other_page: Page
) -> None:
    from playwright.sync_api import expect

    site.sign_in(page, world.OFFICE)
    site.make_order(page, serial="SN-HP")
    items = region(page, "Items")
    expect(items).to_contain_text("The unit's device type has no items attached.")
    expect(items).to_contain_text("Settings → Device Types")

    site.sign_in(other_page, world.ADMIN)
    other_page.goto(f"{site.address}/settings/device-types")
    other_page.get_by_role("link", name="Heat pump").click()
    for item in ("Cable", "Glue"):
        other_page.get_by_label("Item", exact=True).select_option(label=item)
        other_page.get_by_role("button", name="Link", exact=True).click()
        expect(region(other_page, "Items")).to_contain_text(item)

    page.reload()
    expect(page.get_by_label("Quantity of Cable")).to_have_value("0")
    expect(page.get_by_label("Quantity of Glue")).to_have_value("0")
    page.get_by_label("Quantity of Glue").fill("2")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The work order is saved.")).to_be_visible()
    expect(page.get_by_label("Quantity of Glue")).to_have_value("2")
