"""`make bench`: measure, print the tables; with `--write` also put them into docs/benchmarks.md."""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.bench import machine, report
from tests.bench.measuring import measure
from webapp import clock

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
BEGINNING, END = "<!-- measured: written by `python -m tests.bench --write` -->", "<!-- end of measured -->"


def main() -> None:
    """Run everything once."""
    arguments = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    arguments.add_argument("--write", action="store_true", help="put what was measured into docs/benchmarks.md")
    write = arguments.parse_args().write
    load = machine.load()
    results = measure()
    print(report.tables(results))
    if write:
        measured = report.document(results, machine=machine.described(), at=clock.now(), load=load)
        before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGINNING)
        _, _, after = rest.partition(END)
        DOCUMENT.write_text(f"{before}{BEGINNING}\n\n{measured}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
