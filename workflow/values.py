"""The plain immutable values that guards read: numbers, texts, times, identities and lists of records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

Scalar = None | bool | Decimal | str | datetime
Record = Mapping[str, Scalar]
Value = Scalar | tuple[Record, ...]
Facts = Mapping[str, Value]
"""Facts by their full dotted name: {"order.type": "repair", "items": ({"name": "Cable", ...},)}."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, as far as the engine cares.

    `id` is compared with identity facts (None for a link, a plan or the clock: equal to no person);
    `link` names the kind of signed link he came by; `clock` marks the clockwork itself.
    """

    id: str | None = None
    permissions: frozenset[str] = frozenset()
    link: str | None = None
    clock: bool = False


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of one order at one moment; `facts` hold neither `actor.*` nor `now`."""

    status: str
    facts: Facts
    now: datetime


@dataclass(frozen=True, slots=True)
class Answers:
    """What the actor answered to a transition's questions, by the question's name."""

    given: Mapping[str, Scalar] = field(default_factory=dict)
