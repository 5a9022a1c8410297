"""What was tried, kept as a scenario at the end of the draft's text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Invalid
from webapp.folding import fold
from webapp.queries import trying
from webapp.queries.recorded_facts import facts_of
from webapp.queries.trying import Cast, TrialRow
from webapp.services import drafts
from webapp.services.trying import playable
from workflow.definition import Definition
from workflow.editing import EditError
from workflow.editing.recording import Recorded, RecordedStep, kept
from workflow.engine import Lifecycle
from workflow.scenarios import KINDS, MAY_EDIT, play
from workflow.staging import Misstaged, first_facts
from workflow.trying import Attempt, Tried
from workflow.values import Facts, Scalar, Value

NOT_PEOPLE = frozenset({"order.unit", "unit.customer"})
"""Identities that name no person."""
CAME_LATER = frozenset({"workers"})
"""What only an order's life brings: a scenario makes it happen instead."""


def keep(session: Session, *, lifecycle: str, says: str, actor: Actor, now: datetime) -> str:
    """Append the trial to the actor's draft, begun if there is none, as a scenario that says `says`; returns the new text.

    Raises Invalid when nothing was tried, or when the scenario would not come out as it was tried.
    """
    tested = trying.tested(session, lifecycle_name=lifecycle, actor=actor)
    compiled = playable(tested)
    row = trying.trial_of(session, lifecycle_name=lifecycle, actor=actor)
    if row is None or not row.steps:
        raise Invalid({"says": "Nothing was done yet. Change something, press a button or move the clock first."})
    try:
        done, cast = trying.played(session, compiled, row)
        text = kept(tested.text, _Recording(compiled, cast, row, done).recorded(says), compiled.vocabulary)
    except (EditError, Misstaged) as why:
        raise Invalid({"says": str(why)}) from None
    _must_come_true(text, row)
    draft = drafts.begin(session, lifecycle=lifecycle, actor=actor, now=now)
    drafts.save(session, lifecycle=lifecycle, text=text, row_version=draft.row_version, actor=actor, now=now)
    return text


def _must_come_true(text: str, row: TrialRow) -> None:
    """Play the new scenario: it has to come out as it was tried."""
    compiled, problems = trying.read(text)
    if compiled is None:
        raise Invalid({"says": f"This cannot be kept as a scenario: {problems[0].message}"})
    last = play(compiled)[-1]
    if not last.ok:
        begins = (
            " A scenario begins with a new order; this trial began with an order that had already gone some way. Begin the trial"
            " with a made-up order, or with one that is new."
            if row.beginning.status is not None
            else ""
        )
        raise Invalid({"says": f"This cannot be kept: played as a scenario it goes otherwise. {last.why}{begins}"})


@dataclass(frozen=True, slots=True)
class _Recording:
    lifecycle: Lifecycle
    cast: Cast
    row: TrialRow
    done: Attempt

    def recorded(self, says: str) -> Recorded:
        """The trial as the writer of scenarios wants it."""
        names = self._names()
        roles = {name: self._roles(identity) for identity, name in names.items()}
        return Recorded(
            says=says,
            order=self._beginning(),
            steps=tuple(self._step(tried, names) for tried in self.done.tried),
            people={name: words for name, words in roles.items() if words},
            names=names,
            began=self.row.beginning.now,
        )

    def _beginning(self) -> Facts:
        """The facts the order began with, without those a new order has anyway and those nobody reads."""
        definition, vocabulary = self.lifecycle.definition, self.lifecycle.vocabulary
        usual = first_facts(definition, vocabulary, {})
        read = self.lifecycle.facts_read
        return {
            name: f"no-{value}" if name in NOT_PEOPLE else value
            for name, value in self.row.beginning.facts.items()
            if name in vocabulary.facts
            and (value != usual.get(name) or name == "order.type")
            and (name not in NOT_PEOPLE or name in read)
            and not (name in CAME_LATER and self.row.beginning.status is None)
        }

    def _step(self, tried: Tried, names: Mapping[str, str]) -> RecordedStep:
        step = tried.step
        refused = tuple(dict.fromkeys("answer" if self._asked(tried, name) else name for name in tried.refused))
        by = None if step.by is None else self._by(tried, names)
        if step.wait is not None:
            return RecordedStep(wait=step.wait, then=tried.after.status)
        if step.press is not None:
            return RecordedStep(
                by=by, press=step.press, answers=self._answers(tried), then=tried.after.status, refused=refused
            )
        return RecordedStep(by=by, save=self._saved(step.save or {}), then=tried.after.status, refused=refused)

    def _by(self, tried: Tried, names: Mapping[str, str]) -> str:
        """The person who acted; whoever acted as a role that only one person has is that person."""
        by = str(tried.step.by)
        return names.get(by) or names.get(tried.actor.id or "") or by

    def _asked(self, tried: Tried, name: str) -> bool:
        transition = self.lifecycle.definition.transitions.get(str(tried.step.press))
        return transition is not None and name in transition.ask and name != MAY_EDIT

    def _answers(self, tried: Tried) -> dict[str, Scalar]:
        asked = self.lifecycle.definition.transitions[str(tried.step.press)].ask
        answers: dict[str, Scalar] = {}
        for name, value in tried.step.answers.items():
            kind = KINDS.get(asked[name].kind, "text") if name in asked else "text"
            answers[name] = datetime.fromisoformat(str(value)) if kind == "time" and value else str(value)
        return answers

    def _saved(self, save: Mapping[str, object]) -> Facts:
        vocabulary = self.lifecycle.vocabulary
        said = {name: value for name, value in save.items() if vocabulary.facts[name].given is None}
        found: dict[str, Value] = dict(facts_of(said, vocabulary))
        return found

    # People

    def _names(self) -> dict[str, str]:
        """Everybody of the firm who acts or is named, with the word he gets among the people of the scenarios."""
        definition = self.lifecycle.definition
        taken: dict[str, str] = {}
        for identity in dict.fromkeys(self._mentioned()):
            if identity in self.cast.people:
                taken[identity] = self._word(identity, definition, set(taken.values()))
        return taken

    def _mentioned(self) -> Iterable[str]:
        for tried in self.done.tried:
            yield from (one for one in (tried.step.by, tried.actor.id) if one)
        for facts in (self.row.beginning.facts, *(tried.after.facts for tried in self.done.tried)):
            for name, value in facts.items():
                if isinstance(value, tuple):
                    yield from (str(one) for record in value for one in record.values() if isinstance(one, str))
                elif isinstance(value, str) and name not in NOT_PEOPLE:
                    yield value

    def _word(self, identity: str, definition: Definition, taken: set[str]) -> str:
        """Somebody of the scenarios who may do the same and is not taken yet, else a word made of the person's name."""
        roles = self._roles(identity)
        full = re.sub(r"[^a-z]+", "_", fold(self.cast.people[identity].name)).strip("_") or "somebody"
        first = full.partition("_")[0]
        for word in (first, full, *(f"{full}_{number}" for number in range(2, 1000))):
            if word in taken or word in definition.roles:
                continue
            known = definition.people.get(word)
            if known is None or set(known) == set(roles):
                return word
        raise Invalid({"says": "There are too many people of one name."})

    def _roles(self, identity: str) -> tuple[str, ...]:
        """The words for "who" that this person's permissions make him; the tests beside them are judged in each case."""
        person = self.cast.people[identity]
        return tuple(
            role.name
            for role in self.lifecycle.definition.roles.values()
            if role.permission is not None and role.permission in person.actor.permissions
        )
