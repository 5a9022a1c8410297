"""The demo's accounts, all with one password that everybody may know."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp import security
from webapp.actors import Actor
from webapp.demo.names import ACCOUNTS
from webapp.models import Role, User
from webapp.queries.people import actor_of

PASSWORD = "demo"  # noqa: S105  the demo's, printed at every start


def hire(session: Session, *, now: datetime) -> dict[str, Actor]:
    """Make the accounts; returns each person as an actor by the part of the address before the @."""
    roles = {role.name: role for role in session.scalars(select(Role))}
    password_hash = security.hash_password(PASSWORD)
    users = [
        User(
            email=email,
            name=name,
            role=roles[role],
            role_id=roles[role].id,
            extra_permissions=list(extra),
            password_hash=password_hash,
            created_at=now,
        )
        for email, name, role, extra in ACCOUNTS
    ]
    session.add_all(users)
    session.flush()
    return {user.email.partition("@")[0]: actor_of(user) for user in users}
