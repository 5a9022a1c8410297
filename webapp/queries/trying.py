"""A person's trial of a workflow: the text it tries, its steps, and who can act in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.models import Firm, Role, User
from webapp.models.definitions import Trial
from webapp.queries import workflows
from webapp.queries.lifecycles import vocabulary
from webapp.queries.people import actor_of
from webapp.queries.recorded_facts import facts_of
from workflow import values
from workflow.compiling import compile
from workflow.coverage import Coverage, covered
from workflow.definition import Step
from workflow.engine import Lifecycle
from workflow.offers import Remedy
from workflow.problems import NOWHERE, Problem
from workflow.reading import check
from workflow.staging import actor_of as staged
from workflow.trying import Attempt, Beginning, attempt

SUPERVISING = "work_orders.supervise"


@dataclass(frozen=True, slots=True)
class Tested:
    """The text that is tried: the person's draft, else the live version (`number`). `lifecycle` None: see `problems`."""

    name: str
    text: str
    number: int
    drafted: bool
    lifecycle: Lifecycle | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Recorded:
    """One step as it was taken, and where it led then."""

    step: Step
    status: str
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrialRow:
    """A trial as it is kept."""

    row_version: int
    order_number: int | None
    beginning: Beginning
    steps: tuple[Recorded, ...]


@dataclass(frozen=True, slots=True)
class Colleague:
    """An account that can act, or can be named by an order's facts."""

    id: str
    name: str
    role: str
    technician: bool
    active: bool
    actor: values.Actor


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody there is, by identity."""

    people: Mapping[str, Colleague]
    lifecycle: Lifecycle | None = None
    facts: values.Facts = field(default_factory=dict)

    @property
    def actors(self) -> dict[str, values.Actor]:
        """Each as the engine sees him."""
        return {person.id: person.actor for person in self.people.values()}

    @property
    def active(self) -> tuple[Colleague, ...]:
        """Those who can act, by name."""
        return tuple(person for person in self.people.values() if person.active)

    def name(self, by: str | None) -> str:
        """Who a step's `by` means, as people say it."""
        if by is not None and by in self.people:
            return self.people[by].name
        roles = self.lifecycle.definition.roles if self.lifecycle is not None else {}
        role = roles.get(by or "")
        return role.label if role is not None else by or "nobody"

    def of(self, remedy: Remedy) -> tuple[str, ...]:
        """The names behind a remedy, in order; empty when anybody or nobody can be named."""
        assert self.lifecycle is not None
        definition = self.lifecycle.definition
        found: set[str] = set()
        for name in remedy.roles:
            role = definition.roles[name]
            if role.link is not None:
                found.add("the customer")
            elif role.permission is not None:
                found |= self._holders(role.permission, role.and_guard)
        if not remedy.roles and remedy.permission is not None:
            found |= self._holders(remedy.permission, None)
        return tuple(sorted(found))

    def _holders(self, permission: str, guard: str | None) -> set[str]:
        holders = {person.id for person in self.active if permission in person.actor.permissions}
        if guard is not None and self.lifecycle is not None:
            read = self.lifecycle.definition.guards[guard].check.facts
            named = {self.facts.get(name) for name in ("order.technician", "order.creator") if name in read}
            holders &= {one for one in named if isinstance(one, str)} if named else holders
        return {self.people[holder].name for holder in holders}


def tested(session: Session, *, lifecycle_name: str, actor: Actor) -> Tested:
    """The text a trial of this person plays; raises NotFound for a lifecycle nobody published."""
    live = workflows.version(session, lifecycle_name=lifecycle_name)
    draft = workflows.draft_of(session, lifecycle_name=lifecycle_name, actor=actor)
    text = live.text if draft is None else draft.text
    compiled, problems = read(text)
    return Tested(lifecycle_name, text, live.row.number, draft is not None, compiled, problems)


@lru_cache(maxsize=32)
def read(text: str) -> tuple[Lifecycle | None, tuple[Problem, ...]]:
    """The text ready to be played, or what stops that."""
    report = check(text, vocabulary(), play=False)
    if report.definition is None:
        return None, tuple(problem for problem in report.problems if problem.stops)
    return compile(report.definition, vocabulary()), ()


@lru_cache(maxsize=32)
def coverage_of(text: str) -> Coverage | None:
    """How many scenarios of the text pass through each of its parts; None for a text that cannot be played."""
    compiled, _ = read(text)
    return None if compiled is None else covered(compiled)


def trial_of(session: Session, *, lifecycle_name: str, actor: Actor) -> TrialRow | None:
    """The person's trial, or None."""
    row = session.scalars(
        select(Trial).where(Trial.lifecycle == lifecycle_name, Trial.user_id == actor.user_id)
    ).one_or_none()
    return None if row is None else row_of(row, zone_of(session))


def row_of(row: Trial, zone: ZoneInfo) -> TrialRow:
    """A stored trial as values; its clock shows the zone's time."""
    beginning = Beginning(
        facts_of(row.facts, vocabulary()), row.began_at.astimezone(zone), row.status, row.since.astimezone(zone)
    )
    steps = tuple(recorded(step) for step in row.steps)
    return TrialRow(row.row_version, row.order_number, beginning, steps)


def recorded(kept: Mapping[str, Any]) -> Recorded:
    """One stored step."""
    wait = kept.get("wait")
    step = Step(
        by=kept.get("by"),
        save=kept.get("save"),
        press=kept.get("press"),
        answers=kept.get("answers") or {},
        wait=None if wait is None else timedelta(seconds=wait),
        at=NOWHERE,
    )
    led = kept.get("led") or {}
    return Recorded(step, led.get("status", ""), tuple(led.get("refused", ())))


def played(session: Session, lifecycle: Lifecycle, trial: TrialRow) -> tuple[Attempt, Cast]:
    """The trial from its first step to its last, and its cast; raises Misplaced when the order cannot stand there."""
    people = cast(session)
    done = attempt(lifecycle, trial.beginning, [each.step for each in trial.steps], people.actors)
    return done, Cast(people.people, lifecycle, done.situation.facts)


def role_actor(lifecycle: Lifecycle, role: str) -> values.Actor:
    """Somebody as the role's word; raises Misstaged when there is no such role."""
    return staged(lifecycle.definition, role)


def cast(session: Session) -> Cast:
    """Every account there is, by name."""
    found = session.execute(select(User, Role).join(Role, Role.id == User.role_id).order_by(User.name, User.id)).all()
    return Cast(
        {
            str(user.id): Colleague(
                str(user.id),
                user.name,
                role.label,
                user.active and role.is_technician,
                user.active,
                actor_of(user).as_engine_actor(),
            )
            for user, role in found
        }
    )


def zone_of(session: Session) -> ZoneInfo:
    """The firm's zone, in which trials show and read times."""
    return ZoneInfo(session.execute(select(Firm.time_zone).where(Firm.id == 1)).scalar() or "UTC")
