"""The firm's own texts of messages, per channel and language: written, taken back to the stock, every version kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.models import MessageLanguage, MessageText
from webapp.services import entries, message_texts
from webapp.services.message_texts import STOCK, Text

CHANNELS = {"mail": "e-mail", "in_app": "in the app"}
ENGLISH = "en"
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
LONGEST_SUBJECT, LONGEST_BODY = 200, 4000


@dataclass(frozen=True, slots=True)
class Texts:
    """The firm's own texts by message, channel and language; what it has none of reads as the stock."""

    own: Mapping[tuple[str, str, str], Text]

    def of(self, message: str, channel: str, language: str = "") -> Text:
        """The text in force: in that language, else in English as the firm wrote it, else the stock."""
        for wanted in (language or ENGLISH, ENGLISH):
            found = self.own.get((message, channel, wanted))
            if found is not None:
                return found
        return STOCK[message]


def in_force(session: Session) -> Texts:
    """Every text of the firm's own that is in force, read in one statement."""
    newest = select(func.max(MessageText.id)).group_by(MessageText.message, MessageText.channel, MessageText.language)
    rows = session.scalars(select(MessageText).where(MessageText.id.in_(newest), MessageText.stock.is_(False)))
    return Texts({(row.message, row.channel, row.language): Text(row.subject, row.body) for row in rows})


def save(
    session: Session, *, message: str, channel: str, language: str, text: Text, actor: Actor, now: datetime
) -> None:
    """Put a text of the firm's own in force; raises Invalid naming a placeholder that the message does not have."""
    _allow(session, message, channel, language, actor)
    said = Text(entries.line(text.subject), entries.text(text.body))
    problems: dict[str, str] = {}
    for name, typed, longest in (("subject", said.subject, LONGEST_SUBJECT), ("body", said.body, LONGEST_BODY)):
        if not typed:
            problems[name] = "Write what the message says."
        elif len(typed) > longest:
            problems[name] = f"This is too long: at most {longest} characters."
        elif wrong := message_texts.problem(message, typed):
            problems[name] = wrong
    if problems:
        raise Invalid(problems)
    if in_force(session).own.get((message, channel, language)) != said:
        _add(session, message, channel, language, said, stock=False, actor=actor, now=now)


def reset(session: Session, *, message: str, channel: str, language: str, actor: Actor, now: datetime) -> None:
    """Take a text back to the stock; what the firm wrote stays in its history."""
    _allow(session, message, channel, language, actor)
    if (message, channel, language) in in_force(session).own:
        _add(session, message, channel, language, STOCK[message], stock=True, actor=actor, now=now)


def add_language(session: Session, *, code: str, name: str, actor: Actor, now: datetime) -> None:
    """Add a language with a copy of every stock text, to be translated; raises Invalid when it cannot be one."""
    if not actor.may("settings.edit"):
        raise Forbidden("settings.edit")
    code, name = code.strip(), entries.line(name)
    problems: dict[str, str] = {}
    if not LANGUAGE.fullmatch(code):
        problems["code"] = "Write the language's code, such as de, fr or pt-BR."
    elif code == ENGLISH or session.get(MessageLanguage, code) is not None:
        problems["code"] = "This language is there already."
    if not name or len(name) > 60:
        problems["name"] = "Write the language's name, at most 60 characters."
    if problems:
        raise Invalid(problems)
    session.add(MessageLanguage(code=code, name=name, added_at=now))
    for message, text in STOCK.items():
        for channel in CHANNELS:
            _add(session, message, channel, code, text, stock=False, actor=actor, now=now)
    session.flush()


def _allow(session: Session, message: str, channel: str, language: str, actor: Actor) -> None:
    if not actor.may("settings.edit"):
        raise Forbidden("settings.edit")
    known = language == ENGLISH or session.get(MessageLanguage, language) is not None
    if message not in STOCK or channel not in CHANNELS or not known:
        raise NotFound("There is no such text.")


def _add(
    session: Session, message: str, channel: str, language: str, text: Text, *, stock: bool, actor: Actor, now: datetime
) -> None:
    session.add(
        MessageText(
            message=message,
            channel=channel,
            language=language,
            subject=text.subject,
            body=text.body,
            stock=stock,
            user_id=actor.user_id,
            actor_name=actor.name,
            at=now,
        )
    )
    session.flush()
