"""Passwords hashed with Argon2id (RFC 9106), and secrets of links hashed at rest."""

from __future__ import annotations

import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher()
NOBODY = HASHER.hash(secrets.token_urlsafe(16))
"""A hash nobody knows the password of: verifying against it takes as long as for a real account."""


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
