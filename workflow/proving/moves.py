"""Everything that can happen to an order: presses, saves, time passing, and the world changing by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from workflow.definition import Role, Transition
from workflow.proving.changes import Changes
from workflow.proving.model import NOW, Model
from workflow.proving.relations import Change, Way, way_of

SAVERS = 3
"""Roles one person combines in one save; a person with more of them saves twice."""


@dataclass(frozen=True, slots=True, eq=False)
class Move:
    """One thing that can happen in one status. `roles` are who does it, all at once; `words` what a save may change."""

    kind: Literal["press", "save", "world", "later"]
    status: str
    way: Way
    roles: tuple[str, ...] = ()
    permissions: frozenset[str] = frozenset()
    transition: str | None = None
    words: tuple[str, ...] = ()
    timer: str | None = None

    @property
    def settles(self) -> bool:
        """Whether the automatic rules run after it."""
        return self.kind in ("press", "save")


def moves_of(model: Model, status: str) -> tuple[Move, ...]:
    """Everything that can happen in a status."""
    return (
        *_presses(model, status),
        *_saves(model, status),
        *_by_itself(model, status),
    )


def _presses(model: Model, status: str) -> Iterator[Move]:
    for transition in model.definition.transitions.values():
        if status not in transition.from_:
            continue
        for name in transition.by:
            role = model.definition.roles[name]
            if not role.clock:
                yield _press(model, status, transition, role, None)
                continue
            for timer in model.definition.timers.values():
                if timer.take == transition.name and timer.by == name and status in timer.in_:
                    yield _press(model, status, transition, role, timer.name)


def _press(model: Model, status: str, transition: Transition, role: Role, timer: str | None) -> Move:
    guards = [model.guards[name] for name in transition.needs]
    if role.and_guard is not None:
        guards.append(model.guards[role.and_guard])
    if timer in model.moments:
        guards.append(model.moments[timer])
    return Move(
        "press",
        status,
        way_of(
            model,
            transition,
            person=role.permission is not None,
            guards=tuple(guards),
            questions=tuple(transition.ask.items()) if not role.clock else (),
        ),
        roles=(role.name,),
        permissions=frozenset({role.permission} if role.permission is not None else ()),
        transition=transition.name,
        timer=timer,
    )


def _saves(model: Model, status: str) -> Iterator[Move]:
    may_edit = model.definition.statuses[status].may_edit
    words = {role: frozenset(_that_matter(model, each)) for role, each in may_edit.items()}
    for role in words:
        yield _save(model, status, (role,), words[role])
    alone = [(words[role], _guards(model, (role,))) for role in words]
    changing = [role for role in words if words[role]]
    for count in range(2, SAVERS + 1):
        for roles in combinations(changing, count):
            together = frozenset[str]().union(*(words[role] for role in roles))
            guards = _guards(model, roles)
            if not any(together <= mine and asked <= guards for mine, asked in alone):
                alone.append((together, guards))
                yield _save(model, status, roles, together)


def _guards(model: Model, roles: tuple[str, ...]) -> frozenset[str]:
    found = (model.definition.roles[role].and_guard for role in roles)
    return frozenset(guard for guard in found if guard is not None)


def _that_matter(model: Model, words: tuple[str, ...]) -> Iterator[str]:
    """The words that change a fact some guard reads."""
    for word in words:
        field = model.vocabulary.fields.get(word)
        if field is not None and _touched(model, (word,)):
            yield word


def _touched(model: Model, words: tuple[str, ...]) -> frozenset[str]:
    fields = [model.vocabulary.fields[word] for word in words]
    names = {name for field in fields for name in (*field.changes, *field.also)}
    found = {name if name in model.vocabulary.facts else name.partition(".")[0] for name in names}
    found |= {fact.name for fact in model.vocabulary.facts.values() if fact.given in found}
    return frozenset(found & model.relevant)


def _save(model: Model, status: str, roles: tuple[str, ...], words: frozenset[str]) -> Move:
    ordered = tuple(sorted(words))
    needed = {model.definition.roles[role].permission for role in roles}
    needed |= {model.vocabulary.fields[word].permission for word in ordered}
    guards = tuple(sorted(_guards(model, roles)))

    def change(names: frozenset[str]) -> tuple[str, Change] | None:
        here = tuple(word for word in ordered if _touched(model, (word,)) & names)
        return (f"save {' '.join(here)}", lambda changes, at: changes.saved(at, here)) if here else None

    return Move(
        "save",
        status,
        Way(change, person=True, guards=tuple(model.guards[name] for name in guards)),
        roles=roles,
        permissions=frozenset(permission for permission in needed if permission is not None),
        words=ordered,
    )


def _by_itself(model: Model, status: str) -> Iterator[Move]:
    facts = model.vocabulary.facts
    loose = {name for name in model.relevant if name in facts and facts[name].owner == "world"}
    loose |= {
        name
        for name in model.relevant
        if model.is_list(name) and any(field.owner == "world" for field in facts[name].fields.values())
    }
    if loose:
        yield Move("world", status, _alone("world", Changes.world, loose))
    clocked = {name for name in model.relevant if name in facts and facts[name].owner == "clock"}
    if model.tracks_now:
        clocked.add(NOW)
    if clocked:
        yield Move("later", status, _alone("later", Changes.later, clocked))


def _alone(name: str, change: Change, touched: set[str]) -> Way:
    return Way(lambda names: (name, change) if touched & names else None)
