"""How much a proof may still spend; whoever works asks it often."""

from __future__ import annotations

import time

from workflow.proving.values import Limits


class TooLarge(Exception):
    """The definition could not be proved within the limits."""


class Budget:
    """Counts seconds and situations of one proof."""

    def __init__(self, limits: Limits, spent: float = 0.0) -> None:
        self.limits = limits
        self.began = time.monotonic() - spent
        self.situations = 0

    @property
    def spent(self) -> float:
        """Seconds since the proof began."""
        return time.monotonic() - self.began

    @property
    def milliseconds(self) -> int:
        """What is left for one question; raises TooLarge when nothing is."""
        left = self.limits.seconds - self.spent
        if left <= 0:
            raise TooLarge
        return max(1, int(left * 1000))

    def check(self) -> None:
        """Raises TooLarge when the time is up."""
        if self.spent > self.limits.seconds:
            raise TooLarge

    def count(self, situations: int) -> None:
        """Raises TooLarge when more situations than allowed were seen."""
        self.situations = max(self.situations, situations)
        if situations > self.limits.situations:
            raise TooLarge
