"""What is wrong with a text: every problem with its place and a sentence that says what to write instead."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a text; both numbers count from 1."""

    line: int
    column: int


NOWHERE = Position(1, 1)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: a stable code for programs, a sentence for people, and where."""

    code: str
    message: str
    at: Position = NOWHERE
    severity: Severity = "error"
    story: tuple[str, ...] = field(default=())

    @property
    def stops(self) -> bool:
        """True when a definition with this problem must not be published."""
        return self.severity == "error"
