"""Passwords hashed with Argon2id (RFC 9106), and secrets of links hashed at rest."""

from __future__ import annotations

import hashlib
import hmac

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

HASHER = PasswordHasher()
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$mCoo/I44kum5WunT9H+2cA$5rcUEb72DzhzAcOJ3zUTPa2av1Hur+W5cQyQgBpUsdc"
"""A hash nobody knows the password of: verifying against it takes as long as for a real account. Made once, not at every start."""


def hash_password(password: str) -> str:
    """Return the hash to store."""
    return HASHER.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password is right; takes the same time when there is no account (`stored` is None)."""
    try:
        HASHER.verify(stored or NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def digest(token: str) -> str:
    """What is stored of a link's secret."""
    return hashlib.sha256(token.encode()).hexdigest()


def keyed(purpose: str, text: str) -> str:
    """A hexadecimal HMAC-SHA256 under a key of this installation that serves this purpose only."""
    key = hmac.new(str(current_app.config["SECRET_KEY"]).encode(), purpose.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
