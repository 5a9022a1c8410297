"""Tries a definition on one order: a list of steps played from the start, each with everything that came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from workflow.definition import Notice, Step, Timer
from workflow.effects import changed, records
from workflow.engine import Lifecycle
from workflow.errors import EndlessRules
from workflow.offers import Blocker, Taken
from workflow.scenarios import Otherwise, Stage
from workflow.staging import Misstaged
from workflow.values import Actor, Facts, Situation


@dataclass(frozen=True, slots=True)
class Beginning:
    """The order a trial begins with; `status` None: it is not made yet. `since`: when it came into its status."""

    facts: Facts
    now: datetime
    status: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one step.

    `taken`: every change of status. `refused`: what `refused:` would name; `blockers` and `forbidden` (facts he may not change)
    say it in full; `problem` is a step that cannot be played at all. `rang`: timers that fell due. `words`: fields the step
    itself changed. `notices`: what would be sent.
    """

    step: Step
    actor: Actor
    before: Situation
    after: Situation
    taken: tuple[Taken, ...] = ()
    refused: tuple[str, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    forbidden: frozenset[str] = frozenset()
    rang: tuple[Timer, ...] = ()
    words: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    problem: str = ""

    @property
    def changed(self) -> frozenset[str]:
        """The facts that are other than before the step."""
        return changed(self.before.facts, self.after.facts)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A trial played to its end: every step, where the order stands, and the timer that falls due next."""

    tried: tuple[Tried, ...]
    situation: Situation
    made: bool
    due: tuple[datetime, Timer] | None = None
    lifecycle: Lifecycle = field(compare=False, kw_only=True)


class Misplaced(Misstaged):
    """The order stands in a status that the definition does not have."""


def attempt(lifecycle: Lifecycle, beginning: Beginning, steps: Sequence[Step], cast: Mapping[str, Actor]) -> Attempt:
    """The steps, one after another; `cast` says who each `by` is. A refused step changes nothing, and the next is played.

    Raises Misplaced when the order cannot stand where it begins.
    """
    statuses = lifecycle.definition.statuses
    if beginning.status is not None and beginning.status not in statuses:
        raise Misplaced(f"The order is in the status “{beginning.status}”, which this text does not have.")
    stage = _Trial(lifecycle, beginning, cast)
    tried = tuple(stage.tried(step) for step in steps)
    return Attempt(tried, stage.situation, stage.made, stage.due() if stage.made else None, lifecycle=lifecycle)


def standing_in(lifecycle: Lifecycle, situation: Situation, actor: Actor, role: str | None) -> Actor:
    """Whoever acts as a role that only one person has (the assigned technician) is that person, where there is one."""
    declared = lifecycle.definition.roles.get(role or "")
    if declared is None or declared.and_guard is None:
        return actor
    for name in sorted(lifecycle.definition.guards[declared.and_guard].check.facts):
        person = situation.facts.get(name)
        if isinstance(person, str):
            candidate = replace(actor, id=person)
            if lifecycle.case(situation, candidate).is_role(declared.name):
                return candidate
    return actor


class _Trial(Stage):
    """A stage on which real people act, each with what he really may do."""

    def __init__(self, lifecycle: Lifecycle, beginning: Beginning, cast: Mapping[str, Actor]) -> None:
        status = beginning.status or lifecycle.definition.first_status
        begun = Situation(status=status, facts=beginning.facts, now=beginning.now)
        super().__init__(lifecycle, {}, begun=begun, since=beginning.since or beginning.now)
        self.made = beginning.status is not None
        self.cast = cast

    def actor(self, by: str | None) -> Actor:
        known = self.cast.get(by or "")
        return known if known is not None else standing_in(self.lifecycle, self.situation, super().actor(by), by)

    def tried(self, step: Step) -> Tried:
        """The step taken, whatever comes of it."""
        self.number += 1
        before, already = self.situation, len(self.taken)
        self.rang = []
        problem, refused = "", {}
        actor = Actor()
        try:
            actor = self.actor(step.by)
            refused = self.take(step)
        except (Misstaged, Otherwise, EndlessRules) as why:
            problem = str(why)
        taken = tuple(self.taken[already:])
        words = () if refused or problem or step.save is None else self._words(before.facts, taken)
        rang = tuple(self.rang)
        return Tried(
            step=step,
            actor=actor,
            before=before,
            after=self.situation,
            taken=taken,
            refused=tuple(refused),
            blockers=self.blockers,
            forbidden=self.forbidden,
            rang=rang,
            words=words,
            notices=tuple(self._notices(taken, words, rang)),
            problem=problem,
        )

    def _words(self, before: Facts, taken: Sequence[Taken]) -> tuple[str, ...]:
        """The fields the save changed, before any automatic rule. Of a new order: whom it names."""
        saved = taken[0].facts if taken else self.situation.facts
        vocabulary = self.lifecycle.vocabulary
        if taken and taken[0].rule is None:
            named = {name for name, fact in vocabulary.facts.items() if fact.type == "identity" and saved.get(name)}
            return tuple(word.name for word in vocabulary.fields.values() if named.intersection(word.changes))
        return tuple(
            word.name
            for word in vocabulary.fields.values()
            if any(_differs(name, before, saved) for name in word.changes)
        )

    def _notices(self, taken: Iterable[Taken], words: Iterable[str], rang: Iterable[Timer]) -> Iterable[Notice]:
        """Every notice once, however many steps ask for it."""
        asked = [notice for step in taken for notice in step.notify]
        asked += [notice for word in sorted(words) for notice in self.definition.when_changed.get(word, ())]
        asked += [notice for timer in rang for notice in timer.notify]
        return dict.fromkeys(asked)


def _differs(name: str, before: Facts, after: Facts) -> bool:
    listed, _, column = name.rpartition(".")
    if isinstance(after.get(listed), tuple):
        return [row.get(column) for row in records(before, listed)] != [
            row.get(column) for row in records(after, listed)
        ]
    return before.get(name) != after.get(name)
