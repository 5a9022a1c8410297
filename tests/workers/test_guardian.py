"""The guardian and the lock, each on its own: real processes, really killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.systems import until
from webapp.errors import ApplicationError
from webapp.up import guardian, lock
from webapp.up.children import Child, Guard, Program

SLEEPER = Program("sleeper", (sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"))


def alive(pid: int) -> bool:
    """Return whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="/proc is missing: not Linux")


def test_the_guardian_ends_every_group_when_the_last_writer_is_gone(tmp_path: Path) -> None:
    held = lock.take(tmp_path)
    guard = Guard(held.fd)
    children = [Child(SLEEPER, os.environ, guard) for _ in range(3)]
    for child in children:
        child.start()
    guard.dismiss()
    for child in children:
        assert child.process is not None
        assert child.process.wait(10) == -signal.SIGTERM
    held.release()


def test_a_child_that_ignores_the_polite_request_is_ended_all_the_same(tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
    process = subprocess.Popen((sys.executable, "-c", deaf), stdout=subprocess.PIPE, process_group=0)
    assert process.stdout is not None
    process.stdout.readline()
    guardian.end([process.pid])
    assert process.wait(10) == -signal.SIGKILL
    process.stdout.close()


def test_a_dead_child_starts_again_and_waits_longer_each_time(tmp_path: Path) -> None:
    held = lock.take(tmp_path)
    guard = Guard(held.fd)
    child = Child(Program("short", (sys.executable, "-c", "")), os.environ, guard)
    child.start()
    waits = []
    for _ in range(3):
        assert child.process is not None
        child.process.wait()
        child.keep()
        waits.append(round(child.due - time.monotonic()))
        child.due = 0.0
        child.keep()
    assert waits == [0, 1, 2]
    child.stop()
    guard.dismiss()
    held.release()


def test_a_second_lock_on_a_folder_is_refused_with_the_address_of_the_first(tmp_path: Path) -> None:
    held = lock.take(tmp_path)
    held.say("http://127.0.0.1:8000")
    with pytest.raises(ApplicationError, match=r"already running on the data folder .* at http://127\.0\.0\.1:8000\."):
        lock.take(tmp_path)
    held.release()
    lock.take(tmp_path).release()


def test_the_lock_stays_taken_while_a_guardian_still_works_and_is_free_afterwards(tmp_path: Path) -> None:
    held = lock.take(tmp_path)
    guard = Guard(held.fd)
    os.close(held.fd)
    with pytest.raises(ApplicationError):
        lock.take(tmp_path)
    guard.dismiss()
    lock.take(tmp_path).release()


def test_a_killed_supervisor_frees_its_lock_once_its_child_is_gone(tmp_path: Path) -> None:
    program = f"""
import os, signal, sys
from pathlib import Path
from webapp.up import lock
from webapp.up.children import Child, Guard, Program
held = lock.take(Path({str(tmp_path)!r}))
held.say("somewhere")
child = Child(Program("sleeper", (sys.executable, "-c", "import time; time.sleep(600)")), os.environ, Guard(held.fd))
child.start()
print(child.process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run((sys.executable, "-c", program), cwd=root, stdout=subprocess.PIPE, text=True)
    child = int(done.stdout)
    assert done.returncode == -signal.SIGKILL
    lock.take(tmp_path).release()  # waits for the guardian, whose last deed is to let go
    until(lambda: not alive(child), seconds=5, what="the child to be gone")
