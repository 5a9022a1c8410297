"""A server that ends with the test run, even when the run is killed: the guardian of `fieldwright up` watches it."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from webapp.up import guardian


@contextlib.contextmanager
def tethered(
    command: Sequence[str], *, log: Path, grace: float = 10.0, **options: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command in its own process group and end the whole group afterwards."""
    read, pipe = os.pipe()
    watcher = subprocess.Popen(
        (sys.executable, "-I", "-S", guardian.__file__, str(read)),
        pass_fds=(read,),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(read)
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, process_group=0, **options
        )
    os.write(pipe, f"+{process.pid}\n".encode())
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(grace)
        os.close(pipe)
        process.wait()
        watcher.wait()
