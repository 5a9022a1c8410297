"""Ways around an approval, approvals that do not fit any more, and people who approve what they set themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from workflow.problems import Problem
from workflow.proving.evidence import Evidence, that
from workflow.proving.findings import Found, open_question, presses
from workflow.proving.paths import Goal
from workflow.proving.relations import Way
from workflow.proving.search import Edge, Here, Table

PAST_APPROVAL = ("working", "review", "done")
"""Kinds of status in which nothing over its limit may be without an approval."""


def approvals(evidence: Evidence) -> Iterator[Found]:
    """Every finding about approvals."""
    yield from _approvals(evidence)
    yield from _own_approvals(evidence)


def _approvals(evidence: Evidence) -> Iterator[Found]:
    holds = evidence.graph.relations.holds
    told: set[str] = set()
    for approval in evidence.model.approvals:
        past = [here for here in evidence.everywhere if evidence.definition.statuses[here.status].kind in PAST_APPROVAL]
        for code, test in (("approval-bypass", approval.unasked), ("stale-approval", approval.outgrown)):
            over = [here for here in past if holds(test.formed, here.rows) is not False]
            if code in told or not over:
                continue
            story = evidence.story_to(over, evidence.everywhere, Goal(after=that(test.node)))
            if story is None:
                label = evidence.definition.statuses[over[0].status].label
                yield open_question(code, _ASKING[code](label), evidence.definition.statuses[over[0].status].at), None
                continue
            told.add(code)
            status = evidence.definition.statuses[story.steps[-1].status]
            yield Problem(code, _SAYING[code](status.label), status.at), story


_SAYING: dict[str, Callable[[str], str]] = {
    "approval-bypass": lambda label: f"An order can become “{label}” with a line that needed an approval and got none.",
    "stale-approval": lambda label: (
        f"An order can become “{label}” with a line raised above what was approved, and nobody was asked again."
    ),
}

_ASKING: dict[str, Callable[[str], str]] = {
    "approval-bypass": lambda label: f"an order becomes “{label}” with a line that needed an approval and got none",
    "stale-approval": lambda label: f"an order becomes “{label}” with a line raised above what was approved",
}


def _own_approvals(evidence: Evidence) -> Iterator[Found]:
    own = {approval.effect: approval.own for approval in evidence.model.approvals if approval.own is not None}
    steps: dict[str, list[tuple[Here, Edge]]] = {}
    tables: dict[Way, Table] = {}
    for here, fork in presses(evidence):
        name = str(fork.move.transition)
        for verb in evidence.definition.transitions[name].lines:
            if fork.move.way.person and verb in own:
                way = fork.move.way
                if way not in tables:
                    asking = replace(way, guards=(*way.guards, own[verb].formed))
                    tables[way] = Table(evidence.graph.relations, asking)
                if tables[way].choices(here.rows) is not None:
                    steps.setdefault(name, []).append((here, fork.edges[0]))
    for name, taken in steps.items():
        transition = evidence.definition.transitions[name]
        test = next(own[verb] for verb in transition.lines if verb in own)
        story = evidence.story_through(_each_role(taken), Goal(before_last=that(test.node)))
        if story is None:
            lets = f"“{transition.label}” lets a person approve a quantity he set himself"
            yield open_question("self-approval", lets, transition.at), None
            continue
        message = f"“{transition.label}” lets a person approve a quantity he set himself. Add a need that excludes him."
        yield Problem("self-approval", message, transition.at), story


def _each_role(steps: list[tuple[Here, Edge]]) -> list[tuple[Here, Edge]]:
    """One step of each role before another of any."""
    first: dict[tuple[str, ...], tuple[Here, Edge]] = {}
    for here, edge in steps:
        assert edge.move is not None
        first.setdefault(edge.move.roles, (here, edge))
    return [*first.values(), *steps]
