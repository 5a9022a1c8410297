"""What the page of a trial shows: where the order stands, its buttons and fields, what came of each step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.queries import trying
from webapp.queries.order_buttons import BlockerView, OfferView, button, reason
from webapp.queries.order_detail import StatusView
from webapp.queries.trial_words import Speech
from webapp.queries.trying import Cast, Recorded, Tested, TrialRow
from workflow.definition import Notice
from workflow.diagram import Diagram, Visit, drawn
from workflow.engine import Lifecycle
from workflow.staging import Misstaged
from workflow.trying import Attempt, Tried, standing_in
from workflow.values import Actor as EngineActor
from workflow.values import Facts, Value
from workflow.vocabulary import Fact

NEEDS_APPROVAL = "WorkOrderNeedsApproval"
NAMED = {"technician": "order.technician", "creator": "order.creator"}
"""Audiences that one fact names."""


@dataclass(frozen=True, slots=True)
class StepView:
    """One step and what came of it; `differs` is said when the text changed and it leads elsewhere now."""

    number: int
    sentence: str
    now: datetime
    status: StatusView
    moved: bool
    refused: bool
    automatic: tuple[str, ...]
    notices: tuple[str, ...]
    blockers: tuple[BlockerView, ...]
    problems: tuple[str, ...]
    differs: str


@dataclass(frozen=True, slots=True)
class FactView:
    """A fact as it is now and as it was at the beginning; `fresh` when the last step changed it."""

    label: str
    value: str
    before: str
    changed: bool
    fresh: bool


@dataclass(frozen=True, slots=True)
class FieldView:
    """One thing the acting person may change: `name` of the field in the form, its kind, what it holds, what may be chosen."""

    name: str
    label: str
    kind: str
    value: str
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class TrialPage:
    """A trial played to its end. `difference` counts the steps that lead elsewhere than when they were taken."""

    row_version: int
    order_number: int | None
    began: str
    status: StatusView
    now: datetime
    acting: str
    acting_label: str
    offers: tuple[OfferView, ...]
    fields: tuple[FieldView, ...]
    added: tuple[FieldView, ...]
    world: tuple[FieldView, ...]
    may_edit: tuple[str, ...]
    due: tuple[datetime, str] | None
    steps: tuple[StepView, ...]
    difference: int
    facts: tuple[FactView, ...]
    keys: Mapping[str, tuple[str, ...]]
    """By list, what each of its records is called."""
    diagram: Diagram


def page(session: Session, *, tested: Tested, row: TrialRow, acting: str, actor: Actor) -> TrialPage:
    """The trial as it stands when its steps are played on the text; raises Misplaced when that is not possible."""
    assert tested.lifecycle is not None
    done, cast = trying.played(session, tested.lifecycle, row)
    return _Page(tested.lifecycle, done, cast, row, trying.zone_of(session), acting, actor).shown()


class _Page:
    def __init__(
        self,
        lifecycle: Lifecycle,
        done: Attempt,
        cast: Cast,
        row: TrialRow,
        zone: ZoneInfo,
        acting: str,
        actor: Actor,
    ) -> None:
        self.lifecycle = lifecycle
        self.done = done
        self.cast = cast
        self.row = row
        self.speech = Speech(lifecycle, cast, zone)
        self.acting = acting or self._last(actor)
        self.situation = done.situation

    def shown(self) -> TrialPage:
        """Everything, as plain values."""
        steps = tuple(
            self._step(number, tried, row)
            for number, (tried, row) in enumerate(zip(self.done.tried, self.row.steps, strict=True), start=1)
        )
        person = self._engine_actor()
        words = self.lifecycle.may_edit(self.situation, person)
        due = self.done.due
        return TrialPage(
            row_version=self.row.row_version,
            order_number=self.row.order_number,
            began=self.speech.moment(self.row.beginning.now),
            status=self._status(self.situation.status),
            now=self.situation.now,
            acting=self.acting,
            acting_label=self.cast.name(self.acting),
            offers=tuple(
                button(self.lifecycle, offer, self.cast) for offer in self.lifecycle.offers(self.situation, person)
            ),
            fields=tuple(self._fields(words)),
            added=tuple(self._added(words)),
            world=tuple(self._world()),
            may_edit=tuple(field.label for field in self.lifecycle.vocabulary.fields.values() if field.name in words),
            due=None if due is None else (due[0], self.speech.timer(due[1])),
            steps=steps,
            difference=sum(bool(step.differs) for step in steps),
            facts=tuple(self._facts()),
            keys=self._keys(),
            diagram=drawn(self.lifecycle.definition, self._visits()),
        )

    def _last(self, actor: Actor) -> str:
        last = next((each.step.by for each in reversed(self.row.steps) if each.step.by), None)
        return last or str(actor.user_id)

    def _engine_actor(self) -> EngineActor:
        known = self.cast.actors.get(self.acting)
        if known is not None:
            return known
        try:
            as_role = trying.role_actor(self.lifecycle, self.acting)
        except Misstaged:
            return EngineActor()
        return standing_in(self.lifecycle, self.done.situation, as_role, self.acting)

    def _status(self, name: str) -> StatusView:
        status = self.lifecycle.definition.statuses[name]
        return StatusView(status.name, status.label, status.kind, status.color, status.help)

    def _visits(self) -> Iterable[Visit]:
        beginning = self.row.beginning
        if beginning.status is not None:
            yield Visit(beginning.status, beginning.now)
        for tried in self.done.tried:
            for taken in tried.taken:
                yield Visit(taken.to_status, tried.after.now, taken.rule)

    # Steps

    def _step(self, number: int, tried: Tried, row: Recorded) -> StepView:
        speech = self.speech
        problems = [tried.problem] if tried.problem else []
        if tried.forbidden:
            problems.append(speech.forbidden(tried))
        own = 1 if tried.step.press is not None or (tried.taken and tried.taken[0].rule is None) else 0
        differs = ""
        if not tried.problem and row.status and (row.status, row.refused) != (tried.after.status, tried.refused):
            differs = speech.differs(row, tried)
        return StepView(
            number=number,
            sentence=speech.step(tried),
            now=tried.after.now,
            status=self._status(tried.after.status),
            moved=bool(tried.taken),
            refused=bool(tried.refused or tried.problem),
            automatic=tuple(speech.taken(taken) for taken in tried.taken[own:]),
            notices=tuple(told for notice in tried.notices if (told := self._told(notice, tried))),
            blockers=tuple(reason(blocker, self.cast) for blocker in tried.blockers),
            problems=tuple(problems),
            differs=differs,
        )

    def _told(self, notice: Notice, tried: Tried) -> str:
        """A notice with the people it would reach, empty when there is nobody; who caused it is not told."""
        names: list[str] = []
        himself = False
        unreachable = tried.after.facts.get("customer.reachable") is False
        for audience in notice.to:
            if audience == "customer":
                names.append("the customer, who has no e-mail address" if unreachable else "the customer")
                if unreachable and notice.message == NEEDS_APPROVAL:
                    names.append("the supervisors in his place")
                continue
            people = self._audience(audience, tried)
            himself = himself or tried.actor.id in people
            names += [self.cast.people[one].name for one in people if one != tried.actor.id]
        if not names and not himself:
            return ""
        label = self.lifecycle.vocabulary.messages[notice.message].label
        return f"{label} → {', '.join(dict.fromkeys(names)) or 'nobody but whoever caused it'}"

    def _audience(self, audience: str, tried: Tried) -> list[str]:
        if audience == "supervisors":
            return [one.id for one in self.cast.active if trying.SUPERVISING in one.actor.permissions]
        facts = tried.before.facts if audience == "former_technician" else tried.after.facts
        named = facts.get(NAMED.get(audience, NAMED["technician"]))
        known = self.cast.people.get(named) if isinstance(named, str) else None
        return [known.id] if known is not None and known.active else []

    # Facts and fields

    def _facts(self) -> Iterable[FactView]:
        now, before = self.situation.facts, self.row.beginning.facts
        last: Facts = self.done.tried[-1].before.facts if self.done.tried else before
        for fact in self.lifecycle.vocabulary.facts.values():
            value = now.get(fact.name)
            yield FactView(
                fact.label,
                self.speech.value(fact, value),
                self.speech.value(fact, before.get(fact.name)),
                value != before.get(fact.name),
                value != last.get(fact.name),
            )

    def _keys(self) -> dict[str, tuple[str, ...]]:
        found = {}
        for name, value in self.situation.facts.items():
            if isinstance(value, tuple):
                key = next(iter(self.lifecycle.vocabulary.facts[name].fields))
                found[name] = tuple(str(record.get(key)) for record in value)
        return found

    def _fields(self, words: frozenset[str]) -> Iterable[FieldView]:
        done: set[str] = set()
        for field in self.lifecycle.vocabulary.fields.values():
            if field.name not in words:
                continue
            for name in field.changes:
                if name not in done:
                    done.add(name)
                    yield from self._field(name)

    def _field(self, name: str) -> Iterable[FieldView]:
        facts = self.lifecycle.vocabulary.facts
        fact = facts.get(name)
        if fact is not None:
            if fact.given is None and fact.owner == "order" and name != "order.unit":
                yield self._input(f"fact.{name}", fact.label, fact, self.situation.facts.get(name))
            return
        listed, _, column = name.rpartition(".")
        rows = self.situation.facts.get(listed)
        declared = facts[listed].fields[column]
        for number, record in enumerate(rows if isinstance(rows, tuple) else ()):
            label = f"{record.get(next(iter(facts[listed].fields)))}: {declared.label.lower()}"
            yield self._input(f"row.{number}.{name}", label, declared, record.get(column))

    def _added(self, words: frozenset[str]) -> Iterable[FieldView]:
        """What a new record of a list needs, where the person may change the list's first changeable field."""
        if "quantities" in words:
            fields = self.lifecycle.vocabulary.facts["items"].fields
            for column in ("name", "quantity", "approval_quantity_limit"):
                yield self._input(f"new.items.{column}", fields[column].label, fields[column], None)

    def _world(self) -> Iterable[FieldView]:
        """Facts that change without anybody's save: everybody may try what happens then."""
        vocabulary = self.lifecycle.vocabulary
        covered = {name for field in vocabulary.fields.values() for name in field.changes}
        for fact in vocabulary.facts.values():
            if fact.owner == "world" and fact.name not in covered and fact.type in ("boolean", "number"):
                yield self._input(f"fact.{fact.name}", fact.label, fact, self.situation.facts.get(fact.name))

    def _input(self, name: str, label: str, fact: Fact, value: Value) -> FieldView:
        kind = "text"
        options: tuple[tuple[str, str], ...] = ()
        match fact.type:
            case "boolean":
                kind, options = "choice", (("true", "yes"), ("false", "no"))
            case "enumeration":
                kind, options = "choice", tuple((each, each.capitalize()) for each in fact.values)
            case "identity":
                kind = "choice"
                options = (("", "Nobody"), *((one.id, one.name) for one in self.cast.active if one.technician))
            case "time":
                kind = "time"
            case "number":
                kind = "number"
        return FieldView(name, label, kind, self.speech.typed(value), options)


def acting_choices(cast: Cast, roles: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Who can act: every active person, then whoever a role's word means."""
    people = tuple((one.id, f"{one.name} · {one.role}") for one in cast.active)
    return (*people, *((name, f"Somebody as: {label}") for name, label in roles.items()))
