"""A child program in a process group of its own, known to the guardian before it runs, restarted with back-off."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from webapp.up import guardian

STEADY = 10.0
"""A child that ran this many seconds starts again at once; one that did not waits longer each time."""
LONGEST = 30.0
"""The longest wait before a restart, seconds."""
LEFTOVER = 5.0
"""Seconds a dead leader's children have to finish the request they are answering."""


@dataclass(frozen=True, slots=True)
class Program:
    """What to run: a name for people, the command line, and the sockets it inherits."""

    name: str
    command: tuple[str, ...]
    sockets: tuple[int, ...] = ()
    grace: float = 10.0


class Guard:
    """Our end of the guardian's pipe; starts another guardian, told of every group, should one die."""

    def __init__(self, lock_fd: int) -> None:
        self._lock_fd = lock_fd
        self._groups: list[int] = []
        self._start()

    def _start(self) -> None:
        read, self._pipe = os.pipe()
        self.process = subprocess.Popen(
            (sys.executable, "-I", "-S", guardian.__file__, str(read)),
            pass_fds=(read, self._lock_fd),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(read)
        for group in self._groups:
            self._tell(f"+{group}\n")

    def _tell(self, line: str) -> None:
        with contextlib.suppress(BrokenPipeError):  # it died: keep() starts another one, told of every group
            os.write(self._pipe, line.encode("ascii"))

    def keep(self) -> None:
        """Replace a guardian that died."""
        if self.process.poll() is not None:
            os.close(self._pipe)
            self._start()

    def introduce(self) -> None:
        """Called in the child between fork and exec: no moment exists in which a child runs unguarded."""
        self._tell(f"+{os.getpid()}\n")

    def add(self, group: int) -> None:
        self._groups.append(group)

    def forget(self, group: int) -> None:
        self._groups.remove(group)
        self._tell(f"-{group}\n")

    def dismiss(self) -> None:
        """Close the pipe and wait until the guardian has ended whatever was left."""
        os.close(self._pipe)
        self.process.wait()


@dataclass(slots=True)
class Child:
    """One program kept running."""

    program: Program
    environment: Mapping[str, str]
    guard: Guard
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float = 0.0
    failures: int = 0
    leftovers: list[tuple[int, float]] = field(default_factory=list)

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.program.command,
            env=self.environment,
            pass_fds=self.program.sockets,
            stdin=subprocess.DEVNULL,
            process_group=0,
            preexec_fn=self.guard.introduce,  # safe: the supervisor has one thread
        )
        self.guard.add(self.process.pid)

    def keep(self) -> None:
        """Notice a death, sweep up after it, and start again when the wait is over."""
        now = time.monotonic()
        self._sweep(now)
        if self.process is None:
            if now >= self.due:
                self.start()
            return
        if self.process.poll() is None:
            return
        self.failures = 1 if now - self.started > STEADY else self.failures + 1
        self.due = now + (0.0 if self.failures == 1 else min(LONGEST, 0.25 * 2 ** min(self.failures, 10)))
        guardian.send(self.process.pid, signal.SIGTERM)
        self.leftovers.append((self.process.pid, now + LEFTOVER))
        self.process = None

    def replace(self) -> None:
        """End a program that lives and does nothing, its whole group at once, and start it again."""
        if self.process is None:
            return
        group = self.process.pid
        guardian.send(group, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):  # it hangs in the kernel: the sweep tries again
            self.process.wait(LEFTOVER)
        self.leftovers.append((group, 0.0))
        self.process = None
        self.start()

    def _sweep(self, now: float) -> None:
        for group, deadline in tuple(self.leftovers):
            if not guardian.send(group, signal.SIGKILL if now > deadline else 0):
                self.leftovers.remove((group, deadline))
                self.guard.forget(group)

    def ask(self) -> None:
        """Ask the leader to stop without waiting, so that several wind down side by side."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def stop(self) -> None:
        """Wait the program's grace for a leader that was asked to stop, then end whatever is left of its groups."""
        self.ask()
        if self.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(self.program.grace)
            self.leftovers.append((self.process.pid, 0.0))
        for group, _ in self.leftovers:
            guardian.send(group, signal.SIGKILL)
            if self.process is not None and group == self.process.pid:
                self.process.wait()
            self.guard.forget(group)
        self.leftovers.clear()
        self.process = None
