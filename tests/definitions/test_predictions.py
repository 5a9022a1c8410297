"""What an order really does was predicted: the engine, wandering at random, never leaves the situations the proof visits."""

import random

import pytest

from tests.definitions.mutations import mutated
from tests.definitions.wandering import wander
from workflow.compiling import compile as compiled
from workflow.definition import Definition
from workflow.expressions.evaluate import compiled as evaluation
from workflow.proving import Limits
from workflow.proving.budget import Budget
from workflow.proving.model import Model
from workflow.proving.relations import Relations
from workflow.proving.search import Graph, Here
from workflow.reading import check
from workflow.values import Situation
from workflow.vocabulary import Vocabulary

WALKS = 80
STEPS = 120
MUTATIONS = 6
"""Lifecycles with random mistakes that are walked as well."""


def visited(definition: Definition, vocabulary: Vocabulary) -> Graph:
    """Every situation the proof knows of."""
    budget = Budget(Limits(seconds=120))
    model = Model(definition, vocabulary)
    return Graph(model, Relations(model, budget), budget)


def seen_by_the_proof(graph: Graph, situation: Situation) -> Here:
    """A real situation as the proof sees it: its status and the truth of every atom."""
    rows = []
    for group in graph.model.groups:
        truths = [evaluation(atom.node)(situation.facts, {"now": situation.now}, None) is True for atom in group.rows]
        rows.append(sum(1 << place for place, truth in enumerate(truths) if truth))
    return Here(situation.status, tuple(rows))


def never_leaves(graph: Graph, definition: Definition, vocabulary: Vocabulary, seed: int, walks: int) -> set[str]:
    """Asserts it of so many walks; returns the statuses they came through."""
    lifecycle = compiled(definition, vocabulary)
    through: set[str] = set()
    for walk in range(walks):
        for situation in wander(lifecycle, seed * 1000 + walk, STEPS):
            assert seen_by_the_proof(graph, situation) in graph.forks, situation
            through.add(situation.status)
    return through


def test_no_walk_through_the_shipped_lifecycle_leaves_what_was_predicted(
    work_order: Definition, vocabulary: Vocabulary
) -> None:
    graph = visited(work_order, vocabulary)
    through = never_leaves(graph, work_order, vocabulary, seed=1, walks=WALKS)
    assert through >= {"unassigned", "waiting_approval", "pending", "ongoing", "paused", "waiting_review", "completed"}


def test_walks_and_predictions_part_when_the_proof_forgets_a_move(
    work_order: Definition, vocabulary: Vocabulary
) -> None:
    graph = visited(work_order, vocabulary)
    for here in [here for here in graph.forks if here.status == "paused"]:
        del graph.forks[here]
    with pytest.raises(AssertionError):
        never_leaves(graph, work_order, vocabulary, seed=1, walks=WALKS)


def test_no_walk_through_a_lifecycle_with_mistakes_leaves_what_was_predicted(vocabulary: Vocabulary) -> None:
    seeds = iter(range(10_000))
    chance = random.Random(7)
    walked = 0
    while walked < MUTATIONS:
        definition = check(mutated(next(seeds)), vocabulary, play=False).definition
        if definition is not None:
            never_leaves(visited(definition, vocabulary), definition, vocabulary, chance.randrange(1000), walks=10)
            walked += 1
