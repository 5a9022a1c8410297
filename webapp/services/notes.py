"""Notes on a work order."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Forbidden, Invalid
from webapp.models import Note, WorkOrder
from webapp.queries.facts import situation
from webapp.queries.lifecycles import lifecycle
from webapp.services import entries, transitions


def add(session: Session, *, number: int, text: str, actor: Actor, now: datetime) -> Note:
    """Write a note; raises Invalid for an empty or endless one, Forbidden where the order takes none from the actor."""
    order = transitions.locked(session, number=number, actor=actor)
    editable(session, order, word="notes", actor=actor, now=now)
    said = entries.paragraph(text)
    if not said:
        raise Invalid({"text": "Write the note first."})
    if len(said) > entries.LONGEST_TEXT:
        raise Invalid({"text": f"This note is too long: at most {entries.LONGEST_TEXT} characters."})
    assert actor.user_id is not None
    note = Note(order_id=order.id, user_id=actor.user_id, text=said, at=now)
    session.add(note)
    session.flush()
    return note


def editable(session: Session, order: WorkOrder, *, word: str, actor: Actor, now: datetime) -> None:
    """Raise Forbidden unless the order, as it stands, lets the actor change what the word names."""
    compiled = lifecycle(session, order.definition_version_id)
    if word not in compiled.may_edit(situation(session, order, now), actor.as_engine_actor()):
        raise Forbidden(f"{word}.create")
