"""Everything that is known of a text, as the editor shows it: problems, promises and scenarios, each with its story."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from workflow.problems import Problem
from workflow.proving import Proof, Story, story_key
from workflow.reading import Report

State = Literal["none", "unproved", "known"]
SECTION = re.compile(r"([a-z_]+):(?:\s|$)")
ENTRY = re.compile(r"( +)(?:- +)?([a-z][a-z0-9_]*|says):(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a story on the diagram: the status it leads to, and the button or rule that leads there."""

    status: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or worth knowing; `element` is the part it stands in, like `transitions/pause`."""

    code: str
    severity: str
    message: str
    line: int
    column: int
    element: str
    story: tuple[str, ...] = ()
    path: tuple[Hop, ...] = ()


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """A promise and whether it holds; None when nobody has proved it."""

    name: str
    says: str
    line: int
    proved: bool | None
    story: tuple[str, ...] = ()
    path: tuple[Hop, ...] = ()


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    """A scenario that was played."""

    says: str
    ok: bool
    line: int


@dataclass(frozen=True, slots=True)
class Findings:
    """`problems` are of the reading and the scenarios, `proved` what the proof added; `state` says whether there is a proof."""

    readable: bool
    ok: bool
    problems: tuple[Finding, ...]
    proved: tuple[Finding, ...]
    promises: tuple[PromiseRow, ...]
    scenarios: tuple[ScenarioRow, ...]
    state: State
    too_large: bool = False

    @property
    def all(self) -> tuple[Finding, ...]:
        """Every finding in the order of the lines."""
        return tuple(sorted((*self.problems, *self.proved), key=lambda one: (one.line, one.column)))


def findings(text: str, report: Report, proof: Proof | None = None) -> Findings:
    """What the report says, in rows; with a proof, what it proved and the stories it tells."""
    places = Places(text)
    proof = proof or report.proof
    proved = frozenset(proof.problems) if proof else frozenset()
    stories = proof.stories if proof else {}

    def rows(problems: Iterable[Problem]) -> tuple[Finding, ...]:
        return tuple(_finding(one, places, stories.get(story_key(one))) for one in problems)

    definition = report.definition
    told = {} if definition is None else definition.promises
    verdicts = {one.name: one for one in proof.promises} if proof else {}
    promises = []
    for one in report.promises:
        verdict = verdicts.get(one.name)
        story = verdict.story if verdict else None
        promises.append(
            PromiseRow(
                one.name,
                told[one.name].says if one.name in told else one.name,
                places.line("promises", one.name),
                verdict.proved if verdict else one.proved,
                story.says if story else (),
                _path(story),
            )
        )
    return Findings(
        readable=report.readable,
        ok=report.ok,
        problems=rows(one for one in report.problems if one not in proved),
        proved=rows(sorted(proved, key=lambda one: one.at)),
        promises=tuple(promises),
        scenarios=tuple(ScenarioRow(one.says, one.ok, one.at.line) for one in report.scenarios),
        state="known" if proof else "unproved" if report.definition is not None else "none",
        too_large=proof.too_large if proof else False,
    )


def _finding(problem: Problem, places: Places, story: Story | None) -> Finding:
    return Finding(
        problem.code,
        problem.severity,
        problem.message,
        problem.at.line,
        problem.at.column,
        places.element(problem.at.line),
        problem.story or (story.says if story else ()),
        _path(story),
    )


def _path(story: Story | None) -> tuple[Hop, ...]:
    """Where the order of a story goes: only the steps that move it."""
    found: list[Hop] = []
    for step in story.steps if story else ():
        if not found or found[-1].status != step.status or step.press or step.rule:
            found.append(Hop(step.status, step.rule or step.press or ""))
    return tuple(found)


class Places:
    """Which part each line of a text belongs to, found by its indentation alone: it must work on any text."""

    def __init__(self, text: str) -> None:
        self.elements: list[str] = []
        self.first: dict[str, int] = {}
        section, entry, indent = "", "", 0
        for number, line in enumerate(text.splitlines(), start=1):
            if top := SECTION.match(line):
                section, entry, indent = top.group(1), "", 0
            elif (inner := ENTRY.match(line)) and section and (not indent or len(inner.group(1)) == indent):
                indent = len(inner.group(1))
                entry = inner.group(2)
                self.first.setdefault(f"{section}/{entry}", number)
            self.elements.append(f"{section}/{entry}" if entry else section)

    def element(self, line: int) -> str:
        """The part a line belongs to: `transitions/pause`, `transitions` between its entries, or nothing above them all."""
        return self.elements[line - 1] if 0 < line <= len(self.elements) else ""

    def line(self, section: str, name: str) -> int:
        """Where an entry of a section begins; 1 when it cannot be found."""
        return self.first.get(f"{section}/{name}", 1)
