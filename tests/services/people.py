"""Actors for tests of services."""

from __future__ import annotations

from sqlalchemy.orm import Session

from webapp import clock
from webapp.actors import Actor
from webapp.models import Role, User
from webapp.queries.people import actor_of


def person(*permissions: str) -> Actor:
    """Somebody without an account who holds exactly these permissions."""
    return Actor(kind="person", user_id=None, name="Ada Admin", permissions=frozenset(permissions))


def role(session: Session, name: str, *permissions: str, is_technician: bool = False) -> Role:
    """A role with exactly these permissions."""
    made = Role(name=name, label=name.capitalize(), is_technician=is_technician, permissions=list(permissions))
    session.add(made)
    session.flush()
    return made


def account(session: Session, email: str, of: Role, *, active: bool = True) -> tuple[User, Actor]:
    """An account in a role, and its holder as an actor."""
    user = User(
        email=email,
        name=email.split("@")[0].capitalize(),
        password_hash=None,
        role_id=of.id,
        extra_permissions=[],
        active=active,
        created_at=clock.now(),
    )
    user.role = of
    session.add(user)
    session.flush()
    return user, actor_of(user)
