"""The order of the gates, and the report that says everything about a text at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workflow.definition import Definition
from workflow.errors import Unsound
from workflow.problems import NOWHERE, Position, Problem
from workflow.reading.building import Building
from workflow.reading.checks import Checks
from workflow.reading.names import catalogue, declared
from workflow.reading.nodes import Table, tree
from workflow.reading.shapes import DEFINITION
from workflow.reading.soundness import findings
from workflow.reading.text import admit
from workflow.vocabulary import Vocabulary

if TYPE_CHECKING:
    from workflow.proving import Proof


@dataclass(frozen=True, slots=True)
class Proved:
    """A promise and whether it holds; None when nobody has proved it yet."""

    name: str
    proved: bool | None = None


@dataclass(frozen=True, slots=True)
class PlayedScenario:
    """A scenario that was played."""

    says: str
    ok: bool
    at: Position


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of a text: its definition when nothing stops it, and every problem in the order of the lines."""

    definition: Definition | None
    problems: tuple[Problem, ...]
    scenarios: tuple[PlayedScenario, ...] = ()
    promises: tuple[Proved, ...] = ()
    readable: bool = True
    proof: Proof | None = None

    @property
    def ok(self) -> bool:
        """True when nothing stops publishing."""
        return not any(problem.stops for problem in self.problems)


def read(text: str | bytes, vocabulary: Vocabulary) -> Definition:
    """The definition in a text; raises `Unsound` with every problem found."""
    report = check(text, vocabulary, play=False)
    if report.definition is None:
        raise Unsound(report.problems)
    return report.definition


def check(
    text: str | bytes,
    vocabulary: Vocabulary,
    *,
    play: bool = True,
    prove: bool | Callable[[Definition], Proof] = False,
) -> Report:
    """Everything that can be said about a text, its proof and its scenarios only when it could be read whole.

    With `play` the scenarios are played; with `prove` the promises are proved: here, or by the function given.
    """
    admitted, problems = admit(text)
    if problems:
        return Report(None, problems, readable=False)
    root, problems = tree(admitted)
    if root is None:
        return Report(None, problems, readable=False)
    if not isinstance(root, Table):
        return Report(
            None, (*problems, Problem("wrong-kind", "A definition begins with “format: fieldwright/1”.", NOWHERE))
        )
    checks = Checks({**catalogue(vocabulary), **declared(root)})
    checks.problems.extend(problems)
    checks.walk(root, DEFINITION, "the definition")
    definition = Building(root, vocabulary, checks, admitted).definition()
    if not checks.sound:
        return Report(None, _ordered(checks.problems))
    checks.problems.extend(findings(definition))
    promises = tuple(Proved(name) for name in definition.promises)
    if not checks.sound:
        return Report(None, _ordered(checks.problems), promises=promises)
    proof = _prove(definition, vocabulary, prove) if prove else None
    scenarios = _play(definition, vocabulary, checks) if play else ()
    if proof is not None:
        checks.problems.extend(proof.problems)
        promises = tuple(Proved(verdict.name, verdict.proved) for verdict in proof.promises)
    return Report(definition if checks.sound else None, _ordered(checks.problems), scenarios, promises, proof=proof)


def _ordered(problems: list[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(dict.fromkeys(problems), key=lambda problem: problem.at))


def _prove(definition: Definition, vocabulary: Vocabulary, prove: bool | Callable[[Definition], Proof]) -> Proof:
    if callable(prove):
        return prove(definition)
    # The prover is built on the reader, so it is only reached for when a definition is whole.
    from workflow.proving import prove as prove_here

    return prove_here(definition, vocabulary)


def _play(definition: Definition, vocabulary: Vocabulary, checks: Checks) -> tuple[PlayedScenario, ...]:
    # The engine is built on definitions, so it is only reached for when one is whole.
    from workflow.compiling import compile
    from workflow.scenarios import play

    played = play(compile(definition, vocabulary))
    for each in played:
        if not each.ok:
            checks.report("scenario", f"“{each.says}” came out differently. {each.why}", each.at)
    return tuple(PlayedScenario(each.says, each.ok, each.at) for each in played)
