"""The life of one order drawn as each version it lived in was, and what each decision was made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from webapp.models import Refusal, StatusHistory
from webapp.queries.fact_words import FactWords
from webapp.queries.recorded_facts import facts_of, typed
from workflow.blockers import said
from workflow.definition import Guard
from workflow.diagram import Diagram, Visit, drawn
from workflow.engine import Lifecycle
from workflow.scenarios import KINDS
from workflow.values import Actor, Answers, Facts, Situation


@dataclass(frozen=True, slots=True)
class Visited:
    """One status the order came into: when, and whether it is the one it stands in."""

    label: str
    color: str
    at: datetime
    by: str
    here: bool


@dataclass(frozen=True, slots=True)
class Chapter:
    """The part of an order's life that one version ruled, drawn as that version is."""

    version: int
    visits: tuple[Visited, ...]
    diagram: Diagram
    last: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """One test of a decision: whether it held, what it says when it fails, and the values it read.

    `wanted`: the decision needed it to hold. `unrecorded` are facts that were not kept with the decision; `otherwise`: judged
    again by these values it comes out otherwise than it was noted then.
    """

    name: str
    sentence: str
    held: bool
    wanted: bool
    values: tuple[tuple[str, str], ...]
    unrecorded: tuple[str, ...]
    otherwise: bool


def chapters(
    rows: Sequence[tuple[StatusHistory, int]], known: Mapping[int, Lifecycle], zone: ZoneInfo
) -> tuple[Chapter, ...]:
    """The order's history, oldest first, version by version; `rows` are its history with the number of each version."""
    found = []
    groups = [(number, [row for row, _ in group]) for number, group in groupby(rows, key=lambda each: each[1])]
    for index, (number, history) in enumerate(groups):
        definition = known[history[0].definition_version_id].definition
        last = index == len(groups) - 1
        path = [
            Visit(row.to_status, row.at.astimezone(zone), row.rule if row.rule != "published" else None)
            for row in history
            if row.to_status in definition.statuses
        ]
        visits = tuple(
            Visited(
                definition.statuses[visit.status].label,
                definition.statuses[visit.status].color,
                visit.at,
                _button(known[history[0].definition_version_id], visit.rule),
                last and place == len(path) - 1,
            )
            for place, visit in enumerate(path)
        )
        found.append(Chapter(number, visits, _left(drawn(definition, path), last), last))
    return tuple(found)


def _left(diagram: Diagram, last: bool) -> Diagram:
    """In a version the order has left it stands nowhere any more."""
    if last:
        return diagram
    nodes = {node.name: replace(node, current=False) for node in diagram.nodes}
    rows = tuple(replace(row, status=nodes[row.status.name]) for row in diagram.rows)
    return replace(diagram, nodes=tuple(nodes.values()), rows=rows)


def _button(lifecycle: Lifecycle, rule: str | None) -> str:
    definition = lifecycle.definition
    if rule in definition.transitions:
        return definition.transitions[str(rule)].label
    if rule in definition.automatic:
        return definition.automatic[str(rule)].note or "by itself"
    return ""


def allowed_because(row: StatusHistory, lifecycle: Lifecycle, words: FactWords) -> tuple[Reason, ...]:
    """The tests a status change rested on, judged again by the facts recorded with it."""
    definition = lifecycle.definition
    button, rule = definition.transitions.get(str(row.rule)), definition.automatic.get(str(row.rule))
    if row.automatic and rule is not None:
        needed = [(name, True) for name in rule.when] + [(name, False) for name in rule.unless]
    elif not row.automatic and button is not None:
        roles = [definition.roles[name].and_guard for name in button.by]
        who = [guard for guard in roles if guard is not None and row.guards.get(guard) is True]
        needed = [(name, True) for name in (*who, *button.needs)]
    else:
        return ()
    answers = _answers(lifecycle, row.rule, row.answers)
    judge = _Judge(lifecycle, str(row.from_status), row.facts, row.user_id, row.at, answers, words)
    return tuple(judge.reason(name, wanted, row.guards.get(name)) for name, wanted in dict(needed).items())


def refused_because(row: Refusal, lifecycle: Lifecycle, words: FactWords) -> tuple[Reason, ...]:
    """Every reason of a refusal; those that are tests are judged again by the facts recorded with it."""
    reasons = []
    for blocker in row.blockers:
        name, sentence = blocker.get("name", ""), blocker["sentence"]
        if blocker.get("code") != "guard" or name not in lifecycle.definition.guards:
            reasons.append(Reason(blocker.get("code", ""), sentence, False, True, (), (), False))
            continue
        read = blocker.get("values", {})
        given = {name.removeprefix("answer."): value for name, value in read.items() if name.startswith("answer.")}
        answers = _answers(lifecycle, row.transition, given)
        judge = _Judge(lifecycle, row.status, row.facts, row.user_id, row.at, answers, words)
        reasons.append(judge.reason(name, True, False, sentence))
    return tuple(reasons)


def _answers(lifecycle: Lifecycle, rule: str | None, recorded: Mapping[str, Any]) -> Answers:
    transition = lifecycle.definition.transitions.get(str(rule))
    asked = transition.ask if transition is not None else {}
    return Answers(
        {name: typed(recorded.get(name), KINDS.get(question.kind, "text")) for name, question in asked.items()}
    )


class _Judge:
    """Judges the tests of one version by recorded facts."""

    def __init__(
        self,
        lifecycle: Lifecycle,
        status: str,
        recorded: Mapping[str, Any],
        user_id: int | None,
        at: datetime,
        answers: Answers,
        words: FactWords,
    ) -> None:
        self.lifecycle = lifecycle
        self.facts: Facts = facts_of(recorded, lifecycle.vocabulary)
        who = Actor(id=None if user_id is None else str(user_id))
        self.case = lifecycle.case(Situation(status, self.facts, at.astimezone(words.zone)), who, answers)
        self.extra = self.case.extra
        self.words = words

    def reason(self, name: str, wanted: bool, noted: object, sentence: str = "") -> Reason:
        """The test with the values it read; `noted` is how it was answered then, when that was kept."""
        guard = self.lifecycle.definition.guards[name]
        unrecorded = tuple(self._unrecorded(guard))
        again = self.case.holds(name)
        held = noted if isinstance(noted, bool) else again
        return Reason(
            name.replace("_", " "),
            sentence or ("" if held else said(guard, self.case)),
            held,
            wanted,
            tuple(self._values(guard)),
            unrecorded,
            not unrecorded and held is not again,
        )

    def _values(self, guard: Guard) -> Iterable[tuple[str, str]]:
        declared, read = self.lifecycle.vocabulary.facts, guard.check.facts
        for name in sorted(read):
            if name in self.facts and name in declared:
                columns = {one.rpartition(".")[2] for one in read if one.rpartition(".")[0] == name}
                yield declared[name].label, self.words.value(declared[name], self.facts[name], columns or None)
        if "actor.id" in read:
            actor = self.extra["actor.id"]
            yield "Whoever pressed", self.words.name(actor) if isinstance(actor, str) else "no person"
        if "now" in read:
            yield "The time", self.words.moment(self.case.situation.now)
        for name in sorted(one for one in read if one.startswith("answer.")):
            value = self.extra.get(name)
            told = self.words.moment(value) if isinstance(value, datetime) else str(value or "—")
            yield f"Answer “{name.removeprefix('answer.')}”", told

    def _unrecorded(self, guard: Guard) -> Iterable[str]:
        declared = self.lifecycle.vocabulary.facts
        for name in sorted(guard.check.facts):
            listed, _, column = name.rpartition(".")
            rows = self.facts.get(listed)
            if name in self.facts or name in ("actor.id", "now") or name.startswith("answer."):
                continue
            if isinstance(rows, tuple) and all(column in row for row in rows):
                continue
            whole = declared.get(name)
            label = whole.label if whole is not None else name
            if listed in declared and column in declared[listed].fields:
                if listed not in self.facts:
                    continue  # said of the list itself
                label = f"{declared[listed].label}: {declared[listed].fields[column].label}"
            yield label
