"""`fieldwright definitions publish|import|export`: proved like on the page, and byte for byte."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.conftest import fresh_database, settings
from tests.services.firm import open_firm, repair
from tests.services.publishing import BARE, SHIPPED
from tests.support.systems import environment
from webapp.app import create_app
from webapp.db import db, reading, unit_of_work
from webapp.models import DefinitionVersion, LiveDefinition, WorkOrder

HOME = Path(__file__).parents[1]
Command = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def fieldwright(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Command]:
    """The command on a firm with one open order; its answer as bytes."""
    with fresh_database("sqlite", tmp_path, request) as url:
        app = create_app(settings(url, tmp_path))
        with app.app_context():
            with unit_of_work() as session:
                repair(session, open_firm(session))

            def run(*words: str) -> subprocess.CompletedProcess[bytes]:
                return subprocess.run(
                    (sys.executable, "-m", "webapp.cli", "definitions", *words),
                    cwd=HOME,
                    env=environment(tmp_path, 0, DATABASE_URL=url, SECRET_KEY=app.config["SECRET_KEY"])
                    | {"PYTHONPATH": os.fspath(HOME)},
                    capture_output=True,
                    timeout=180,
                )

            yield run
            db.session.remove()
            db.engine.dispose()


def test_a_file_is_published_with_its_proof_and_exported_byte_for_byte(fieldwright: Command, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    written = SHIPPED.replace("label: Unassigned", "label: Nobody yet").replace("\n", "\r\n").encode()
    file.write_bytes(written)
    done = fieldwright("publish", str(file), "--note", "Plainer words")
    assert done.returncode == 0, done.stderr.decode()
    said = done.stdout.decode()
    assert "covered: proved" in said
    assert "work_order version 2 is live." in said
    assert "1 of 1 open orders follow it." in said
    assert fieldwright("export", "work_order").stdout == written
    with reading() as session:
        version = session.scalars(select(DefinitionVersion).where(DefinitionVersion.number == 2)).one()
        assert (version.note, version.author_id, version.verdict["proved"]) == ("Plainer words", None, True)
        assert session.scalars(select(WorkOrder.definition_version_id)).all() == [second := version.id]
    first = fieldwright("export", "work_order", "--number", "1").stdout
    assert first == SHIPPED.encode()
    file.write_bytes(first)
    back = fieldwright("import", str(file))
    assert back.returncode == 0, back.stderr.decode()
    with reading() as session:
        assert session.scalars(select(WorkOrder.definition_version_id)).all() == [second]
        assert session.scalars(select(LiveDefinition.version_id)).one() == second + 1


def test_what_the_proof_finds_wrong_stops_it_and_nothing_changes(fieldwright: Command, tmp_path: Path) -> None:
    file = tmp_path / "bouncing.yaml"
    text = BARE.replace(
        "    from: pending\n    to: ongoing\n", "    from: [pending, waiting_approval]\n    to: ongoing\n", 1
    )
    assert text != BARE
    file.write_text(text, encoding="utf-8")
    refused = fieldwright("publish", str(file), "--acknowledge-warnings")
    assert refused.returncode == 1
    assert "error: “Start” never leads out of “Waiting for approval”" in refused.stdout.decode()
    assert refused.stderr.decode().startswith("fieldwright: ")
    with reading() as session:
        assert session.scalars(select(DefinitionVersion.number)).all() == [1]


def test_a_file_that_is_no_definition_is_refused_at_its_line(fieldwright: Command, tmp_path: Path) -> None:
    file = tmp_path / "none.yaml"
    file.write_bytes(b"format: fieldwright/1\nlifecycle: work_order\n")
    refused = fieldwright("import", str(file))
    assert refused.returncode == 1
    assert f"{file}:1:1:" in refused.stderr.decode()
    assert b"Traceback" not in refused.stderr
