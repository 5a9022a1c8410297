"""Several processes that do one thing over and over, started once and let loose for a round at a time."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat

WARM_UP = 30


@dataclass(frozen=True, slots=True)
class Round:
    """What one round showed: how often a second, and the processor time of one, in milliseconds, without the server's."""

    per_second: float
    cpu_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Team:
    """Processes that are ready and wait for a round."""

    members: tuple[subprocess.Popen[str], ...]

    def round(self, *, processes: int, seconds: float) -> Round:
        """Let the first so many processes do their thing together."""
        working = self.members[:processes]
        for member in working:
            assert member.stdin is not None
            member.stdin.write(f"{seconds}\n")
            member.stdin.flush()
        said = [[float(number) for number in _line(member).split()] for member in working]
        rate = sum(per_second for per_second, _ in said)
        return Round(rate, sum(per_second * cpu_ms for per_second, cpu_ms in said) / rate)


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


def serve(steps: Sequence[Callable[[], None]]) -> None:
    """The processes' side: warm up, say so, then do one round for every line read, each step in a thread of its own."""
    with ThreadPoolExecutor(len(steps)) as threads:
        list(threads.map(_warm, steps))
        print("ready", flush=True)
        for line in sys.stdin:
            begun, used = time.perf_counter(), time.process_time()
            end = begun + float(line)
            done = sum(threads.map(_until, repeat(end), steps))
            print(done / (time.perf_counter() - begun), (time.process_time() - used) / done * 1000, flush=True)


def _warm(step: Callable[[], None]) -> None:
    for _ in range(WARM_UP):
        step()


def _until(end: float, step: Callable[[], None]) -> int:
    done = 0
    while time.perf_counter() < end:
        step()
        done += 1
    return done


def _line(member: subprocess.Popen[str]) -> str:
    assert member.stdout is not None
    line = member.stdout.readline()
    if not line:
        raise RuntimeError(f"a process of the benchmark ended early with {member.wait()}")
    return line.strip()
