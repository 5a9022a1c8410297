"""Signing in and out: server-side sessions, and the brake on guessing passwords."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from webapp import security
from webapp.actors import Actor
from webapp.errors import NotFound
from webapp.models import LoginFailure, User, UserSession
from webapp.queries.people import actor_of

LIFE = timedelta(days=14)
WINDOW = timedelta(minutes=15)
ALLOWED_FAILURES = 10


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a live session; `token` is its secret, stored here only as a hash."""

    token: str
    email: str
    actor: Actor

    @property
    def name(self) -> str:
        """The person's name, as the top bar shows it."""
        return self.actor.name

    @property
    def initials(self) -> str:
        """One or two letters for the round mark beside the name."""
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


@dataclass(frozen=True, slots=True)
class Denied:
    """The password was wrong, the account unknown or inactive, or (`wait`) there were too many attempts."""

    sentence: str
    wait: bool = False


def examine(session: Session, *, email: str, password: str, address: str, now: datetime) -> int | Denied:
    """Check an account's password; returns the number of the account or why not, and writes nothing.

    It only reads, because verifying takes a tenth of a second and nobody's writing should wait for it. The work is the
    same whether the account exists or not, so that the time tells nothing.
    """
    name = key_of(email)
    if too_many(session, email=name, address=address, now=now):
        return Denied("There were too many attempts. Wait 15 minutes, then try again.", wait=True)
    user = session.execute(select(User).where(func.lower(User.email) == name)).scalar_one_or_none()
    right = security.verify_password(user.password_hash if user else None, password)
    if user is None or not right or not user.active:
        return Denied("The e-mail address or the password is not right.")
    return user.id


def note_failure(session: Session, *, email: str, address: str, now: datetime) -> None:
    """Write a failure down for the account named and for the address it came from.

    Ten within fifteen minutes for either close the door until the oldest is older than that.
    """
    session.add(LoginFailure(email=key_of(email), address=address, at=now))


def begin(session: Session, *, user_id: int, email: str, address: str, now: datetime) -> Holder:
    """Begin a session with a new secret; what this person mistyped here before is forgotten, guesses from elsewhere are not."""
    session.execute(delete(LoginFailure).where(LoginFailure.email == key_of(email), LoginFailure.address == address))
    clear_old(session, now=now)
    token = secrets.token_urlsafe(32)
    session.add(
        UserSession(
            token_hash=security.digest(token), user_id=user_id, begun_at=now, ends_at=now + LIFE, address=address
        )
    )
    session.flush()
    found = holder(session, token=token, now=now)
    if found is None:
        raise NotFound("This account was deactivated a moment ago.")
    return found


def key_of(email: str) -> str:
    """How an address is compared: without regard to case and surrounding blanks."""
    return email.strip().lower()


def too_many(session: Session, *, email: str, address: str, now: datetime) -> bool:
    """Whether the account or the address failed ten times within the last fifteen minutes."""
    recent = LoginFailure.at > now - WINDOW
    return any(
        session.execute(select(func.count()).select_from(LoginFailure).where(recent, column == value)).scalar_one()
        >= ALLOWED_FAILURES
        for column, value in ((LoginFailure.email, email), (LoginFailure.address, address))
    )


def holder(session: Session, *, token: str, now: datetime) -> Holder | None:
    """Who holds the session, with his permissions as they are at this moment; None when it is over or he is inactive."""
    row = session.execute(
        select(User)
        .join(UserSession, UserSession.user_id == User.id)
        .where(
            UserSession.token_hash == security.digest(token),
            UserSession.ended_at.is_(None),
            UserSession.ends_at > now,
            User.active,
        )
    ).scalar_one_or_none()
    return None if row is None else Holder(token=token, email=row.email, actor=actor_of(row))


def end(session: Session, *, token: str, now: datetime) -> None:
    """End one session."""
    session.execute(
        update(UserSession)
        .where(UserSession.token_hash == security.digest(token), UserSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_all(session: Session, *, user_id: int, now: datetime) -> None:
    """End every session of a person: after deactivating him or setting his password anew."""
    session.execute(
        update(UserSession).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None)).values(ended_at=now)
    )


def clear_old(session: Session, *, now: datetime) -> None:
    """Remove failures out of their window and sessions that ended by themselves a life ago."""
    session.execute(delete(LoginFailure).where(LoginFailure.at < now - WINDOW))
    session.execute(delete(UserSession).where(UserSession.ends_at < now - LIFE))
