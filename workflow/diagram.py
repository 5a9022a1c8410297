"""A definition as plain data for drawing: statuses, the ways between them, and the path of one order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal

from workflow.definition import Definition


@dataclass(frozen=True, slots=True)
class Visit:
    """One status an order came into: when, and by which button or rule (None: it was made)."""

    status: str
    at: datetime
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class DiagramNode:
    """A status; `visited` are the times an order came into it, `current` where it stands."""

    name: str
    label: str
    kind: str
    color: str
    help: str = ""
    first: bool = False
    final: bool = False
    line: int = 1
    visited: tuple[datetime, ...] = ()
    current: bool = False


@dataclass(frozen=True, slots=True)
class DiagramEdge:
    """A way from one status to another; `who` and `guards` in words, `taken` how often the marked order went it."""

    id: str
    rule: str
    source: str
    target: str
    label: str
    kind: Literal["button", "automatic", "timer"]
    who: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    line: int = 1
    taken: int = 0


@dataclass(frozen=True, slots=True)
class DiagramRow:
    """The same for a reader of a table: one status and, in sentences, every way out of it."""

    status: DiagramNode
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Diagram:
    """Everything a drawing needs, and `rows` for who does not see one."""

    nodes: tuple[DiagramNode, ...]
    edges: tuple[DiagramEdge, ...]
    rows: tuple[DiagramRow, ...]


def drawn(definition: Definition, path: Iterable[Visit] = ()) -> Diagram:
    """The diagram of a definition; `path` marks where one order came through, the last visit being where it stands.

    Visits in a status this version does not have are left out.
    """
    visits = tuple(path)
    here = visits[-1].status if visits else None
    nodes = tuple(
        DiagramNode(
            status.name,
            status.label,
            status.kind,
            status.color,
            help=status.help,
            first=status.name == definition.first_status,
            final=status.final,
            line=status.at.line,
            visited=tuple(visit.at for visit in visits if visit.status == status.name),
            current=status.name == here,
        )
        for status in definition.statuses.values()
    )
    edges = tuple(_edges(definition, _taken(visits)))
    labels = {node.name: node.label for node in nodes}
    rows = tuple(
        DiagramRow(node, tuple(_told(edge, labels) for edge in edges if edge.source == node.name)) for node in nodes
    )
    return Diagram(nodes, edges, rows)


def graph(diagram: Diagram) -> dict[str, object]:
    """The diagram as data for a program: only texts, numbers, true and false."""
    return {
        "nodes": [
            {
                "id": node.name,
                "label": node.label,
                "kind": node.kind,
                "color": node.color,
                "help": node.help,
                "first": node.first,
                "final": node.final,
                "line": node.line,
                "visited": [at.isoformat() for at in node.visited],
                "current": node.current,
            }
            for node in diagram.nodes
        ],
        "edges": [
            {
                "id": edge.id,
                "rule": edge.rule,
                "source": edge.source,
                "target": edge.target,
                "label": edge.label,
                "kind": edge.kind,
                "who": list(edge.who),
                "guards": list(edge.guards),
                "line": edge.line,
                "taken": edge.taken,
            }
            for edge in diagram.edges
        ],
    }


def _taken(visits: tuple[Visit, ...]) -> Mapping[tuple[str | None, str, str], int]:
    found: dict[tuple[str | None, str, str], int] = {}
    for before, after in pairwise(visits):
        key = (after.rule, before.status, after.status)
        found[key] = found.get(key, 0) + 1
    return found


def _edges(definition: Definition, taken: Mapping[tuple[str | None, str, str], int]) -> Iterable[DiagramEdge]:
    for one in definition.transitions.values():
        who = tuple(definition.roles[role].label for role in one.by)
        for source in one.from_:
            count = taken.get((one.name, source, one.to), 0)
            yield DiagramEdge(
                f"button-{one.name}-{source}", one.name, source, one.to, one.label, "button",
                who, one.needs, one.at.line, count,
            )  # fmt: skip
    for rule in definition.automatic.values():
        guards = (*rule.when, *(f"not {guard}" for guard in rule.unless))
        for source in rule.from_:
            count = taken.get((rule.name, source, rule.to), 0)
            yield DiagramEdge(
                f"automatic-{rule.name}-{source}", rule.name, source, rule.to, rule.note or rule.name, "automatic",
                (), guards, rule.at.line, count,
            )  # fmt: skip
    for timer in definition.timers.values():
        if timer.take is None:
            continue
        pressed = definition.transitions[timer.take]
        for source in timer.in_:
            yield DiagramEdge(
                f"timer-{timer.name}-{source}", timer.name, source, pressed.to, pressed.label, "timer",
                (), pressed.needs, timer.at.line,
            )  # fmt: skip


def _told(edge: DiagramEdge, labels: Mapping[str, str]) -> str:
    to = labels[edge.target]
    times = f" Taken {edge.taken} times." if edge.taken > 1 else " Taken once." if edge.taken else ""
    if edge.kind == "automatic":
        return f"By itself to {to}: {edge.label.rstrip('.')}.{times}"
    if edge.kind == "timer":
        return f"When its time has come, “{edge.label}” leads to {to}."
    who = ", ".join(edge.who) or "nobody"
    return f"“{edge.label}” leads to {to}; for {who}.{times}"
