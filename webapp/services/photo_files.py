"""The bytes of photos: files only this program reads, each lying there if and only if a photo names it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import Photo

Reading = Callable[[], AbstractContextManager[Session]]


@contextmanager
def kept(data: bytes, *, folder: Path, reading: Reading) -> Iterator[str]:
    """Write the bytes under a new name and yield it; on leaving they are removed again unless a committed photo names them.

    Whether one does is asked of the database and not concluded from an exception: a commit may have succeeded though its
    answer was lost. The file is whole before a photo can name it.
    """
    file = f"{secrets.token_hex(16)}.jpg"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(folder / f"{file}.part", data)
    (folder / f"{file}.part").rename(folder / file)
    try:
        yield file
    finally:
        discard(file, folder=folder, reading=reading)


def discard(file: str, *, folder: Path, reading: Reading) -> None:
    """Remove the bytes, unless a photo names them."""
    with reading() as session:
        named = session.execute(select(Photo.id).where(Photo.file == file)).first() is not None
    if not named:
        (folder / file).unlink(missing_ok=True)


def _write(path: Path, data: bytes) -> None:
    """Write a new file for this program's eyes only, and wait until the disk has it."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
            written.write(data)
            written.flush()
            os.fsync(written.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise
