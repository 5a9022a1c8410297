"""`fieldwright backup` and `restore`: what was there is there again, photos included, on both databases."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from tests.support.systems import environment


def fieldwright(folder: Path, url: str, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        (sys.executable, "-m", "webapp.cli", *words),
        env=environment(folder, 1, DATABASE_URL=url),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def run(url: str, statement: str) -> list[tuple[object, ...]]:
    engine = create_engine(url)
    with engine.begin() as connection:
        result = connection.execute(text(statement))
        rows = [tuple(row) for row in result] if result.returns_rows else []
    engine.dispose()
    return rows


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Path:
    run(database_url, "CREATE TABLE remembered (words text)")
    run(database_url, "INSERT INTO remembered VALUES ('boiler in the cellar')")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "1.jpg").write_bytes(b"a photo")
    return tmp_path


def test_a_backup_brings_back_rows_and_photos(world: Path, database_url: str) -> None:
    file = world / "backup.tar.gz"
    made = fieldwright(world, database_url, "backup", str(file))
    assert made.returncode == 0, made.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    run(database_url, "UPDATE remembered SET words = 'lost'")
    (world / "photos" / "1.jpg").unlink()

    restored = fieldwright(world, database_url, "restore", str(file), "--replace")

    assert restored.returncode == 0, restored.stderr
    assert run(database_url, "SELECT words FROM remembered") == [("boiler in the cellar",)]
    assert (world / "photos" / "1.jpg").read_bytes() == b"a photo"


def test_a_database_that_is_not_empty_is_not_overwritten_by_accident(world: Path, database_url: str) -> None:
    file = world / "backup.tar.gz"
    fieldwright(world, database_url, "backup", str(file))
    refused = fieldwright(world, database_url, "restore", str(file))
    assert refused.returncode == 1
    assert refused.stderr == "fieldwright: The database is not empty; add --replace to overwrite everything in it.\n"


def test_something_that_is_no_backup_is_refused_in_one_sentence_and_changes_nothing(
    world: Path, database_url: str
) -> None:
    file = world / "holiday.jpg"
    file.write_bytes(os.urandom(1000))
    refused = fieldwright(world, database_url, "restore", str(file), "--replace")
    assert refused.returncode == 1
    assert refused.stderr == f"fieldwright: {file} is not a readable backup of Fieldwright.\n"
    engine = create_engine(database_url)
    assert "remembered" in inspect(engine).get_table_names()
    engine.dispose()


def test_a_file_that_exists_is_not_overwritten_by_a_backup(world: Path, database_url: str) -> None:
    refused = fieldwright(world, database_url, "backup", str(world / "photos" / "1.jpg"))
    assert refused.returncode == 1
    assert (world / "photos" / "1.jpg").read_bytes() == b"a photo"
