"""Several processes that do one thing over and over, started once and let loose for a round at a time."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

WARM_UP = 30


@dataclass(frozen=True, slots=True)
class Team:
    """Processes that are ready and wait for a round."""

    members: tuple[subprocess.Popen[str], ...]

    def rate(self, *, processes: int, seconds: float) -> float:
        """How often a second the first so many processes together did their thing in one round."""
        working = self.members[:processes]
        for member in working:
            assert member.stdin is not None
            member.stdin.write(f"{seconds}\n")
            member.stdin.flush()
        return sum(float(_line(member)) for member in working)


@contextmanager
def team(command: Sequence[str], *, size: int, environment: Mapping[str, str]) -> Iterator[Team]:
    """Start `size` processes of `python -m <command> <which> <size>` and wait until all are ready."""
    members = tuple(
        subprocess.Popen(
            (sys.executable, "-m", *command, str(which), str(size)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=dict(environment),
        )
        for which in range(size)
    )
    try:
        for member in members:
            assert _line(member) == "ready"
        yield Team(members)
    finally:
        for member in members:
            member.terminate()
            member.wait()


def serve(step: Callable[[], None]) -> None:
    """The processes' side: warm up, say so, then do one round for every line read."""
    for _ in range(WARM_UP):
        step()
    print("ready", flush=True)
    for line in sys.stdin:
        begun = time.perf_counter()
        end = begun + float(line)
        done = 0
        while time.perf_counter() < end:
            step()
            done += 1
        print(done / (time.perf_counter() - begun), flush=True)


def _line(member: subprocess.Popen[str]) -> str:
    assert member.stdout is not None
    line = member.stdout.readline()
    if not line:
        raise RuntimeError(f"a process of the benchmark ended early with {member.wait()}")
    return line.strip()
