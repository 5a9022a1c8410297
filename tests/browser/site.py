"""A running site and what people do on it: sign in, fill in New, read where an order stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Locator, Page

COOKIE = "fieldwright"


@dataclass(frozen=True, slots=True)
class Site:
    """A real web server, and the application on its database in this process."""

    app: Flask
    address: str
    keys: dict[str, str] = field(default_factory=dict)

    def sign_in(self, page: Page, email: str) -> None:
        """Sign in, as somebody else than before if need be: through the form, later with the session it gave."""
        page.context.clear_cookies()
        if email in self.keys:
            page.context.add_cookies([{"name": COOKIE, "value": self.keys[email], "url": self.address}])
            page.goto(self.address)
            return
        page.goto(f"{self.address}/login")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password").fill("demo")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/login" not in url)
        (self.keys[email],) = (one["value"] for one in page.context.cookies() if one["name"] == COOKIE)

    def open_new(self, page: Page, kind: str) -> None:
        """Open New as the client's page says, and pick the type."""
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Work Orders").click()
        page.get_by_role("link", name="New", exact=True).click()
        page.get_by_role("radio", name=kind).check()

    def make_order(self, page: Page, *, kind: str = "Repair", serial: str = "SN-4711") -> int:
        """Make an order for an existing unit; leaves the browser on its edit screen."""
        self.open_new(page, kind)
        pick_unit(page, serial)
        page.get_by_role("button", name="Save").click()
        return number_of(page)

    def show(self, page: Page, number: int) -> None:
        """Open the edit screen of an order."""
        page.goto(f"{self.address}/work-orders/{number}")


def pick_unit(page: Page, serial: str) -> None:
    """Search a unit by its serial number and pick it from the results."""
    page.get_by_role("radio", name="Use an existing unit").check()
    page.get_by_label("Find the unit").fill(serial)
    page.get_by_role("radio", name=re.compile(serial)).check()


def number_of(page: Page) -> int:
    """The number of the order whose edit screen was just reached."""
    page.wait_for_url(re.compile(r"/work-orders/\d+$"))
    return int(page.url.rsplit("/", 1)[1])


def status(page: Page) -> Locator:
    """The badge that says where the order stands."""
    return page.locator("#status [data-status].badge-large")


def region(page: Page, name: str) -> Locator:
    """A card of the page."""
    return page.get_by_role("region", name=name, exact=True)
