"""The child that proves: one question on standard input, one proof on standard output, as JSON."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import time
from typing import Any

from workflow.errors import Unsound
from workflow.proving.exchange import proof_data, staff_from
from workflow.proving.prover import prove
from workflow.proving.values import Limits, Proof
from workflow.reading import read, read_vocabulary

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Answers and ends; whoever asked kills it when it takes too long."""
    _die_with_the_parent()
    asked = json.loads(sys.stdin.read())
    limits = Limits(**asked["limits"])
    _limit(limits)
    json.dump(proof_data(_proved(asked, limits)), sys.stdout)


def _proved(asked: dict[str, Any], limits: Limits) -> Proof:
    vocabulary = read_vocabulary(asked["vocabulary"])
    try:
        definition = read(asked["text"], vocabulary)
    except Unsound as unsound:
        return Proof(problems=unsound.problems)
    return prove(
        definition,
        vocabulary,
        staff=[staff_from(member) for member in asked["staff"]],
        publisher=staff_from(asked["publisher"]) if asked["publisher"] is not None else None,
        limits=limits,
        spent=max(0.0, time.time() - asked["asked_at"]),
    )


def _die_with_the_parent() -> None:
    """No child outlives who asked, not even when that one is killed. (Linux; elsewhere the processor limit ends it.)"""
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)


def _limit(limits: Limits) -> None:
    """The system itself holds the limits of memory and processor time."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    memory = limits.megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    processor = int(limits.seconds * 2) + 5
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor + 1))


if __name__ == "__main__":
    main()
