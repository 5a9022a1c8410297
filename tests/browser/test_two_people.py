"""Two people at one order, and one person whose mouse, browser or network repeats itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from tests.browser.site import Site, number_of, pick_unit, region, status
from tests.views import order_world as world
from webapp.db import reading
from webapp.models import StatusHistory, WorkOrder

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.browser

DATABASE = "postgresql"


def presses(number: int, rule: str) -> int:
    """How often the order's history holds a button."""
    with reading() as session:
        return session.execute(
            select(func.count())
            .select_from(StatusHistory)
            .join(WorkOrder, WorkOrder.id == StatusHistory.order_id)
            .where(WorkOrder.number == number, StatusHistory.rule == rule)
        ).scalar_one()


def orders() -> int:
    with reading() as session:
        return session.execute(select(func.count()).select_from(WorkOrder)).scalar_one()


def assigned(site: Site, page: Page) -> int:
    """An order that Tom has, made by the supervisor whose browser this is."""
    from playwright.sync_api import expect

    number = site.make_order(page)
    page.get_by_label("Technician").select_option(label="Tom Technician (free that day)")
    page.get_by_role("button", name="Save").click()
    expect(status(page)).to_have_text("Pending")
    return number


def cancel(page: Page, reason: str) -> None:
    """Open the dialog of Cancel and give the reason; the confirming button is still to be pressed."""
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("dialog").get_by_role("textbox").fill(reason)


def hold_back(page: Page, pattern: str) -> list[Route]:
    """Keep the requests of one browser on their way until `let_go`, so that two arrive at the same moment."""
    held: list[Route] = []
    page.route(re.compile(pattern), lambda route: held.append(route))
    return held


def test_of_two_people_pressing_the_same_button_at_once_one_wins_and_the_other_is_told(
    site: Site, page: Page, other_page: Page
) -> None:
    from playwright.sync_api import expect

    site.sign_in(page, world.SUPERVISOR)
    number = assigned(site, page)
    site.sign_in(other_page, world.SECOND)
    site.show(other_page, number)
    browsers = {"Sam Supervisor": page, "Sofia Second": other_page}
    held = {}
    for name, window in browsers.items():
        cancel(window, f"{name} says no")
        held[name] = hold_back(window, r"/transitions/cancel$")
        window.get_by_role("dialog").get_by_role("button", name="Cancel").click(no_wait_after=True)
    for window, routes in zip(browsers.values(), held.values(), strict=True):
        while not routes:
            window.wait_for_timeout(10)
    for routes in held.values():
        routes[0].continue_()

    told = {
        name: window.get_by_role("alert").filter(has_text="was changed while you had it open")
        for name, window in browsers.items()
    }
    for window in browsers.values():
        expect(status(window)).to_have_text("Cancelled")
    losers = [name for name, alert in told.items() if alert.count()]
    assert len(losers) == 1
    (winner,) = set(browsers) - set(losers)
    alert = told[losers[0]]
    expect(alert).to_contain_text(f"Work order {number} was changed while you had it open. It is now Cancelled.")
    expect(alert).to_contain_text(re.compile(f"{winner} changed [Ss]tatus from Pending to Cancelled."))
    expect(browsers[winner].get_by_text(f"Work order {number} is now Cancelled.")).to_be_visible()
    expect(alert).to_contain_text(f"{losers[0]} says no")  # his words are not lost
    assert presses(number, "cancel") == 1


def test_a_double_click_on_a_button_is_one_press_and_shows_success(site: Site, page: Page, other_page: Page) -> None:
    from playwright.sync_api import expect

    site.sign_in(page, world.SUPERVISOR)
    number = assigned(site, page)
    site.sign_in(other_page, world.TECHNICIAN)
    site.show(other_page, number)
    other_page.get_by_role("button", name="Start").dblclick()
    expect(status(other_page)).to_have_text("Ongoing")
    expect(other_page.get_by_text(f"Work order {number} is now Ongoing.")).to_be_visible()
    expect(other_page.get_by_text("was changed while you had it open")).to_have_count(0)
    assert presses(number, "start") == 1


def test_the_same_press_sent_twice_by_the_network_shows_success_both_times(
    site: Site, page: Page, other_page: Page
) -> None:
    from playwright.sync_api import expect

    site.sign_in(page, world.SUPERVISOR)
    number = assigned(site, page)
    site.sign_in(other_page, world.TECHNICIAN)
    site.show(other_page, number)
    twin = other_page.context.new_page()
    site.show(twin, number)
    for window in (other_page, twin):
        window.get_by_role("button", name="Start").click()
        expect(status(window)).to_have_text("Ongoing")
        expect(window.get_by_text("was changed while you had it open")).to_have_count(0)
    assert presses(number, "start") == 1


def test_going_back_after_a_press_and_pressing_again_is_still_a_success(site: Site, page: Page) -> None:
    from playwright.sync_api import expect

    site.sign_in(page, world.SUPERVISOR)
    number = assigned(site, page)
    site.sign_in(page, world.TECHNICIAN)
    page.goto(f"{site.address}/my-day")
    site.show(page, number)
    page.get_by_role("button", name="Start").click()
    expect(status(page)).to_have_text("Ongoing")
    page.go_back()
    start = page.get_by_role("button", name="Start")
    if start.count():  # the browser showed the old page once more
        start.click()
    site.show(page, number)
    expect(status(page)).to_have_text("Ongoing")
    expect(page.get_by_text("was changed while you had it open")).to_have_count(0)
    assert presses(number, "start") == 1


def test_going_back_to_new_and_saving_the_form_again_leads_to_the_order_it_made(site: Site, page: Page) -> None:
    from playwright.sync_api import expect

    site.sign_in(page, world.OFFICE)
    site.open_new(page, "Repair")
    form = page.evaluate("Object.fromEntries(new FormData(document.querySelector('form.new-order')))")
    pick_unit(page, "SN-4711")
    page.get_by_label("What the customer asked for").fill("It hums.")
    page.get_by_role("button", name="Save").click()
    number, before = number_of(page), orders()
    page.go_back()
    page.wait_for_url(re.compile("/work-orders/new$"))
    if page.locator("input[name=form_token]").first.input_value() != form["form_token"]:
        # The browser asked for a fresh form; a resend sends the old one.
        page.evaluate(
            "token => document.querySelector('form.new-order [name=form_token]').value = token", form["form_token"]
        )
    page.get_by_role("radio", name="Repair").check()
    pick_unit(page, "SN-4711")
    page.get_by_role("button", name="Save").click()
    assert number_of(page) == number
    expect(status(page)).to_have_text("Unassigned")
    assert orders() == before


def test_a_double_click_on_save_makes_one_order(site: Site, page: Page) -> None:
    site.sign_in(page, world.OFFICE)
    before = orders()
    site.open_new(page, "Repair")
    pick_unit(page, "SN-4711")
    page.get_by_role("button", name="Save").dblclick()
    number_of(page)
    assert orders() == before + 1


def test_of_two_people_saving_the_same_form_the_second_sees_the_changes_and_loses_nothing(
    site: Site, page: Page, other_page: Page
) -> None:
    from playwright.sync_api import expect

    site.sign_in(page, world.SUPERVISOR)
    number = site.make_order(page)
    site.sign_in(other_page, world.SECOND)
    site.show(other_page, number)

    page.get_by_label("Quantity of Valve").fill("2")
    page.get_by_label("Customer request").fill("The valve leaks.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The work order is saved.")).to_be_visible()

    other_page.get_by_label("Quantity of Cable").fill("3")
    other_page.get_by_label("Technician").select_option(label="Tom Technician (free that day)")
    other_page.get_by_label("Due Date").fill("2027-05-03T07:45")
    other_page.get_by_label("Customer request").fill("It drips on the stairs.")
    other_page.get_by_role("button", name="Save").click()
    alert = other_page.get_by_role("alert").filter(has_text="was changed while you had it open")
    expect(alert).to_contain_text(f"Work order {number} was changed while you had it open. It is now Unassigned.")
    expect(alert).to_contain_text("Sam Supervisor changed Quantity of Valve from nothing to 2.")
    expect(alert).to_contain_text("Sam Supervisor changed Customer request from nothing to The valve leaks.")
    expect(alert).to_contain_text("What you typed is still below.")
    expect(other_page.get_by_label("Quantity of Cable")).to_have_value("3")
    expect(other_page.get_by_label("Due Date")).to_have_value("2027-05-03T07:45")
    expect(other_page.get_by_label("Customer request")).to_have_value("It drips on the stairs.")
    expect(other_page.get_by_label("Technician").locator("option:checked")).to_have_text(re.compile("^Tom Technician"))

    # What he did not touch shows the other person's value, so that saving again undoes nothing.
    expect(other_page.get_by_label("Quantity of Valve")).to_have_value("2")
    other_page.get_by_role("button", name="Save").click()
    expect(status(other_page)).to_have_text("Pending")
    site.show(page, number)
    expect(page.get_by_label("Quantity of Valve")).to_have_value("2")
    expect(page.get_by_label("Quantity of Cable")).to_have_value("3")
    expect(page.get_by_label("Customer request")).to_have_value("It drips on the stairs.")
    expect(region(page, "History")).to_contain_text("Sofia Second")
