"""Browsers that press buttons over HTTP, each on orders of its own: `python -m tests.bench.browsing <whose> <port> …`."""

from __future__ import annotations

import itertools
import re
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode

from tests.bench import listing, rounds, world
from webapp.demo.people import PASSWORD

BROWSERS = 8
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser:
    """One kept connection with its cookies and the token of its forms."""

    def __init__(self, port: int, field: str = "csrf_token") -> None:
        self.field = field
        self.connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies: dict[str, str] = {}
        self.token = ""

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Status and text of the answer; cookies are kept, redirects are not followed."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None if form is None else urlencode(form)
        headers |= {} if form is None else FORM
        try:
            answer = self._asked(method, path, body, headers)
        except ConnectionError:  # the server ends a connection on which nothing was asked for five seconds
            self.connection.close()
            answer = self._asked(method, path, body, headers)
        text = answer.read().decode()
        for name, header in answer.getheaders():
            if name.lower() == "set-cookie":
                cookie, _, value = header.partition(";")[0].partition("=")
                self.cookies[cookie] = value
        found = TOKEN.search(text)
        self.token = found.group(1) if found else self.token
        return answer.status, text

    def _asked(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> HTTPResponse:
        self.connection.request(method, path, body, headers)
        return self.connection.getresponse()

    def sign_in(self, path: str, form: dict[str, str] | None) -> None:
        """Open the page, and send its form if there is one."""
        self.ask("GET", path)
        if form is not None:
            status, _ = self.ask("POST", path, form | {self.field: self.token})
            assert status == 303, status
            self.ask("GET", "/my-day")

    def press(self, path: str, form: dict[str, str]) -> None:
        """Send the form of a button; anything but the way back to a page is a mistake of the benchmark."""
        status, text = self.ask("POST", path, form | {self.field: self.token})
        assert status in (302, 303), f"{path}: {status} {text[:300]}"


def ours(port: int, numbers: Sequence[int]) -> Callable[[], None]:
    """A browser of Fieldwright's technician: Start, then Pause and Resume in turn."""
    browser = Browser(port)
    browser.sign_in("/login", {"email": world.TECHNICIAN, "password": PASSWORD})
    turns = itertools.cycle([(number, way) for number in numbers for way in ("on", "off")])
    begun: set[int] = set()

    def step() -> None:
        number, way = next(turns)
        button = "pause" if way == "off" else "resume" if number in begun else "start"
        begun.add(number)
        browser.press(
            f"/work-orders/{number}/transitions/{button}", {"answer.reason": "parts"} if button == "pause" else {}
        )

    return step


def peers(port: int, numbers: Sequence[int]) -> Callable[[], None]:
    """A browser of the peer's technician."""
    browser = Browser(port, field="csrfmiddlewaretoken")
    browser.sign_in("/login", None)
    turns = itertools.cycle([number for number in numbers for _ in range(2)])
    return lambda: browser.press(f"/orders/{next(turns)}/press", {})


def page(port: int) -> float:
    """The median of milliseconds that the office waits for the first page of the list."""
    browser = Browser(port)
    browser.sign_in("/login", {"email": listing.OFFICE, "password": PASSWORD})
    waited = []
    for _ in range(20):
        begun = time.perf_counter()
        status, _text = browser.ask("GET", "/work-orders")
        assert status == 200, status
        waited.append((time.perf_counter() - begun) * 1000)
    return statistics.median(waited)


def main(whose: str, port: str, first: str, count: str, _which: str, _size: str) -> None:
    """Let all browsers loose together."""
    numbers = range(int(first), int(first) + int(count))
    make = ours if whose == "ours" else peers
    rounds.serve([make(int(port), numbers[browser::BROWSERS]) for browser in range(BROWSERS)])


if __name__ == "__main__":
    main(*sys.argv[1:])
