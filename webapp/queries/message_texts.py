"""The firm's messages as people read them: which texts are its own, what each says, how it would read for a real order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.models import MessageLanguage, MessageText, WorkOrder
from webapp.queries.lifecycles import status_of, vocabulary
from webapp.queries.visibility import known_by, visible

ENGLISH = ("en", "English")
VERSIONS = 20
OWN_AUDIENCES = frozenset({"customer"})


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message: to whom it may go, and over which channels the firm says it in its own words."""

    name: str
    label: str
    audiences: str
    channels: tuple[str, ...]
    own: frozenset[str]


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of a text: who wrote it and when; `stock` took it back."""

    subject: str
    body: str
    stock: bool
    by: str
    at: datetime


def messages(session: Session, *, language: str) -> tuple[MessageRow, ...]:
    """Every message in the order of the vocabulary; customers are written to only by mail."""
    own = _own(session, language)
    words = vocabulary()
    return tuple(
        MessageRow(
            name=name,
            label=message.label,
            audiences=", ".join(words.audiences[audience] for audience in message.audiences),
            channels=channels(name),
            own=frozenset(channel for named, channel in own if named == name),
        )
        for name, message in words.messages.items()
    )


def channels(message: str) -> tuple[str, ...]:
    """The channels over which a message can go."""
    audiences = set(vocabulary().messages[message].audiences)
    return ("mail",) if audiences <= OWN_AUDIENCES else ("mail", "in_app")


def languages(session: Session) -> tuple[tuple[str, str], ...]:
    """The languages there are texts in, English first."""
    rows = session.execute(select(MessageLanguage.code, MessageLanguage.name).order_by(MessageLanguage.name))
    return (ENGLISH, *((row.code, row.name) for row in rows))


def history(session: Session, *, message: str, channel: str, language: str) -> tuple[VersionRow, ...]:
    """The last versions of a text, the newest first."""
    rows = session.scalars(
        select(MessageText)
        .where(MessageText.message == message, MessageText.channel == channel, MessageText.language == language)
        .order_by(MessageText.id.desc())
        .limit(VERSIONS)
    )
    return tuple(VersionRow(row.subject, row.body, row.stock, row.actor_name, row.at) for row in rows)


def sample(session: Session, *, number: int | None, actor: Actor) -> tuple[int, str] | None:
    """The id of the order of that number, or of the newest one, that the actor may know of, and its status in words."""
    query = select(WorkOrder).where(visible(actor) if number is None else known_by(actor, number))
    order = session.scalars(query.order_by(WorkOrder.id.desc()).limit(1)).one_or_none()
    return None if order is None else (order.id, status_of(session, order).label)


def _own(session: Session, language: str) -> frozenset[tuple[str, str]]:
    rows = session.scalars(select(MessageText).where(MessageText.language == language).order_by(MessageText.id))
    newest = {(row.message, row.channel): row.stock for row in rows}
    return frozenset(key for key, stock in newest.items() if not stock)
