"""Visits every situation an order can get into: an ordinary search over statuses and rows of truth."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from workflow.definition import AutomaticRule
from workflow.engine import ROUNDS
from workflow.proving.budget import Budget
from workflow.proving.model import Model
from workflow.proving.moves import Move, moves_of
from workflow.proving.relations import Relations, Row, Way, way_of

Rows = tuple[Row, ...]


class Here(NamedTuple):
    """A situation: a status and, group by group, a row of truth."""

    status: str
    rows: Rows


class Edge(NamedTuple):
    """One step of an order: what happened (None: it was made), which automatic rules followed, and where it stands.

    `endless` when the rules did not come to rest; the step is then refused and leads nowhere.
    """

    move: Move | None
    rules: tuple[str, ...]
    to: Here
    endless: bool = False


class Rest(NamedTuple):
    """How the automatic rules come to rest."""

    rules: tuple[str, ...]
    here: Here
    endless: bool = False


class Graph:
    """Every situation, with every step out of it. Made once; promises look at parts of it."""

    def __init__(self, model: Model, relations: Relations, budget: Budget) -> None:
        self.model = model
        self.relations = relations
        self.budget = budget
        self.starts: tuple[Edge, ...] = ()
        self.edges: dict[Here, tuple[Edge, ...]] = {}
        self.fired: set[tuple[str, str]] = set()
        self.passed_over: set[tuple[str, str, str]] = set()
        self._moves = {status: moves_of(model, status) for status in model.definition.statuses}
        self._rule_ways: dict[str, Way] = {
            rule.name: way_of(model, rule) for rule in model.definition.automatic.values()
        }
        self._before: dict[Here, list[Here]] | None = None
        self._rests: dict[Here, tuple[Rest, ...]] = {}
        self._groups_of: dict[str, tuple[int, ...]] = {}
        self._visit()

    def _visit(self) -> None:
        first = self.model.definition.first_status
        made = product(*(self.relations.first(group) for group in self.model.groups))
        self.starts = tuple(
            Edge(None, rest.rules, rest.here, rest.endless) for rows in made for rest in self.rests(Here(first, rows))
        )
        waiting = deque(dict.fromkeys(edge.to for edge in self.starts if not edge.endless))
        seen = set(waiting)
        while waiting:
            self.budget.check()
            here = waiting.popleft()
            self.edges[here] = out = tuple(dict.fromkeys(self._out(here)))
            for edge in out:
                if not edge.endless and edge.to not in seen:
                    seen.add(edge.to)
                    waiting.append(edge.to)
            self.budget.count(len(seen))

    def _out(self, here: Here) -> Iterator[Edge]:
        for move in self._moves[here.status]:
            transition = move.transition
            target = self.model.definition.transitions[transition].to if transition is not None else here.status
            for rows in self.follow(move.way, here.rows):
                there = Here(target, rows)
                if not move.settles:
                    if there != here:
                        yield Edge(move, (), there)
                    continue
                for rest in self.rests(there):
                    if rest.here != here or rest.endless or move.kind == "press":
                        yield Edge(move, rest.rules, rest.here, rest.endless)

    def follow(self, way: Way, rows: Rows) -> Iterator[Rows]:
        """The rows that can follow when a way is gone; none where it cannot be gone."""
        if any(self.relations.holds(guard, rows) is False for guard in way.guards):
            return
        choices: list[tuple[Row, ...]] = []
        for group in self.model.groups:
            leads = self.relations.leads(way, group)
            choices.append((rows[group.number],) if leads is None else leads.get(rows[group.number], ()))
        yield from product(*choices)

    def before(self) -> Mapping[Here, Sequence[Here]]:
        """For each situation those one step before it, by what people and time do: nobody can count on the world."""
        if self._before is None:
            found: dict[Here, dict[Here, None]] = {}
            for here, edges in self.edges.items():
                for edge in edges:
                    if not edge.endless and edge.to != here and edge.move is not None and edge.move.kind != "world":
                        found.setdefault(edge.to, {})[here] = None
            self._before = {there: list(those) for there, those in found.items()}
        return self._before

    def rests(self, here: Here) -> tuple[Rest, ...]:
        """How the automatic rules can come to rest from here."""
        known = self._rests.get(here)
        if known is None:
            found: dict[Rest, None] = {}
            self._settle(here, (), found)
            known = self._rests[here] = tuple(found)
        return known

    def _settle(self, here: Here, followed: tuple[str, ...], found: dict[Rest, None]) -> None:
        firing, may_rest = self._next_rules(here)
        if may_rest:
            found[Rest(followed, here)] = None
        for rule in firing:
            if len(followed) == ROUNDS:
                found[Rest((*followed, rule.name), here, endless=True)] = None
                continue
            for rows in self.follow(self._rule_ways[rule.name], here.rows):
                self._settle(Here(rule.to, rows), (*followed, rule.name), found)

    def _next_rules(self, here: Here) -> tuple[list[AutomaticRule], bool]:
        """The rules that may be the first that fits, and whether perhaps none does."""
        firing: list[AutomaticRule] = []
        taken: AutomaticRule | None = None
        for rule in self.model.definition.automatic.values():
            if here.status not in rule.from_:
                continue
            fits = self._fits(rule, here.rows)
            if fits is False:
                continue
            if taken is not None:
                self.passed_over.add((taken.name, rule.name, here.status))
                continue
            firing.append(rule)
            self.fired.add((rule.name, here.status))
            if fits:
                taken = rule
        return firing, taken is None

    def _fits(self, rule: AutomaticRule, rows: Rows) -> bool | None:
        guards = self.model.guards
        answers = [self.relations.holds(guards[name], rows) for name in rule.when]
        for name in rule.unless:
            answer = self.relations.holds(guards[name], rows)
            answers.append(None if answer is None else not answer)
        return False if False in answers else None if None in answers else True


def reach(graph: Graph, allowed: Callable[[Move], bool]) -> dict[Here, tuple[Here | None, Edge]]:
    """Every situation reached by allowed moves only, each with the step that led there first."""
    found: dict[Here, tuple[Here | None, Edge]] = {}
    counts: dict[Move, bool] = {}
    waiting: deque[Here] = deque()
    for edge in graph.starts:
        if not edge.endless and edge.to not in found:
            found[edge.to] = (None, edge)
            waiting.append(edge.to)
    while waiting:
        graph.budget.check()
        here = waiting.popleft()
        for edge in graph.edges[here]:
            move = edge.move
            if edge.endless or move is None or edge.to in found:
                continue
            if move not in counts:
                counts[move] = allowed(move)
            if counts[move]:
                found[edge.to] = (here, edge)
                waiting.append(edge.to)
    return found


def path_to(found: Mapping[Here, tuple[Here | None, Edge]], here: Here) -> tuple[Edge, ...]:
    """The steps from the making of the order to a situation."""
    steps: list[Edge] = []
    at: Here | None = here
    while at is not None:
        at, edge = found[at]
        steps.append(edge)
    return tuple(reversed(steps))
