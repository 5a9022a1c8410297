"""Which statuses, buttons and automatic rules the scenarios of a definition pass through, and which none does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from workflow.definition import Definition
from workflow.engine import Lifecycle
from workflow.problems import Problem
from workflow.scenarios import Played, play


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many scenarios pass through each part, by its name; a part none passes through counts 0."""

    statuses: Mapping[str, int] = field(default_factory=dict)
    transitions: Mapping[str, int] = field(default_factory=dict)
    automatic: Mapping[str, int] = field(default_factory=dict)


def covered(lifecycle: Lifecycle, played: Sequence[Played] | None = None) -> Coverage:
    """The counts; `played` are the scenarios where they were played already."""
    statuses: Counter[str] = Counter()
    buttons: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    for one in play(lifecycle) if played is None else played:
        statuses.update({step.to_status for step in one.taken})
        buttons.update({step.rule for step in one.taken if step.rule is not None and not step.automatic})
        rules.update({step.rule for step in one.taken if step.rule is not None and step.automatic})
    definition = lifecycle.definition
    return Coverage(
        {name: statuses[name] for name in definition.statuses},
        {name: buttons[name] for name in definition.transitions},
        {name: rules[name] for name in definition.automatic},
    )


def untried(definition: Definition, coverage: Coverage) -> tuple[Problem, ...]:
    """A warning for every status, button and automatic rule that no scenario passes through, in the order of the lines."""
    found = [
        Problem("untried", f"No scenario passes through the status “{status.label}”.", status.at, "warning")
        for status in definition.statuses.values()
        if not coverage.statuses.get(status.name)
    ]
    found += [
        Problem("untried", f"No scenario presses the button “{one.label}”.", one.at, "warning")
        for one in definition.transitions.values()
        if not coverage.transitions.get(one.name)
    ]
    found += [
        Problem("untried", f"No scenario makes the automatic rule “{rule.name}” fire.", rule.at, "warning")
        for rule in definition.automatic.values()
        if not coverage.automatic.get(rule.name)
    ]
    return tuple(sorted(found, key=lambda problem: problem.at))
