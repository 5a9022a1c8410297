"""The notes and photos of one work order, and the one rule about who may change them.

Whoever may know of an order sees its notes and photos. The permissions `notes.view` and `photos.view` are not asked here:
the office, estimators and technicians do not hold them, and would otherwise plan, price and do a job without the picture of
the leak or the word about the dog. Whoever must not see them must not see the order.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.models import Note, Photo, WorkOrder
from workflow.engine import Lifecycle

SUPERVISING = "work_orders.supervise"
"""The permission to change what others have written."""


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A remark; `edited_at` is None while it stands as it was written, `changeable` whether the reader may change it."""

    id: int
    at: datetime
    who: str
    text: str
    edited_at: datetime | None
    edited_by: str
    changeable: bool


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """A picture; `changeable` is whether the reader may change its caption and delete it."""

    id: int
    at: datetime
    who: str
    file: str
    name: str
    caption: str
    width: int
    height: int
    changeable: bool


def changeable(word: str, *, author_id: int, actor: Actor, may_edit: Collection[str]) -> bool:
    """Whether the actor may change or delete a note or photo: the order still takes some from him (`may_edit` holds the
    word, as the definition says for its status), and it is his own or he supervises."""
    return word in may_edit and (author_id == actor.user_id or actor.may(SUPERVISING))


def refusal(compiled: Lifecycle, status_name: str, word: str) -> str:
    """The sentence for somebody whom the definition lets change no notes (or photos) in this status."""
    status = compiled.definition.statuses[status_name]
    admitted = [compiled.definition.roles[role].label for role, words in status.may_edit.items() if word in words]
    if not admitted:
        return f"The {word} of a work order that is {status.label} can no longer be changed."
    return f"While a work order is {status.label}, its {word} can be changed by {' or '.join(admitted)}."


def notes(
    session: Session,
    order: WorkOrder,
    zone: ZoneInfo,
    names: Mapping[int, str],
    *,
    actor: Actor,
    may_edit: Collection[str],
) -> tuple[NoteRow, ...]:
    """Its notes, oldest first."""
    return tuple(
        NoteRow(
            id=note.id,
            at=note.at.astimezone(zone),
            who=names.get(note.user_id, ""),
            text=note.text,
            edited_at=None if note.edited_at is None else note.edited_at.astimezone(zone),
            edited_by=names.get(note.edited_by_id or 0, ""),
            changeable=changeable("notes", author_id=note.user_id, actor=actor, may_edit=may_edit),
        )
        for note in session.scalars(select(Note).where(Note.order_id == order.id).order_by(Note.id))
    )


def photos(
    session: Session,
    order: WorkOrder,
    zone: ZoneInfo,
    names: Mapping[int, str],
    *,
    actor: Actor,
    may_edit: Collection[str],
) -> tuple[PhotoRow, ...]:
    """Its photos, oldest first."""
    return tuple(
        PhotoRow(
            id=photo.id,
            at=photo.at.astimezone(zone),
            who=names.get(photo.user_id, ""),
            file=photo.file,
            name=photo.name,
            caption=photo.caption,
            width=photo.width,
            height=photo.height,
            changeable=changeable("photos", author_id=photo.user_id, actor=actor, may_edit=may_edit),
        )
        for photo in session.scalars(select(Photo).where(Photo.order_id == order.id).order_by(Photo.id))
    )
