"""Something started once and used by every xdist process of a run, stopped by whoever started it when all are done."""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO


@contextlib.contextmanager
def shared(folder: Path, name: str, start: "Callable[[], contextlib.AbstractContextManager[str]]") -> Iterator[str]:
    """Yield the address `start` gave in the first process that asked; the others wait for it and share it."""
    state, door, users = (folder / f"{name}.{suffix}" for suffix in ("json", "door", "users"))
    with contextlib.ExitStack() as stack:
        using: IO[str] = stack.enter_context(users.open("a"))
        owner = None
        with locked(door):
            if not state.exists():
                owner = start()
                state.write_text(json.dumps(owner.__enter__()))
            fcntl.flock(using, fcntl.LOCK_SH)
        try:
            yield json.loads(state.read_text())
        finally:
            fcntl.flock(using, fcntl.LOCK_UN)
            while owner is not None:
                with locked(door), contextlib.suppress(BlockingIOError):
                    fcntl.flock(using, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    state.unlink()
                    owner.__exit__(None, None, None)
                    owner = None
                if owner is not None:
                    time.sleep(0.1)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)
