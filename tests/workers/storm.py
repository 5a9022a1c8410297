"""Everything a fault test runs, the people at work in it, and the hand that kills: for the tests of this folder."""

import contextlib
import http.client
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import psycopg

from tests.support import dropping, postgres
from tests.support.systems import System, environment, oldest, processes_of, system, until
from tests.support.tethered import tethered
from tests.views.order_world import TECHNICIAN
from webapp.up import broker

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a secret for tests, more than thirty-two characters"
PRODUCTION = {"FIELDWRIGHT_ENV": "production", "SECRET_KEY": SECRET, "BASE_URL": "http://127.0.0.1"}
NEXT = {"pending": "start", "ongoing": "pause", "paused": "resume"}
"""The button somebody presses on an order of each status."""


@dataclass(slots=True)
class Answer:
    """What a web server said."""

    status: int
    headers: dict[str, str]
    text: str
    seconds: float


@dataclass(slots=True)
class Browser:
    """One person's browser: keeps his cookie, follows nothing, and remembers every answer that was a fault."""

    address: str
    cookie: str = ""
    token: str = ""
    waited: int = 0
    faults: list[str] = field(default_factory=list)

    def send(self, method: str, path: str, form: dict[str, str] | None = None) -> Answer | None:
        """Return the answer, or None when the connection broke or nobody answered."""
        began = time.monotonic()
        connection = http.client.HTTPConnection(self.address.removeprefix("http://"), timeout=20)
        headers = {"Cookie": self.cookie} if self.cookie else {}
        body = None
        if form is not None:
            body = urlencode(form | {"csrf_token": self.token})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body=body, headers=headers)
            reply = connection.getresponse()
            text = reply.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        given = {key.lower(): value for key, value in reply.getheaders()}
        if "set-cookie" in given:
            self.cookie = given["set-cookie"].partition(";")[0]
        if reply.status >= 500:
            if reply.status == 503 and "retry-after" in given:
                self.waited += 1
            else:
                self.faults.append(f"{method} {path}: {reply.status}")
        return Answer(reply.status, given, text, time.monotonic() - began)

    def page(self, path: str, *, stop_at: float) -> Answer:
        """Return the page, asking again for as long as the system is being restarted."""
        while True:
            found = self.send("GET", path)
            if found is not None and found.status == 200:
                self.token = hidden(found, "csrf_token")
                return found
            assert found is None or found.status == 503, f"{path}: {found.status}"
            assert time.monotonic() < stop_at, f"{path} did not come back"
            time.sleep(0.1)

    def sign_in(self, email: str) -> None:
        self.page("/login", stop_at=time.monotonic() + 30)
        done = self.send("POST", "/login", {"email": email, "password": "demo"})
        assert done is not None, "nobody answered"
        assert done.status == 303, done.text


def hidden(page: Answer, name: str) -> str:
    """Return the value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None, page.text
    return found.group(1)


@dataclass(slots=True)
class Person(threading.Thread):
    """Presses the next button of each of his orders in turn, and presses again whatever was not acknowledged."""

    address: str
    orders: list[int]
    acknowledged: dict[int, list[str]]
    seconds: list[float] = field(default_factory=list)
    failure: BaseException | None = None
    patience: float = 90.0
    ended: threading.Event = field(default_factory=threading.Event)
    browser: Browser = field(init=False)

    def __post_init__(self) -> None:
        threading.Thread.__init__(self, daemon=True)
        self.browser = Browser(self.address)
        self.browser.sign_in(TECHNICIAN)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        try:
            while not self.ended.is_set():
                for number in self.orders:
                    if not self.ended.is_set():
                        self.press(number)
        except BaseException as failure:
            self.failure = failure

    def press(self, number: int) -> None:
        stop_at = time.monotonic() + self.patience
        page = self.browser.page(f"/work-orders/{number}", stop_at=stop_at)
        status = re.search(r'data-status="(\w+)"', page.text)
        assert status is not None, page.text
        name = NEXT[status.group(1)]
        form = {"row_version": hidden(page, "row_version"), **({"answer.reason": "parts"} if name == "pause" else {})}
        while True:
            done = self.browser.send("POST", f"/work-orders/{number}/transitions/{name}", form)
            if done is not None and done.status == 303 and not done.headers["location"].startswith("/login"):
                self.acknowledged[number].append(name)
                self.seconds.append(done.seconds)
                return
            assert done is None or done.status == 503, f"{name} of {number}: {done.status} {done.headers} {done.text}"
            assert time.monotonic() < stop_at, f"{name} of {number} was not taken"
            time.sleep(0.1)


@dataclass(slots=True)
class Stage:
    """A running system on a PostgreSQL that can be killed, with a second clock and a second worker."""

    running: System
    url: str
    home: Path

    def postmaster(self) -> int | None:
        """Return the process whose children serve PostgreSQL's clients; None while it is down."""
        found = [pid for pid, line in lines().items() if f"-D {self.home}/data" in line]
        return oldest(found) if found else None

    def backends(self) -> list[int]:
        return [pid for pid, line in lines().items() if line.startswith("postgres: fieldwright storm")]

    def answers(self) -> bool:
        try:
            postgres.plain(self.url).close()
        except psycopg.OperationalError:
            return False
        return True

    def victims(self) -> dict[str, list[tuple[int, int]]]:
        """Return, for each kind of thing to kill, the processes and the signal that ends them."""
        ours = processes_of(self.running.folder)

        def those(word: str) -> list[int]:
            return sorted(pid for pid, line in ours.items() if re.search(word, line))

        web, workers, postmaster = those("gunicorn"), those("quiet worker"), self.postmaster()
        leaders = {pid for pid in workers if parent(pid) not in workers}
        kill = signal.SIGKILL
        return {
            "the web server": [(pid, kill) for pid in web[:1]],
            "a process of the web server": [(pid, kill) for pid in web[1:]],
            "a worker": [(pid, kill) for pid in leaders],
            "a process of a worker": [(pid, kill) for pid in workers if pid not in leaders],
            "a clock": [(pid, kill) for pid in those("quiet beat")],
            "the broker": [(pid, kill) for pid in those(r"broker\.sock")],
            "PostgreSQL, at once": [(postmaster, signal.SIGQUIT)] if postmaster else [],
            "PostgreSQL": [(postmaster, kill)] if postmaster else [],
            "a connection of PostgreSQL": [(pid, kill) for pid in self.backends()],
        }


def lines() -> dict[int, str]:
    """Return the command line of every process."""
    found: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):  # it ended while we looked
                found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


def parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


UPON_WORK = ("web server", "PostgreSQL")
"""What everybody needs; killed again only once something was acknowledged since, or else nothing would ever flow."""


def kill_at_random(
    stage: Stage, *, kills: int, pause: float, seed: int, work: Callable[[], int], seconds: float
) -> dict[str, int]:
    """Kill one process after another, every kind equally often, for so many seconds at most; returns how many of each."""
    chance = random.Random(seed)
    done: dict[str, int] = {}
    bag: list[str] = []
    until_work = 0
    stop_at = time.monotonic() + seconds
    while sum(done.values()) < kills and time.monotonic() < stop_at:
        if not bag:
            bag = list(stage.victims())
            chance.shuffle(bag)
        kind = bag.pop()
        needed = any(word in kind for word in UPON_WORK)
        there = stage.victims()[kind]
        if not there or (needed and work() <= until_work):
            bag.insert(0, kind)
            time.sleep(0.1)
            continue
        pid, number = chance.choice(there)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
            done[kind] = done.get(kind, 0) + 1
            until_work = work() if needed else until_work
        time.sleep(pause * chance.uniform(0.5, 1.5))
    return done


@contextlib.contextmanager
def kept(folder: Path, *programs: dict[str, object]) -> Iterator["subprocess.Popen[bytes]"]:
    """Keep some programs running, restarted when they die, and end them all afterwards."""
    folder.mkdir()
    wanted = folder / "programs.json"
    wanted.write_text(json.dumps(programs))
    given = environment(folder, 1)
    command = ("/bin/sh", "-c", f'exec "{sys.executable}" -m tests.support.keeping "{folder}" < "{wanted}"')
    with tethered(command, log=folder / "kept.log", env=given, cwd=ROOT) as process:
        yield process


@contextlib.contextmanager
def database(folder: Path) -> Iterator[tuple[str, Path]]:
    """Run a PostgreSQL that survives being killed, and yield the address of an empty database and its home."""
    with postgres.made(synchronous_commit="on", shared_buffers="32MB") as one:
        user = (str(one.user.get("user", os.geteuid())), str(one.user.get("group", os.getegid())))
        command = (sys.executable, "-I", "-S", dropping.__file__, *user, *one.command)
        with kept(folder / "postgres", {"name": "postgres", "command": command, "environment": {}}):

            def answers() -> bool:
                try:
                    postgres.plain(one.address).close()
                except psycopg.OperationalError:
                    return False
                return True

            until(answers, what="PostgreSQL")
            yield postgres.create(one.address, "storm"), one.home


@contextlib.contextmanager
def stage(folder: Path, url: str, home: Path, **more: str) -> Iterator[Stage]:
    """Run `fieldwright up` on the database, and a second worker and a second clock beside it."""
    given = {**PRODUCTION, "DATABASE_URL": url, **more}
    data = folder / "data"
    with system(data, **given) as running:
        beside = environment(data, 1, **given, REDIS_URL=broker.url(data))
        two: list[dict[str, object]] = [
            {"name": name, "command": (sys.executable, "-m", "webapp.cli", name), "environment": beside}
            for name in ("worker", "beat")
        ]
        with kept(folder / "beside", *two):
            until(lambda: sum("quiet beat" in line for line in running.processes().values()) == 2, what="both clocks")
            yield Stage(running, url, home)
