"""How long `fieldwright up` takes to its first page: a first start, which makes the example firm, and three second ones."""

import os
import statistics
import tempfile
import time
from pathlib import Path

from tests.support.systems import status_of, system

AGAIN = 3
GOAL_FIRST, GOAL_AGAIN = 60.0, 5.0
"""Seconds, installation of the libraries not counted."""


def start(folder: Path) -> float:
    """Start everything, ask for the first page, and end it; returns the seconds to the page."""
    began = time.monotonic()
    with system(folder, FIELDWRIGHT_ENV="demo") as running:
        assert status_of(f"{running.address}/login") == 200
        return time.monotonic() - began


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="fieldwright-starting-") as folder:
        first = start(Path(folder) / "data")
        again = [start(Path(folder) / "data") for _ in range(AGAIN)]
    load = os.getloadavg()[0]
    print("From `fieldwright up` to the first page, everything answering:")
    print(f"  first start, with the example firm   {first:5.1f} s   (wanted: under {GOAL_FIRST:.0f})")
    print(
        f"  second start, median of {AGAIN}            {statistics.median(again):5.1f} s   (wanted: under {GOAL_AGAIN:.0f})"
    )
    print(f"  {load:.1f} processes wanted to run meanwhile on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
