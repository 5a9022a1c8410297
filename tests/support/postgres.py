"""A private PostgreSQL: started as another user than root, on a unix socket in a folder of its own, gone afterwards."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.support.tethered import tethered

SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "autovacuum": "off",
}


def binaries() -> Path | None:
    """Return the folder holding initdb and postgres, the newest release first."""
    on_path = shutil.which("initdb")
    if on_path and (Path(on_path).resolve().parent / "postgres").exists():
        return Path(on_path).resolve().parent
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((path.parent for path in found), key=lambda folder: float(folder.parent.name), default=None)


def ordinary_user() -> dict[str, Any]:
    """Return the Popen options that drop root, which initdb refuses; nothing when we are not root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            account = pwd.getpwnam(name)
            return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise LookupError("no account postgres or nobody to run PostgreSQL as")


@dataclass(frozen=True, slots=True)
class Cluster:
    """A data folder that nobody serves yet: the command that does, who must run it, and the address it will have."""

    command: tuple[str, ...]
    address: str
    user: dict[str, Any]
    home: Path


@contextlib.contextmanager
def made(**settings: str) -> Iterator[Cluster]:
    """Make a cluster in a folder of its own, and take the folder away afterwards."""
    found = binaries()
    if found is None:
        raise LookupError("no initdb on PATH nor in /usr/lib/postgresql (Debian: apt install postgresql)")
    user = ordinary_user()
    home = Path(tempfile.mkdtemp(prefix="fieldwright-pg-"))
    try:
        if user:
            os.chown(home, user["user"], user["group"])
        data = home / "data"
        done = subprocess.run(
            (found / "initdb", "--no-sync", "--auth=trust", "--username=fieldwright", "--encoding=UTF8", "--locale=C", data),
            capture_output=True, text=True, cwd="/", **user,
        )  # fmt: skip
        if done.returncode:
            raise LookupError(f"initdb failed: {done.stderr.strip()}")
        options = [part for key, value in {**SETTINGS, **settings}.items() for part in ("-c", f"{key}={value}")]
        command = (str(found / "postgres"), "-D", str(data), "-k", str(home), *options)
        yield Cluster(command, f"postgresql+psycopg://fieldwright@/postgres?host={home}", user, home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextlib.contextmanager
def cluster(folder: Path, **settings: str) -> Iterator[str]:
    """Run a cluster and yield its address, `postgresql+psycopg://…/postgres`, a superuser's; `folder` gets its log."""
    log = folder / "postgres.log"
    with made(**settings) as one, tethered(one.command, log=log, cwd="/", **one.user) as process:
        wait(one.address, process, log)
        yield one.address


def wait(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            plain(address).close()
            return
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise LookupError(f"PostgreSQL did not start: {log.read_text()[-500:]}") from error
            time.sleep(0.05)


def plain(address: str) -> psycopg.Connection:
    """Return a psycopg connection outside any transaction."""
    return psycopg.connect(address.replace("+psycopg", ""), autocommit=True)


def database(address: str, name: str) -> str:
    """Return the address of another database of the same cluster."""
    return address.replace("/postgres?", f"/{name}?")


def create(address: str, name: str, *, template: str = "template1") -> str:
    """Make a database from a template and return its address."""
    with contextlib.closing(plain(address)) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    return database(address, name)


def drop(address: str, name: str) -> None:
    with contextlib.closing(plain(address)) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
