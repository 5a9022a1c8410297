"""What the benchmarks ran on: numbers and versions, no names."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
from importlib.metadata import version

from tests.support import postgres

LIBRARIES = ("SQLAlchemy", "psycopg", "python-statemachine", "Django", "django-fsm-2", "django-fsm-log")


def described() -> list[str]:
    """One line per fact about the machine and what is installed."""
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return [
        f"{cores} cores, {memory:.0f} GiB of memory",
        f"Python {platform.python_version()}, PostgreSQL {_postgres()}, SQLite {sqlite3.sqlite_version}",
        ", ".join(f"{library} {version(library)}" for library in LIBRARIES),
    ]


def load() -> float:
    """How many processes wanted to run in the last minute."""
    return os.getloadavg()[0]


def _postgres() -> str:
    binaries = postgres.binaries()
    assert binaries is not None
    said = subprocess.run((binaries / "postgres", "--version"), capture_output=True, text=True, check=True).stdout
    return said.split()[2]
