"""Who may press which button in one definition and not in another, told of the people there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workflow.changes.wording import spoken
from workflow.definition import Definition

NAMED = 5
"""So many people are named in a sentence; the others are counted."""

Reach = frozenset[str] | None
"""As whom somebody may press a button: the labels of roles with a test besides; none: always; None: never."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the staff: what he is called and what he may do."""

    name: str
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class ButtonChange:
    """Who gains or loses one button; `gained` None: he keeps it, under other conditions."""

    transition: str
    label: str
    gained: bool | None
    people: tuple[str, ...]
    sentence: str


def buttons(before: Definition, after: Definition, staff: Iterable[Person]) -> tuple[ButtonChange, ...]:
    """Gains first, then losses, then changed conditions, each by button; people in the order given."""
    everybody: Sequence[Person] = tuple(staff)
    found: list[ButtonChange] = []
    for name in dict.fromkeys((*before.transitions, *after.transitions)):
        shown = (after if name in after.transitions else before).transitions[name].label
        groups: dict[tuple[bool | None, str], list[str]] = {}
        for person in everybody:
            old, new = _reach(before, name, person), _reach(after, name, person)
            if old == new:
                continue
            gained = True if old is None else False if new is None else None
            groups.setdefault((gained, _how(new)), []).append(person.name)
        for (gained, how), people in groups.items():
            verb = "may no longer press" if gained is False else "may now press"
            sentence = f"{_named(people)} {verb} “{shown}”{how if gained is not False else ''}."
            found.append(ButtonChange(name, shown, gained, tuple(people), sentence))
    return tuple(sorted(found, key=lambda one: (True, False, None).index(one.gained)))


def _reach(definition: Definition, name: str, person: Person) -> Reach:
    transition = definition.transitions.get(name)
    roles = [definition.roles[role] for role in transition.by] if transition is not None else []
    held = [role for role in roles if role.permission is not None and role.permission in person.permissions]
    if not held:
        return None
    if any(role.and_guard is None for role in held):
        return frozenset()
    return frozenset(role.label for role in held)


def _how(reach: Reach) -> str:
    return f", but only as {spoken(sorted(reach))}" if reach else ""


def _named(people: list[str]) -> str:
    if len(people) <= NAMED:
        return spoken(people)
    return f"{', '.join(people[:NAMED])} and {len(people) - NAMED} more"
