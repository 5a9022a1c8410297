"""Looks for a story that shows something: paths are tried until one can be lived through with concrete values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from workflow.definition import Definition
from workflow.engine import Lifecycle
from workflow.expressions import Node, Not
from workflow.proving.atoms import all_of
from workflow.proving.budget import Budget
from workflow.proving.formulas import Formula, Formulas, Moment
from workflow.proving.model import Model
from workflow.proving.paths import Goal, Paths, Test
from workflow.proving.replaying import replayed
from workflow.proving.search import Edge, Graph, Here, path_to, reach
from workflow.proving.stories import Teller
from workflow.proving.values import Story

TRIES = 12
"""Paths tried for one finding, each to another situation."""

Reached = Mapping[Here, tuple[Here | None, Edge]]
NO_GOAL = Goal()


class Evidence:
    """The situations of one definition, and stories to them."""

    def __init__(self, model: Model, graph: Graph, budget: Budget, lifecycle: Lifecycle) -> None:
        self.model = model
        self.graph = graph
        self.lifecycle = lifecycle
        self.paths = Paths(model, budget)
        self.everywhere = reach(graph, lambda move: True)

    @property
    def definition(self) -> Definition:
        """The definition that is proved."""
        return self.model.definition

    def story_to(self, situations: Iterable[Here], reached: Reached, goal: Goal = NO_GOAL) -> Story | None:
        """A story that ends in the status of one of the situations and shows the goal; None when no path tried can be lived
        through."""
        return self._first(_varied(situations), reached, lambda _here: goal)

    def story_into(self, situations: Iterable[Here], reached: Reached) -> Story | None:
        """A story after which an order stands exactly in one of the situations, with every test true or false as there."""
        return self._first(_varied(situations), reached, self._standing)

    def _standing(self, here: Here) -> Goal:
        nodes: list[Node] = [
            atom.node if row >> place & 1 else Not(atom.node)
            for group, row in zip(self.model.groups, here.rows, strict=True)
            for place, atom in enumerate(group.rows)
        ]
        return Goal(after=that(all_of(nodes))) if nodes else NO_GOAL

    def _first(self, situations: Iterable[Here], reached: Reached, goal: Callable[[Here], Goal]) -> Story | None:
        for here in situations:
            story = self.tell(path_to(reached, here), goal(here))
            if story is not None:
                return story
        return None

    def story_through(self, steps: Iterable[tuple[Here, Edge]], goal: Goal = NO_GOAL) -> Story | None:
        """A story whose last step is one of the steps."""
        for number, (here, edge) in enumerate(steps):
            if number == TRIES:
                break
            story = self.tell((*path_to(self.everywhere, here), edge), goal)
            if story is not None:
                return story
        return None

    def tell(self, edges: tuple[Edge, ...], goal: Goal) -> Story | None:
        """The story of exactly this path; None when no values fit it."""
        solved = self.paths.solve(edges, goal)
        if solved is None:
            return None
        story = Teller(self.model, solved).story()
        lived = replayed(self.lifecycle, story, endless=edges[-1].endless)
        return replace(story, replayed=lived is not None)


def that(node: Node) -> Test:
    """The test that `node` holds."""

    def test(formulas: Formulas, at: Moment) -> Formula:
        return formulas.truth(node, at)

    return test


def _varied(situations: Iterable[Here]) -> list[Here]:
    """A few of the situations: the first of each status, then others."""
    known = list(situations)
    first: dict[str, Here] = {}
    for here in known:
        first.setdefault(here.status, here)
    chosen = list(first.values())
    for here in known:
        if len(chosen) >= TRIES:
            break
        if here not in chosen:
            chosen.append(here)
    return chosen[:TRIES]
