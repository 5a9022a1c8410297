"""Publishing while everybody works, and after the process that moved the orders was killed: every row stays legal."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

from flask import Flask
from sqlalchemy import func, select

from tests.conftest import settings
from tests.services.firm import NOW, open_firm, repair
from tests.services.publishing import BARE, RENAMED, publish
from tests.support.systems import environment
from webapp.actors import Actor
from webapp.app import create_app
from webapp.db import db, reading, unit_of_work
from webapp.errors import Conflict, Refused
from webapp.models import LiveDefinition, Publication, StatusHistory, WorkOrder
from webapp.queries import lifecycles
from webapp.services import history, publications, transitions
from workflow.definition import Definition

HURRIED = """
import os, sys
from tests.conftest import settings
from pathlib import Path
from webapp import clock
from webapp.app import create_app
from webapp.db import unit_of_work
from webapp.services import publications

with create_app(settings(sys.argv[1], Path(sys.argv[2]))).app_context():
    moved = 1
    while moved:
        with unit_of_work() as session:
            moved = publications.move_some(session, publication_id=int(sys.argv[3]), now=clock.now(), limit=3)
        print(moved, flush=True)
        sys.stdin.readline()
"""
"""Moves three orders at a time and waits for a line after each."""


def legal(definition: Definition, row: StatusHistory) -> bool:
    """Whether the version the row names has this move."""
    if row.rule == transitions.PUBLISHED:
        return row.to_status in definition.statuses
    if row.rule is None:
        return row.to_status == definition.first_status
    known = definition.automatic if row.automatic else definition.transitions
    rule = known.get(row.rule)
    return rule is not None and row.from_status in rule.from_ and row.to_status == rule.to


def illegal_rows() -> list[str]:
    with reading() as session:
        versions = lifecycles.versions(session)
        return [
            f"{row.order_id}: {row.from_status} → {row.to_status} by {row.rule} in {row.definition_version_id}"
            for row in session.scalars(select(StatusHistory))
            if not legal(versions[row.definition_version_id].definition, row)
        ]


def test_publishing_back_and_forth_while_everybody_presses_breaks_no_row(app: Flask) -> None:
    with unit_of_work() as session:
        world = open_firm(session)
        numbers = [repair(session, world, technician=world.ana).number for _ in range(6)]
    pressed: Counter[str] = Counter()
    stop = Event()

    def presses(numbers_here: list[int]) -> None:
        """Start, pause and resume for ever; who was overtaken looks again."""
        with app.app_context():
            while not stop.is_set():
                for number in numbers_here:
                    with reading() as session:
                        status = session.execute(
                            select(WorkOrder.status).where(WorkOrder.number == number)
                        ).scalar_one()
                    name = {"pending": "start", "ongoing": "pause"}.get(status, "resume")
                    pressed[press(number, name)] += 1

    def press(number: int, name: str) -> str:
        answers = {"reason": "parts"} if name == "pause" else {}
        try:
            with unit_of_work() as session:
                transitions.press(
                    session, number=number, transition=name, answers=answers, row_version=None, actor=world.ana, now=NOW
                )
        except (Conflict, Refused) as refused:
            return type(refused).__name__
        return "done"

    def publishes() -> int:
        with app.app_context():
            done = 0
            while pressed["done"] < 200 or done < 4:
                text, targets = (RENAMED, {"paused": "on_hold"}) if done % 2 == 0 else (BARE, {"on_hold": "paused"})
                with unit_of_work() as session:
                    publication = publish(session, text, world.sam, targets=targets)
                moved = 1
                while moved:
                    with unit_of_work() as session:
                        moved = publications.move_some(session, publication_id=publication.id, now=NOW, limit=2)
                done += 1
            stop.set()
            return done

    with ThreadPoolExecutor(4) as pool:
        working = [pool.submit(presses, numbers[start::3]) for start in range(3)]
        publishing = pool.submit(publishes)
        publishing.add_done_callback(lambda _: stop.set())
        publishing.result(timeout=240)
        for one in working:
            one.result(timeout=60)
    assert illegal_rows() == []
    assert pressed["done"] >= 200
    with reading() as session:
        assert history.verify(session) is None
        moves = select(func.count()).select_from(StatusHistory).where(StatusHistory.rule == transitions.PUBLISHED)
        assert session.execute(moves).scalar_one() >= 12


def test_another_process_finishes_what_a_killed_one_began(app: Flask, database_url: str, tmp_path: Path) -> None:
    with unit_of_work() as session:
        world = open_firm(session)
        for _ in range(10):
            repair(session, world, technician=world.ana)
    with unit_of_work() as session:
        publication_id = publish(session, RENAMED, world.sam).id
    command = (sys.executable, "-c", HURRIED, database_url, str(tmp_path), str(publication_id))
    home = Path(__file__).parents[2]
    with subprocess.Popen(
        command,
        cwd=home,
        env=environment(tmp_path, 0),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "3\n"
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    with reading() as session:
        left = session.get_one(Publication, publication_id)
        assert (left.state, left.moved, left.total) == ("moving", 3, 10)
    run_the_clockwork(database_url, tmp_path)
    with reading() as session:
        done = session.get_one(Publication, publication_id)
        assert (done.state, done.moved) == ("done", 10)
        rows = session.execute(
            select(StatusHistory.order_id, func.count())
            .where(StatusHistory.rule == transitions.PUBLISHED)
            .group_by(StatusHistory.order_id)
        ).all()
        assert [row[1] for row in rows] == [1] * 10
        assert history.verify(session) is None


def run_the_clockwork(database_url: str, folder: Path) -> None:
    """One tick in a process of its own, as a worker runs it."""
    subprocess.run(
        (sys.executable, "-c", "from workers.app import app; app.tasks['workflows.tick']()"),
        check=True,
        cwd=Path(__file__).parents[2],
        env=environment(folder, 0, DATABASE_URL=database_url, SECRET_KEY="a secret for tests, long enough"),
        timeout=120,
    )


def test_a_second_application_uses_the_new_version_at_its_next_request(
    app: Flask, database_url: str, tmp_path: Path
) -> None:
    with unit_of_work() as session:
        world = open_firm(session)
    other = create_app(settings(database_url, tmp_path))

    def live_label(application: Flask) -> str:
        with application.app_context(), reading() as session:
            return lifecycles.live(session)[1].definition.name

    assert live_label(other) == live_label(app) == "Work order"
    with unit_of_work() as session:
        publish(session, BARE.replace("name: Work order", "name: Job", 1), world.sam)
    assert live_label(other) == live_label(app) == "Job"
    with unit_of_work() as session:
        number = repair(session, world, by=Actor("person", world.olga.user_id, "Olga", world.olga.permissions)).number
    with other.app_context(), reading() as session:
        order = session.scalars(select(WorkOrder).where(WorkOrder.number == number)).one()
        assert order.definition_version_id == session.scalars(select(LiveDefinition.version_id)).one()
    with other.app_context():
        db.session.remove()
        db.engine.dispose()
