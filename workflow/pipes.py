"""A command whose output is read by another one, which may stop reading: `… | head`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

NOBODY_READS = 141
"""What a shell reports of a program that ended because nobody read its output (128 + SIGPIPE)."""


def until_nobody_reads(command: Callable[[], int]) -> int:
    """Returns what the command returned, or ends it quietly when nobody reads its output any more."""
    try:
        code = command()
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or else Python complains while it exits
        return NOBODY_READS
