"""The workflow editor in a real browser: problems while one types, nothing typed is lost, two windows, the diagram, no scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from tests.browser.walking import AXE, COLOURS, EVERYTHING, JUDGE, SIDEWAYS, sign_in
from tests.views import order_world as world
from webapp.db import reading
from webapp.models import Draft

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.site import Site

pytestmark = pytest.mark.browser

PLACE = "/workflows/work_order"
SOON = 15_000
"""Milliseconds a crowded machine may need for what takes one second on an idle one."""


@pytest.fixture
def desk(site: Site, page: Page) -> Page:
    """The text view on a fresh draft of a supervisor's."""
    page.add_init_script(AXE)
    page.set_default_timeout(30_000)
    site.sign_in(page, world.SUPERVISOR)
    open_fresh(site, page)
    return page


def open_fresh(site: Site, page: Page) -> None:
    """Throw away whatever draft there is, begin one, and open its text."""
    page.goto(f"{site.address}{PLACE}/edit?view=text")
    if page.get_by_role("button", name="Throw away").count():
        page.get_by_role("button", name="Throw away").first.click()
        page.get_by_role("dialog").get_by_role("button", name="Throw away").click()
        page.wait_for_url(re.compile(r"/workflows/work_order$"))
        page.goto(f"{site.address}{PLACE}/edit?view=text")
    page.get_by_role("button", name="Begin a draft").click(no_wait_after=True)
    page.wait_for_url(re.compile("/edit$"), wait_until="commit")
    page.goto(f"{site.address}{PLACE}/edit?view=text")
    page.locator(".cm-content").wait_for()


def kept(site: Site) -> str:
    """The draft as the server has it."""
    with site.app.app_context(), reading() as session:
        return session.scalars(select(Draft.text)).one()


def write(page: Page, text: str, *, line: int = 1) -> None:
    """Put the cursor at the end of a line and type."""
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+Home")
    for _ in range(line - 1):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.type(text)


def test_an_error_is_marked_at_its_line_while_one_types_and_goes_when_it_is_mended(desk: Page, site: Site) -> None:
    from playwright.sync_api import expect

    write(desk, "x", line=6)
    problem = desk.locator("#problems .problem-error").first
    expect(problem).to_contain_text("Line 6", timeout=SOON)
    expect(desk.locator(".cm-lint-marker-error").first).to_be_visible()
    expect(desk.locator("[data-saved]")).to_contain_text("Saved", timeout=SOON)
    assert "lifecycle: work_orderx" in kept(site)
    problem.get_by_role("link").click()
    expect(desk.locator(".cm-activeLineGutter").filter(has_text="6")).to_be_visible()
    desk.keyboard.press("End")
    desk.keyboard.press("Backspace")
    expect(desk.locator("#problems .problem-error")).to_have_count(0, timeout=SOON)
    expect(desk.locator(".cm-lint-marker-error")).to_have_count(0, timeout=SOON)
    expect(desk.locator("#problems")).to_contain_text("Nothing is wrong", timeout=60_000)
    expect(desk.locator("#promises")).to_contain_text("Proved")


def test_what_can_be_written_is_offered_with_what_it_means(desk: Page) -> None:
    from playwright.sync_api import expect

    line = desk.locator("#text").input_value().splitlines().index("    kind: queue") + 1
    write(desk, "\nco", line=line)
    offers = desk.locator(".cm-tooltip-autocomplete")
    expect(offers).to_contain_text("color")
    expect(offers).to_contain_text("The colour of its badge.")
    desk.keyboard.press("Escape")
    desk.keyboard.press("Shift+Home")
    desk.keyboard.type("may_edit: {sup")
    expect(offers).to_contain_text("supervisor")
    desk.keyboard.press("Escape")
    lines = desk.locator("#text").input_value().splitlines()
    write(desk, " && order.du", line=lines.index("    check: order.arrived_at == null") + 1)
    expect(offers).to_contain_text("order.due_date")
    expect(offers).to_contain_text("Due Date")


def test_escape_and_tab_leave_the_editor(desk: Page) -> None:
    desk.locator(".cm-content").focus()
    desk.keyboard.press("Escape")
    desk.keyboard.press("Tab")
    assert desk.evaluate("document.activeElement.shadowRoot === null || document.activeElement.tagName !== 'DIV'")
    assert desk.evaluate("document.querySelector('.code-editor').shadowRoot.activeElement") is None


def test_a_reload_a_tab_and_a_lost_server_lose_nothing(desk: Page, site: Site) -> None:
    from playwright.sync_api import expect

    write(desk, " one")
    desk.get_by_role("link", name="Diagram").click()
    desk.locator(".diagram-svg").wait_for()
    assert "schema.json one\n" in kept(site)

    desk.goto(f"{site.address}{PLACE}/edit?view=text")
    desk.locator(".cm-content").wait_for()
    desk.route("**/draft/text", lambda route: route.abort())
    write(desk, " two")
    expect(desk.locator("[data-saved]")).to_have_text("Not saved yet", timeout=SOON)
    desk.reload()
    desk.locator(".cm-content").wait_for()
    expect(desk.locator("[data-draft-banner]")).to_contain_text("never saved", timeout=SOON)
    desk.unroute("**/draft/text")
    desk.get_by_role("button", name="Use it").click()
    expect(desk.locator("[data-saved]")).to_contain_text("Saved", timeout=SOON)
    expect(desk.locator(".cm-content")).to_contain_text("schema.json one two")
    desk.wait_for_function("!Object.keys(localStorage).some((key) => key.startsWith('fieldwright:draft'))")
    assert "one two" in kept(site)


def test_who_was_signed_out_signs_in_elsewhere_and_goes_on(desk: Page, site: Site) -> None:
    from playwright.sync_api import expect

    cookies = desk.context.cookies()
    desk.context.clear_cookies()
    write(desk, " after all")
    expect(desk.locator("[data-draft-banner]")).to_contain_text("You were signed out", timeout=SOON)
    desk.context.add_cookies(cookies)  # type: ignore[arg-type]
    desk.get_by_role("button", name="Save now").click()
    expect(desk.locator("[data-saved]")).to_contain_text("Saved", timeout=SOON)
    assert "after all" in kept(site)


def test_two_windows_of_one_person_are_shown_both_texts(desk: Page, site: Site) -> None:
    from playwright.sync_api import expect

    other = desk.context.new_page()
    other.goto(f"{site.address}{PLACE}/edit?view=text")
    other.locator(".cm-content").wait_for()
    write(other, " from the other")
    expect(other.locator("[data-saved]")).to_contain_text("Saved", timeout=SOON)
    other.wait_for_function("!Object.keys(localStorage).length")
    write(desk, " from here")
    banner = desk.locator("[data-draft-banner]")
    expect(banner).to_contain_text("changed in another window", timeout=SOON)
    expect(banner.locator("mark").first).to_contain_text("from here")
    expect(banner.locator("mark").last).to_contain_text("from the other")
    desk.get_by_role("button", name="Keep what is typed here").click()
    expect(desk.locator("[data-saved]")).to_contain_text("Saved", timeout=SOON)
    assert "from here" in kept(site)
    other.close()


def test_the_diagram_is_reached_by_keyboard_and_leads_to_the_table(desk: Page, site: Site) -> None:
    from playwright.sync_api import expect

    desk.goto(f"{site.address}{PLACE}/edit?view=diagram")
    desk.locator(".diagram-svg").wait_for()
    expect(desk.locator(".diagram-node")).to_have_count(9)
    before = desk.locator(".diagram-svg").bounding_box()
    desk.locator("[data-paper]").focus()
    desk.keyboard.press("+")
    after = desk.locator(".diagram-svg").bounding_box()
    assert before is not None
    assert after is not None
    assert after["width"] > before["width"]
    paused = desk.locator('[data-node="paused"]')
    paused.focus()
    expect(desk.locator("[data-details]")).to_contain_text("Work has begun and waits")
    with desk.expect_download() as download:
        desk.get_by_role("button", name="SVG").click()
    drawn = download.value.path().read_text()
    assert drawn.startswith("<svg")
    assert "Paused" in drawn
    assert "var(--page)" not in drawn
    paused.focus()
    desk.keyboard.press("Enter")
    desk.wait_for_url(re.compile(r"view=table#statuses-paused"))


WIDTHS = """() => {
  const paper = document.querySelector("[data-paper]"), edge = paper.getBoundingClientRect();
  const outside = [...paper.querySelectorAll("[data-element]")].filter((one) => {
    const box = one.getBoundingClientRect();
    return box.left < edge.left || box.right > edge.right + 1;
  });
  return {scrolls: paper.scrollWidth > paper.clientWidth + 1, outside: outside.length};
}"""
"""Whether the paper scrolls sideways, and how many statuses and words of lines stand outside of it."""


def test_the_whole_diagram_fits_with_its_labels_and_fit_makes_it_fit_on_a_phone(desk: Page, site: Site) -> None:
    desk.goto(f"{site.address}{PLACE}/edit?view=diagram")
    desk.locator(".diagram-svg").wait_for()
    assert desk.evaluate(WIDTHS) == {"scrolls": False, "outside": 0}
    desk.set_viewport_size({"width": 390, "height": 844})
    desk.wait_for_function(
        "() => { const p = document.querySelector('[data-paper]'); return p.scrollWidth > p.clientWidth; }"
    )
    desk.get_by_role("button", name="Fit", exact=True).click()
    assert desk.evaluate(WIDTHS) == {"scrolls": False, "outside": 0}


def test_a_first_proof_is_not_called_one_of_an_earlier_text(desk: Page, site: Site) -> None:
    from playwright.sync_api import expect

    desk.route("**/check?proof=1", lambda _route: None)  # this proof never ends
    write(desk, "  # a text nobody has proved", line=6)
    expect(desk.locator("[data-saved]")).to_contain_text("Saved", timeout=SOON)
    desk.reload()
    expect(desk.locator("[data-proof-state]")).to_have_text("Being proved…", timeout=SOON)


def test_a_broken_promise_shows_its_story_on_the_diagram(desk: Page, site: Site) -> None:
    from playwright.sync_api import expect

    text = desk.locator("#text").input_value()
    held = "    from: [ongoing, paused]\n    to: waiting_approval"
    bypass = text[: text.index("\nscenarios:") + 1].replace(held, held.replace("ongoing, ", ""), 1)
    desk.evaluate("(text) => document.dispatchEvent(new CustomEvent('workflow:replace', {detail: {text}}))", bypass)
    broken = desk.locator(".promise-broken").first
    expect(broken).to_be_visible(timeout=90_000)
    expect(desk.locator("[data-saved]")).to_contain_text("Saved", timeout=SOON)
    broken.locator("summary").click()
    expect(broken.locator("ol li").first).to_contain_text("An order is made")
    broken.get_by_role("link", name="Show me").click()
    desk.wait_for_url(re.compile("view=diagram"))
    expect(desk.locator('.diagram-node.on-path[data-node="unassigned"]')).to_be_visible(timeout=SOON)
    expect(desk.locator('.diagram-node.on-path[data-node="ongoing"] .step-number')).to_be_visible()
    desk.get_by_role("button", name="Hide the path").click()
    expect(desk.locator(".on-path")).to_have_count(0)


@pytest.mark.parametrize("view", ["text", "diagram"])
def test_the_editor_is_readable_by_everybody_on_every_screen(desk: Page, site: Site, view: str) -> None:
    desk.emulate_media(reduced_motion="reduce")
    desk.goto(f"{site.address}{PLACE}/edit?view={view}")
    desk.locator(".cm-content, .diagram-svg").first.wait_for()
    desk.wait_for_timeout(500)
    wrong = []
    for width in (1280, 390):
        desk.set_viewport_size({"width": width, "height": 844})
        for scheme, options in (("light", EVERYTHING), ("dark", COLOURS)):
            desk.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            found = desk.evaluate(JUDGE, [{"include": [["html"]]}, options])
            wrong += [(width, scheme, one) for one in found if one[0] in ("serious", "critical")]
        if wide := desk.evaluate(SIDEWAYS):
            wrong.append((width, "sideways", wide))
    assert wrong == []


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A browser without JavaScript."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def test_without_scripts_the_text_is_saved_and_its_problems_stand_beside_it(plain: Page, site: Site) -> None:
    from playwright.sync_api import expect

    sign_in(plain, site.address, world.SECOND)
    plain.goto(f"{site.address}{PLACE}/edit?view=text")
    plain.get_by_role("button", name="Begin a draft").click()
    plain.goto(f"{site.address}{PLACE}/edit?view=text")
    field = plain.get_by_label("Text of the workflow")
    field.fill(field.input_value().replace("kind: queue", "kind: nonsense", 1))
    plain.get_by_role("button", name="Save draft").click()
    expect(plain.get_by_text("The draft is saved.")).to_be_visible()
    expect(plain.locator("#problems")).to_contain_text(re.compile(r"Line \d+, column \d+"))
    plain.goto(f"{site.address}{PLACE}/edit?view=diagram")
    expect(plain.get_by_text("cannot be drawn yet")).to_be_visible()
    plain.goto(f"{site.address}{PLACE}/edit?view=text")
    field.fill(field.input_value().replace("kind: nonsense", "kind: queue", 1))
    plain.get_by_role("button", name="Save draft").click()
    plain.goto(f"{site.address}{PLACE}/edit?view=diagram")
    expect(plain.get_by_role("row", name=re.compile("Paused")).first).to_contain_text("Resume")
    plain.get_by_role("button", name="Throw away").first.click()
    plain.get_by_role("dialog").get_by_role("button", name="Throw away").click()
