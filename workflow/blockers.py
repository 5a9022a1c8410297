"""Puts a refusal into words: every reason with its name, its sentence, the values read, and what would remove it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflow.answering import answer_blockers
from workflow.definition import Guard, Role, Transition
from workflow.expressions import Name, failing
from workflow.judging import Case
from workflow.offers import Blocker, Remedy
from workflow.remedies import remedies, remedies_for_status, spoken
from workflow.values import Value

if TYPE_CHECKING:
    from workflow.engine import Lifecycle


def nowhere_blocker(name: str) -> Blocker:
    """There is no such button in this version at all (an old page, perhaps)."""
    return Blocker(code="status", name="status", sentence=f"There is no step “{name[:60]}” in this workflow.")


def status_blocker(lifecycle: Lifecycle, case: Case, transition: Transition) -> Blocker:
    """The button does not leave the status the order is in."""
    statuses = lifecycle.definition.statuses
    here = statuses[case.situation.status].label
    places = spoken(statuses[name].label for name in transition.from_)
    return Blocker(
        code="status",
        name="status",
        sentence=f"“{transition.label}” is for orders that are {places}; this one is {here}.",
        remedies=remedies_for_status(lifecycle, case, transition),
    )


def by_blocker(lifecycle: Lifecycle, case: Case, transition: Transition) -> Blocker:
    """The actor is none of those the button is for."""
    roles = [lifecycle.definition.roles[name] for name in transition.by]
    who = spoken(role.label for role in roles)
    return Blocker(
        code="by",
        name="by",
        sentence=f"Only {who} may do this." if roles else "Nobody may do this.",
        remedies=tuple(_who_could(lifecycle, case, role) for role in roles),
    )


def guard_blocker(
    lifecycle: Lifecycle, case: Case, transition: Transition, name: str, *, with_remedies: bool
) -> Blocker:
    """A need that does not hold, said of every record responsible."""
    guard = lifecycle.definition.guards[name]
    return Blocker(
        code="guard",
        name=name,
        sentence=said(guard, case),
        values=_values_read(guard, case),
        remedies=remedies(lifecycle, case, transition, name) if with_remedies else (),
    )


def answers_wanting(case: Case, transition: Transition) -> tuple[Blocker, ...]:
    """What is missing or wrong in the answers."""
    return answer_blockers(transition.ask, case.answered)


def _who_could(lifecycle: Lifecycle, case: Case, role: Role) -> Remedy:
    missing = role.permission
    if missing is not None and missing not in case.actor.permissions and case.actor.link is None:
        label = lifecycle.vocabulary.permissions.get(missing, missing)
        return Remedy(
            kind="permission",
            sentence=f"It needs the permission “{label}”, which {role.label} has.",
            roles=(role.name,),
            permission=missing,
        )
    return Remedy(
        kind="someone_else",
        sentence=f"This is for {role.label} to do.",
        roles=(role.name,),
        permission=role.permission,
    )


def said(guard: Guard, case: Case) -> str:
    """What the guard says when it fails, of every record responsible."""
    facts = case.situation.facts
    if not any(isinstance(part, Name) and part.record_of is not None for part in guard.otherwise.parts):
        return guard.otherwise.fill(facts, None, case.extra, case.shown)
    numbers = dict.fromkeys(leaf.record for leaf in failing(guard.check, facts, case.extra))
    sentences = [guard.otherwise.fill(facts, number, case.extra, case.shown) for number in numbers] or [
        guard.otherwise.fill(facts, None, case.extra, case.shown)
    ]
    return " ".join(dict.fromkeys(sentences))


def _values_read(guard: Guard, case: Case) -> dict[str, Value]:
    known = {**case.situation.facts, **case.extra}
    return {name: known[name] for name in sorted(guard.check.facts) if name in known}
