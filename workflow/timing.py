"""What falls due by time alone: which timers count for an order where it stands, and when each rings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workflow.definition import Definition, Timer
from workflow.values import Facts


@dataclass(frozen=True, slots=True)
class Ringing:
    """A timer, the moment it counts from (coming into the status, or a fact) and the moment it rings."""

    timer: Timer
    counted_from: datetime
    due: datetime

    @property
    def key(self) -> tuple[str, datetime]:
        """Rings once in one stay in a status; a fact that moved is another ringing."""
        return self.timer.name, self.counted_from


def ringings(definition: Definition, *, status: str, facts: Facts, since: datetime | None) -> tuple[Ringing, ...]:
    """Every timer of the status that has a moment, in the order in which they ring.

    `since` is when the order came into the status; None where nobody remembers: then no `after:` counts.
    """
    found: list[Ringing] = []
    for timer in definition.timers.values():
        if status not in timer.in_:
            continue
        moment = since if timer.at_fact is None else facts.get(timer.at_fact)
        if isinstance(moment, datetime):
            found.append(Ringing(timer, moment, moment + (timer.after or timer.plus)))
    return tuple(sorted(found, key=lambda one: one.due))
