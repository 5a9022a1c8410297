"""Proves one definition: every situation is visited once, then findings and promises are read off it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import z3

from workflow.compiling import compile
from workflow.definition import Definition
from workflow.problems import Problem
from workflow.proving.approvals import approvals
from workflow.proving.budget import Budget, TooLarge
from workflow.proving.evidence import Evidence
from workflow.proving.findings import findings
from workflow.proving.model import Model
from workflow.proving.promises import judge
from workflow.proving.relations import Relations
from workflow.proving.search import Graph
from workflow.proving.staffing import staffing
from workflow.proving.values import Limits, Proof, StaffMember, Story, Verdict, refused, story_key
from workflow.vocabulary import Vocabulary

Found = tuple[Problem, Story | None]


def prove(
    definition: Definition,
    vocabulary: Vocabulary,
    *,
    staff: Sequence[StaffMember] = (),
    publisher: StaffMember | None = None,
    limits: Limits | None = None,
    spent: float = 0.0,
) -> Proof:
    """Everything that can be proved about a definition, in this process; see `prove_apart` for texts of strangers.

    `spent` are seconds of the limit that are gone already.
    """
    budget = Budget(limits or Limits(), spent)
    proving = _Proving(definition, vocabulary, budget)
    too_large = False
    try:
        proving.run()
    except (TooLarge, z3.Z3Exception, MemoryError):
        too_large = True
    proof = proving.proof(tuple(staffing(definition, vocabulary, staff, publisher)))
    return refused(proof, definition, budget.limits) if too_large else proof


class _Proving:
    def __init__(self, definition: Definition, vocabulary: Vocabulary, budget: Budget) -> None:
        self.definition = definition
        self.vocabulary = vocabulary
        self.budget = budget
        self.problems: list[Problem] = []
        self.promises: list[Verdict] = []
        self.stories: dict[str, Story] = {}

    def run(self) -> None:
        model = Model(self.definition, self.vocabulary)
        graph = Graph(model, Relations(model, self.budget), self.budget)
        lifecycle = compile(self.definition, self.vocabulary)
        evidence = Evidence(model, graph, self.budget, lifecycle)
        for judged in judge(evidence):
            self.promises.append(judged.verdict)
            if judged.verdict.story is not None:
                self.stories[judged.verdict.name] = judged.verdict.story
            self._take(iter(judged.problems))
        self._take(findings(evidence))
        self._take(approvals(evidence))

    def _take(self, found: Iterator[Found]) -> None:
        for problem, story in found:
            told = problem if story is None else replace(problem, story=(*story.says, self._ends(story)))
            self.problems.append(told)
            if story is not None:
                self.stories.setdefault(story_key(told), story)

    def _ends(self, story: Story) -> str:
        return f"It is now {self.definition.statuses[story.steps[-1].status].label}."

    def proof(self, more: tuple[Problem, ...]) -> Proof:
        return Proof(
            problems=tuple(sorted((*self.problems, *more), key=lambda problem: problem.at)),
            promises=tuple(self.promises),
            stories=self.stories,
            situations=self.budget.situations,
            seconds=self.budget.spent,
        )
