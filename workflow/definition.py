"""What a lifecycle is: an immutable value made only by the reader, which has checked every name in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from workflow.problems import NOWHERE, Position

if TYPE_CHECKING:
    from workflow.expressions import Expression, Sentence


@dataclass(frozen=True, slots=True)
class Role:
    """A word for "who". Exactly one of `permission`, `link`, `clock` is set; `and_guard` narrows a permission."""

    name: str
    label: str
    permission: str | None = None
    and_guard: str | None = None
    link: str | None = None
    clock: bool = False
    at: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class Status:
    """A named place an order can be in; `may_edit` lists, per role, the fields it may change here."""

    name: str
    label: str
    kind: str
    color: str
    help: str = ""
    may_edit: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    final: bool = False
    at: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class Guard:
    """A named test with the sentence said when it fails."""

    name: str
    check: Expression
    otherwise: Sentence
    at: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class Question:
    """Something a transition asks the actor; `choices` maps the stored word to its label."""

    name: str
    label: str
    kind: str
    required: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)
    help: str = ""
    at: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class Notice:
    """Which message goes to which audiences."""

    message: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """`fact` (full dotted name) becomes the value of `to`, when the guard named `when` holds (None: always)."""

    fact: str
    to: Expression
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Transition:
    """A named way from some statuses to one: a button. `by` hides it, `needs` greys it out with reasons."""

    name: str
    label: str
    from_: tuple[str, ...]
    to: str
    by: tuple[str, ...]
    needs: tuple[str, ...] = ()
    ask: Mapping[str, Question] = field(default_factory=dict)
    set: tuple[Setting, ...] = ()
    lines: tuple[str, ...] = ()
    do: tuple[str, ...] = ()
    notify: tuple[Notice, ...] = ()
    look: Literal["primary", "plain", "danger"] = "plain"
    confirm: str = ""
    help: str = ""
    at: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class AutomaticRule:
    """A transition taken by itself after a save when every `when` guard holds and no `unless` guard does."""

    name: str
    from_: tuple[str, ...]
    to: str
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    note: str = ""
    set: tuple[Setting, ...] = ()
    do: tuple[str, ...] = ()
    notify: tuple[Notice, ...] = ()
    at: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class Timer:
    """Something that falls due by time alone: `after` a while in a status, or `at_fact` `plus` a span."""

    name: str
    in_: tuple[str, ...]
    after: timedelta | None = None
    at_fact: str | None = None
    plus: timedelta = timedelta(0)
    take: str | None = None
    by: str | None = None
    notify: tuple[Notice, ...] = ()
    at: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class Promise:
    """A property to be proved before publishing, in one of the shapes a supervisor can read.

    Shapes: never {status, unless | when} · the same `without_pressing` some transitions · `without` a role
    `never_reach` some statuses · `always_reach` one of some statuses.
    """

    name: str
    says: str
    never_status: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    without_pressing: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    never_reach: tuple[str, ...] = ()
    always_reach: tuple[str, ...] = ()
    at: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a scenario: exactly one of `save`, `press`, `wait`; then what must be true.

    `refused` names the guard that refuses (or `status`: no such button here; `by`: not for this person).
    """

    by: str | None = None
    save: Mapping[str, object] | None = None
    press: str | None = None
    answers: Mapping[str, object] = field(default_factory=dict)
    wait: timedelta | None = None
    then: str | None = None
    refused: tuple[str, ...] = ()
    at: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class Scenario:
    """An example played before publishing: an order, the steps, and what must come out."""

    says: str
    order: Mapping[str, object]
    steps: tuple[Step, ...]
    at: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class Definition:
    """The whole description of one lifecycle; `text` is what it was read from, byte for byte."""

    lifecycle: str
    name: str
    first_status: str
    roles: Mapping[str, Role]
    statuses: Mapping[str, Status]
    guards: Mapping[str, Guard]
    transitions: Mapping[str, Transition]
    automatic: Mapping[str, AutomaticRule]
    when_changed: Mapping[str, tuple[Notice, ...]] = field(default_factory=dict)
    timers: Mapping[str, Timer] = field(default_factory=dict)
    promises: Mapping[str, Promise] = field(default_factory=dict)
    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    scenarios: tuple[Scenario, ...] = ()
    text: str = ""
