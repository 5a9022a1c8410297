"""What an actor could do now: offers, the blockers in their way, and the remedies that would remove them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from workflow.definition import Notice, Question
    from workflow.values import Facts, Scalar, Value

RemedyKind = Literal["fill", "change", "wait", "someone_else", "permission", "press", "never"]


@dataclass(frozen=True, slots=True)
class Remedy:
    """What would make a failing guard hold.

    `fill`/`change`: give `fact` (for a list: of the `record` at that index) the value `value` (an example, already
    tried against the guard); `fields` are the words of `may_edit` that do it and `roles` who may, here.
    `wait`: until `until`. `someone_else`: another person of `roles` must press. `permission`: `permission` is missing.
    `press`: one of `transitions` out of this status would do it, by `roles`. `never`: it cannot be changed any more.
    """

    kind: RemedyKind
    sentence: str
    fact: str | None = None
    record: int | None = None
    field: str | None = None
    value: Value = None
    fields: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    permission: str | None = None
    transitions: tuple[str, ...] = ()
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Blocker:
    """One reason why not: a stable code (`guard`, `by`, `status`, `answer`), its name, sentence, values read, remedies."""

    code: Literal["guard", "by", "status", "answer"]
    name: str
    sentence: str
    values: Mapping[str, Value] = field(default_factory=dict)
    remedies: tuple[Remedy, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """A transition out of the present status that the actor could see, with everything in its way."""

    transition: str
    label: str
    to: str
    look: str
    confirm: str
    ask: tuple[Question, ...]
    blockers: tuple[Blocker, ...] = ()

    @property
    def allowed(self) -> bool:
        return not self.blockers


@dataclass(frozen=True, slots=True)
class Taken:
    """One status change inside an outcome, in order.

    `rule` is the transition's or the automatic rule's name (None: the order was made). `facts` are the facts as they
    were judged, before this step's own changes; `guards` the answer of every guard read.
    """

    rule: str | None
    automatic: bool
    from_status: str | None
    to_status: str
    note: str = ""
    facts: Facts = field(default_factory=dict)
    guards: Mapping[str, bool] = field(default_factory=dict)
    do: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    notify: tuple[Notice, ...] = ()
    answers: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where an order stands after a press or a save, the steps that led there, and the facts as they are now.

    `changed` names the order-owned facts whose value differs from before; the caller writes exactly these.
    """

    status: str
    steps: tuple[Taken, ...]
    facts: Facts
    changed: frozenset[str] = frozenset()
