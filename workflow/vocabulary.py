"""What a definition may mention: facts, permissions, messages, audiences, effects. Data, read from vocabulary.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from workflow.expressions import Expression
    from workflow.values import Value

FactType = Literal["boolean", "number", "text", "time", "enumeration", "identity", "list"]
Owner = Literal["order", "world", "clock"]

KINDS = ("queue", "ready", "working", "held", "review", "done", "closed")
COLORS = ("grey", "blue", "green", "yellow", "orange", "red", "purple")
QUESTION_KINDS = ("text", "choice", "date", "number", "position")


@dataclass(frozen=True, slots=True)
class Fact:
    """A named value a guard may read.

    `name` is the full dotted name; a field of a list has the bare field name and stands in its list's `fields`.
    `given` names the nullable fact that must be present for this one to exist (order.technician.is_technician
    is given order.technician). `settable`: a transition's `set:` may write it.
    """

    name: str
    type: FactType
    label: str
    owner: Owner = "order"
    nullable: bool = False
    values: tuple[str, ...] = ()
    fields: Mapping[str, Fact] = field(default_factory=dict)
    given: str | None = None
    settable: bool = False
    sample: Value = None


@dataclass(frozen=True, slots=True)
class Relation:
    """What an effect does to the facts, so that engine, prover and application agree on it.

    Exactly one shape: `set` fact to value · for `each` record of a list (`when`) set `fields` · `add` a record to a list
    unless an equal one is there. Expressions may read facts, `actor.id`, `now`, and inside `each` the record
    as `item`.
    """

    set: Mapping[str, Expression] = field(default_factory=dict)
    each: str | None = None
    when: Expression | None = None
    fields: Mapping[str, Expression] = field(default_factory=dict)
    add: str | None = None
    record: Mapping[str, Expression] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Effect:
    """Something a transition may ask for (`do:` or `lines:`); performed with the change by the application.

    `relations` apply in order to the facts; none means the effect touches nothing a guard reads.
    `approves` marks a `lines:` verb that grants approval: the prover forbids it to whoever set the quantity.
    """

    name: str
    label: str
    kind: Literal["do", "lines"] = "do"
    relations: tuple[Relation, ...] = ()
    approves: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A word of `may_edit`: the facts a person changes when he edits it, and a permission he needs besides.

    `also` are facts that follow by themselves: of a list, in each record changed (items.quantity_set_by: actor.id).
    """

    name: str
    label: str
    changes: tuple[str, ...]
    permission: str | None = None
    also: Mapping[str, Expression] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Message:
    """A notification of the closed list and the audiences it may go to."""

    name: str
    label: str
    audiences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything the definitions of one lifecycle may mention, by name."""

    lifecycle: str
    facts: Mapping[str, Fact]
    fields: Mapping[str, Field]
    permissions: Mapping[str, str]
    messages: Mapping[str, Message]
    audiences: Mapping[str, str]
    effects: Mapping[str, Effect]
    links: tuple[str, ...] = ()
