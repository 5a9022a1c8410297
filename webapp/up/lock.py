"""The lock that lets one supervisor at a time use a data folder."""

import fcntl
import os
import time
from dataclasses import dataclass
from pathlib import Path

from webapp.errors import ApplicationError

PATIENCE = 15.0
"""Seconds to wait for the guardian of a supervisor that was killed to finish its work."""


@dataclass(frozen=True, slots=True)
class FolderLock:
    """An exclusive `flock`; every process that inherits `fd` holds it too."""

    fd: int

    def say(self, address: str) -> None:
        """Write who holds the lock, for the sentence a second start prints."""
        os.ftruncate(self.fd, 0)
        os.pwrite(self.fd, f"{os.getpid()} {address}\n".encode(), 0)

    def release(self) -> None:
        os.ftruncate(self.fd, 0)
        os.close(self.fd)


def take(folder: Path) -> FolderLock:
    """Return the lock of `folder`; raise ApplicationError when a living supervisor holds it."""
    fd = os.open(folder / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + PATIENCE
    while not _locked(fd):
        pid, address = _holder(fd)
        if pid is None or _alive(pid) or time.monotonic() > deadline:
            os.close(fd)
            raise ApplicationError(
                f"Fieldwright is already running on the data folder {folder}{f' at {address}' if address else ''}."
            )
        time.sleep(0.1)
    return FolderLock(fd)


def _locked(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(fd: int) -> tuple[int | None, str]:
    pid, _, address = os.pread(fd, 400, 0).decode().strip().partition(" ")
    return (int(pid) if pid.isdigit() else None), address


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
