"""Every name a definition may mention, by kind: those of the vocabulary and those it declares itself."""

from __future__ import annotations

from workflow.reading.nodes import Table
from workflow.vocabulary import Vocabulary

Names = dict[str, tuple[str, ...]]

WHAT = {
    "status": "status",
    "guard": "guard",
    "role": "role",
    "transition": "transition",
    "person": "person",
    "permission": "permission",
    "link": "signed link",
    "field": "field",
    "message": "message",
    "audience": "audience",
    "effect": "effect",
    "lines verb": "lines verb",
    "settable": "fact that a transition may set",
    "time": "time fact",
    "lifecycle": "lifecycle",
    "fact": "fact",
    "list": "list",
    "changed": "fact or field of a list",
}
SECTIONS = {"status": "statuses", "guard": "guards", "role": "roles", "transition": "transitions"}


def bare(name: str) -> str:
    """A fact of the order without its `order.`."""
    return name.removeprefix("order.")


def catalogue(vocabulary: Vocabulary) -> Names:
    """The names that come from the program."""
    settable = [name for name, fact in vocabulary.facts.items() if fact.settable]
    times = [name for name, fact in vocabulary.facts.items() if fact.type == "time"]
    return {
        "permission": tuple(vocabulary.permissions),
        "link": tuple(vocabulary.links),
        "field": tuple(vocabulary.fields),
        "message": tuple(vocabulary.messages),
        "audience": tuple(vocabulary.audiences),
        "effect": tuple(name for name, effect in vocabulary.effects.items() if effect.kind == "do"),
        "lines verb": tuple(name for name, effect in vocabulary.effects.items() if effect.kind == "lines"),
        "settable": tuple(dict.fromkeys((*settable, *(bare(name) for name in settable)))),
        "time": tuple(dict.fromkeys((*times, *(bare(name) for name in times)))),
        "lifecycle": (vocabulary.lifecycle,),
    }


def declared(root: Table) -> Names:
    """The names a definition declares, however broken the rest of it is."""
    names = {kind: _keys(root, section) for kind, section in SECTIONS.items()}
    stand_ins = []
    roles = root.get("roles")
    if isinstance(roles, Table):
        stand_ins = [
            key.value
            for key, role in roles.entries
            if isinstance(role, Table) and (role.get("link") or role.get("clock"))
        ]
    names["person"] = (*_keys(root, "people"), *stand_ins)
    return names


def _keys(root: Table, section: str) -> tuple[str, ...]:
    table = root.get(section)
    return tuple(key.value for key, _ in table.entries) if isinstance(table, Table) else ()


def full(name: str, vocabulary: Vocabulary) -> str:
    """The full dotted name of a fact that may be written without its `order.`."""
    return name if name in vocabulary.facts else f"order.{name}"
