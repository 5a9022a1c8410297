"""`fieldwright up`: whatever dies, the system comes back or is gone entirely, and it never runs twice."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.systems import System, environment, processes_of, status_of, system, until

pytestmark = [pytest.mark.crash, pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")]


PRODUCTION = {
    "FIELDWRIGHT_ENV": "production",
    "SECRET_KEY": "a secret for tests, more than thirty-two characters",
    "BASE_URL": "http://127.0.0.1",
}
"""Without the demo's firm a start is quick."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with system(tmp_path_factory.mktemp("up") / "data", **PRODUCTION) as started:
        yield started


def healthy(running: System) -> bool:
    return status_of(f"{running.address}/healthz") == 200


@pytest.mark.parametrize("word", ["valkey-server|redis-server", "gunicorn", "quiet worker", "quiet beat"])
def test_a_child_that_is_killed_comes_back_and_the_system_answers_again(running: System, word: str) -> None:
    def pids() -> list[int]:
        return sorted(pid for pid, line in running.processes().items() if re.search(word, line))

    before = pids()
    os.kill(before[0], signal.SIGKILL)
    until(lambda: pids() and not set(pids()) & set(before), what=f"a new {word} and the end of the old")
    until(lambda: healthy(running), what="a healthy system")


def test_requests_sent_while_the_web_server_is_being_replaced_are_all_answered(running: System) -> None:
    os.kill(running.pid_of("gunicorn"), signal.SIGKILL)
    for _ in range(10):
        with urllib.request.urlopen(f"{running.address}/login", timeout=30) as answer:
            assert answer.status == 200


def test_a_guardian_that_is_killed_is_replaced(running: System) -> None:
    before = running.pid_of("guardian.py")
    os.kill(before, signal.SIGKILL)
    until(lambda: any("guardian.py" in line and pid != before for pid, line in running.processes().items()))
    assert running.process.poll() is None


def test_a_second_start_on_the_same_folder_says_so_in_one_sentence(running: System) -> None:
    second = subprocess.run(
        (sys.executable, "-m", "webapp.cli", "up"),
        env=environment(running.folder, 1), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert second.returncode != 0
    assert second.stderr.count("\n") == 1
    assert f"already running on the data folder {running.folder} at {running.address}" in second.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_signal_ends_everything_and_the_exit_code_is_0(tmp_path: Path, number: int) -> None:
    with system(tmp_path / "data", **PRODUCTION) as started:
        assert started.stop(number) == 0
        assert started.processes() == {}


def test_killing_the_supervisor_ends_every_child_and_the_next_start_succeeds(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with system(folder, **PRODUCTION) as started:
        started.process.kill()
        started.process.wait()
        with system(folder, **PRODUCTION) as again:
            assert healthy(again)
    until(lambda: processes_of(folder) == {}, what="every process to be gone")


def test_killing_the_supervisor_leaves_nothing_behind(tmp_path: Path) -> None:
    with system(tmp_path / "data", **PRODUCTION) as started:
        started.process.kill()
        started.process.wait()
        until(lambda: started.processes() == {}, seconds=10, what="every process to be gone")


def test_a_port_in_use_is_said_in_one_sentence(running: System, tmp_path: Path) -> None:
    port = int(running.address.rpartition(":")[2])
    refused = subprocess.run(
        (sys.executable, "-m", "webapp.cli", "up"),
        env=environment(tmp_path, port), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert refused.returncode != 0
    assert refused.stderr.count("\n") == 1
    assert f"Port {port}" in refused.stderr
    assert processes_of(tmp_path) == {}
