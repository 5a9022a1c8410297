"""The numbered steps of the client's page and "What happens next", sentence by sentence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from tests.browser.site import Site, number_of, pick_unit, region, status
from tests.views import order_world as world
from webapp.db import reading
from webapp.models import Delivery, WorkOrder

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_step_1_the_green_new_button_stands_at_the_top_left_of_the_list(site: Site, page: Page) -> None:
    site.sign_in(page, world.OFFICE)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Work Orders").click()
    new = page.get_by_role("link", name="New", exact=True)
    red, green, blue = (
        int(part) for part in re.findall(r"\d+", new.evaluate("one => getComputedStyle(one).backgroundColor"))[:3]
    )
    assert green > red
    assert green > blue
    place, window = new.bounding_box(), page.viewport_size
    assert place is not None
    assert window is not None
    assert place["x"] < window["width"] / 4
    assert place["y"] < window["height"] / 2


def test_step_2_every_type_is_explained_in_the_words_of_the_page(site: Site, page: Page) -> None:
    from playwright.sync_api import expect

    site.sign_in(page, world.OFFICE)
    page.goto(f"{site.address}/work-orders/new")
    for kind, words in {
        "Installation": "A brand new unit going in.",
        "Repair": "Fixing a broken unit.",
        "Maintenance": "Recurring scheduled service. Most often auto-created by the system.",
        "Service": "A one-off visit, typically 30–60 days after install.",
        "Other": "Anything that doesn't fit above.",
    }.items():
        expect(page.get_by_role("radio", name=kind, exact=True)).to_have_accessible_description(words)


def test_step_3_a_unit_is_found_by_first_name_last_name_company_and_serial_number(site: Site, page: Page) -> None:
    from playwright.sync_api import expect

    site.sign_in(page, world.OFFICE)
    site.open_new(page, "Repair")
    for typed in ("martha", "Miller", "bakery", "4711"):
        page.get_by_label("Find the unit").fill(typed)
        expect(page.get_by_role("radio", name=re.compile("SN-4711"))).to_be_visible()
    page.get_by_label("Find the unit").fill("nobody of that name")
    expect(page.get_by_text("No unit matches “nobody of that name”.")).to_be_visible()


def test_step_4_saving_leads_to_the_edit_screen_of_an_unassigned_order(site: Site, page: Page) -> None:
    from playwright.sync_api import expect

    site.sign_in(page, world.OFFICE)
    number = site.make_order(page)
    expect(page.get_by_role("heading", name=f"Work order {number}")).to_be_visible()
    expect(status(page)).to_have_text("Unassigned")


def test_step_5_the_items_card_is_loaded_at_zero_and_shows_unit_cost_only_with_pricing(site: Site, page: Page) -> None:
    from playwright.sync_api import expect

    site.sign_in(page, world.OFFICE)
    number = site.make_order(page)
    for item in ("Cable", "Valve"):
        expect(page.get_by_label(f"Quantity of {item}")).to_have_value("0")
    expect(page.get_by_label("Quantity of Glue")).to_have_count(0)
    expect(page.get_by_role("columnheader", name="Unit Cost")).to_have_count(0)
    assert "3.50" not in page.content()
    site.sign_in(page, world.SUPERVISOR)
    site.show(page, number)
    expect(page.get_by_role("columnheader", name="Unit Cost")).to_be_visible()
    expect(region(page, "Items")).to_contain_text("3.50")


def test_step_6_the_assignment_card_is_on_the_right_and_the_status_changes_the_moment_it_is_saved(
    site: Site, page: Page
) -> None:
    from playwright.sync_api import expect

    site.sign_in(page, world.SUPERVISOR)
    site.make_order(page)
    card, items = region(page, "Assignment").bounding_box(), region(page, "Items").bounding_box()
    assert card is not None
    assert items is not None
    assert card["x"] >= items["x"] + items["width"]
    page.get_by_label("Technician").select_option(label="Tom Technician (free that day)")
    expect(status(page)).to_have_text("Unassigned")  # picking is not saving
    page.get_by_role("button", name="Save").click()
    expect(status(page)).to_have_text("Pending")


def test_step_7_the_technician_sees_the_order_on_the_day_of_its_due_date(site: Site, page: Page) -> None:
    from playwright.sync_api import expect

    site.sign_in(page, world.SUPERVISOR)
    number = site.make_order(page)
    page.get_by_label("Technician").select_option(label="Tom Technician (free that day)")
    page.get_by_label("Due Date").fill("2027-04-12T09:30")
    page.get_by_role("button", name="Save").click()
    expect(status(page)).to_have_text("Pending")
    site.sign_in(page, world.TECHNICIAN)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="My Day").click()
    pending = region(page, "Pending")
    expect(pending).to_contain_text(str(number))
    expect(pending).to_contain_text("09:30")


def test_every_status_change_is_an_entry_with_the_person_and_the_moment(site: Site, page: Page) -> None:
    from playwright.sync_api import expect

    site.sign_in(page, world.OFFICE)
    number = site.make_order(page)
    site.sign_in(page, world.SUPERVISOR)
    site.show(page, number)
    page.get_by_label("Technician").select_option(label="Tom Technician (free that day)")
    page.get_by_role("button", name="Save").click()
    site.sign_in(page, world.TECHNICIAN)
    site.show(page, number)
    page.get_by_role("button", name="Start").click()
    expect(status(page)).to_have_text("Ongoing")
    entries = region(page, "History").get_by_role("listitem")
    told = [
        ("Created as Unassigned", "Olga Office"),
        ("Unassigned → Pending", "Sam Supervisor"),
        ("Pending → Ongoing", "Tom Technician"),
    ]
    for change, who in told:
        entry = entries.filter(has_text=change)
        expect(entry).to_contain_text(who)
        expect(entry).to_contain_text(re.compile(r"\d{4}, \d\d:\d\d|\d{4} \d\d:\d\d"))


def test_a_quantity_over_its_limit_waits_for_the_customer_who_is_notified(site: Site, page: Page) -> None:
    from playwright.sync_api import expect

    site.sign_in(page, world.SUPERVISOR)
    number = site.make_order(page)
    page.get_by_label("Quantity of Cable").fill("5.5")
    page.get_by_label("Technician").select_option(label="Tom Technician (free that day)")
    page.get_by_role("button", name="Save").click()
    expect(status(page)).to_have_text("Waiting for approval")
    with reading() as session:
        sent = session.execute(
            select(Delivery.audience, Delivery.channel, Delivery.address)
            .join(WorkOrder, WorkOrder.id == Delivery.order_id)
            .where(WorkOrder.number == number, Delivery.message == "WorkOrderNeedsApproval")
        ).all()
    assert ("customer", "mail", "martha@bakery.test") in [tuple(one) for one in sent]


def test_the_orders_address_is_the_units_and_no_screen_lets_anybody_override_it(site: Site, page: Page) -> None:
    from playwright.sync_api import expect

    site.sign_in(page, world.SUPERVISOR)
    site.open_new(page, "Repair")
    pick_unit(page, "SN-4711")
    expect(page.get_by_label(re.compile("address", re.IGNORECASE))).to_be_hidden()
    page.get_by_role("button", name="Save").click()
    number_of(page)
    expect(region(page, "Customer and unit")).to_contain_text("1 Mill Lane, Berlin")
    expect(page.get_by_label(re.compile("address", re.IGNORECASE))).to_have_count(0)
