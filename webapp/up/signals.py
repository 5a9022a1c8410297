"""Signals as something the supervisor's loop can wait for."""

import os
import select
import signal
from types import FrameType

STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop(BaseException):
    """Somebody asked us to stop while we were busy preparing; not an error, so not an Exception."""


class Signals:
    """`wait` sleeps until a child ended or somebody asked us to stop; `stopping` says which."""

    def __init__(self) -> None:
        self.stopping = False
        self._raising = False
        self._read, self._write = os.pipe()
        for end in (self._read, self._write):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        for number in STOP:
            signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True
        if self._raising:
            self._raising = False
            raise Stop

    def __enter__(self) -> None:
        """Inside `with signals:` a request to stop interrupts the work at once."""
        if self.stopping:
            raise Stop
        self._raising = True

    def __exit__(self, *_: object) -> None:
        self._raising = False

    def wait(self, seconds: float) -> None:
        """Sleep for at most `seconds`, less when a signal arrives."""
        ready, _, _ = select.select([self._read], [], [], max(seconds, 0))
        if ready:
            os.read(self._read, 4096)
