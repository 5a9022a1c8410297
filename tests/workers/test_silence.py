"""A clock or a worker that lives and does nothing is seen, and somebody else does its work."""

import json
import os
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.support.broker import private_broker
from tests.support.systems import System, environment, oldest, system, until, web_server
from tests.support.tethered import tethered

pytestmark = [pytest.mark.crash, pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")]

PRODUCTION = {
    "FIELDWRIGHT_ENV": "production",
    "SECRET_KEY": "a secret for tests, more than thirty-two characters",
    "BASE_URL": "http://127.0.0.1",
    "FIELDWRIGHT_SILENT_AFTER": "3",
}
"""Fifteen times as impatient as an installation: 45 seconds become 3, a minute becomes 4 seconds."""
SEEN_WITHIN, REPLACED_WITHIN = 60, 90
"""The promise in seconds; a slow machine may take as long here as a real installation may."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with system(tmp_path_factory.mktemp("silence") / "data", **PRODUCTION) as started:
        yield started


def checks(address: str) -> dict[str, bool]:
    """Return what the health check says of each part."""
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=10) as answer:
            found = json.load(answer)
    except urllib.error.HTTPError as error:
        with closing(error):
            found = json.load(error)
    return {str(part): bool(well) for part, well in found["checks"].items()}


def rows(url: str, statement: str) -> list[tuple[object, ...]]:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement))]
    finally:
        engine.dispose()


def replaced(running: System, part: str) -> bool:
    said = f"The {part} gave no sign of life for"
    url = f"sqlite:///{running.folder}/fieldwright.sqlite"
    kept = [str(row[0]) for row in rows(url, "SELECT detail FROM heartbeats WHERE kind = 'replaced'")]
    return said in running.log.read_text() and any(said in sentence for sentence in kept)


def pids(running: System, word: str) -> set[int]:
    return {pid for pid, line in running.processes().items() if word in line}


def test_a_clock_that_hangs_is_replaced_and_it_is_said_in_the_log_and_kept_for_the_page(running: System) -> None:
    before = pids(running, "quiet beat")
    for pid in before:
        os.kill(pid, signal.SIGSTOP)
    until(lambda: not checks(running.address)["clock"], seconds=SEEN_WITHIN, what="the silent clock to be seen")
    until(lambda: replaced(running, "beat"), seconds=REPLACED_WITHIN, what="another clock")
    until(lambda: all(checks(running.address).values()), what="a healthy system")
    assert not before & pids(running, "quiet beat")


def test_a_worker_whose_whole_group_hangs_is_replaced(running: System) -> None:
    before = pids(running, "quiet worker")
    for pid in before:
        os.kill(pid, signal.SIGSTOP)
    until(lambda: not checks(running.address)["worker"], seconds=SEEN_WITHIN, what="the silent worker to be seen")
    until(lambda: replaced(running, "worker"), seconds=REPLACED_WITHIN, what="another worker")
    until(lambda: all(checks(running.address).values()), what="a healthy system")
    assert not before & pids(running, "quiet worker")


def test_a_worker_that_takes_messages_and_performs_none_is_replaced(running: System) -> None:
    before = pids(running, "quiet worker")
    leader = oldest(before)
    for pid in before - {leader}:
        os.kill(pid, signal.SIGSTOP)
    until(lambda: leader not in running.processes(), seconds=REPLACED_WITHIN, what="the end of the worker")
    until(lambda: all(checks(running.address).values()), what="a healthy system")
    assert not before & pids(running, "quiet worker")


def test_a_healthy_system_is_left_alone_while_its_broker_is_away(running: System) -> None:
    broker, leader = pids(running, "broker.sock"), running.pid_of("quiet worker")
    for pid in broker:
        os.kill(pid, signal.SIGSTOP)
    until(lambda: not checks(running.address)["broker"], what="the broker to be missed")
    until(lambda: not checks(running.address)["worker"], what="the worker to be silent")
    for pid in broker:
        os.kill(pid, signal.SIGCONT)
    until(lambda: all(checks(running.address).values()), what="a healthy system")
    assert leader in pids(running, "quiet worker")


@contextmanager
def worker_alone(folder: Path, url: str, broker: str) -> Iterator[None]:
    given = environment(folder, 1, **PRODUCTION, DATABASE_URL=url, REDIS_URL=broker)
    with tethered((sys.executable, "-m", "webapp.cli", "worker"), log=folder / "worker.log", env=given):
        yield


def test_without_any_clock_a_worker_sends_the_ticks_and_the_health_check_says_all_is_done(
    database_url: str, tmp_path: Path
) -> None:
    with private_broker(tmp_path) as broker, worker_alone(tmp_path, database_url, broker):
        given = {**PRODUCTION, "DATABASE_URL": database_url, "REDIS_URL": broker}
        with web_server(tmp_path, given) as address:
            until(lambda: all(checks(address).values()), seconds=REPLACED_WITHIN, what="a worker that stands in")
    kinds = {kind for (kind,) in rows(database_url, "SELECT kind FROM heartbeats WHERE at IS NOT NULL")}
    assert kinds >= {"worker", "stand_in"}
    assert "beat" not in kinds
