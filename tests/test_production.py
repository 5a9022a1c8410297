"""An installation as docs/production.md makes it: its commands, one after another, on both databases."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from tests.support import mail, postgres
from tests.support.broker import private_broker
from tests.support.ports import free_port
from tests.support.systems import environment

Command = Callable[..., "subprocess.CompletedProcess[str]"]
TABLES = ("users", "work_orders", "work_order_status_histories", "deliveries", "maintenance_plans", "items")


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> Iterator[str]:
    """An empty database without a single table."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path}/database.sqlite"
        return
    cluster = request.getfixturevalue("postgres_cluster")
    name = f"production_{os.getpid()}"  # processes of one run share the cluster
    try:
        yield postgres.create(cluster, name)
    finally:
        postgres.drop(cluster, name)


@pytest.fixture(params=("sqlite", "postgresql"))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def fieldwright(url: str, tmp_path: Path) -> Command:
    """Run one command with the settings of production."""
    settings = {
        "FIELDWRIGHT_ENV": "production",
        "SECRET_KEY": "a secret for tests, more than thirty-two characters",
        "BASE_URL": "https://work.example.com",
        "DATABASE_URL": url,
    }

    def run(*words: str, given: str = "", **more: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            (sys.executable, "-m", "webapp.cli", *words),
            env=environment(tmp_path, 1, **{**settings, **more}),
            input=given,
            capture_output=True,
            text=True,
            timeout=300,
        )

    return run


def counts(url: str) -> dict[str, int]:
    """Return the number of rows of the tables that matter most."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return {table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in TABLES}
    finally:
        engine.dispose()


def change(url: str, *statements: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_an_empty_database_becomes_an_installation_with_its_first_administrator(
    fieldwright: Command, url: str, tmp_path: Path
) -> None:
    with private_broker(tmp_path) as broker, mail.mail_server(free_port()) as box:
        assert "run `fieldwright migrate`" in fieldwright("doctor", REDIS_URL=broker).stdout
        assert fieldwright("migrate").stdout == "The database is up to date.\n"
        made = fieldwright("create-admin", "ada@example.com", "--name", "Ada", given="a long enough password\n")
        assert made.stdout == "ada@example.com can sign in and do everything.\n"
        looked = fieldwright("doctor", REDIS_URL=broker, SMTP_URL=box.url)
        assert "ok    The database answers and has every table" in looked.stdout
        assert "ok    The broker of REDIS_URL answers." in looked.stdout
        assert "WRONG No worker has signed for a minute." in looked.stdout
        sent = fieldwright("mail-test", "ada@example.com", SMTP_URL=box.url)
        assert sent.stdout == "The mail server accepted it.\n"
        assert [message["To"] for message in box.messages] == ["ada@example.com"]
    refused = fieldwright("mail-test", "ada@example.com", SMTP_URL=box.url)
    assert refused.returncode == 1
    assert refused.stderr.startswith("fieldwright: The mail server did not take it:")
    assert fieldwright("demo").stderr.startswith("fieldwright: The demo's accounts have known passwords")


def test_a_backup_of_a_firm_at_work_brings_every_row_back_and_a_row_altered_behind_its_back_is_named(
    fieldwright: Command, url: str, tmp_path: Path
) -> None:
    loaded = fieldwright("demo", FIELDWRIGHT_ENV="demo", BASE_URL="http://127.0.0.1")
    assert loaded.returncode == 0, loaded.stderr
    before = counts(url)
    assert before["work_orders"] > 0
    file = tmp_path / "before.tar.gz"
    assert fieldwright("backup", str(file)).returncode == 0
    assert fieldwright("history", "verify").stdout == "Every order's history is as it was written.\n"

    change(
        url,
        "UPDATE work_order_status_histories SET actor_name = 'Somebody Else' WHERE order_id = 3 AND sequence = 1",
        "DELETE FROM delivery_attempts",
        "UPDATE users SET name = 'Lost'",
    )
    altered = fieldwright("history", "verify")
    assert altered.returncode == 1
    assert altered.stderr.startswith("fieldwright: Row 1 of work order 1003 was altered")

    restored = fieldwright("restore", str(file), "--replace")
    assert restored.returncode == 0, restored.stderr
    assert counts(url) == before
    assert fieldwright("history", "verify").returncode == 0
    assert fieldwright("migrate").returncode == 0


def test_a_restore_into_a_database_that_lost_everything_makes_the_tables_too(
    fieldwright: Command, url: str, tmp_path: Path
) -> None:
    assert fieldwright("migrate").returncode == 0
    made = fieldwright("create-admin", "ada@example.com", given="a long enough password\n")
    assert made.returncode == 0, made.stderr
    file = tmp_path / "backup.tar.gz"
    assert fieldwright("backup", str(file)).returncode == 0
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).unlink()
    else:
        change(url, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    restored = fieldwright("restore", str(file))
    assert restored.returncode == 0, restored.stderr
    engine = create_engine(url)
    assert set(TABLES) <= set(inspect(engine).get_table_names())
    engine.dispose()
    assert counts(url)["users"] == 1
