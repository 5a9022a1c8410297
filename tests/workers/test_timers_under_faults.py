"""Ticks of timers and of maintenance while commits lose their answers and workers are killed: everything once, nothing missing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from celery import Celery
from flask import Flask
from sqlalchemy import func, select

from tests.services.firm import World, open_firm, repair
from tests.services.timing import clockwork
from tests.support.systems import environment, until
from tests.support.tethered import tethered
from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.models import Delivery, MaintenanceSlot, Notification, OrderTimer, StatusHistory, WorkOrder
from webapp.queries import timers as queries
from webapp.recurrence import Rule
from webapp.services import history, maintenance, orders, transitions
from webapp.services.maintenance_entries import PlanEntry
from workers.app import broker_url as as_kombu_says

pytestmark = pytest.mark.crash

HOME = Path(__file__).parents[2]
DAY = timedelta(days=1)
SUPERVISING, CHANNELS = 3, 2

LOSING = """
import sys
from tests.support.lost_answers import losing_answers
from webapp.db import db
from workers.app import app, flask_app

with flask_app.app_context():
    engine = db.engine
with losing_answers(engine, share=float(sys.argv[1])):
    app.worker_main(["worker", "--pool=solo", "--loglevel=WARNING", "--without-gossip", "--without-mingle"])
"""
"""A worker a share of whose commits succeeds without an answer."""

SLOW = """
import time
from webapp.services import timers
from workers.app import app

ring = timers.ring
timers.CHUNK = 2

def slowly(*arguments, **keywords):
    rang = ring(*arguments, **keywords)
    time.sleep(0.05)
    return rang

timers.ring = slowly
while True:
    app.tasks["timers.tick"]()
    time.sleep(0.05)
"""
"""A clock without rest, most of whose life is spent with a transaction open."""


def waiting_orders(count: int) -> World:
    """Orders that were to resume yesterday and are overdue for two days, and a plan that was due on each of ten days."""
    now = clock.now()
    before = now - 4 * DAY
    with unit_of_work() as session:
        world = open_firm(session)
        clockwork(session, actor=world.ada)
    for _ in range(count):
        with unit_of_work() as session:
            number = repair(session, world, technician=world.ana).number
            orders.save(
                session, number=number, row_version=None, changes={"due_at": now - 2 * DAY}, actor=world.sam, now=before
            )
            for button, answers in (
                ("start", {}),
                ("pause", {"reason": "parts", "resume_at": (now - DAY).isoformat()}),
            ):
                transitions.press(
                    session,
                    number=number,
                    transition=button,
                    answers=answers,
                    row_version=None,
                    actor=world.ana,
                    now=before,
                )
    with unit_of_work() as session:
        entry = PlanEntry(
            name="Every day",
            rule=Rule("day"),
            first_due_at=now - 10 * DAY,
            policy="create",
            catch_up="all",
            lead_days=0,
        )
        maintenance.create(session, actor=world.ada, now=now - 11 * DAY, unit_id=world.new_boiler, entry=entry)
    return world


def left() -> bool:
    """Whether a timer or a slot that is due has not had its turn."""
    now = clock.now()
    with reading() as session:
        planned = select(func.count()).where(MaintenanceSlot.outcome == "planned", MaintenanceSlot.slot <= now)
        waits = select(func.count()).where(Delivery.channel == "in_app", Delivery.state == "waiting")
        return bool(
            queries.due(session, now=now, limit=1)
            or session.scalars(planned).one()
            or session.scalars(waits).one()
            or not session.scalars(select(func.count()).where(WorkOrder.created_by_plan_id.is_not(None))).one()
        )


def rung() -> int:
    with reading() as session:
        return session.scalars(select(func.count()).select_from(OrderTimer)).one()


def check_timers(count: int) -> None:
    """Each order rang twice, resumed once, and everybody was told once."""
    with reading() as session:
        ours = select(WorkOrder.id).where(WorkOrder.created_by_plan_id.is_(None))
        rows = session.execute(
            select(OrderTimer.order_id, OrderTimer.timer, OrderTimer.outcome).where(OrderTimer.order_id.in_(ours))
        ).all()
        assert Counter((timer, outcome) for _, timer, outcome in rows) == {
            ("overdue", "told"): count,
            ("resume", "taken"): count,
        }
        by_timer = select(StatusHistory.order_id, func.count()).where(StatusHistory.actor_kind == "timer")
        resumed = session.execute(by_timer.group_by(StatusHistory.order_id)).all()
        assert [number for _, number in resumed] == [1] * count
        told = select(func.count()).where(Delivery.message == "WorkOrderOverdue", Delivery.order_id.in_(ours))
        assert session.scalars(told).one() == count * SUPERVISING * CHANNELS
        assert history.verify(session) is None


@pytest.mark.parametrize("share", [0.05, 0.2])
def test_ticks_of_a_worker_that_hears_no_answer_do_everything_once(
    app: Flask, database_url: str, broker_url: str, tmp_path: Path, share: float
) -> None:
    waiting_orders(12)
    known = environment(
        tmp_path, 0, DATABASE_URL=database_url, SECRET_KEY=app.config["SECRET_KEY"], REDIS_URL=broker_url
    )
    client = Celery(broker=as_kombu_says(broker_url))
    with tethered((sys.executable, "-c", LOSING, str(share)), log=tmp_path / "worker.log", env=known) as worker:

        def done() -> bool:
            for task in ("timers.tick", "maintenance.tick", "deliveries.feed"):
                client.send_task(task, expires=20)
            assert worker.poll() is None, (tmp_path / "worker.log").read_text()
            return not left()

        until(done, what=f"everything that is due, see {tmp_path}/worker.log")
        for task in ("timers.tick", "maintenance.tick", "deliveries.feed") * 3:
            client.send_task(task, expires=20)
    client.close()
    check_timers(12)
    with reading() as session:
        slots = session.execute(select(MaintenanceSlot.slot, MaintenanceSlot.outcome, MaintenanceSlot.order_id)).all()
        past = [row for row in slots if row.outcome != "planned"]
        made = session.scalars(select(WorkOrder.id).where(WorkOrder.created_by_plan_id.is_not(None))).all()
        assert Counter(row.order_id for row in past) == Counter(made)
        assert len(past) == len({row.slot for row in past}) >= 10
        feed = session.scalars(select(func.count()).select_from(Notification)).one()
        in_app = select(func.count()).where(Delivery.channel == "in_app", Delivery.state == "delivered")
        assert feed == session.scalars(in_app).one() >= 12 * SUPERVISING


def test_three_clocks_killed_in_the_middle_ring_everything_once(app: Flask, database_url: str, tmp_path: Path) -> None:
    count = 24
    waiting_orders(count)
    known = environment(tmp_path, 0, DATABASE_URL=database_url, SECRET_KEY=app.config["SECRET_KEY"])
    log = tmp_path / "clocks.log"
    with log.open("w") as output:

        def clock_process() -> subprocess.Popen[bytes]:
            command = (sys.executable, "-c", SLOW)
            return subprocess.Popen(command, env=known, cwd=HOME, stdout=output, stderr=output)

        clocks = [clock_process() for _ in range(3)]
        try:
            for kill in range(5):
                until(lambda kill=kill: rung() >= 8 * kill + 2, what=f"some timers, see {log}")  # type: ignore[misc]
                victim = clocks.pop(0)
                os.kill(victim.pid, signal.SIGKILL)
                victim.wait()
                clocks.append(clock_process())
            until(lambda: rung() == 2 * count, what=f"every timer, see {log}")
        finally:
            for process in clocks:
                process.kill()
                process.wait()
    check_timers(count)
