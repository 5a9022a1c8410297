"""Proves the promises of a definition, or tells how one is broken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from workflow.definition import Definition, Promise
from workflow.expressions import Node, Not
from workflow.problems import Problem
from workflow.proving.atoms import all_of
from workflow.proving.evidence import NO_GOAL, Evidence, Reached, that
from workflow.proving.moves import Move
from workflow.proving.paths import Goal
from workflow.proving.search import Here, reach
from workflow.proving.values import Story, Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict with the problems it makes."""

    verdict: Verdict
    problems: tuple[tuple[Problem, Story | None], ...] = ()


def judge(evidence: Evidence) -> Iterator[Judged]:
    """Every promise, in the order written."""
    for promise in evidence.definition.promises.values():
        yield _judged(evidence, promise)


def _judged(evidence: Evidence, promise: Promise) -> Judged:
    for name in (*promise.unless, *promise.when):
        if any(evidence.model.atoms.all[atom].volatile for atom in evidence.model.guards[name].atoms()):
            message = f"A promise is about the order, but “{name}” asks who acts ({promise.name}). Name another guard."
            return Judged(Verdict(promise.name, None), ((Problem("promise-unproved", message, promise.at), None),))
    reached: Reached = reach(evidence.graph, lambda move: allowed(evidence.definition, promise, move))
    vacuous = tuple(_vacuous(evidence, promise, reached))
    broken, goal = _breaking(evidence, promise, reached)
    if not broken:
        return Judged(Verdict(promise.name, True), vacuous)
    # A dead end is one only with all that holds there; anything else is broken wherever its goal is shown.
    story = evidence.story_into(broken, reached) if promise.always_reach else evidence.story_to(broken, reached, goal)
    if story is None:
        problem = Problem(
            "promise-unproved",
            f"“{promise.says}” could be neither proved nor broken ({promise.name}). Put it, or the guards it names, "
            "more simply.",
            promise.at,
        )
        return Judged(Verdict(promise.name, None), ((problem, None), *vacuous))
    problem = Problem("promise-broken", f"Broken promise: {promise.says}", promise.at)
    return Judged(Verdict(promise.name, False, story), ((problem, story), *vacuous))


def allowed(definition: Definition, promise: Promise, move: Move) -> bool:
    """Whether a move counts for a promise: nothing a role left out does, and no button left out."""
    if move.transition is not None and move.transition in promise.without_pressing:
        return False
    left_out = [definition.roles[name] for name in promise.without]
    return not any(
        role.name in move.roles or (role.and_guard is None and role.permission in move.permissions) for role in left_out
    )


def _breaking(evidence: Evidence, promise: Promise, reached: Reached) -> tuple[list[Here], Goal]:
    """The situations that break a promise, as far as rows of truth can tell, and what a story must show of the last."""
    if promise.always_reach:
        good = ends(evidence, set(promise.always_reach))
        return [here for here in reached if here not in good], NO_GOAL
    if promise.never_reach:
        return [here for here in reached if here.status in promise.never_reach], NO_GOAL
    names = promise.unless or promise.when
    here_they = [here for here in reached if here.status in promise.never_status]
    if not names:
        return here_they, NO_GOAL
    harmless = bool(promise.unless)
    nodes: list[Node] = [evidence.definition.guards[name].check.tree for name in names]
    broken = [here for here in here_they if _all_hold(evidence, names, here) is not harmless]
    return broken, Goal(after=that(Not(all_of(nodes)) if harmless else all_of(nodes)))


def _all_hold(evidence: Evidence, names: Iterable[str], here: Here) -> bool | None:
    answers = [evidence.graph.relations.holds(evidence.model.guards[name], here.rows) for name in names]
    return False if False in answers else None if None in answers else True


def ends(evidence: Evidence, statuses: set[str]) -> set[Here]:
    """The situations from which an order can come to one of the statuses, by what people and time do."""
    return evidence.graph.coming_to({here for here in evidence.graph.forks if here.status in statuses})


def _vacuous(evidence: Evidence, promise: Promise, reached: Reached) -> Iterator[tuple[Problem, None]]:
    """A promise that holds only because without the role nothing happens at all."""
    if not promise.without:
        return
    sources = {
        source
        for rule in evidence.model.rules()
        if rule.to in promise.never_reach
        for source in rule.from_
        if source not in promise.never_reach
    }
    if sources and not any(here.status in sources for here in reached):
        labels = _labels(evidence.definition, promise.without)
        yield (
            Problem(
                "vacuous",
                f"“{promise.says}” holds only because nothing gets that far without {labels} ({promise.name}). "
                "It says nothing about the buttons.",
                promise.at,
                "warning",
            ),
            None,
        )


def _labels(definition: Definition, roles: Iterable[str]) -> str:
    known: Mapping[str, str] = {name: definition.roles[name].label for name in roles}
    return " and ".join(known.values())
