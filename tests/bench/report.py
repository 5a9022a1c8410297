"""The medians as tables: what was measured beside its anchors, and the goals beside what was reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tests.bench import many
from tests.bench.measuring import (
    DRIVER_SQLITE,
    OURS_1,
    OURS_2,
    OURS_HTTP,
    OURS_SQLITE,
    OURS_THREADS,
    PEER_1,
    PEER_2,
    PEER_HTTP,
    PGBENCH_1,
    PGBENCH_8,
    ROUNDS,
    SECONDS,
    Results,
)


@dataclass(frozen=True, slots=True)
class Goal:
    """A ratio of two parts that should be at least so much."""

    sentence: str
    part: str
    anchor: str
    at_least: float


BUSY = 1.0
"""With more processes than this wanting to run before we began, we were not alone."""

GOALS = (
    Goal("First goal: PostgreSQL, 2 processes, of pgbench with 8 clients", OURS_2, PGBENCH_8, 0.45),
    Goal("First goal: PostgreSQL, 2 processes, of the Django peer with 2", OURS_2, PEER_2, 2.5),
    Goal("The design's: PostgreSQL, 2 processes, of pgbench with 8 clients", OURS_2, PGBENCH_8, 0.75),
    Goal("The design's: PostgreSQL, 2 processes, of the Django peer with 2", OURS_2, PEER_2, 4.0),
    Goal("The design's: over HTTP, of the Django peer over HTTP", OURS_HTTP, PEER_HTTP, 3.5),
    Goal(
        "The design's: SQLite, 1 process, of Python's own driver with the bare statements",
        OURS_SQLITE,
        DRIVER_SQLITE,
        0.6,
    ),
)


def tables(results: Results) -> str:
    """The tables, in Markdown."""
    return "\n\n".join(
        (
            _transitions(results, "PostgreSQL", (PGBENCH_8, PGBENCH_1, OURS_2, OURS_THREADS, OURS_1, PEER_2, PEER_1)),
            _transitions(
                results, "PostgreSQL, over HTTP with session and CSRF token", (PEER_HTTP, OURS_HTTP), cpu=False
            ),
            _transitions(results, "SQLite", (DRIVER_SQLITE, OURS_SQLITE)),
            _offers(results),
            _pages(results),
            _goals(results),
        )
    )


def document(results: Results, *, machine: list[str], at: datetime, load: float) -> str:
    """The generated part of docs/benchmarks.md."""
    facts = "\n".join(f"- {line}" for line in machine)
    busy = "; **other programs used the machine**, so the ratios are rough" if load > BUSY else ""
    return (
        f"Measured on {at:%d %B %Y}, {at:%H:%M} UTC: {ROUNDS} rounds of {SECONDS:.0f} seconds a part; each number is the median.\n\n"
        f"{facts}\n- when the run began, {load:.1f} processes wanted to run (average of the minute before){busy}\n\n{tables(results)}\n"
    )


def _transitions(results: Results, database: str, names: tuple[str, ...], *, cpu: bool = True) -> str:
    """Every part beside the first; without the processor's time where it would be the browsers'."""
    anchor = results.parts[names[0]].per_second
    lines = [
        f"| One transition, {database} | per second | least–most | of the first | CPU ms of the program |",
        "|---|---:|---:|---:|---:|",
    ]
    for name in names:
        part = results.parts[name]
        used = "" if part.cpu_ms is None or not cpu else f"{part.cpu_ms:.2f}"
        spread = f"{part.least:,.0f}–{part.most:,.0f}"
        lines.append(f"| {name} | {part.per_second:,.0f} | {spread} | {part.per_second / anchor:.2f} | {used} |")
    return "\n".join(lines)


def _offers(results: Results) -> str:
    table, machines = results.offers.table, results.offers.machines
    return "\n".join(
        (
            "| The buttons of 50 orders | CPU ms | of the first |",
            "|---|---:|---:|",
            f"| from the compiled table, with every reason why not | {table:.2f} | 1.0 |",
            f"| from a fresh machine per row, without reasons | {machines:.2f} | {machines / table:.1f} |",
        )
    )


def _pages(results: Results) -> str:
    lines = [
        f"| The list of work orders, {many.ORDERS:,} orders, PostgreSQL | database ms | CPU ms | statements |",
        "|---|---:|---:|---:|",
    ]
    for name, page in results.pages.items():
        lines.append(f"| {name} | {page.database:.1f} | {page.cpu:.1f} | {page.statements} |")
    lines.append("")
    lines.append(
        f"Over HTTP the first page of all orders took {results.page_over_http:.0f} ms (median of 20, one browser)."
    )
    return "\n".join(lines)


def _goals(results: Results) -> str:
    lines = ["| Goal | wanted | measured | reached |", "|---|---:|---:|---|"]
    for goal in GOALS:
        ratio = results.parts[goal.part].per_second / results.parts[goal.anchor].per_second
        reached = "yes" if ratio >= goal.at_least else "**no**"
        lines.append(f"| {goal.sentence} | ≥ {goal.at_least:g} | {ratio:.2f} | {reached} |")
    return "\n".join(lines)
