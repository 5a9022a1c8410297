"""Proves a text in a child process with limits, so that no text can take this one down or keep it waiting."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import workflow
from workflow.errors import Unsound
from workflow.proving.exchange import limits_data, proof_from, staff_data
from workflow.proving.values import Limits, Proof, StaffMember, refused
from workflow.reading import read, read_vocabulary

GRACE = 1.0
"""Seconds a child may take beyond its limit to answer that it was too much."""

GLANCE = 0.1
"""Seconds between two looks whether the answer is still wanted."""

KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")
"""What a child gets of the environment: no secrets."""


def prove_apart(
    text: str,
    vocabulary_text: str,
    *,
    staff: Sequence[StaffMember] = (),
    publisher: StaffMember | None = None,
    limits: Limits | None = None,
    unwanted: Callable[[], bool] = lambda: False,
) -> Proof:
    """The proof of a text; its reading problems when it cannot be read. A child that fails or is killed is a refusal.

    It is killed as soon as `unwanted` says that nobody waits for its answer any more.
    """
    limits = limits or Limits()
    asked = {
        "text": text,
        "vocabulary": vocabulary_text,
        "staff": [staff_data(member) for member in staff],
        "publisher": staff_data(publisher) if publisher is not None else None,
        "limits": limits_data(limits),
        "asked_at": time.time(),
    }
    answer = _answer(json.dumps(asked), limits.seconds + GRACE, unwanted)
    if answer is not None:
        return proof_from(json.loads(answer))
    try:
        definition = read(text, read_vocabulary(vocabulary_text))
    except Unsound as unsound:
        return Proof(problems=unsound.problems)
    return refused(Proof(seconds=limits.seconds), definition, limits)


def _answer(asked: str, seconds: float, unwanted: Callable[[], bool]) -> str | None:
    """What the child says; None when it was killed or died."""
    child = subprocess.Popen(
        (sys.executable, "-m", "workflow.proving"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**{name: os.environ[name] for name in KEPT if name in os.environ}, "PYTHONPATH": _home()},
        text=True,
        encoding="utf-8",
    )
    given_up = time.monotonic() + seconds
    written: str | None = asked
    answer = None
    try:
        while answer is None and time.monotonic() < given_up and not unwanted():
            try:
                answer, _ = child.communicate(written, timeout=GLANCE)
            except subprocess.TimeoutExpired:
                written = None  # it has it, or gets the rest of it with the next look
    finally:
        child.kill()
        child.communicate()
    return answer if child.returncode == 0 else None


def _home() -> str:
    """The folder the engine lies in, for the child to find it too."""
    found = workflow.__file__
    assert found is not None
    return str(Path(found).parents[1])
