"""A little supervisor for fault tests: keeps programs running that `fieldwright up` does not, and ends them with itself.

python -m tests.support.keeping FOLDER < programs.json
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

from webapp.up import lock
from webapp.up.children import Child, Guard, Program

SOON = 0.5
"""The longest wait before a restart here, seconds: a test kills more often than life does."""


def main(folder: Path) -> None:
    """Keep the programs named on standard input until asked to stop."""
    wanted = json.load(sys.stdin)
    held = lock.take(folder)
    guard = Guard(held.fd)
    children = [
        Child(Program(one["name"], tuple(one["command"]), grace=5.0), {**os.environ, **one["environment"]}, guard)
        for one in wanted
    ]
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: stopping.append(number))
    for child in children:
        child.start()
    while not stopping:
        guard.keep()
        for child in children:
            child.keep()
            child.due = min(child.due, time.monotonic() + SOON)
        time.sleep(0.05)
    for child in reversed(children):
        child.ask()
    for child in reversed(children):
        child.stop()
    guard.dismiss()
    held.release()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
