"""Killing the worker while notices flow: nothing lost, nothing doubled in the feed, every mail accepted at least once."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.conftest import settings
from tests.support import mail
from tests.support.ports import free_port
from tests.support.systems import System, system, until
from webapp import clock
from webapp.app import create_app
from webapp.db import db, reading, unit_of_work
from webapp.models import Delivery, Notification, Role, User

pytestmark = pytest.mark.crash

ROUNDS, EACH = 4, 25
PRODUCTION = {
    "FIELDWRIGHT_ENV": "production",
    "SECRET_KEY": "a secret for tests, more than thirty-two characters",
    "BASE_URL": "http://127.0.0.1",
}


@pytest.fixture
def box() -> Iterator[mail.Mailbox]:
    with mail.mail_server(free_port()) as mailbox:
        yield mailbox


@pytest.fixture
def running(tmp_path_factory: pytest.TempPathFactory, box: mail.Mailbox) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("survive") / "data"
    with system(folder, SMTP_URL=box.url, **PRODUCTION) as started:
        yield started


@pytest.fixture
def outside(running: System) -> Iterator[Flask]:
    """The application on the running system's database, in this process."""
    application = create_app(settings(f"sqlite:///{running.folder}/fieldwright.sqlite", running.folder))
    with application.app_context():
        yield application
        db.session.remove()
        db.engine.dispose()


def write(user_id: int, first: int, now: datetime) -> None:
    """Some notices, each to the feed and by mail, in one transaction."""
    with unit_of_work() as session:
        for number in range(first, first + EACH):
            for channel in ("in_app", "mail"):
                session.add(
                    Delivery(
                        key=f"notice-{number}:{channel}",
                        message="WorkOrderCompleted",
                        audience="creator",
                        channel=channel,
                        user_id=user_id,
                        address="ana@firm.test" if channel == "mail" else None,
                        recipient_name="Ana",
                        context={"number": number},
                        next_at=now,
                        created_at=now,
                        message_id=f"<notice-{number}@fieldwright>",
                    )
                )


def test_killing_workers_while_notices_flow_loses_nothing_and_doubles_nothing(
    running: System, outside: Flask, box: mail.Mailbox
) -> None:
    with unit_of_work() as session:
        role = Role(name="clerk", label="Clerk", is_technician=False, permissions=[])
        session.add(role)
        session.flush()
        ana = User(email="ana@firm.test", name="Ana", password_hash=None, role_id=role.id, created_at=clock.now())
        session.add(ana)
        session.flush()
        ana_id = ana.id
    for number in range(ROUNDS):
        write(ana_id, number * EACH, clock.now())
        time.sleep(1.3)  # so that the kill finds the worker in the middle of something
        for pid, line in running.processes().items():
            if "quiet worker" in line:
                os.kill(pid, signal.SIGKILL)

    def waiting() -> int:
        with reading() as session:
            return session.execute(
                select(func.count()).select_from(Delivery).where(Delivery.state == "waiting")
            ).scalar_one()

    until(lambda: waiting() == 0, seconds=150, what="an empty outbox")
    with reading() as session:
        told = session.scalars(select(Notification.title)).all()
    assert len(told) == ROUNDS * EACH
    assert len(set(told)) == ROUNDS * EACH
    accepted = {message["Message-ID"] for message in box.messages}
    assert accepted == {f"<notice-{number}@fieldwright>" for number in range(ROUNDS * EACH)}
