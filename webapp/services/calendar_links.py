"""A person's secret calendar address: made, shown once, renewed and revoked; one at a time is in force."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp import security
from webapp.actors import Actor
from webapp.errors import Forbidden
from webapp.models import CalendarLink, User

BYTES = 16
"""128 bits."""


def renew(session: Session, *, actor: Actor, now: datetime) -> str:
    """Make a new secret, end the one before it, and return it: nobody can read it again afterwards."""
    revoke(session, actor=actor, now=now)
    token = secrets.token_urlsafe(BYTES)
    session.add(CalendarLink(user_id=actor.user_id, token_hash=security.digest(token), ending=token[-4:], made_at=now))
    session.flush()
    return token


def revoke(session: Session, *, actor: Actor, now: datetime) -> None:
    """End the secret in force, if there is one: whoever holds it is told there is no such calendar."""
    if actor.user_id is None:
        raise Forbidden("signed_in")
    session.execute(select(User.id).where(User.id == actor.user_id).with_for_update())  # one renewal after another
    session.execute(
        update(CalendarLink)
        .where(CalendarLink.user_id == actor.user_id, CalendarLink.revoked_at.is_(None))
        .values(revoked_at=now)
    )
