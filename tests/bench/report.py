"""The medians as tables: what was measured beside its anchors, and the goals beside what was reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tests.bench.measuring import (
    DRIVER_SQLITE,
    MACHINES,
    OURS_1,
    OURS_2,
    OURS_SQLITE,
    PEER_1,
    PEER_2,
    PGBENCH_1,
    PGBENCH_8,
    ROUNDS,
    SECONDS,
    TABLE,
    Results,
)


@dataclass(frozen=True, slots=True)
class Goal:
    """A ratio of two parts that should be at least so much."""

    sentence: str
    part: str
    anchor: str
    at_least: float


GOALS = (
    Goal("PostgreSQL, 2 processes, beside pgbench with 8 clients", OURS_2, PGBENCH_8, 0.75),
    Goal("PostgreSQL, 2 processes, beside the Django peer with 2", OURS_2, PEER_2, 4.0),
    Goal("SQLite, beside Python's own driver with the bare statements", OURS_SQLITE, DRIVER_SQLITE, 0.6),
    Goal("a page of 50 rows: machines per row take so many times as long", MACHINES, TABLE, 5.0),
)


def tables(results: Results) -> str:
    """The three tables, in Markdown."""
    return "\n\n".join((_transitions(results), _offers(results), _goals(results)))


def document(results: Results, *, machine: list[str], at: datetime, load: float) -> str:
    """The generated part of docs/benchmarks.md."""
    facts = "\n".join(f"- {line}" for line in machine)
    return (
        f"Measured on {at:%d %B %Y}, {at:%H:%M} UTC: {ROUNDS} rounds of {SECONDS:.0f} seconds a part; each number is the median.\n\n"
        f"{facts}\n- load of the last minute when the run began: {load:.1f} processes wanted to run\n\n{tables(results)}\n"
    )


def _transitions(results: Results) -> str:
    lines = ["| One transition | per second | of pgbench, 8 clients |", "|---|---:|---:|"]
    for name in (PGBENCH_8, PGBENCH_1, OURS_2, OURS_1, PEER_2, PEER_1):
        lines.append(f"| {name} | {results[name]:,.0f} | {results[name] / results[PGBENCH_8]:.2f} |")
    lines += ["", "| One transition, SQLite | per second | of the driver |", "|---|---:|---:|"]
    for name in (DRIVER_SQLITE, OURS_SQLITE):
        lines.append(f"| {name} | {results[name]:,.0f} | {results[name] / results[DRIVER_SQLITE]:.2f} |")
    return "\n".join(lines)


def _offers(results: Results) -> str:
    lines = ["| The buttons of 50 orders | milliseconds | of the table |", "|---|---:|---:|"]
    for name in (TABLE, MACHINES):
        lines.append(f"| {name} | {results[name]:.2f} | {results[name] / results[TABLE]:.1f} |")
    return "\n".join(lines)


def _goals(results: Results) -> str:
    lines = ["| Goal | wanted | measured | reached |", "|---|---:|---:|---|"]
    for goal in GOALS:
        ratio = results[goal.part] / results[goal.anchor]
        reached = "yes" if ratio >= goal.at_least else "**no**"
        lines.append(f"| {goal.sentence} | ≥ {goal.at_least:g} | {ratio:.2f} | {reached} |")
    return "\n".join(lines)
