"""Proving in a child: whatever becomes of it, the answer is a proof or a refusal, and nothing is left behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.support.parcels import DEFINITION_TEXT, VOCABULARY_TEXT, instead
from workflow.proving import Limits, Proof, StaffMember, prove_apart

DEFINITIONS = Path(__file__).parents[2] / "definitions"
LARGE = (DEFINITIONS / "work_order.yaml").read_text(encoding="utf-8")
WORDS = (DEFINITIONS / "vocabulary.yaml").read_text(encoding="utf-8")
PATIENT = Limits(seconds=120)
TESTS = (
    "items.all(item, item.quantity <= 100)",
    "items.all(item, item.used == null || item.used <= 50)",
    "items.exists(item, item.quantity > 3)",
    "items.all(item, item.approval_quantity_limit != null)",
    "items.all(item, item.used == null || item.used > 2)",
    "items.exists(item, item.used != null && item.used == item.quantity)",
)
LARGER = LARGE.replace(
    "guards:\n",
    "guards:\n" + "".join(f"  more_{n}: {{check: '{test}', otherwise: No.}}\n" for n, test in enumerate(TESTS)),
).replace(
    "needs: [used_filled_in, used_within_quantities]", f"needs: [{', '.join(f'more_{n}' for n in range(len(TESTS)))}]"
)
"""A lifecycle with ten tests of one list."""


def assert_refused(proof: Proof) -> None:
    assert proof.too_large
    assert "too-large" in [problem.code for problem in proof.problems if problem.stops]
    assert None in {verdict.proved for verdict in proof.promises}


def children_of(pid: int) -> list[int]:
    listed = subprocess.run(("ps", "-o", "pid=", "--ppid", str(pid)), capture_output=True, text=True, check=False)
    return [int(line) for line in listed.stdout.split()]


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode().replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def proving_child(pid: int) -> int:
    """Waits for the child that proves."""
    for _ in range(600):
        for child in children_of(pid):
            if "workflow.proving" in command(child):
                return child
        time.sleep(0.05)
    raise AssertionError("no child proves")


def test_a_child_proves_what_it_is_given() -> None:
    proof = prove_apart(DEFINITION_TEXT, VOCABULARY_TEXT, limits=PATIENT)
    assert [(verdict.name, verdict.proved) for verdict in proof.promises] == [("limits_hold", True), ("ends", True)]
    assert not proof.too_large
    assert proof.situations > 1


def test_stories_come_back_whole() -> None:
    text = instead("    needs: within_limits\n    lines: lift_limits\n", "").replace("without_pressing: send, ", "")
    proof = prove_apart(text, VOCABULARY_TEXT, limits=PATIENT)
    story = proof.stories["limits_hold"]
    assert story.replayed
    assert [step.press for step in story.steps if step.press] == ["send"]
    assert next(verdict.story for verdict in proof.promises if verdict.name == "limits_hold") == story


def test_the_staff_is_asked_in_the_child_too() -> None:
    packer = StaffMember("Ann", frozenset({"parcels.pack"}))
    proof = prove_apart(DEFINITION_TEXT, VOCABULARY_TEXT, staff=[packer], limits=PATIENT)
    assert [problem.message for problem in proof.problems if problem.code == "nobody-holds"] == [
        "Nobody can press “Send”: it needs the permission “Send parcels”, which no active person has."
    ]


def test_a_text_that_cannot_be_read_comes_back_with_its_problems() -> None:
    proof = prove_apart("a: [b", VOCABULARY_TEXT, limits=PATIENT)
    assert [problem.code for problem in proof.problems] == ["not-yaml"]
    assert proof.promises == ()


def test_too_many_situations_are_a_refusal() -> None:
    assert_refused(prove_apart(LARGE, WORDS, limits=Limits(seconds=120, situations=100)))


def test_too_little_time_is_a_refusal_and_comes_in_time() -> None:
    began = time.monotonic()
    assert_refused(prove_apart(LARGE, WORDS, limits=Limits(seconds=0.2)))
    assert time.monotonic() - began < 10


def test_too_little_memory_is_a_refusal() -> None:
    assert_refused(prove_apart(LARGE, WORDS, limits=Limits(seconds=120, megabytes=48)))


def test_a_child_that_is_killed_is_a_refusal() -> None:
    answers: list[Proof] = []
    asking = threading.Thread(target=lambda: answers.append(prove_apart(LARGE, WORDS, limits=PATIENT)))
    asking.start()
    os.kill(proving_child(os.getpid()), signal.SIGKILL)
    asking.join(60)
    assert_refused(answers[0])


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's signal at a parent's death is Linux's")
def test_no_child_outlives_who_asked() -> None:
    program = (
        "import sys; from workflow.proving import Limits, prove_apart;"
        "prove_apart(sys.argv[1], sys.argv[2], limits=Limits(seconds=60, situations=10**9))"
    )
    asking = subprocess.Popen((sys.executable, "-c", program, LARGER, WORDS), cwd=DEFINITIONS.parent)
    child = proving_child(asking.pid)
    time.sleep(1)
    assert command(child)
    asking.kill()
    asking.wait()
    time.sleep(0.5)
    assert not command(child)


def test_ten_tests_of_one_list_are_too_large_and_said_so_in_time() -> None:
    began = time.monotonic()
    assert_refused(prove_apart(LARGER, WORDS))
    assert time.monotonic() - began < 12


def test_whoever_only_asks_a_child_never_loads_the_prover() -> None:
    program = "import sys, workflow.proving, workflow.reading; print('z3' in sys.modules)"
    answer = subprocess.run(
        (sys.executable, "-c", program), cwd=DEFINITIONS.parent, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "False"
