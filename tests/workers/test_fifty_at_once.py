"""Fifty people press the same button of the same page at the same moment, over HTTP, at the web server of production."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support import systems
from tests.views import order_world as world
from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.models import Role, StatusHistory, User, WorkOrder
from webapp.services import history, sessions

pytestmark = pytest.mark.crash  # not that it kills anything: it wants the machine to itself

PEOPLE, ROUNDS = 50, 3


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person got."""

    code: int
    page: str


@dataclass(frozen=True, slots=True)
class Presser:
    """One signed-in supervisor with the page open: his cookie and the token of his form."""

    name: str
    cookie: str
    token: str

    def request(self, number: int, version: str) -> bytes:
        """The press as his browser sends it."""
        body = f"csrf_token={self.token}&row_version={version}&answer.reason=No+longer+needed"
        return (
            f"POST /work-orders/{number}/transitions/cancel HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
            f"Cookie: {self.cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()


@pytest.fixture
def web(app: Flask, database_url: str, tmp_path: Path) -> Iterator[str]:
    """gunicorn as `fieldwright web` runs it: two processes on PostgreSQL, one on SQLite."""
    world.found_firm()
    with systems.web_server(
        tmp_path, {"DATABASE_URL": database_url, "SECRET_KEY": app.config["SECRET_KEY"]}
    ) as address:
        yield address


def in_a_thread(work: Coroutine[Any, Any, list[Answer]]) -> list[Answer]:
    """Run it in a loop of its own: a browser test of the same process leaves its loop running in the main thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def supervisors(app: Flask) -> list[Presser]:
    """Fifty supervisors, each with a session of his own."""
    now = clock.now()
    with unit_of_work() as session:
        role_id = session.scalars(select(Role.id).where(Role.name == "supervisor")).one()
        people = [
            User(
                email=f"{number}@fifty.test",
                name=f"Supervisor {number:02}",
                password_hash=None,
                role_id=role_id,
                extra_permissions=[],
                active=True,
                created_at=now,
            )
            for number in range(PEOPLE)
        ]
        session.add_all(people)
        session.flush()
        held = [sessions.begin(session, user_id=one.id, email=one.email, address="", now=now) for one in people]
    return [at_his_browser(app, holder) for holder in held]


def at_his_browser(app: Flask, holder: sessions.Holder) -> Presser:
    """A session as the cookie of a browser that has a page open; made in this process, it is as good at the web server."""
    client = app.test_client()
    with client.session_transaction() as kept:
        kept["_user_id"], kept["_fresh"] = holder.token, True
    token = world.hidden(client.get("/notifications"), "csrf_token")
    cookie = client.get_cookie("fieldwright")
    assert cookie is not None
    return Presser(holder.name, f"fieldwright={cookie.value}", token)


async def press(address: str, sent: bytes, start: asyncio.Event) -> Answer:
    """Open the connection, wait for the others, send, and read the whole answer."""
    host, _, port = address.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    await start.wait()
    writer.write(sent)
    await writer.drain()
    answer = (await reader.read()).decode()
    writer.close()
    await writer.wait_closed()
    head, _, page = answer.partition("\r\n\r\n")
    return Answer(int(head.split()[1]), page)


async def all_at_once(address: str, requests: list[bytes]) -> list[Answer]:
    start = asyncio.Event()
    waiting = [asyncio.create_task(press(address, sent, start)) for sent in requests]
    await asyncio.sleep(0.1)
    start.set()
    return await asyncio.gather(*waiting)


def test_of_fifty_people_one_succeeds_and_forty_nine_are_told_where_the_order_is_now(app: Flask, web: str) -> None:
    people = supervisors(app)
    office = app.test_client()
    world.as_person(office, world.OFFICE)
    for _ in range(ROUNDS):
        number = world.make_order(office)
        version = world.hidden(office.get(f"/work-orders/{number}"), "row_version")
        answers = in_a_thread(all_at_once(web, [person.request(number, version) for person in people]))
        codes = sorted(answer.code for answer in answers)
        assert codes == [303] + [409] * (PEOPLE - 1)
        winner = people[next(index for index, answer in enumerate(answers) if answer.code == 303)].name
        for answer in answers:
            if answer.code == 409:
                assert f"Work order {number} was changed while you had it open. It is now Cancelled." in answer.page
                assert re.search(f"{winner} changed [Ss]tatus from Unassigned to Cancelled", answer.page)
        with reading() as session:
            order = session.scalars(select(WorkOrder).where(WorkOrder.number == number)).one()
            assert (order.status, order.row_version) == ("cancelled", int(version) + 1)
            pressed = select(func.count()).where(StatusHistory.order_id == order.id, StatusHistory.rule == "cancel")
            assert session.execute(pressed).scalar_one() == 1
            assert history.verify(session) is None
