"""Killing the worker inside its conversation with the mail server: nothing lost, nothing doubled in the feed, no mail missing."""

from __future__ import annotations

import contextlib
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
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

NOTICES = 10
BEFORE, AFTER = (1, 6), (3, 8)
"""In whose conversation the worker dies: before the server has taken the mail, and after it but before it says so."""
WHOLE = (6, 8)
"""Where the worker dies with all its processes, not only the one that speaks."""
PRODUCTION = {
    "FIELDWRIGHT_ENV": "production",
    "SECRET_KEY": "a secret for tests, more than thirty-two characters",
    "BASE_URL": "http://127.0.0.1",
}


@dataclass(slots=True)
class Deadly(mail.Mailbox):
    """A mail server in whose hands the process at the other end of the line dies, once per chosen mail."""

    workers: Callable[[], set[int]] = field(default=set)
    killed: list[int] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        number = next((n for n in range(NOTICES) if id_of(n).encode() in bytes(envelope.content or b"")), -1)
        strikes = number in (*BEFORE, *AFTER) and number not in self.killed
        if strikes and number in BEFORE:
            return self.strike(number, session)
        answer = await mail.Mailbox.handle_DATA(self, server, session, envelope)
        return self.strike(number, session) if strikes else answer

    def strike(self, number: int, session: Session) -> str:
        speaker = at_the_end_of(session.peer, self.workers())
        for pid in self.workers() if number in WHOLE else {speaker}:
            with contextlib.suppress(ProcessLookupError):  # the parent's end takes its children along
                os.kill(pid, signal.SIGKILL)
        self.killed.append(number)
        return "451 4.3.0 Nobody hears this"


def id_of(number: int) -> str:
    return f"<notice-{number}@fieldwright>"


def at_the_end_of(peer: Any, among: set[int]) -> int:
    """The process that holds the other end of a loopback connection."""
    port = f":{peer[1]:04X}"
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    sockets = {f"socket:[{line[9]}]" for line in lines if line[1].endswith(port)}
    for pid in among:
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                if str(entry.readlink()) in sockets:
                    return pid
    raise AssertionError("nobody speaks")


@pytest.fixture
def box() -> Iterator[Deadly]:
    with mail.mail_server(free_port(), Deadly()) as mailbox:
        assert isinstance(mailbox, Deadly)
        yield mailbox


@pytest.fixture
def running(tmp_path_factory: pytest.TempPathFactory, box: Deadly) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("survive") / "data"
    with system(folder, SMTP_URL=box.url, **PRODUCTION) as started:
        box.workers = lambda: {pid for pid, line in started.processes().items() if "quiet worker" in line}
        yield started


@pytest.fixture
def outside(running: System) -> Iterator[Flask]:
    """The application on the running system's database, in this process."""
    application = create_app(settings(f"sqlite:///{running.folder}/fieldwright.sqlite", running.folder))
    with application.app_context():
        yield application
        db.session.remove()
        db.engine.dispose()


def write(user_id: int, now: datetime) -> None:
    """Some notices, each to the feed and by mail, in one transaction."""
    with unit_of_work() as session:
        for number in range(NOTICES):
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
                        message_id=id_of(number),
                    )
                )


def test_a_worker_killed_in_the_middle_of_a_mail_loses_nothing_and_doubles_nothing(
    running: System, outside: Flask, box: Deadly
) -> None:
    with unit_of_work() as session:
        role = Role(name="clerk", label="Clerk", is_technician=False, permissions=[])
        session.add(role)
        session.flush()
        ana = User(email="ana@firm.test", name="Ana", password_hash=None, role_id=role.id, created_at=clock.now())
        session.add(ana)
        session.flush()
        ana_id = ana.id
    write(ana_id, clock.now())

    def waiting() -> int:
        with reading() as session:
            return session.execute(
                select(func.count()).select_from(Delivery).where(Delivery.state == "waiting")
            ).scalar_one()

    until(lambda: waiting() == 0, seconds=240, what="an empty outbox")
    assert sorted(box.killed) == sorted((*BEFORE, *AFTER)), "every kill came, in the middle of its conversation"
    with reading() as session:
        told = session.scalars(select(Notification.title)).all()
        states = set(session.scalars(select(Delivery.state)))
    assert states == {"delivered"}
    assert len(told) == len(set(told)) == NOTICES
    accepted = Counter(said(message) for message in box.messages)
    assert set(accepted) == {id_of(number) for number in range(NOTICES)}
    again = {key for key, times in accepted.items() if times > 1}
    assert again >= {id_of(number) for number in AFTER}, "taken, not heard of, and sent again with the same Message-ID"


def said(message: EmailMessage) -> str:
    return str(message["Message-ID"])
