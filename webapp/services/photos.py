"""Photos on a work order: whatever comes in is decoded and written anew, so that only a picture is ever kept."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PIL import Image, ImageOps
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Invalid, NotFound
from webapp.models import Photo, User, WorkOrder
from webapp.queries.visibility import known_by, visible
from webapp.services import entries, remarks, transitions

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 2400
MOST_PHOTOS = 100
BROKEN = (OSError, SyntaxError, ValueError, LookupError, TypeError, ArithmeticError, EOFError, struct.error, zlib.error)
"""What Pillow raises on broken files (UnidentifiedImageError is an OSError): its readers let their own faults through."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo made safe: JPEG bytes without anything the camera wrote into them."""

    data: bytes
    width: int
    height: int


def admits(session: Session, *, number: int, actor: Actor, now: datetime) -> None:
    """Return when the order takes a photo from the actor; asked before a byte of the upload is decoded.

    Raises NotFound, Forbidden, or Conflict with the reason.
    """
    order = session.scalars(select(WorkOrder).where(known_by(actor, number))).one_or_none()
    if order is None:
        raise NotFound("There is no such work order.")
    remarks.editable(session, order, word="photos", actor=actor, now=now)


def developed(upload: bytes) -> Picture:
    """Decode the upload and write it anew as JPEG, upright, at most 2400 pixels long; raises Invalid saying what is wrong."""
    if not upload:
        raise Invalid({"photo": "Choose a photo first."})
    if len(upload) > MOST_BYTES:
        raise Invalid({"photo": "This photo is larger than 20 MB. Choose a smaller one."})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # damaged metadata, which is thrown away in any case
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(upload), formats=FORMATS) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise Invalid({"photo": "This photo has more than 50 million pixels. Choose a smaller one."})
                upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise Invalid({"photo": "This photo has more than 50 million pixels. Choose a smaller one."}) from error
    except BROKEN as error:
        raise Invalid({"photo": "This file is not a photo that can be read (JPEG, PNG, WebP or GIF)."}) from error
    upright.info = {}  # Pillow would copy a comment or a profile of the upload into what it writes
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    written = io.BytesIO()
    upright.save(written, "JPEG", quality=85)
    return Picture(written.getvalue(), upright.width, upright.height)


def add(
    session: Session,
    *,
    number: int,
    picture: Picture,
    file: str,
    name: str,
    caption: str,
    actor: Actor,
    now: datetime,
) -> Photo:
    """Keep the picture, which lies under the name `file`, with the order; raises like `admits`, and Invalid."""
    order = transitions.locked(session, number=number, actor=actor)
    remarks.editable(session, order, word="photos", actor=actor, now=now)
    held = session.scalar(select(func.count()).select_from(Photo).where(Photo.order_id == order.id)) or 0
    if held >= MOST_PHOTOS:
        raise Invalid({"photo": f"A work order keeps at most {MOST_PHOTOS} photos."})
    assert actor.user_id is not None
    photo = Photo(
        order_id=order.id,
        user_id=actor.user_id,
        file=file,
        name=(entries.line(name) or "Photo")[: entries.LONGEST_LINE],
        caption=_read(caption),
        width=picture.width,
        height=picture.height,
        at=now,
    )
    session.add(photo)
    session.flush()
    return photo


def describe(session: Session, *, number: int, photo_id: int, caption: str, actor: Actor, now: datetime) -> Photo:
    """Give a photo another caption: one's own, or as a supervisor anybody's."""
    order, photo = _changeable(session, number=number, photo_id=photo_id, actor=actor, now=now)
    said = _read(caption)
    if said != photo.caption:
        field = f"Caption of {photo.name}"
        remarks.remember(session, order, field=field, old=photo.caption, new=said, actor=actor, now=now)
        photo.caption = said
        session.flush()
    return photo


def delete(session: Session, *, number: int, photo_id: int, actor: Actor, now: datetime) -> str:
    """Take one's own photo away, or as a supervisor anybody's; returns the name its bytes lie under."""
    order, photo = _changeable(session, number=number, photo_id=photo_id, actor=actor, now=now)
    field = f"Photo by {session.get_one(User, photo.user_id).name}"
    remarks.remember(session, order, field=field, old=photo.caption or photo.name, new=None, actor=actor, now=now)
    session.delete(photo)
    session.flush()
    return photo.file


def path(session: Session, *, photo_id: int, folder: Path, actor: Actor) -> Path:
    """Where the bytes of a photo lie; raises NotFound when the actor may not see its order or they are gone."""
    file = session.execute(
        select(Photo.file).join(WorkOrder, WorkOrder.id == Photo.order_id).where(Photo.id == photo_id, visible(actor))
    ).scalar_one_or_none()
    if file is None or not (folder / file).is_file():
        raise NotFound("There is no such photo.")
    return folder / file


def _changeable(
    session: Session, *, number: int, photo_id: int, actor: Actor, now: datetime
) -> tuple[WorkOrder, Photo]:
    order = transitions.locked(session, number=number, actor=actor)
    photo = session.scalars(
        select(Photo).where(Photo.id == photo_id, Photo.order_id == order.id).execution_options(populate_existing=True)
    ).one_or_none()
    if photo is None:
        raise NotFound("There is no such photo; somebody may have deleted it.")
    remarks.editable(session, order, word="photos", actor=actor, now=now, author_id=photo.user_id)
    return order, photo


def _read(caption: str) -> str:
    said = entries.line(caption)
    if len(said) > entries.LONGEST_LINE:
        raise Invalid({"caption": f"This is too long: at most {entries.LONGEST_LINE} characters."})
    return said
