"""One-time tokens of creating forms: the same token again leads to what it made the first time."""

from __future__ import annotations

import re
import secrets
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Invalid
from webapp.models import FormToken

LOST = "This form has lost its one-time mark, so nothing was saved. Check what you typed and send it again."
ANOTHERS = (
    "This form was already sent from somewhere else, so nothing was saved now. Check what you typed and send it again."
)

WELL_FORMED = re.compile(r"[A-Za-z0-9_-]{20,64}")


def fresh() -> str:
    """A token for a form about to be shown: 144 random bits."""
    return secrets.token_urlsafe(18)


def spend(session: Session, *, token: str, actor: Actor, now: datetime) -> str | None:
    """Use the token up; returns where its first use led, or None when this is the first use.

    A second request with the same token waits in the database until the first has ended, then is led to its result; when
    the first was refused nothing remains of it and the second counts as the first. Raises Invalid for the whole form (so that
    its page comes back with everything typed) when the token is malformed or another person's.
    """
    if not WELL_FORMED.fullmatch(token):
        raise Invalid({"": LOST})
    try:
        with session.begin_nested():
            session.add(FormToken(token=token, user_id=actor.user_id, result_url=None, spent_at=now))
    except IntegrityError:
        earlier = session.execute(select(FormToken.user_id, FormToken.result_url).where(FormToken.token == token)).one()
        if earlier.user_id != actor.user_id or earlier.result_url is None:
            raise Invalid({"": ANOTHERS}) from None
        return str(earlier.result_url)
    return None


def remember(session: Session, *, token: str, url: str) -> None:
    """Note where the token's first use led, in the transaction that did the work."""
    session.execute(update(FormToken).where(FormToken.token == token).values(result_url=url))
