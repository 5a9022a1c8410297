"""People as actors and as choices."""

from __future__ import annotations

from webapp.actors import Actor
from webapp.models import User


def actor_of(user: User) -> Actor:
    """The person with his role's and his extra permissions."""
    return Actor(
        kind="person",
        user_id=user.id,
        name=user.name,
        permissions=frozenset(user.role.permissions) | frozenset(user.extra_permissions),
    )
