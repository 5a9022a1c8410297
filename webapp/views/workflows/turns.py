"""One proof at a time for each person: whoever asks anew takes the place of his own question before.

Kept in this process. A second web process may work on another proof of the same person, which costs time and harms nothing.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

GUARD = threading.Lock()
LATEST: dict[int, int] = defaultdict(int)
ROOM: dict[int, threading.Lock] = defaultdict(threading.Lock)


@contextmanager
def turn(person: int) -> Iterator[Callable[[], bool]]:
    """Wait until the person's earlier proof is given up; yields the question whether this one is overtaken itself."""
    with GUARD:
        LATEST[person] += 1
        mine = LATEST[person]
        room = ROOM[person]

    def overtaken() -> bool:
        return LATEST[person] != mine

    with room:
        yield overtaken
