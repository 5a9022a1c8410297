"""Visits every situation an order can get into: an ordinary search over statuses and rows of truth."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, eq=False)
class Fork:
    """All the steps one move offers. Situations from which it leads to the same ones share it."""

    move: Move
    edges: tuple[Edge, ...]


class Rest(NamedTuple):
    """How the automatic rules come to rest."""

    rules: tuple[str, ...]
    here: Here
    endless: bool = False


class Table:
    """Where a way leads, looked up group by group."""

    def __init__(self, relations: Relations, way: Way) -> None:
        self.relations = relations
        self.way = way
        self._known: list[dict[Row, tuple[Row, ...]]] = [{} for _ in relations.model.groups]

    def choices(self, rows: Rows) -> tuple[tuple[Row, ...], ...] | None:
        """For each group the rows that can follow; None where the way cannot be gone."""
        found: list[tuple[Row, ...]] = []
        for group, row in enumerate(rows):
            known = self._known[group]
            if row not in known:
                known[row] = self._choice(group, row)
            if not known[row]:
                return None
            found.append(known[row])
        return tuple(found)

    def _choice(self, group: int, row: Row) -> tuple[Row, ...]:
        if any(self.relations.held(guard, group, row) is False for guard in self.way.guards):
            return ()
        leads = self.relations.leads(self.way, self.relations.model.groups[group])
        return (row,) if leads is None else leads.get(row, ())


class Graph:
    """Every situation, with every step out of it. Made once; promises look at parts of it."""

    def __init__(self, model: Model, relations: Relations, budget: Budget) -> None:
        self.model = model
        self.relations = relations
        self.budget = budget
        self.starts: tuple[Edge, ...] = ()
        self.forks: dict[Here, tuple[Fork, ...]] = {}
        self.fired: set[tuple[str, str]] = set()
        self.passed_over: set[tuple[str, str, str]] = set()
        self._moves = {
            status: tuple((move, Table(relations, move.way)) for move in moves_of(model, status))
            for status in model.definition.statuses
        }
        self._rules = {rule.name: Table(relations, way_of(model, rule)) for rule in model.definition.automatic.values()}
        self._shared: dict[tuple[Move, tuple[tuple[Row, ...], ...]], Fork] = {}
        self._sources: dict[Fork, list[Here]] = {}
        self._leading: dict[Here, list[Fork]] = {}
        self._rests: dict[Here, tuple[Rest, ...]] = {}
        self._visit()

    def _visit(self) -> None:
        first = self.model.definition.first_status
        made = product(*(self.relations.first(group) for group in self.model.groups))
        self.starts = tuple(
            Edge(None, rest.rules, rest.here, rest.endless) for rows in made for rest in self.rests(Here(first, rows))
        )
        waiting = deque(dict.fromkeys(edge.to for edge in self.starts if not edge.endless))
        seen = set(waiting)
        expanded: set[Fork] = set()
        while waiting:
            self.budget.check()
            here = waiting.popleft()
            self.forks[here] = out = tuple(self._out(here))
            for fork in out:
                if fork not in expanded:
                    expanded.add(fork)
                    new = [edge.to for edge in fork.edges if not edge.endless and edge.to not in seen]
                    seen.update(new)
                    waiting.extend(dict.fromkeys(new))
            self.budget.count(len(seen))

    def _out(self, here: Here) -> Iterator[Fork]:
        for move, table in self._moves[here.status]:
            choices = table.choices(here.rows)
            if choices is None:
                continue
            fork = self._shared.get((move, choices))
            if fork is None:
                fork = self._shared[move, choices] = Fork(move, tuple(dict.fromkeys(self._edges(move, choices))))
            yield fork

    def _edges(self, move: Move, choices: tuple[tuple[Row, ...], ...]) -> Iterator[Edge]:
        transition = move.transition
        target = self.model.definition.transitions[transition].to if transition is not None else move.status
        for rows in product(*choices):
            if not move.settles:
                yield Edge(move, (), Here(target, rows))
                continue
            for rest in self.rests(Here(target, rows)):
                yield Edge(move, rest.rules, rest.here, rest.endless)
            self.budget.count(len(self._rests))

    def coming_to(self, good: set[Here]) -> set[Here]:
        """The situations from which some of `good` are reached by what people and time do: nobody can count on the world."""
        if not self._leading:
            for here, forks in self.forks.items():
                for fork in forks:
                    if fork.move.kind != "world":
                        self._sources.setdefault(fork, []).append(here)
            for fork in self._sources:
                for edge in fork.edges:
                    if not edge.endless:
                        self._leading.setdefault(edge.to, []).append(fork)
        found, waiting, done = set(good), list(good), set[Fork]()
        while waiting:
            for fork in self._leading.get(waiting.pop(), ()):
                if fork not in done:
                    done.add(fork)
                    new = [here for here in self._sources[fork] if here not in found]
                    found.update(new)
                    waiting.extend(new)
        return found

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
            for rows in product(*(self._rules[rule.name].choices(here.rows) or ())):
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
    expanded: set[Fork] = set()
    waiting: deque[Here] = deque()
    for edge in graph.starts:
        if not edge.endless and edge.to not in found:
            found[edge.to] = (None, edge)
            waiting.append(edge.to)
    while waiting:
        graph.budget.check()
        here = waiting.popleft()
        for fork in graph.forks[here]:
            if fork.move not in counts:
                counts[fork.move] = allowed(fork.move)
            if fork in expanded or not counts[fork.move]:
                continue
            expanded.add(fork)
            for edge in fork.edges:
                if not edge.endless and edge.to not in found:
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
