"""The engine's small tree of errors; each carries its data and a sentence a person may read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workflow.offers import Blocker
    from workflow.problems import Problem


class WorkflowError(Exception):
    """The root: anything the engine refuses."""


class Unsound(WorkflowError):
    """A text that cannot be read as a definition; carries every problem found, never only the first."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        first = next((p for p in problems if p.stops), problems[0])
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"line {first.at.line}, column {first.at.column}: {first.message}{more}")


class Refused(WorkflowError):
    """A transition that may not be taken now; carries every blocker at once."""

    def __init__(self, transition: str, blockers: tuple[Blocker, ...]) -> None:
        self.transition = transition
        self.blockers = blockers
        super().__init__(" ".join(blocker.sentence for blocker in blockers))


class EndlessRules(WorkflowError):
    """Automatic rules that did not come to rest within the bound; `path` names the rules in the order taken."""

    def __init__(self, path: tuple[str, ...]) -> None:
        self.path = path
        super().__init__("The automatic rules run in a circle: " + ", ".join(path) + ".")
