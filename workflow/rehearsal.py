"""Replays what happened against a draft, in memory: still accepted, refused now, or not to be judged; and what is open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from workflow.blockers import answers_wanting, by_blocker, guard_blocker, nowhere_blocker, status_blocker
from workflow.definition import AutomaticRule, Role, Transition
from workflow.engine import SAMPLED, Disagreement, Lifecycle
from workflow.errors import EndlessRules
from workflow.judging import Case
from workflow.machines import Edge
from workflow.offers import Blocker, Outcome
from workflow.values import Actor, Answers, Facts, Scalar, Situation

Verdict = Literal["accepted", "refused", "unjudged"]
NOBODY = Actor()


@dataclass(frozen=True, slots=True)
class PastMove:
    """One status change of the history: `facts` as they were recorded, `actor` None when nothing is known of him.

    `rule` is the button's or the automatic rule's name; None: the order was made.
    """

    id: int | str
    status: str
    rule: str | None
    to: str
    facts: Facts
    at: datetime
    automatic: bool = False
    actor: Actor | None = None
    answers: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judged:
    """A past move under the draft: every blocker when it is refused, every fact that was not recorded otherwise."""

    move: PastMove
    verdict: Verdict
    blockers: tuple[Blocker, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """All past moves under a draft. `reasons` counts the refused ones by rule and first blocker, the most frequent first."""

    moves: int
    accepted: int
    refused: tuple[Judged, ...]
    unjudged: tuple[Judged, ...]
    reasons: tuple[tuple[str, str, int], ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """The result as a supervisor reads it."""
        told = [f"{self.accepted:,} of {self.moves:,} past moves would go the same way."]
        if self.refused:
            rule, reason, count = self.reasons[0]
            told.append(
                f"{len(self.refused):,} past moves would now be refused, {count:,} of them “{rule}” because: {reason}"
            )
        if self.unjudged:
            names = Counter(name for one in self.unjudged for name in one.missing)
            listed = ", ".join(name for name, _ in names.most_common(5))
            told.append(f"{len(self.unjudged):,} past moves cannot be judged: not recorded then was {listed}.")
        return tuple(told)


def rehearse(draft: Lifecycle, moves: Iterable[PastMove]) -> Rehearsed:
    """Every past move judged by the draft; the machine itself decides a sample. Raises Disagreement when it differs."""
    judge = _Judge(draft)
    count = accepted = 0
    refused: list[Judged] = []
    unjudged: list[Judged] = []
    reasons: Counter[tuple[str, str]] = Counter()
    for move in moves:
        judged = judge(move, sampled=count % SAMPLED == 0)
        count += 1
        if judged.verdict == "accepted":
            accepted += 1
        elif judged.verdict == "refused":
            refused.append(judged)
            reasons[str(move.rule), judged.blockers[0].sentence] += 1
        else:
            unjudged.append(judged)
    listed = tuple((rule, reason, number) for (rule, reason), number in reasons.most_common())
    return Rehearsed(count, accepted, tuple(refused), tuple(unjudged), listed)


class _Judge:
    """Judges past moves one after another."""

    def __init__(self, draft: Lifecycle) -> None:
        self.draft = draft
        self.definition = draft.definition
        self.reads = {name: tuple(sorted(guard.check.facts)) for name, guard in self.definition.guards.items()}

    def __call__(self, move: PastMove, *, sampled: bool) -> Judged:
        if move.rule is None:
            first = self.definition.first_status
            if move.to == first:
                return Judged(move, "accepted")
            label = self.definition.statuses[first].label
            return _refused(move, _status(f"A new order now begins as {label}."))
        if move.status not in self.definition.statuses:
            return _refused(move, _status(f"There is no status “{move.status}” any more."))
        if not move.automatic and move.rule not in self.definition.transitions:
            return _refused(move, nowhere_blocker(move.rule))
        situation = Situation(move.status, move.facts, move.at)
        case = self.draft.case(situation, move.actor or NOBODY, Answers(move.answers))
        judged = self._automatic(move, case) if move.automatic else self._pressed(move, case)
        if sampled and judged.verdict != "unjudged":
            self._compare(judged, case)
        return judged

    def _pressed(self, move: PastMove, case: Case) -> Judged:
        transition = self.definition.transitions[str(move.rule)]
        blockers: list[Blocker] = []
        if move.status not in transition.from_:
            blockers.append(status_blocker(self.draft, case, transition))
        missing = self._who(move, case, transition, blockers)
        for name in transition.needs:
            lacking = self._lacking(name, move)
            missing += lacking
            if not lacking and not case.holds(name):
                blockers.append(guard_blocker(self.draft, case, transition, name, with_remedies=False))
        for blocker in answers_wanting(case, transition):
            # A question that is new was never answered; what was answered wrongly is a refusal.
            if blocker.name in transition.ask and move.answers.get(blocker.name) is None:
                missing.append(f"answer.{blocker.name}")
            elif blocker.name in transition.ask:
                blockers.append(blocker)
        if blockers:
            return Judged(move, "refused", tuple(blockers))
        if missing:
            return Judged(move, "unjudged", missing=tuple(dict.fromkeys(missing)))
        return Judged(move, "accepted")

    def _who(self, move: PastMove, case: Case, transition: Transition, blockers: list[Blocker]) -> list[str]:
        """What is not known of whoever pressed; nothing when one of the roles surely fits."""
        if move.actor is None and transition.by:
            return ["actor.id"]
        missing: list[str] = []
        for name in transition.by:
            role = self.definition.roles[name]
            lacking = self._lacking(role.and_guard, move) if role.and_guard is not None else []
            if lacking and _holds_permission(role, move.actor):
                missing += lacking
            elif case.is_role(name):
                return []
        if not missing:
            blockers.append(by_blocker(self.draft, case, transition))
        return missing

    def _automatic(self, move: PastMove, case: Case) -> Judged:
        for rule in self.draft.following(move.status):
            missing = self._undecided(rule, move, case)
            if missing:
                return Judged(move, "unjudged", missing=tuple(dict.fromkeys(missing)))
            if case.may_take(rule.name, True):
                if rule.to == move.to:
                    return Judged(move, "accepted")
                label = self.definition.statuses[rule.to].label
                return _refused(move, _status(f"It would become {label} by itself instead."))
        return _refused(move, _status("It would no longer move by itself."))

    def _undecided(self, rule: AutomaticRule, move: PastMove, case: Case) -> list[str]:
        """The facts without which nobody knows whether the rule fires; none where a known guard stops it anyway."""
        missing: list[str] = []
        for names, wanted in ((rule.when, True), (rule.unless, False)):
            for name in names:
                lacking = self._lacking(name, move)
                if not lacking and case.holds(name) is not wanted:
                    return []
                missing += lacking
        return missing

    def _lacking(self, guard: str, move: PastMove) -> list[str]:
        """The facts this guard reads that were not recorded with the move."""
        return [name for name in self.reads[guard] if not self._recorded(name, move)]

    def _recorded(self, name: str, move: PastMove) -> bool:
        if name in move.facts or name == "now":
            return True
        if name == "actor.id":
            return move.actor is not None
        if name.startswith("answer."):
            return name.removeprefix("answer.") in move.answers
        listed, _, field_name = name.rpartition(".")
        rows = move.facts.get(listed)
        if isinstance(rows, tuple):
            return all(field_name in row for row in rows)
        declared = self.draft.vocabulary.facts.get(name)
        given = declared.given if declared is not None else None
        return given is not None and given in move.facts and move.facts[given] is None

    def _compare(self, judged: Judged, case: Case) -> None:
        """The machine itself decides this one, and must come to the same."""
        move = judged.move
        if move.automatic:
            edge = self.draft.machines.send("e_saved", status=move.status, judge=case.may_take)
            same = (edge is not None and edge.target == move.to) == (judged.verdict == "accepted")
        else:
            event = Edge(rule=str(move.rule), automatic=False, source=move.status, target="").event
            known = {name: answer for name, answer in move.answers.items() if name in self._asked(move)}
            asked = self.draft.case(case.situation, case.actor, Answers(known))
            edge = self.draft.machines.send(event, status=move.status, judge=asked.may_take)
            same = (edge is not None) == (judged.verdict == "accepted")
        if not same:
            raise Disagreement(case.situation)

    def _asked(self, move: PastMove) -> Mapping[str, object]:
        return self.definition.transitions[str(move.rule)].ask


def _holds_permission(role: Role, actor: Actor | None) -> bool:
    return actor is not None and role.permission is not None and role.permission in actor.permissions


def _refused(move: PastMove, blocker: Blocker) -> Judged:
    return Judged(move, "refused", (blocker,))


def _status(sentence: str) -> Blocker:
    return Blocker(code="status", name="status", sentence=sentence)


# Open orders


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order that is not closed, with all the facts the draft reads."""

    id: int | str
    situation: Situation


@dataclass(frozen=True, slots=True)
class Moving:
    """An order that would move by itself at once: from where, by which rules, to where."""

    id: int | str
    status: str
    rules: tuple[str, ...]
    to: str


@dataclass(frozen=True, slots=True)
class OpenOrders:
    """What a draft does to the open orders the moment it is published.

    `homeless`: by status that disappears without a target. `stuck`: nobody among the staff sees a button, and it is not
    final. `endless`: the automatic rules run in a circle. `messages` counts what the moves would send.
    """

    orders: int
    moving: tuple[Moving, ...]
    stuck: tuple[int | str, ...]
    homeless: Mapping[str, tuple[int | str, ...]]
    endless: tuple[int | str, ...]
    messages: Mapping[str, int]


def open_orders(
    draft: Lifecycle, orders: Iterable[OpenOrder], *, staff: Sequence[Actor], targets: Mapping[str, str] | None = None
) -> OpenOrders:
    """Open orders under the draft; `targets` say where orders go whose status disappears, `staff` are all active people."""
    homeless: dict[str, list[int | str]] = {}
    placed: list[OpenOrder] = []
    before: list[str] = []
    count = 0
    for order in orders:
        count += 1
        status = order.situation.status
        to = status if status in draft.definition.statuses else (targets or {}).get(status)
        if to is None or to not in draft.definition.statuses:
            homeless.setdefault(status, []).append(order.id)
            continue
        placed.append(order if to == status else OpenOrder(order.id, replace(order.situation, status=to)))
        before.append(status)
    outcomes, endless = _settled(draft, placed)
    moving: list[Moving] = []
    messages: Counter[str] = Counter()
    stuck: list[int | str] = []
    crew = _Crew(draft, staff)
    for order, status, outcome in zip(placed, before, outcomes, strict=True):
        if outcome is None:
            continue
        if outcome.steps:
            moving.append(Moving(order.id, status, tuple(str(step.rule) for step in outcome.steps), outcome.status))
            messages.update(notice.message for step in outcome.steps for notice in step.notify for _ in notice.to)
        if not crew.can_press(Situation(outcome.status, outcome.facts, order.situation.now)):
            stuck.append(order.id)
    return OpenOrders(
        count,
        tuple(moving),
        tuple(stuck),
        {status: tuple(ids) for status, ids in homeless.items()},
        tuple(endless),
        dict(messages),
    )


def _settled(draft: Lifecycle, orders: Sequence[OpenOrder]) -> tuple[list[Outcome | None], list[int | str]]:
    """Every order settled at once; where some run in a circle, one by one, and None for those."""
    try:
        return list(draft.settle_many([order.situation for order in orders], NOBODY)), []
    except EndlessRules:
        outcomes: list[Outcome | None] = []
        endless: list[int | str] = []
        for order in orders:
            try:
                outcomes.append(draft.settle(order.situation, NOBODY))
            except EndlessRules:
                outcomes.append(None)
                endless.append(order.id)
        return outcomes, endless


class _Crew:
    """Everybody who might press something: the staff, whoever comes by a link, and the clock where a timer presses."""

    def __init__(self, draft: Lifecycle, staff: Sequence[Actor]) -> None:
        self.draft = draft
        self.staff = staff
        roles = draft.definition.roles.values()
        self.held = {role.name for role in roles if any(_holds_permission(role, person) for person in staff)}
        self.linked = {role.name for role in roles if role.link is not None}
        self.by_id = {person.id: person for person in staff if person.id is not None}

    def can_press(self, situation: Situation) -> bool:
        """Whether the order is final, or somebody sees a button here (grey or not)."""
        definition = self.draft.definition
        if definition.statuses[situation.status].final:
            return True
        timers = {one.take for one in definition.timers.values() if situation.status in one.in_}
        guarded: set[str] = set()
        for transition in self.draft.leaving(situation.status):
            if transition.name in timers:
                return True
            for name in transition.by:
                if name in self.linked or (name in self.held and definition.roles[name].and_guard is None):
                    return True
                if name in self.held:
                    guarded.add(name)
        return bool(guarded) and self._somebody(situation, guarded)

    def _somebody(self, situation: Situation, roles: set[str]) -> bool:
        """Those the order names are asked first: most tests of this kind are about them."""
        named = [
            self.by_id[value] for value in situation.facts.values() if isinstance(value, str) and value in self.by_id
        ]
        for people in (named, self.staff):
            for person in people:
                if self.draft.case(situation, person).is_any(roles):
                    return True
        return False
