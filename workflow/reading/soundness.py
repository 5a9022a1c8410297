"""What can be seen in a whole definition without proving anything: unused parts, and statuses nobody enters or leaves."""

from __future__ import annotations

from collections.abc import Iterator

from workflow.definition import AutomaticRule, Definition, Transition
from workflow.problems import Problem


def findings(definition: Definition) -> Iterator[Problem]:
    """Every finding, in no particular order."""
    yield from _unused(definition)
    yield from _graph(definition)


def _unused(definition: Definition) -> Iterator[Problem]:
    used = {role.and_guard for role in definition.roles.values()}
    for transition in definition.transitions.values():
        used |= {*transition.needs, *(setting.when for setting in transition.set)}
    for rule in definition.automatic.values():
        used |= {*rule.when, *rule.unless, *(setting.when for setting in rule.set)}
    for promise in definition.promises.values():
        used |= {*promise.when, *promise.unless}
    for guard in definition.guards.values():
        if guard.name not in used:
            yield Problem("unused-guard", f"Nothing uses the guard “{guard.name}”.", guard.at, "warning")
    spoken = {role for transition in definition.transitions.values() for role in transition.by}
    spoken |= {role for status in definition.statuses.values() for role in status.may_edit}
    spoken |= {role for promise in definition.promises.values() for role in promise.without}
    spoken |= {role for roles in definition.people.values() for role in roles}
    spoken |= {timer.by for timer in definition.timers.values() if timer.by is not None}
    for role in definition.roles.values():
        if role.name not in spoken:
            yield Problem("unused-role", f"Nothing uses the role “{role.name}”.", role.at, "warning")


def _graph(definition: Definition) -> Iterator[Problem]:
    edges: list[Transition | AutomaticRule] = [*definition.transitions.values(), *definition.automatic.values()]
    first = definition.statuses[definition.first_status]
    if first.final:
        yield Problem("dead-end", f"Every order begins in “{first.name}”, so it cannot be final.", first.at)
    reached, new = {first.name}, {first.name}
    while new:
        new = {edge.to for edge in edges if set(edge.from_) & new} - reached
        reached |= new
    for status in definition.statuses.values():
        leaves = [edge for edge in edges if status.name in edge.from_ and edge.to != status.name]
        if status.name not in reached:
            yield Problem(
                "unreachable", f"No order can ever become “{status.name}”. Lead a transition to it.", status.at
            )
        if not leaves and not status.final:
            yield Problem(
                "dead-end",
                f"Nothing leads out of “{status.name}”. Add a transition, or write final: true.",
                status.at,
            )
        if leaves and status.final:
            yield Problem("not-final", f"“{status.name}” is final, but “{leaves[0].name}” leads out of it.", status.at)
