"""A definition against the people there are: a button nobody can press, and a publisher who locks himself out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workflow.definition import Definition, Role
from workflow.problems import Problem
from workflow.proving.values import StaffMember
from workflow.vocabulary import Vocabulary


def staffing(
    definition: Definition, vocabulary: Vocabulary, staff: Sequence[StaffMember], publisher: StaffMember | None
) -> Iterator[Problem]:
    """Every finding; none where no staff is given."""
    if staff:
        held = frozenset[str]().union(*(member.permissions for member in staff))
        yield from _nobody(definition, vocabulary, held)
    if publisher is not None:
        yield from _locked_out(definition, publisher)


def _nobody(definition: Definition, vocabulary: Vocabulary, held: frozenset[str]) -> Iterator[Problem]:
    for transition in definition.transitions.values():
        roles = [definition.roles[name] for name in transition.by]
        if roles and not any(_filled(role, held) for role in roles):
            permissions = dict.fromkeys(str(role.permission) for role in roles if role.permission is not None)
            needed = " or ".join(f"“{vocabulary.permissions.get(name, name)}”" for name in permissions)
            yield Problem(
                "nobody-holds",
                f"Nobody can press “{transition.label}”: it needs the permission {needed}, which no active person has.",
                transition.at,
            )
    used = {name for transition in definition.transitions.values() for name in transition.by}
    for role in definition.roles.values():
        if role.name in used and not _filled(role, held):
            label = vocabulary.permissions.get(str(role.permission), str(role.permission))
            yield Problem(
                "role-unheld", f"Nobody is {role.label} yet: no active person may “{label}”.", role.at, "info"
            )


def _filled(role: Role, held: frozenset[str]) -> bool:
    return role.permission is None or role.permission in held


def _locked_out(definition: Definition, publisher: StaffMember) -> Iterator[Problem]:
    pressing = {name for transition in definition.transitions.values() for name in transition.by}
    editing = {name for status in definition.statuses.values() for name in status.may_edit}
    permissions = {definition.roles[name].permission for name in pressing | editing}
    if not permissions & publisher.permissions and pressing:
        yield Problem(
            "publisher-locked-out",
            f"With this, {publisher.name}, you could press no button and change no field yourself.",
            next(iter(definition.transitions.values())).at,
            "warning",
        )
