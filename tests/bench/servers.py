"""gunicorn as Fieldwright runs it, for ours and for the peer: the same processes, threads and settings."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support.ports import free_port
from tests.support.systems import status_of, until
from tests.support.tethered import tethered
from webapp.up import programs

PROCESSES, THREADS = 2, 8
OURS, PEERS = "webapp.app:create_app()", "tests.bench.django_peer.web:application()"


@contextmanager
def server(application: str, log: Path, environment: Mapping[str, str]) -> Iterator[int]:
    """Run it with two processes of eight threads each, and yield its port."""
    port = free_port()
    like_production = programs.web(f"127.0.0.1:{port}", sqlite=False).command
    command = tuple(application if part == OURS else part for part in like_production)
    more = {"WEB_CONCURRENCY": str(PROCESSES), "PORT": str(port)}
    assert command[0] == sys.executable
    with tethered(command, log=log, env={**environment, **more}) as process:
        until(lambda: status_of(f"http://127.0.0.1:{port}/login") or process.poll() is not None, what=f"{log}")
        assert process.poll() is None, log.read_text()
        yield port
