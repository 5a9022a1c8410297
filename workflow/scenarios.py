"""Plays the scenarios of a definition before it is published, and says of each how it went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from workflow.definition import Question, Scenario, Step, Timer
from workflow.errors import EndlessRules, Refused
from workflow.offers import Blocker, Outcome, Taken
from workflow.problems import Position
from workflow.staging import START, Misstaged, actor_of, first_facts, saved_facts, scalar
from workflow.timing import Ringing, ringings
from workflow.values import Actor, Answers, Scalar, Situation
from workflow.vocabulary import FactType

if TYPE_CHECKING:
    from workflow.engine import Lifecycle

MAY_EDIT = "may_edit"
"""What `refused:` says when a save touches a field this person may not change here."""

ANSWER = "answer"
"""What `refused:` says when any answer is missing or wrong; a question's own name says which."""

TIMERS = 20
"""Timers that may fall due in one wait; a scenario that needs more is none."""

KINDS: Mapping[str, FactType] = {"number": "number", "date": "time"}


@dataclass(frozen=True, slots=True)
class Played:
    """How one scenario went; `at` is the step that went otherwise and `why` the sentence about it; `taken` is every status change."""

    scenario: Scenario
    ok: bool
    says: str
    at: Position
    why: str = ""
    taken: tuple[Taken, ...] = ()


class Otherwise(Exception):
    """A step that did not go as written."""


def play(lifecycle: Lifecycle) -> tuple[Played, ...]:
    """Every scenario, in order; each stops at its first step that goes otherwise."""
    return tuple(_played(lifecycle, scenario) for scenario in lifecycle.definition.scenarios)


def _played(lifecycle: Lifecycle, scenario: Scenario) -> Played:
    at = scenario.at
    taken: tuple[Taken, ...] = ()
    try:
        stage = Stage(lifecycle, scenario.order)
        for number, step in enumerate(scenario.steps, start=1):
            at = step.at
            stage.number = number
            stage.go(step)
            taken = tuple(stage.taken)
    except (Otherwise, Misstaged, EndlessRules) as otherwise:
        return Played(scenario, ok=False, says=scenario.says, at=at, why=str(otherwise), taken=taken)
    return Played(scenario, ok=True, says=scenario.says, at=scenario.at, taken=taken)


class Stage:
    """One order, living through one scenario; `go` takes a step and raises Otherwise when it goes otherwise.

    `begun`: where an order stands that was made before, and `since` when it came there.
    """

    def __init__(
        self,
        lifecycle: Lifecycle,
        order: Mapping[str, object],
        *,
        begun: Situation | None = None,
        since: datetime = START,
    ) -> None:
        self.lifecycle = lifecycle
        self.definition = lifecycle.definition
        self.number = 0
        self.made = begun is not None
        self.misanswered = False
        self.since = since
        self.rung: set[tuple[str, datetime]] = set()
        self.barred: set[tuple[str, datetime]] = set()
        self.rang: list[Timer] = []
        self.taken: list[Taken] = []
        self.blockers: tuple[Blocker, ...] = ()
        self.forbidden: frozenset[str] = frozenset()
        self.situation = begun or Situation(
            status=self.definition.first_status,
            facts=first_facts(self.definition, lifecycle.vocabulary, order),
            now=START,
        )

    def actor(self, by: str | None) -> Actor:
        """Who a step's `by` means."""
        return actor_of(self.definition, by)

    def go(self, step: Step) -> None:
        refused = self.take(step)
        unexpected = [sentence for name, sentence in refused.items() if name not in step.refused]
        missing = [name for name in step.refused if name not in refused and not (name == ANSWER and self.misanswered)]
        if missing and not refused:
            raise Otherwise(
                f"Step {self.number} should be refused by {', '.join(missing)}, but it goes through: "
                f"the order is now {self._label(self.situation.status)}."
            )
        if missing:
            raise Otherwise(
                f"Step {self.number} should be refused by {', '.join(missing)}, but it is refused by "
                f"{', '.join(refused)}: {' '.join(unexpected)}"
            )
        if refused and not step.refused:
            raise Otherwise(f"Step {self.number} is refused ({', '.join(refused)}): {' '.join(unexpected)}")
        if step.then is not None and step.then != self.situation.status:
            raise Otherwise(
                f"Step {self.number} should lead to {self._label(step.then)}, but the order is now "
                f"{self._label(self.situation.status)}."
            )

    def take(self, step: Step) -> dict[str, str]:
        """What refused the step, by name; empty when it was done. `blockers` and `forbidden` say it in full."""
        self.misanswered = False
        self.blockers, self.forbidden = (), frozenset()
        if step.save is not None:
            return self._save(step, step.save)
        self._make(step.by)
        if step.press is not None:
            return self._press(step.press, step.by, step.answers)
        if step.wait is not None:
            self._wait(self.situation.now + step.wait)
        return {}

    def _save(self, step: Step, save: Mapping[str, object]) -> dict[str, str]:
        actor = self.actor(step.by)
        after, forbidden = saved_facts(
            self.definition,
            self.lifecycle.vocabulary,
            self.situation.facts,
            save,
            actor=actor,
            words=self.lifecycle.may_edit(self.situation, actor),
            now=self.situation.now,
        )
        if forbidden:
            self.forbidden = forbidden
            who = step.by or "Nobody"
            here = self._label(self.situation.status)
            return {MAY_EDIT: f"{who} may not change {', '.join(sorted(forbidden))} while the order is {here}."}
        if self.made:
            outcome = self.lifecycle.settle(replace(self.situation, facts=after), actor)
        else:
            outcome = self.lifecycle.begin(after, actor, self.situation.now)
            self.made = True
        self._stand(outcome)
        return {}

    def _make(self, by: str | None) -> None:
        """A scenario that begins with a press or a wait begins with an order already saved."""
        if not self.made:
            actor = self.actor(by)
            outcome = self.lifecycle.begin(self.situation.facts, actor, self.situation.now)
            self.made = True
            self._stand(outcome)

    def _press(self, name: str, by: str | None, answers: Mapping[str, object]) -> dict[str, str]:
        transition = self.definition.transitions.get(name)
        asked = transition.ask if transition is not None else {}
        given = {key: _answer(asked.get(key), value) for key, value in answers.items()}
        try:
            outcome = self.lifecycle.press(self.situation, name, self.actor(by), Answers(given))
        except Refused as refused:
            self.blockers = refused.blockers
            return {
                ("answer" if blocker.code == "answer" else blocker.name): blocker.sentence
                for blocker in refused.blockers
            }
        self._stand(outcome)
        return {}

    def due(self) -> tuple[datetime, Timer] | None:
        """The timer that falls due next, and when."""
        found = self._next()
        return None if found is None else (found.due, found.timer)

    def _next(self) -> Ringing | None:
        here = self.situation
        counting = ringings(self.definition, status=here.status, facts=here.facts, since=self.since)
        return next((one for one in counting if one.key not in self.rung), None)

    def _wait(self, until: datetime) -> None:
        for _ in range(TIMERS):
            found = self._next()
            if found is None or found.due > until:
                break
            self.rung.add(found.key)
            self.rang.append(found.timer)
            self.situation = replace(self.situation, now=max(self.situation.now, found.due))
            if found.timer.take is not None and self._press(found.timer.take, found.timer.by, {}):
                self.barred.add(found.key)
        else:
            raise Otherwise(f"Step {self.number} never comes to rest: more than {TIMERS} timers fall due.")
        self.situation = replace(self.situation, now=until)

    def _stand(self, outcome: Outcome) -> None:
        self.taken.extend(outcome.steps)
        self.rung -= self.barred  # what was refused is tried again after the next change
        self.barred.clear()
        if outcome.status != self.situation.status:
            self.since = self.situation.now
            self.rung.clear()
        self.situation = replace(self.situation, status=outcome.status, facts=outcome.facts)

    def _label(self, status: str) -> str:
        known = self.definition.statuses.get(status)
        return known.label if known is not None else f"“{status}”"


def _answer(question: Question | None, value: object) -> Scalar:
    """An answer as the page would give it; one that does not fit goes on as written, for the engine to refuse."""
    kind: FactType = KINDS.get(question.kind, "text") if question is not None else "text"
    if value is None:
        return None
    try:
        return scalar(kind, "answer", value)
    except Misstaged:
        return str(value)
