"""Ctrl-C in a terminal: `make run` ends with success, because make never hears of it."""

import os
import pty
import shutil
import sys
import time
from pathlib import Path

import pytest

PROGRAM = """
from webapp.up.signals import Signals
from webapp.up.terminal import to_ourselves
with to_ourselves():
    signals = Signals()
    print("running", flush=True)
    while not signals.stopping:
        signals.wait(5)
"""


def read_until(fd: int, word: bytes) -> bytes:
    """Return what the terminal showed up to a word, or up to its end."""
    shown = b""
    while word not in shown:
        try:
            more = os.read(fd, 1000)
        except OSError:  # Linux says EIO when the last program closed the terminal
            return shown
        if not more:
            return shown
        shown += more
    return shown


@pytest.mark.skipif(not shutil.which("make"), reason="make is missing")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning")
def test_ctrl_c_under_make_ends_the_program_and_make_reports_success(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / "Makefile").write_text(f"run:\n\t@{sys.executable} program.py\n")
    root = Path(__file__).resolve().parents[2]
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tmp_path)
        os.execvpe("make", ["make", "run"], {**os.environ, "PYTHONPATH": str(root)})
    assert b"running" in read_until(terminal, b"running")
    time.sleep(0.1)
    os.write(terminal, b"\x03")
    read_until(terminal, b"never said")
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 0
