"""What a proof is asked with and what it answers: limits, the staff, verdicts, and stories that can be replayed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from workflow.definition import Definition
from workflow.problems import Problem

Told = None | bool | int | str | list[dict[str, object]]
"""A value in a story, as it would be written in a scenario: numbers with a fraction and times are texts."""


@dataclass(frozen=True, slots=True)
class StaffMember:
    """An active person of the firm, as far as a proof cares."""

    name: str
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a proof may go before it says “too large”."""

    seconds: float = 10.0
    situations: int = 200_000
    megabytes: int = 2_000


@dataclass(frozen=True, slots=True)
class StoryStep:
    """One thing that happens, in words and as data; `status` is where the order stands after it.

    At most one of: `save` (what a person changes) · `press` (with `answers`) · `rule` (by itself, after the step before)
    · `world` (facts that change without a save) · `wait`. `by` is a name of the story's `people`.
    """

    says: str
    status: str
    by: str | None = None
    press: str | None = None
    answers: Mapping[str, Told] = field(default_factory=dict)
    rule: str | None = None
    save: Mapping[str, Told] | None = None
    world: Mapping[str, Told] | None = None
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """An order and what happens to it, from its making on; `people` says which roles each actor has.

    `replayed` is True when the engine itself went through it and came out where the story says.
    """

    order: Mapping[str, Told]
    steps: tuple[StoryStep, ...]
    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    replayed: bool = False

    @property
    def says(self) -> tuple[str, ...]:
        """The story in sentences, in order."""
        return tuple(step.says for step in self.steps)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a promise holds; None when that was not settled. `story` breaks it when it does not hold."""

    name: str
    proved: bool | None
    story: Story | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """Everything a proof found. `stories` are by promise name, and by `story_key` of a problem."""

    problems: tuple[Problem, ...] = ()
    promises: tuple[Verdict, ...] = ()
    stories: Mapping[str, Story] = field(default_factory=dict)
    too_large: bool = False
    situations: int = 0
    seconds: float = 0.0


def story_key(problem: Problem) -> str:
    """Under which name the story of a problem stands in `Proof.stories`."""
    return f"{problem.code}:{problem.at.line}:{problem.at.column}"


def refused(proof: Proof, definition: Definition | None, limits: Limits) -> Proof:
    """The proof, as far as it got, with the refusal: what is not proved must not be published."""
    known = {verdict.name for verdict in proof.promises}
    rest = tuple(Verdict(name, None) for name in (definition.promises if definition else ()) if name not in known)
    problem = Problem(
        "too-large",
        f"This is too large to prove within {limits.seconds:g} seconds and {limits.situations:,} situations, so it "
        "cannot be published. Take out guards and statuses, or put guards more simply.",
    )
    return replace(proof, problems=(problem, *proof.problems), promises=(*proof.promises, *rest), too_large=True)
