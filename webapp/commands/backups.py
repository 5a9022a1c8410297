"""`backup` and `restore`: the database and the photos as one file."""

import argparse
import contextlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from webapp.config import Settings
from webapp.errors import ApplicationError
from webapp.up import lock

FORMAT = 1
FILES = ("photos",)
"""What the data folder holds beside the database; sockets, locks and logs are not worth keeping."""


def backup(arguments: argparse.Namespace) -> None:
    """Write database and photos to one new file, readable by its owner only, while the system may be running."""
    settings = Settings.from_environment()
    target = Path(arguments.file)
    if target.exists():
        raise ApplicationError(f"{target} exists already; name a new file.")
    url = make_url(settings.database_url)
    with tempfile.TemporaryDirectory() as scratch, written(target) as archive:
        copy = Path(scratch) / "database"
        dump(url, copy)
        about = json.dumps({"format": FORMAT, "database": url.get_backend_name()}).encode()
        entry = tarfile.TarInfo("fieldwright-backup.json")
        entry.size = len(about)
        archive.addfile(entry, io.BytesIO(about))
        archive.add(copy, "database")
        for name in FILES:
            if (settings.folder / name).exists():
                archive.add(settings.folder / name, f"files/{name}")
    print(f"The backup is in {target} ({target.stat().st_size:,} bytes).")


@contextlib.contextmanager
def written(target: Path) -> Iterator[tarfile.TarFile]:
    """Yield an archive that takes the target's name only once it is complete."""
    partial = target.with_name(f".{target.name}.partial")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz") as archive:
                yield archive
            file.flush()
            os.fsync(file.fileno())
        partial.rename(target)
    except OSError as error:
        raise ApplicationError(f"The backup {target} cannot be written: {error.strerror}.") from error
    finally:
        partial.unlink(missing_ok=True)


def dump(url: URL, copy: Path) -> None:
    """Write a consistent copy of the database."""
    if url.get_backend_name() == "sqlite":
        assert url.database
        if not Path(url.database).exists():
            raise ApplicationError("There is no database yet; nothing to back up.")
        with (
            contextlib.closing(sqlite3.connect(url.database)) as source,
            contextlib.closing(sqlite3.connect(copy)) as out,
        ):
            source.backup(out)
        return
    postgres_tool("pg_dump", "--format=custom", "--no-owner", "--file", str(copy), url=url)


def restore(arguments: argparse.Namespace) -> None:
    """Put database and photos back from a backup; the system must be stopped."""
    settings = Settings.from_environment()
    url = make_url(settings.database_url)
    held = lock.take(settings.folder)
    try:
        with tempfile.TemporaryDirectory(dir=settings.folder) as scratch:
            unpacked = Path(scratch)
            unpack(Path(arguments.file), unpacked, url.get_backend_name())
            load(url, unpacked / "database", replace=arguments.replace)
            for name in FILES:
                if (unpacked / "files" / name).exists():
                    shutil.rmtree(settings.folder / name, ignore_errors=True)
                    (unpacked / "files" / name).rename(settings.folder / name)
    finally:
        held.release()
    print(f"Restored from {arguments.file}. Run `fieldwright migrate` if this release is newer than the backup.")


def unpack(source: Path, folder: Path, backend: str) -> None:
    try:
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
        about = json.loads((folder / "fieldwright-backup.json").read_text())
    except FileNotFoundError as error:
        raise ApplicationError(f"{source} does not exist or is not a backup of Fieldwright.") from error
    except (tarfile.TarError, OSError, ValueError) as error:
        raise ApplicationError(f"{source} is not a readable backup of Fieldwright.") from error
    if about["database"] != backend:
        raise ApplicationError(
            f"The backup holds a {about['database']} database and DATABASE_URL names a {backend} one; they must be the same."
        )


def load(url: URL, copy: Path, *, replace: bool) -> None:
    """Make the copy the database; refuse to overwrite one that has tables unless told to."""
    from sqlalchemy import create_engine, inspect

    engine = create_engine(url)
    occupied = bool(inspect(engine).get_table_names())
    engine.dispose()
    if occupied and not replace:
        raise ApplicationError("The database is not empty; add --replace to overwrite everything in it.")
    if url.get_backend_name() == "sqlite":
        assert url.database
        for suffix in ("-wal", "-shm"):
            Path(url.database + suffix).unlink(missing_ok=True)
        copy.chmod(0o600)
        copy.replace(url.database)
        return
    postgres_tool("pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", str(copy), url=url)


def postgres_tool(name: str, *arguments: str, url: URL) -> None:
    """Run one of PostgreSQL's own programs on the database; the password goes by the environment, not the command line."""
    if not shutil.which(name):
        raise ApplicationError(f"{name} is needed for a PostgreSQL database; install the package postgresql-client.")
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    done = subprocess.run(
        (name, "--dbname", address, *arguments),
        env={**os.environ, **({"PGPASSWORD": url.password} if url.password else {})},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise ApplicationError(
            f"{name} failed: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'no reason given'}"
        )
