"""The first administrator, made by whoever can reach the machine; everybody else is made in Settings → Users."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp import security
from webapp.errors import Invalid
from webapp.models import Role, User

SHORTEST = 12
"""Characters a password needs at least (NIST SP 800-63B asks for length, not for a mixture)."""


def create(session: Session, *, email: str, name: str, password: str, now: datetime) -> User:
    """Make an account with the admin role; raises Invalid naming every field that cannot be right."""
    problems = {}
    address = email.strip().lower()
    if "@" not in address.strip("@"):
        problems["email"] = f"{email!r} is not an e-mail address."
    elif session.scalar(select(User.id).where(func.lower(User.email) == address)):
        problems["email"] = f"There is already an account {address}."
    if len(password) < SHORTEST:
        problems["password"] = f"The password needs at least {SHORTEST} characters."
    if problems:
        raise Invalid(problems)
    role = session.scalars(select(Role).where(Role.name == "admin")).one()
    user = User(
        email=address,
        name=name.strip() or address,
        role=role,
        role_id=role.id,
        password_hash=security.hash_password(password),
        created_at=now,
    )
    session.add(user)
    session.flush()
    return user
