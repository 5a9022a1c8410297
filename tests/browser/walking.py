"""Looking at a page in every way that counts: by axe, at every width, in light and dark, with its dialogs and menus open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import axe_playwright_python

from tests.support.inhabited import NOBODY

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
WIDE, PHONE, NARROWEST = 1280, 390, 320
SEVERE = ("serious", "critical")
# Colours are what dark changes; everything else was looked at in light.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"], "preload": False}
EVERYTHING = {"resultTypes": ["violations"], "preload": False}
# The tenth row of a table is written by the same lines of its template as the ninth.
MORE_OF_THE_SAME = [["tbody > tr:nth-child(n+10)"]]
JUDGE = """async ([where, options]) => {
  for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);  // a change of colours has arrived
  const { violations } = await axe.run(where, options);
  return violations.map(({ id, impact, nodes }) =>
    [impact, id, nodes.slice(0, 3).map((node) => node.target.join(" ") + " — " + (node.any[0]?.message ?? ""))]);
}"""
SIDEWAYS = """() => {
  const page = document.documentElement;
  if (page.scrollWidth <= page.clientWidth) return null;
  const wide = [...document.querySelectorAll("body *")].filter((each) => each.getBoundingClientRect().right > page.clientWidth + 1);
  return wide.slice(0, 3).map((each) => each.tagName.toLowerCase() + "." + each.className);
}"""


@dataclass(slots=True)
class Findings:
    """What was wrong, each with the page and the way it was looked at."""

    inaccessible: list[str] = field(default_factory=list)
    sideways: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)


class Walker:
    """One browser, a window for each person, each signed in once."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address
        self.findings = Findings()
        self.here = ""
        self.expected = 200
        self._judging = False
        self._windows: dict[str, Page] = {}

    def window(self, who: str) -> Page:
        """The window of a person, who signs in when it is first used."""
        if who not in self._windows:
            context = self.browser.new_context(
                viewport={"width": WIDE, "height": 900}, locale="en-GB", timezone_id="UTC", reduced_motion="reduce"
            )
            context.set_default_timeout(30_000)
            context.add_init_script(AXE)
            page = context.new_page()
            page.on("console", self._said)
            page.on("pageerror", lambda error: self._complain(f"script: {error}"))
            page.on("requestfailed", self._failed)
            page.on("response", self._answered)
            if who != NOBODY:
                sign_in(page, self.address, who)
            self._windows[who] = page
        return self._windows[who]

    def close(self) -> None:
        for page in self._windows.values():
            page.context.close()

    def visit(self, address: str, *, who: str, status: int = 200, again: bool = False) -> Page | None:
        """Go there and look; None for what is no page (a file, a fragment, numbers for machines)."""
        page = self.window(who)
        self.here, self.expected = f"{address} as {who.partition('@')[0] or 'a stranger'}", status
        answer = page.request.get(self.address + address)
        if not answer.headers.get("content-type", "").startswith("text/html") or "<html" not in answer.text()[:200]:
            if not answer.ok:
                self.findings.answers.append(f"{self.here}: {answer.status}")
            return None
        shown = page.goto(self.address + address, wait_until="load")
        self.expect(shown.status if shown else 0)
        self.look(page, again=again)
        return page

    def expect(self, found: int) -> None:
        """Write down an answer that is another than expected."""
        if found != self.expected:
            self.findings.answers.append(f"{self.here}: {found} instead of {self.expected}")

    def look(self, page: Page, *, again: bool = False) -> None:
        """Judge the page at both widths in light and dark, and whether it scrolls sideways.

        A page looked at `again` (as somebody else, in another status) is judged wide in light and on a phone in dark.
        """
        self.findings.pages.append(self.here)
        page.set_viewport_size({"width": WIDE, "height": 900})
        page.emulate_media(color_scheme="light")
        self.judge(page, "wide, light", EVERYTHING)
        if not again:
            page.emulate_media(color_scheme="dark")
            self.judge(page, "wide, dark", COLOURS)
        for width in (NARROWEST, PHONE):
            page.set_viewport_size({"width": width, "height": 844})
            if wide := page.evaluate(SIDEWAYS):
                self.findings.sideways.append(f"{self.here} at {width}: {wide}")
        page.emulate_media(color_scheme="dark")
        self.judge(page, "phone, dark", COLOURS)
        page.emulate_media(color_scheme="light")
        if not again:
            self.judge(page, "phone, light", EVERYTHING)
        page.set_viewport_size({"width": WIDE, "height": 900})

    def open_dialogs(self, page: Page) -> None:
        """Open each dialog of the page in turn and judge it in light and dark."""
        for opener in page.locator("main button[popovertarget][aria-haspopup=dialog]").all():
            name = opener.get_attribute("popovertarget") or ""
            opener.click()
            self.findings.dialogs.append(f"{self.here} {name}")
            self.both(page, f"dialog {name}", f"#{name}")
            page.keyboard.press("Escape")

    def both(self, page: Page, way: str, where: str) -> None:
        """Judge one part of the page in light and dark."""
        self.judge(page, f"{way}, light", EVERYTHING, where)
        page.emulate_media(color_scheme="dark")
        self.judge(page, f"{way}, dark", COLOURS, where)
        page.emulate_media(color_scheme="light")

    def judge(self, page: Page, way: str, options: Mapping[str, Any], where: str = "html") -> None:
        """Write down what axe-core finds serious or critical."""
        self._judging = True  # axe styles elements of its own, which our policy refuses
        found = page.evaluate(JUDGE, [{"include": [[where]], "exclude": MORE_OF_THE_SAME}, options])
        self._judging = False
        for impact, rule, nodes in found:
            if impact in SEVERE:
                self.findings.inaccessible.append(f"{self.here} ({way}): {rule} {nodes}")

    def _complain(self, what: str) -> None:
        self.findings.complaints.append(f"{self.here}: {what}")

    def _said(self, message: ConsoleMessage) -> None:
        # The browser itself reports a page whose own status is an error; that status is looked at elsewhere.
        expected = self.expected >= 400 and f"status of {self.expected}" in message.text
        if message.type in ("error", "warning") and not expected and not self._judging:
            self._complain(f"{message.type}: {message.text}")

    def _failed(self, request: Request) -> None:
        if request.failure == "net::ERR_ABORTED":
            return  # the page was left while it still loaded: nothing failed
        self._complain(f"failed: {request.url} ({request.failure})")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self._complain(f"{response.status}: {response.url}")


def sign_in(page: Page, address: str, email: str) -> None:
    """Sign in through the form."""
    page.goto(f"{address}/login")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/login" not in url)


@contextmanager
def walker(browser: Browser, address: str) -> Iterator[Walker]:
    """A walker whose windows are closed afterwards."""
    walking = Walker(browser, address)
    try:
        yield walking
    finally:
        walking.close()


def send_as_it_is(page: Page, form: str) -> None:
    """Send a form past every behaviour of the page, as a browser without scripts would."""
    page.locator(form).evaluate("(form) => HTMLFormElement.prototype.submit.call(form)")
