"""Signing in and out: server-side sessions, and the brake on guessing passwords."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from webapp import security
from webapp.actors import Actor
from webapp.models import LoginFailure, User, UserSession

LIFE = timedelta(days=14)
WINDOW = timedelta(minutes=15)
ALLOWED_FAILURES = 10


@dataclass(frozen=True, slots=True)
class Admitted:
    """The password was right: the secret that goes into the cookie, stored here only as its hash."""

    token: str
    user_id: int


@dataclass(frozen=True, slots=True)
class Denied:
    """The password was wrong, the account unknown or inactive, or (`wait`) there were too many attempts."""

    sentence: str
    wait: bool = False


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a live session."""

    token: str
    email: str
    actor: Actor


def digest(token: str) -> str:
    """What is stored of a session's secret."""
    return hashlib.sha256(token.encode()).hexdigest()
