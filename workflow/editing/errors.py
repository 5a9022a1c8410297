"""Why an edit was not made: a sentence for the person who asked for it; the text stays as it was."""

from __future__ import annotations

from workflow.errors import WorkflowError
from workflow.problems import Problem


class EditError(WorkflowError):
    """An edit that cannot be made; `problems` are those of a text that cannot be read."""

    def __init__(self, sentence: str, problems: tuple[Problem, ...] = ()) -> None:
        self.problems = problems
        super().__init__(sentence)
