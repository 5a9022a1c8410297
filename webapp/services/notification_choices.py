"""What a person wants to be told by mail, and when: his choices checked and kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Forbidden, Invalid
from webapp.models import NotificationChoices, User
from webapp.services import entries, message_texts

CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::[0-5][0-9])?")
NOT_A_TIME = "Enter a time of day such as 18:30."


@dataclass(frozen=True, slots=True)
class Entry:
    """Choices as typed: the messages he wants mail of, and times of day as texts."""

    mail: tuple[str, ...] = ()
    quiet_from: str = ""
    quiet_until: str = ""
    time_zone: str = ""
    digest: bool = False
    digest_at: str = ""


def save(session: Session, *, entry: Entry, actor: Actor, now: datetime) -> None:
    """Keep the actor's choices; they count for what is written from now on. Raises Invalid with a sentence per field."""
    if actor.user_id is None:
        raise Forbidden("signed_in")
    problems: dict[str, str] = {}
    times = {
        name: minute(text, name, problems)
        for name, text in (
            ("quiet_from", entry.quiet_from),
            ("quiet_until", entry.quiet_until),
            ("digest_at", entry.digest_at),
        )
    }
    if not problems and (times["quiet_from"] is None) != (times["quiet_until"] is None):
        name = "quiet_from" if times["quiet_from"] is None else "quiet_until"
        problems[name] = "Quiet hours need both a beginning and an end."
    if not problems and times["quiet_from"] is not None and times["quiet_from"] == times["quiet_until"]:
        problems["quiet_until"] = "Quiet hours must end at another time than they begin."
    if entry.digest and times["digest_at"] is None and "digest_at" not in problems:
        problems["digest_at"] = "Say at what time the daily mail is to come."
    if entry.time_zone and entry.time_zone not in entries.zones():
        problems["time_zone"] = "Choose a time zone of the list."
    if set(entry.mail) - set(message_texts.STOCK):
        problems["mail"] = "Choose messages of the list."
    if problems:
        raise Invalid(problems)
    session.execute(select(User.id).where(User.id == actor.user_id).with_for_update())
    row = session.get(NotificationChoices, actor.user_id, populate_existing=True)
    if row is None:
        row = NotificationChoices(user_id=actor.user_id, mail_off=[], digest_on="", time_zone="")
        session.add(row)
    wants_digest = times["digest_at"] if entry.digest else None
    if wants_digest is not None and row.digest_at is None:
        row.digest_since = now
    row.mail_off = [message for message in message_texts.STOCK if message not in entry.mail]
    row.quiet_from, row.quiet_until = times["quiet_from"], times["quiet_until"]
    row.time_zone, row.digest_at = entry.time_zone, wants_digest
    session.flush()


def minute(text: str, name: str, problems: dict[str, str]) -> int | None:
    """The minutes after midnight that a text such as 18:30 means; empty means none, anything else is a problem."""
    typed = text.strip()
    if not typed:
        return None
    found = CLOCK.fullmatch(typed)
    if found is None:
        problems[name] = NOT_A_TIME
        return None
    return int(found.group(1)) * 60 + int(found.group(2))
