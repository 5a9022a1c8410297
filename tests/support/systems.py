"""Whole systems under test: gunicorn alone, or everything `fieldwright up` starts, in a folder of their own."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.ports import free_port
from tests.support.tethered import tethered

PATIENCE = 150.0
"""Seconds a slow machine may take for what takes two on a quick one."""


def until(done: "Callable[[], object]", *, seconds: float = PATIENCE, what: str = "it") -> None:
    """Wait until `done()` is true; fail the test naming `what` when it never is."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.05)


def status_of(url: str) -> int:
    """Return the HTTP status of a page, 0 when nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return 0


def environment(folder: Path, port: int, **more: str) -> dict[str, str]:
    """Return an environment that knows nothing of the developer's own settings; what a killed process leaves goes with the folder."""
    ours = ("FIELDWRIGHT_", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "BASE_URL", "SMTP_URL", "PORT")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    ordinary = {
        "FIELDWRIGHT_ENV": "demo",
        "FIELDWRIGHT_DATA": str(folder),
        "PORT": str(port),
        "TMPDIR": str(folder.parent),
    }
    return {**kept, **ordinary, **more}


def processes_of(folder: Path) -> dict[int, str]:
    """Return pid and command line of every living process that was started for a data folder."""
    mark = f"FIELDWRIGHT_DATA={folder}".encode()
    found: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):  # it ended while we looked
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                # Valkey writes its title, which names its socket, over its own environment.
                if line and (mark in (entry / "environ").read_bytes().split(b"\0") or f"{folder}/broker.sock" in line):
                    found[int(entry.name)] = line
    return found


def oldest(pids: Iterable[int]) -> int:
    """Return the process that began first; numbers begin anew after the highest, so the lowest says nothing."""
    return min(pids, key=lambda pid: int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]))


@dataclass(slots=True)
class System:
    """A running `fieldwright up`."""

    folder: Path
    address: str
    process: "subprocess.Popen[str]"
    log: Path

    def processes(self) -> dict[int, str]:
        return processes_of(self.folder)

    def pid_of(self, word: str) -> int:
        """Return the oldest process of the system whose command line holds a word."""
        return oldest(pid for pid, line in self.processes().items() if word in line)

    def is_ready(self) -> bool:
        return "is ready at" in self.log.read_text()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop and return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@contextlib.contextmanager
def system(folder: Path, **more: str) -> Iterator[System]:
    """Run `fieldwright up` in a folder until it says it is ready, and make sure nothing of it stays."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    log = folder.parent / f"{folder.name}.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            (sys.executable, "-m", "webapp.cli", "up"),
            env=environment(folder, port, **more), stdin=subprocess.DEVNULL, stdout=output, stderr=output, text=True,
        )  # fmt: skip
    running = System(folder, f"http://127.0.0.1:{port}", process, log)
    try:
        until(lambda: running.is_ready() or process.poll() is not None, what=f"the system to be ready, see {log}")
        assert process.poll() is None, log.read_text()
        yield running
    finally:
        if process.poll() is None:
            running.stop()
        for pid in running.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@contextlib.contextmanager
def web_server(folder: Path, settings: Mapping[str, str]) -> Iterator[str]:
    """Run gunicorn as production does, and yield its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    log = folder / "web.log"
    command = (sys.executable, "-m", "webapp.cli", "web")
    with tethered(command, log=log, env=environment(folder, port, **settings)) as process:
        until(lambda: status_of(f"{address}/login") or process.poll() is not None, what=f"the web server, see {log}")
        assert process.poll() is None, log.read_text()
        yield address
