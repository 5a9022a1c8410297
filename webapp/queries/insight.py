"""How a workflow does: how long orders stay where, what is refused, why, and how long until it went."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import InsightDay
from workflow.definition import Definition
from workflow.diagram import Diagram

DAYS = 30
SAME = 0.05
"""A median that differs by less than this share counts as the same."""

Trend = Literal["faster", "slower", "the same", ""]


@dataclass(frozen=True, slots=True)
class StatusInsight:
    """Stays in one status that ended in the last thirty days: how many, their median in seconds, and that of the thirty before."""

    name: str
    label: str
    color: str
    stays: int
    median: float | None
    before: float | None
    trend: Trend


@dataclass(frozen=True, slots=True)
class ButtonInsight:
    """Refused attempts at one button in the last thirty days, and the thirty before.

    `reason`: the most frequent one, as it was said last, and how often; `wait`: the median seconds from a refusal to the press
    that succeeded on the same order, of `satisfied` ones.
    """

    name: str
    label: str
    refused: int
    before: int
    reason: str
    reason_times: int
    wait: float | None
    satisfied: int


@dataclass(frozen=True, slots=True)
class Insight:
    """Everything, of `since` to today; `computed_at` None: nothing was added up yet; `missing` days still are to be."""

    statuses: tuple[StatusInsight, ...]
    buttons: tuple[ButtonInsight, ...]
    since: date
    computed_at: datetime | None
    missing: int


def insight(session: Session, *, lifecycle_name: str, definition: Definition, now: datetime) -> Insight:
    """The last thirty days, today included, beside the thirty before them; days are UTC's."""
    today = now.astimezone(UTC).date()
    since, first = today - timedelta(days=DAYS - 1), today - timedelta(days=2 * DAYS - 1)
    rows = session.execute(
        select(InsightDay.day, InsightDay.computed_at, InsightDay.stays, InsightDay.waits, InsightDay.refused)
        .where(InsightDay.lifecycle == lifecycle_name, InsightDay.day >= first, InsightDay.day <= today)
        .order_by(InsightDay.day)
    ).all()
    recent = [row for row in rows if row.day >= since]
    earlier = [row for row in rows if row.day < since]
    return Insight(
        statuses=tuple(
            _statuses(definition, _joined(row.stays for row in recent), _joined(row.stays for row in earlier))
        ),
        buttons=tuple(
            _buttons(
                definition,
                [row.refused for row in recent],
                [row.refused for row in earlier],
                _joined(row.waits for row in recent),
            )
        ),
        since=since,
        computed_at=rows[-1].computed_at if rows else None,
        missing=2 * DAYS - len(rows),
    )


def median(values: list[int]) -> float | None:
    """The middle of sorted values, or the mean of the middle two; None of none."""
    if not values:
        return None
    middle = len(values) // 2
    return float(values[middle]) if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def _joined(days: Iterable[Mapping[str, list[int]]]) -> dict[str, list[int]]:
    """All values by name, in order; each day's are in order already, which makes sorting them quick."""
    found: dict[str, list[int]] = defaultdict(list)
    for day in days:
        for name, seconds in day.items():
            found[name].extend(seconds)
    for seconds in found.values():
        seconds.sort()
    return found


def _statuses(
    definition: Definition, recent: Mapping[str, list[int]], earlier: Mapping[str, list[int]]
) -> Iterable[StatusInsight]:
    for name in dict.fromkeys((*definition.statuses, *sorted(recent), *sorted(earlier))):
        status = definition.statuses.get(name)
        now, before = recent.get(name, []), earlier.get(name, [])
        yield StatusInsight(
            name,
            status.label if status is not None else name,
            status.color if status is not None else "grey",
            len(now),
            median(now),
            median(before),
            _trend(median(now), median(before)),
        )


def _trend(now: float | None, before: float | None) -> Trend:
    if now is None or before is None:
        return ""
    if abs(now - before) <= SAME * before:
        return "the same"
    return "faster" if now < before else "slower"


def _buttons(
    definition: Definition,
    recent: list[dict[str, Any]],
    earlier: list[dict[str, Any]],
    waits: Mapping[str, list[int]],
) -> Iterable[ButtonInsight]:
    """Every button that was refused or went after a refusal, the most refused first."""
    refused = Counter[str]()
    before = Counter[str]()
    reasons: dict[str, Counter[str]] = defaultdict(Counter)
    said: dict[tuple[str, str], str] = {}
    for day in recent:
        for name, told in day.items():
            refused[name] += told["times"]
            for key, (times, sentence) in told["reasons"].items():
                reasons[name][key] += times
                said[name, key] = sentence
    for day in earlier:
        for name, told in day.items():
            before[name] += told["times"]
    names = {*refused, *before, *waits}
    for name in sorted(names, key=lambda one: (-refused[one], one)):
        transition = definition.transitions.get(name)
        top = min(reasons[name].items(), key=lambda one: (-one[1], one[0]), default=("", 0))
        yield ButtonInsight(
            name,
            transition.label if transition is not None else name,
            refused[name],
            before[name],
            said.get((name, top[0]), ""),
            top[1],
            median(waits.get(name, [])),
            len(waits.get(name, [])),
        )


def on_the_diagram(diagram: Diagram, insight: Insight, lasting: Callable[[float | None], str]) -> Diagram:
    """The diagram with the median beside each status and the refusals beside each button."""
    statuses = {one.name: one for one in insight.statuses}
    buttons = {one.name: one for one in insight.buttons}
    nodes = {}
    for node in diagram.nodes:
        known = statuses.get(node.name)
        if known is not None and known.median is not None:
            trend = f" {known.trend.capitalize()} than before." if known.trend in ("faster", "slower") else ""
            told = f"Median stay: {lasting(known.median)}, of {known.stays}.{trend}"
            node = replace(node, label=f"{node.label} · {lasting(known.median)}", help=f"{node.help} {told}".strip())
        nodes[node.name] = node
    edges = []
    for edge in diagram.edges:
        refused = buttons.get(edge.rule) if edge.kind == "button" else None
        if refused is not None and refused.refused:
            edge = replace(edge, label=f"{edge.label} · {refused.refused}× refused")
        edges.append(edge)
    rows = tuple(replace(row, status=nodes[row.status.name]) for row in diagram.rows)
    return replace(diagram, nodes=tuple(nodes.values()), edges=tuple(edges), rows=rows)
