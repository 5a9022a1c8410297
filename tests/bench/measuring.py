"""All parts, one after another in each round, so that a busy machine slows ours and the anchors alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.bench import browsing, listing, many, offering, rounds, servers, statements, world
from tests.support import postgres

ROUNDS = 3
SECONDS = 2.0
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "on"}

OURS_1, OURS_2 = "Fieldwright, 1 process of 1 thread", "Fieldwright, 2 processes of 1 thread"
THREADS = 4
OURS_THREADS = f"Fieldwright, 2 processes of {THREADS} threads"
PEER_1, PEER_2 = "django-fsm-2 + django-fsm-log, 1 process", "django-fsm-2 + django-fsm-log, 2 processes"
PGBENCH_1, PGBENCH_8 = "pgbench, the 8 statements, 1 client", "pgbench, the 8 statements, 8 clients"
OURS_HTTP = f"Fieldwright, gunicorn with 2 processes of {servers.THREADS} threads"
PEER_HTTP = f"django-fsm-2 + django-fsm-log, gunicorn with 2 processes of {servers.THREADS} threads"
OURS_SQLITE, DRIVER_SQLITE = "Fieldwright on SQLite, 1 process", "sqlite3 driver, the 8 statements, 1 process"


@dataclass(frozen=True, slots=True)
class Part:
    """The rounds of one part together: the median, the least and the most a second, and processor milliseconds."""

    per_second: float
    least: float
    most: float
    cpu_ms: float | None


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that was measured."""

    parts: dict[str, Part]
    offers: offering.Offering
    pages: dict[str, listing.Listing]
    page_over_http: float
    """Milliseconds from asking for the first page of the list to having it, the median."""


def measure() -> Results:
    """Make everything ready, run the rounds and bring them together."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fieldwright-bench-")))
        cluster = stack.enter_context(postgres.cluster(folder, **DURABLE))
        ours, bare, peer = (postgres.create(cluster, name) for name in ("ours", "bare", "peer"))
        sqlite_file, bare_file = folder / "ours.sqlite", folder / "bare.sqlite"
        sqlite = f"sqlite:///{sqlite_file}"
        _say("Making the same orders for everybody …")
        world.build(ours, folder)
        world.build(sqlite, folder)
        large = postgres.create(cluster, "large", template="ours")
        _say(f"Making {many.ORDERS:,} orders …")
        many.build(large, folder)
        statements.prepare_postgres(bare)
        statements.prepare_sqlite(bare_file)
        environment = _peer_environment(peer)
        peer_program = "tests.bench.django_peer"
        subprocess.run((sys.executable, "-m", peer_program, "prepare"), env=environment, check=True)

        def team(size: int, *command: str, environment: dict[str, str]) -> rounds.Team:
            return stack.enter_context(rounds.team(command, size=size, environment=environment))

        own = dict(os.environ)
        on_postgres = team(2, "tests.bench.pressing", ours, str(folder), "0", "1", environment=own)
        with_threads = team(2, "tests.bench.pressing", ours, str(folder), "1", str(THREADS), environment=own)
        on_sqlite = team(1, "tests.bench.pressing", sqlite, str(folder), "0", "1", environment=own)
        django = team(2, peer_program, environment=environment)

        def browsers(whose: str, application: str, settings: dict[str, str], first: int) -> rounds.Team:
            port = stack.enter_context(servers.server(application, folder / f"{whose}.log", settings))
            numbers = (str(first), str(world.SHARE))
            return team(1, "tests.bench.browsing", whose, str(port), *numbers, environment=own)

        served = browsers("ours", servers.OURS, world.environment(ours, folder), world.first_of_browsers(ours, folder))
        peers_served = browsers("peers", servers.PEERS, environment, 1)
        parts: dict[str, Callable[[], rounds.Round]] = {
            OURS_1: lambda: on_postgres.round(processes=1, seconds=SECONDS),
            OURS_2: lambda: on_postgres.round(processes=2, seconds=SECONDS),
            OURS_THREADS: lambda: with_threads.round(processes=2, seconds=SECONDS),
            OURS_HTTP: lambda: served.round(processes=1, seconds=SECONDS),
            PEER_HTTP: lambda: peers_served.round(processes=1, seconds=SECONDS),
            PGBENCH_1: lambda: statements.pgbench(bare, folder, clients=1, seconds=SECONDS),
            PGBENCH_8: lambda: statements.pgbench(bare, folder, clients=statements.CLIENTS, seconds=SECONDS),
            PEER_1: lambda: django.round(processes=1, seconds=SECONDS),
            PEER_2: lambda: django.round(processes=2, seconds=SECONDS),
            OURS_SQLITE: lambda: on_sqlite.round(processes=1, seconds=SECONDS),
            DRIVER_SQLITE: lambda: statements.sqlite_driver(bare_file, seconds=SECONDS),
        }
        measured: dict[str, list[rounds.Round]] = defaultdict(list)
        for number in range(1, ROUNDS + 1):
            _say(f"Round {number} of {ROUNDS} …")
            for name, part in parts.items():
                measured[name].append(part())
        with world.application(ours, folder):
            offers = offering.measure()
        _say("Reading lists …")
        with world.application(large, folder):
            pages = listing.measure()
        with servers.server(servers.OURS, folder / "large.log", world.environment(large, folder)) as port:
            page_over_http = browsing.page(port)
        return Results(
            parts={name: _together(values) for name, values in measured.items()},
            offers=offers,
            pages=pages,
            page_over_http=page_over_http,
        )


def _together(measured: list[rounds.Round]) -> Part:
    rates = [one.per_second for one in measured]
    cpu = [one.cpu_ms for one in measured if one.cpu_ms is not None]
    return Part(
        per_second=statistics.median(rates),
        least=min(rates),
        most=max(rates),
        cpu_ms=statistics.median(cpu) if cpu else None,
    )


def _peer_environment(address: str) -> dict[str, str]:
    parts = urlsplit(address)
    return {
        **os.environ,
        "PEER_DATABASE": parts.path.removeprefix("/"),
        "PEER_HOST": parse_qs(parts.query)["host"][0],
    }


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
