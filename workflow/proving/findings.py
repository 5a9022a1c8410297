"""What is wrong with a definition whatever it promises: statuses, buttons, guards and automatic rules."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from workflow.definition import AutomaticRule, Guard, Transition
from workflow.expressions import Node, Not, Quantifier, walk
from workflow.problems import Position, Problem
from workflow.proving.atoms import facts_of
from workflow.proving.changes import Changes
from workflow.proving.evidence import Evidence
from workflow.proving.formulas import Formula, Formulas, and_
from workflow.proving.model import NOW
from workflow.proving.paths import Goal
from workflow.proving.promises import ends
from workflow.proving.search import Edge, Fork, Here
from workflow.proving.values import Story

Found = tuple[Problem, Story | None]


def findings(evidence: Evidence) -> Iterator[Found]:
    """Every finding."""
    for check in (_statuses, _stuck, _guards, _buttons, _rules, _loops, _bounces):
        yield from check(evidence)


def _statuses(evidence: Evidence) -> Iterator[Found]:
    reached = {here.status for here in evidence.everywhere} | {status for _, status in evidence.graph.fired}
    for status in evidence.definition.statuses.values():
        if status.name not in reached:
            yield (
                Problem(
                    "unreachable",
                    f"No order can ever become “{status.label}”: what leads there never happens.",
                    status.at,
                ),
                None,
            )


def _stuck(evidence: Evidence) -> Iterator[Found]:
    definition = evidence.definition
    for status in definition.statuses.values():
        if status.final:
            continue
        others = {name for name in definition.statuses if name != status.name}
        good = ends(evidence, others)
        stuck = [here for here in evidence.everywhere if here.status == status.name and here not in good]
        if not stuck:
            continue
        story = evidence.story_into(stuck, evidence.everywhere)
        if story is None:
            yield open_question("stuck", f"an order gets stuck in “{status.label}”", status.at), None
            continue
        yield (
            Problem(
                "stuck",
                f"An order can get stuck in “{status.label}”: nobody can move it on, whatever he changes.",
                status.at,
            ),
            story,
        )


def open_question(code: str, that: str, at: Position) -> Problem:
    """What is neither shown by a story nor ruled out: never silently taken for sound."""
    message = (
        f"It could not be ruled out that {that}, and no story shows it either. Put the tests around it more simply."
    )
    return Problem(f"{code}-unproved", message, at, "warning")


def _guards(evidence: Evidence) -> Iterator[Found]:
    definition = evidence.definition
    asked = {role.and_guard for role in definition.roles.values()}
    for transition in definition.transitions.values():
        asked |= {*transition.needs}
    for rule in definition.automatic.values():
        asked |= {*rule.when}
    for guard in definition.guards.values():
        can_hold, can_fail = (_possible(evidence, node) for node in (guard.check.tree, Not(guard.check.tree)))
        if not can_hold:
            yield _never(guard, "error" if guard.name in asked else "warning"), None
        elif not can_fail:
            yield (
                Problem(
                    "guard-always",
                    f"“{guard.name}” always holds, so it tests nothing. Its sentence will never be said.",
                    guard.at,
                    "warning",
                ),
                None,
            )


def _never(guard: Guard, severity: str) -> Problem:
    return Problem(
        "guard-never",
        f"“{guard.name}” can never hold, whatever an order is like.",
        guard.at,
        "error" if severity == "error" else "warning",
    )


def _possible(evidence: Evidence, node: Node) -> bool:
    """Whether some order passes a test."""
    formulas = Formulas()
    quantified = sum(1 for each in walk(node) if isinstance(each, Quantifier))
    changes = Changes(evidence.model, formulas, lines=max(2, quantified))  # each may need a record of its own
    names = facts_of([node]) - {NOW}
    facts = evidence.model.ordered(name for name in names if not evidence.model.is_list(name))
    made = changes.moment(facts, sorted(name for name in names if evidence.model.is_list(name)))
    at = made.after
    at.facts[NOW], _ = formulas.term(evidence.model.fact(NOW))
    at.facts["actor.id"], such = changes.actor(person=None)
    solver = z3.Solver()
    solver.set("timeout", evidence.paths.budget.milliseconds)
    wanted: Formula = and_(formulas.truth(node, at), *made.such_that, *such)
    if isinstance(wanted, bool):
        return wanted
    solver.add(wanted)
    return bool(solver.check() != z3.unsat)


def presses(evidence: Evidence) -> Iterator[tuple[Here, Fork]]:
    for here, forks in evidence.graph.forks.items():
        for fork in forks:
            if fork.move.kind == "press":
                yield here, fork


def _buttons(evidence: Evidence) -> Iterator[Found]:
    working = {fork.move.transition for _, fork in presses(evidence)}
    reached = {here.status for here in evidence.everywhere}
    for transition in evidence.definition.transitions.values():
        if transition.name in working or not transition.by or not reached & {*transition.from_}:
            continue
        yield (
            Problem(
                "button-never",
                f"“{transition.label}” can never be pressed: {_why_never(evidence, transition)}.",
                transition.at,
            ),
            None,
        )


def _why_never(evidence: Evidence, transition: Transition) -> str:
    clocks = all(evidence.definition.roles[name].clock for name in transition.by)
    if clocks:
        return "it is for the clock, and no timer takes it in a status it leads from"
    here = [each for each in evidence.everywhere if each.status in transition.from_]
    for name in transition.needs:
        guard = evidence.model.guards[name]
        if all(evidence.graph.relations.holds(guard, each.rows) is False for each in here):
            return f"“{name}” never holds where it is offered"
    return "what it needs never comes together where it is offered"


def _rules(evidence: Evidence) -> Iterator[Found]:
    fired = {name for name, _ in evidence.graph.fired}
    over = evidence.graph.passed_over
    for rule in evidence.definition.automatic.values():
        if rule.name in fired:
            continue
        before = sorted({taken for taken, passed, _ in over if passed == rule.name})
        if before:
            message = f"“{rule.name}” never happens: “{before[0]}” stands before it and fits whenever it does."
            yield Problem("rule-shadowed", message, rule.at, "error"), None
        else:
            message = f"“{rule.name}” never happens: no order fits it where it looks."
            yield Problem("rule-never", message, rule.at, "warning"), None
    automatic = evidence.definition.automatic
    told: set[tuple[str, str]] = set()
    for taken, passed, status in sorted(over):
        if (taken, passed) in told or passed not in fired or automatic[taken].to == automatic[passed].to:
            continue
        told.add((taken, passed))
        label = evidence.definition.statuses[status].label
        yield (
            Problem(
                "rules-overlap",
                f"In “{label}” both “{taken}” and “{passed}” can fit; “{taken}” is taken because it stands first.",
                automatic[passed].at,
                "info",
            ),
            None,
        )


def _loops(evidence: Evidence) -> Iterator[Found]:
    graph = evidence.graph
    circles: dict[frozenset[str], list[tuple[Here | None, Edge]]] = {}
    for edge in graph.starts:
        if edge.endless:
            circles.setdefault(_circle(edge), []).append((None, edge))
    told: set[Fork] = set()
    for here, forks in graph.forks.items():
        for fork in forks:
            if fork in told:
                continue
            told.add(fork)
            for edge in fork.edges:
                if edge.endless:
                    circles.setdefault(_circle(edge), []).append((here, edge))
    for rules, steps in circles.items():
        story = _looping(evidence, steps)
        first: AutomaticRule = min((evidence.definition.automatic[name] for name in rules), key=lambda one: one.at)
        names = ", ".join(f"“{name}”" for name in sorted(rules))
        if story is None:
            yield open_question("rules-loop", f"the automatic rules {names} run in a circle", first.at), None
            continue
        message = f"The automatic rules {names} can run in a circle, so that a save is refused. Let one of them end it."
        yield Problem("rules-loop", message, first.at), story


def _circle(edge: Edge) -> frozenset[str]:
    """The rules that follow one another for ever: from the last one back to where it was taken before."""
    last = edge.rules[-1]
    earlier = [number for number, name in enumerate(edge.rules[:-1]) if name == last]
    return frozenset(edge.rules[earlier[-1] :] if earlier else edge.rules)


def _looping(evidence: Evidence, steps: list[tuple[Here | None, Edge]]) -> Story | None:
    for here, edge in steps:
        if here is None:
            story = evidence.tell((edge,), Goal())
            if story is not None:
                return story
    return evidence.story_through((here, edge) for here, edge in steps if here is not None)


def _bounces(evidence: Evidence) -> Iterator[Found]:
    back: dict[tuple[str, str], list[tuple[Here, Edge]]] = {}
    on: set[tuple[str, str]] = set()
    told: set[Fork] = set()
    for here, fork in presses(evidence):
        if fork in told or any(rest.rules for rest in evidence.graph.rests(here)):
            continue  # the latter: the world has moved and the order waits for its next save
        told.add(fork)
        key = (str(fork.move.transition), here.status)
        target = evidence.definition.transitions[key[0]].to
        for edge in fork.edges:
            if edge.to.status == here.status and target != here.status and not edge.endless:
                back.setdefault(key, []).append((here, edge))
            else:
                on.add(key)
    for (name, status), steps in back.items():
        if (name, status) in on:
            continue
        transition = evidence.definition.transitions[name]
        label = evidence.definition.statuses[status].label
        rules = " and ".join(f"“{rule}”" for rule in steps[0][1].rules)
        message = f"“{transition.label}” never leads out of “{label}”: {rules} brings the order straight back."
        yield Problem("bounces", message, transition.at), evidence.story_through(steps)
