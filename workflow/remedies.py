"""Finds what would make a failing guard hold, and tries each idea before proposing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflow.offers import Remedy

if TYPE_CHECKING:
    from workflow.definition import Transition
    from workflow.engine import Lifecycle
    from workflow.judging import Case


def remedies(lifecycle: Lifecycle, case: Case, transition: Transition, guard: str) -> tuple[Remedy, ...]:
    return ()
