"""Ctrl-C under `make`: make would report an interrupt as its own failure, so the terminal talks to us alone meanwhile."""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def to_ourselves() -> Iterator[None]:
    """Become the terminal's foreground group when another program's group holds it, and give it back at the end."""
    if not sys.stdin.isatty() or os.getpid() == os.getpgrp() or os.tcgetpgrp(0) != os.getpgrp():
        yield
        return
    before = os.getpgrp()
    os.setpgid(0, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    os.tcsetpgrp(0, os.getpgrp())
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # the terminal was closed: there is nothing to give back
            os.tcsetpgrp(0, before)
