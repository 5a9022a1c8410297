"""Who asks: a person, a customer's link, a maintenance plan, a timer, or the system itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workflow import values


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever causes a change. `user_id` is set for a person only; links and plans name what they belong to."""

    kind: Literal["person", "link", "plan", "timer", "system"]
    user_id: int | None
    name: str
    permissions: frozenset[str] = frozenset()
    link_order_id: int | None = None
    plan_id: int | None = None

    def may(self, permission: str) -> bool:
        """Whether the actor holds the permission."""
        return permission in self.permissions

    def as_engine_actor(self) -> values.Actor:
        """The same actor as the engine sees him; a link, a plan or a timer equals no person."""
        return values.Actor(
            id=None if self.user_id is None else str(self.user_id),
            permissions=self.permissions,
            link="customer" if self.kind == "link" else None,
            clock=self.kind == "timer",
        )
