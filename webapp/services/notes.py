"""Notes on a work order."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Invalid, NotFound
from webapp.models import Note, User, WorkOrder
from webapp.services import entries, remarks, transitions


def add(session: Session, *, number: int, text: str, actor: Actor, now: datetime) -> Note:
    """Write a note; raises Invalid for an empty or endless one, Forbidden or Conflict where the order takes none."""
    order = transitions.locked(session, number=number, actor=actor)
    remarks.editable(session, order, word="notes", actor=actor, now=now)
    assert actor.user_id is not None
    note = Note(order_id=order.id, user_id=actor.user_id, text=_read(text), at=now)
    session.add(note)
    session.flush()
    return note


def edit(session: Session, *, number: int, note_id: int, text: str, actor: Actor, now: datetime) -> Note:
    """Write one's own note anew, or as a supervisor anybody's; what it said before stays among the order's changes."""
    order, note = _changeable(session, number=number, note_id=note_id, actor=actor, now=now)
    said = _read(text)
    if said != note.text:
        remarks.remember(session, order, field=_field(session, note), old=note.text, new=said, actor=actor, now=now)
        note.text, note.edited_at, note.edited_by_id = said, now, actor.user_id
        session.flush()
    return note


def delete(session: Session, *, number: int, note_id: int, actor: Actor, now: datetime) -> None:
    """Take one's own note away, or as a supervisor anybody's."""
    order, note = _changeable(session, number=number, note_id=note_id, actor=actor, now=now)
    remarks.remember(session, order, field=_field(session, note), old=note.text, new=None, actor=actor, now=now)
    session.delete(note)
    session.flush()


def _changeable(session: Session, *, number: int, note_id: int, actor: Actor, now: datetime) -> tuple[WorkOrder, Note]:
    order = transitions.locked(session, number=number, actor=actor)
    note = session.scalars(
        select(Note).where(Note.id == note_id, Note.order_id == order.id).execution_options(populate_existing=True)
    ).one_or_none()
    if note is None:
        raise NotFound("There is no such note; somebody may have deleted it.")
    remarks.editable(session, order, word="notes", actor=actor, now=now, author_id=note.user_id)
    return order, note


def _field(session: Session, note: Note) -> str:
    return f"Note by {session.get_one(User, note.user_id).name}"


def _read(text: str) -> str:
    said = entries.paragraph(text)
    if not said:
        raise Invalid({"text": "Write the note first."})
    if len(said) > entries.LONGEST_TEXT:
        raise Invalid({"text": f"This note is too long: at most {entries.LONGEST_TEXT} characters."})
    return said
