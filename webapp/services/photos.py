"""Photos on a work order: whatever comes in is decoded and written anew, so that only a picture is ever kept."""

from __future__ import annotations

import io
import secrets
import warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Invalid, NotFound
from webapp.models import Photo, WorkOrder
from webapp.services import entries, transitions
from webapp.services.notes import editable

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 2400
MOST_PHOTOS = 100


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo made safe: JPEG bytes without anything the camera wrote into them."""

    data: bytes
    width: int
    height: int


def developed(upload: bytes) -> Picture:
    """Decode the upload and write it anew as JPEG, upright, at most 2400 pixels long; raises Invalid saying what is wrong."""
    if not upload:
        raise Invalid({"photo": "Choose a photo first."})
    if len(upload) > MOST_BYTES:
        raise Invalid({"photo": "This photo is larger than 20 MB. Choose a smaller one."})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(upload), formats=FORMATS) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise Invalid({"photo": "This photo has more than 50 million pixels. Choose a smaller one."})
                upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise Invalid({"photo": "This photo has more than 50 million pixels. Choose a smaller one."}) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Invalid({"photo": "This file is not a photo that can be read (JPEG, PNG, WebP or GIF)."}) from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    written = io.BytesIO()
    upright.save(written, "JPEG", quality=85)
    return Picture(written.getvalue(), upright.width, upright.height)


def add(
    session: Session,
    *,
    number: int,
    picture: Picture,
    name: str,
    caption: str,
    folder: Path,
    actor: Actor,
    now: datetime,
) -> Photo:
    """Keep the picture in the folder and with the order; raises Forbidden where the order takes none from the actor."""
    order = transitions.locked(session, number=number, actor=actor)
    editable(session, order, word="photos", actor=actor, now=now)
    said, called = entries.line(caption), entries.line(name) or "Photo"
    if len(said) > entries.LONGEST_LINE:
        raise Invalid({"caption": f"This is too long: at most {entries.LONGEST_LINE} characters."})
    if len(session.execute(select(Photo.id).where(Photo.order_id == order.id)).all()) >= MOST_PHOTOS:
        raise Invalid({"photo": f"A work order keeps at most {MOST_PHOTOS} photos."})
    assert actor.user_id is not None
    file = f"{secrets.token_hex(16)}.jpg"
    photo = Photo(
        order_id=order.id,
        user_id=actor.user_id,
        file=file,
        name=called[: entries.LONGEST_LINE],
        caption=said,
        width=picture.width,
        height=picture.height,
        at=now,
    )
    session.add(photo)
    session.flush()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / file).write_bytes(picture.data)
    return photo


def path(session: Session, *, photo_id: int, folder: Path, actor: Actor) -> Path:
    """Where the bytes of a photo lie; raises NotFound when the actor may not see its order or they are gone."""
    file = session.execute(
        select(Photo.file)
        .join(WorkOrder, WorkOrder.id == Photo.order_id)
        .where(Photo.id == photo_id, transitions.visible(actor))
    ).scalar_one_or_none()
    if file is None or not (folder / file).is_file():
        raise NotFound("There is no such photo.")
    return folder / file
