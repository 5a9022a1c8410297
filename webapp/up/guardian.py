"""A process on a pipe that ends every child's group once the supervisor is gone, and holds the folder's lock until then.

It runs as a plain file (`python -I -S guardian.py FD`), so it imports nothing but the standard library.
"""

import os
import signal
import sys
import time

GRACE = 2.0
"""Seconds between the polite request to stop and the end."""


def send(group: int, number: int) -> bool:
    """Send a signal to a process group; False when nobody is left in it."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of zombies
        return False
    return True


def ask(leader: int) -> None:
    """Ask a group's leader to stop; it winds its own children down."""
    try:
        os.kill(leader, signal.SIGTERM)
    except ProcessLookupError:
        send(leader, signal.SIGTERM)


def end(groups: list[int]) -> None:
    """End the groups in the reverse of their starting order: the broker came first and goes last."""
    others, broker = groups[:0:-1], groups[:1]
    for some in (others, broker):
        for group in some:
            ask(group)
        deadline = time.monotonic() + GRACE
        while time.monotonic() < deadline and any(send(group, 0) for group in some):
            time.sleep(0.02)
        for group in some:
            send(group, signal.SIGKILL)


def watch(pipe: int) -> None:
    """Follow `+group` and `-group` lines until the last writer is gone, then end what is left."""
    groups: list[int] = []
    with os.fdopen(pipe, "r", encoding="ascii") as lines:
        for line in lines:
            group = int(line[1:])
            if line[0] == "+":
                groups.append(group)
            elif group in groups:
                groups.remove(group)
    end(groups)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    watch(int(sys.argv[1]))
