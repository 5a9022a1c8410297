"""The `fieldwright` command: what it refuses, it refuses in one sentence, with a code a script can see."""

import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support.systems import environment
from webapp.config import DEFINITIONS
from webapp.db import reading
from webapp.models import User


def fieldwright(folder: Path, *words: str, given: str = "", **more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        (sys.executable, "-m", "webapp.cli", *words),
        env=environment(folder, 1, **more),
        input=given,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("words", "more", "sentence"),
    [
        (["up"], {"FIELDWRIGHT_ENV": "production"}, "In production set SECRET_KEY and BASE_URL in the environment."),
        (["up"], {"FIELDWRIGHT_ENV": "staging"}, "FIELDWRIGHT_ENV must be production or demo, not 'staging'."),
        (["up"], {"PORT": "80a"}, "PORT must be a number from 1 to 65535, not '80a'."),
        (["worker"], {}, "Set REDIS_URL, or use `fieldwright up`, which brings a broker of its own."),
        (["definitions", "check", "no-such.yaml"], {}, "no-such.yaml cannot be read: No such file or directory."),
        (["restore", "no-such.tar.gz"], {}, "no-such.tar.gz does not exist or is not a backup of Fieldwright."),
    ],
)
def test_a_refusal_is_one_sentence_and_no_traceback(
    tmp_path: Path, words: list[str], more: dict[str, str], sentence: str
) -> None:
    refused = fieldwright(tmp_path, *words, **more)
    assert refused.returncode == 1
    assert refused.stderr == f"fieldwright: {sentence}\n"


def test_the_demo_does_not_listen_where_others_could_reach_it(tmp_path: Path) -> None:
    refused = fieldwright(tmp_path, "up", HOST="0.0.0.0", PORT="20999")
    assert refused.returncode == 1
    assert "The demo's passwords are known to everybody" in refused.stderr


def test_the_shipped_definitions_are_sound(tmp_path: Path) -> None:
    checked = fieldwright(tmp_path, "definitions", "check")
    assert checked.returncode == 0, checked.stdout
    assert "work_order.yaml: sound" in checked.stdout


def test_the_first_administrator_is_made_with_a_password_from_standard_input(
    app: Flask, tmp_path: Path, database_url: str
) -> None:
    made = fieldwright(
        tmp_path, "create-admin", "Ada@example.org", given="a long enough password\n", DATABASE_URL=database_url
    )
    assert made.returncode == 0, made.stderr
    with reading() as session:
        ada = session.scalars(select(User)).one()
        assert ada.email == "ada@example.org"
        assert ada.role.name == "admin"


def test_a_short_password_is_refused(app: Flask, tmp_path: Path, database_url: str) -> None:
    refused = fieldwright(tmp_path, "create-admin", "ada@example.org", given="short\n", DATABASE_URL=database_url)
    assert refused.returncode == 1
    assert refused.stderr == "fieldwright: The password needs at least 12 characters.\n"


def test_an_untouched_history_verifies(app: Flask, tmp_path: Path, database_url: str) -> None:
    verified = fieldwright(tmp_path, "history", "verify", DATABASE_URL=database_url)
    assert verified.stdout == "Every order's history is as it was written.\n"


@pytest.mark.parametrize("module", [("workflow", "check"), ("webapp.cli", "definitions", "check")])
def test_a_command_whose_output_nobody_reads_ends_quietly(tmp_path: Path, module: tuple[str, ...]) -> None:
    name, *words = module
    file = tmp_path / "broken.yaml"
    file.write_text("format: fieldwright/1\n" + "".join(f"wrong_{number}: 1\n" for number in range(2000)))
    (tmp_path / "vocabulary.yaml").write_text((DEFINITIONS / "vocabulary.yaml").read_text())
    with subprocess.Popen(
        (sys.executable, "-m", name, *words, str(file)),
        env=environment(tmp_path, 1), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as command:  # fmt: skip
        assert command.stdout is not None
        assert command.stderr is not None
        command.stdout.readline()
        command.stdout.close()
        assert command.stderr.read() == b""
        assert command.wait(60) in (1, 141)  # 1: it had said everything before we stopped reading
