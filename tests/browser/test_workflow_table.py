"""The table view in a browser: a supervisor adds a status with its way in and its way back, and never sees the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from tests.browser.walking import Walker, sign_in, walker
from tests.views import order_world as world
from webapp.config import DEFINITIONS
from webapp.db import unit_of_work
from webapp.models import Draft
from webapp.queries.lifecycles import vocabulary
from workflow.editing import model_of
from workflow.proving import prove_apart
from workflow.reading import check

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.site import Site

pytestmark = pytest.mark.browser

EDIT = "/workflows/work_order/edit?view=table"


def draft(site: Site) -> str:
    """The text of the only draft."""
    with site.app.app_context(), unit_of_work() as session:
        return session.scalars(select(Draft.text)).one()


def begin(site: Site, page: Page) -> str:
    """Open the table of the supervisor's draft, which is begun when there is none; returns its text."""
    page.goto(f"{site.address}/workflows/work_order")
    if page.get_by_role("button", name="Edit", exact=True).count():
        page.get_by_role("button", name="Edit", exact=True).click()
    page.goto(site.address + EDIT)
    return draft(site)


def save(page: Page, button: str) -> None:
    """Press a form's button and wait for the sentence that says it was done."""
    from playwright.sync_api import expect

    page.locator("form.wt-form").get_by_role("button", name=button, exact=True).click()
    expect(page.locator("#flashes")).to_contain_text("Add" if button == "Add" else "Changed")


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A browser without JavaScript."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def walking(site: Site, browser: Browser) -> Iterator[Walker]:
    with walker(browser, site.address) as found:
        yield found


def test_a_supervisor_adds_a_status_with_two_buttons_by_the_table_alone(site: Site, page: Page) -> None:
    from playwright.sync_api import expect

    page.set_default_timeout(30_000)
    site.sign_in(page, world.SUPERVISOR)
    before = begin(site, page)
    page.get_by_role("link", name="Add a status").first.click()
    page.get_by_label("Label").fill("Waiting for parts")
    page.get_by_label("What it means").fill("A part is on its way.")
    page.get_by_label("a supervisor may change: Due Date").check()
    page.get_by_label("a supervisor may change: Quantities").check()
    page.get_by_label("Place").select_option(label="Before Waiting for review")
    save(page, "Add")
    for label, out_of, to in (
        ("Wait for parts", "Ongoing", "Waiting for parts"),
        ("Parts are here", "Waiting for parts", "Ongoing"),
    ):
        page.get_by_role("link", name=f"Button out of {out_of}", exact=True).click()
        page.get_by_label("Label").fill(label)
        expect(page.get_by_role("group", name="Shown in").get_by_label(out_of, exact=True)).to_be_checked()
        page.get_by_label("Leads to").select_option(label=to)
        for who in ("the assigned technician", "a supervisor"):
            page.get_by_role("group", name="Who may press it").get_by_label(who).check()
        save(page, "Add")
    row = page.locator(".wt-overview tr", has=page.locator("[data-status=waiting_for_parts]"))
    expect(row).to_contain_text("Parts are here → Ongoing a supervisor or the assigned technician")
    expect(row).to_contain_text("No scenario")

    after = draft(site)
    told = after.split("\n")
    kept = iter(told)
    assert all(line in kept for line in before.split("\n")), "a line of the text before is gone or elsewhere"
    assert list(model_of(after)["statuses"]) == [  # type: ignore[call-overload]
        *["unassigned", "waiting_approval", "pending", "ongoing", "paused", "waiting_for_parts"],
        *["waiting_review", "completed", "billed", "cancelled"],
    ]
    assert check(after, vocabulary()).problems == ()
    proof = prove_apart(after, (DEFINITIONS / "vocabulary.yaml").read_text())
    assert [problem.message for problem in proof.problems if problem.severity != "info"] == []

    for _ in range(3):
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("#flashes")).to_contain_text("Undone: Added")
    assert draft(site) == before


def test_without_scripts_a_button_is_changed_moved_and_deleted(site: Site, plain: Page) -> None:
    from playwright.sync_api import expect

    page = plain
    sign_in(page, site.address, world.SUPERVISOR)
    before = begin(site, page)
    page.get_by_role("link", name="Edit Take back billing").click()
    page.get_by_label("Label").fill("Bill again")
    page.get_by_role("group", name="Who may press it").get_by_label("a supervisor").check()
    save(page, "Save")
    page.get_by_role("button", name="Move Bill again up").click()
    expect(page.locator("#flashes")).to_contain_text("Moved the button “Bill again” up.")
    expect(page.locator("#transitions article").nth(10)).to_have_id("transitions-take_back_billing")
    page.get_by_role("link", name="Delete Bill again…").click()
    expect(page.get_by_role("form", name="Delete Bill again")).to_contain_text("Scenario")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator("#flashes")).to_contain_text("Deleted the button “Bill again”.")
    assert "take_back_billing:" not in draft(site)
    for _ in range(3):
        page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    assert draft(site) == before


def test_by_keyboard_an_element_is_moved_and_the_focus_stays_and_what_was_typed_outlives_a_reload(
    site: Site, page: Page
) -> None:
    from playwright.sync_api import expect

    page.set_default_timeout(30_000)
    site.sign_in(page, world.SUPERVISOR)
    begin(site, page)
    page.get_by_role("button", name="Move Hold down").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#flashes")).to_contain_text("Moved the automatic rule “Hold” down.")
    expect(page.get_by_role("button", name="Move Hold down")).to_be_focused()
    page.get_by_role("button", name="Move Hold up").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#flashes")).to_contain_text("up.")
    page.get_by_role("link", name="Edit Pause", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_label("Label").fill("Hold on")
    page.get_by_role("group", name="What must be fulfilled").get_by_label(re.compile("Technician assigned")).check()
    page.reload()
    expect(page.get_by_text("What you typed here before")).to_be_visible()
    expect(page.get_by_label("Label")).to_have_value("Hold on")
    expect(page.get_by_role("checkbox", name=re.compile("^Technician assigned"))).to_be_checked()
    page.get_by_role("link", name="Cancel", exact=True).last.click()
    page.get_by_role("link", name="Edit Pause", exact=True).click()
    expect(page.get_by_label("Label")).to_have_value("Pause")


def test_every_form_is_readable_by_everybody_and_never_wider_than_a_phone(site: Site, walking: Walker) -> None:
    page = walking.window(world.SUPERVISOR)
    begin(site, page)
    for number, opened in enumerate(
        ("open=transitions.pause", "open=statuses.paused", "delete=statuses.paused", "ready=guards", "open=guards.used_filled_in",
         "add=promises", "open=timers.overdue")
    ):  # fmt: skip
        walking.visit(f"{EDIT}&{opened}", who=world.SUPERVISOR, again=number > 1)
    found = walking.findings
    assert not found.answers
    assert not found.inaccessible, "\n".join(found.inaccessible)
    assert not found.sideways, "\n".join(found.sideways)
    assert not found.complaints, "\n".join(found.complaints)
