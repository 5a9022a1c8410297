"""One-time tokens of creating forms: the same token again leads to what it made the first time."""

from __future__ import annotations

import re
import secrets
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Conflict
from webapp.models import FormToken

WELL_FORMED = re.compile(r"[A-Za-z0-9_-]{20,64}")


def fresh() -> str:
    """A token for a form about to be shown: 144 random bits."""
    return secrets.token_urlsafe(18)


def spend(session: Session, *, token: str, actor: Actor, now: datetime) -> str | None:
    """Use the token up; returns where its first use led, or None when this is the first use.

    A second request with the same token waits in the database until the first has ended, then is led to its result; when
    the first was refused nothing remains of it and the second counts as the first. Raises Conflict for a token that is
    malformed or another person's.
    """
    if not WELL_FORMED.fullmatch(token):
        raise Conflict("This form cannot be sent any more. Reload the page and fill it in again.")
    try:
        with session.begin_nested():
            session.add(FormToken(token=token, user_id=actor.user_id, result_url=None, spent_at=now))
    except IntegrityError:
        earlier = session.execute(select(FormToken.user_id, FormToken.result_url).where(FormToken.token == token)).one()
        if earlier.user_id != actor.user_id or earlier.result_url is None:
            raise Conflict("This form was already sent. Reload the page and fill it in again.") from None
        return str(earlier.result_url)
    return None


def remember(session: Session, *, token: str, url: str) -> None:
    """Note where the token's first use led, in the transaction that did the work."""
    session.execute(update(FormToken).where(FormToken.token == token).values(result_url=url))
