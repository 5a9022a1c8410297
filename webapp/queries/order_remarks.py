"""The notes and photos of one work order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import Note, Photo, WorkOrder


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A remark."""

    id: int
    at: datetime
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """A picture."""

    id: int
    at: datetime
    who: str
    file: str
    name: str
    caption: str
    width: int
    height: int


def notes(session: Session, order: WorkOrder, zone: ZoneInfo, names: Mapping[int, str]) -> tuple[NoteRow, ...]:
    """Its notes, oldest first."""
    return tuple(
        NoteRow(note.id, note.at.astimezone(zone), names.get(note.user_id, ""), note.text)
        for note in session.scalars(select(Note).where(Note.order_id == order.id).order_by(Note.id))
    )


def photos(session: Session, order: WorkOrder, zone: ZoneInfo, names: Mapping[int, str]) -> tuple[PhotoRow, ...]:
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
        )
        for photo in session.scalars(select(Photo).where(Photo.order_id == order.id).order_by(Photo.id))
    )
