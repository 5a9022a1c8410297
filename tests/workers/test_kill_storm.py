"""Web, workers, two clocks, broker and PostgreSQL killed at random while orders move, slots fall due and mails go out.

Forty kills; `STORM_KILLS=200 .venv/bin/pytest -s tests/workers/test_kill_storm.py` makes it two hundred.
"""

import contextlib
import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, select, text
from sqlalchemy.exc import OperationalError

from tests.conftest import settings
from tests.support import mail
from tests.support.missing import missing
from tests.support.ports import free_port
from tests.support.systems import until
from tests.views.order_world import ADMIN, OFFICE, SUPERVISOR, TECHNICIAN, found_firm, unit_id
from tests.workers.storm import SECRET, Person, Stage, database, kill_at_random, stage
from webapp import clock
from webapp.app import create_app
from webapp.db import db, reading, unit_of_work
from webapp.migrating import migrate
from webapp.models import Unit, User
from webapp.queries.people import actor_of
from webapp.recurrence import Rule
from webapp.services import history, maintenance, orders
from webapp.services.maintenance_entries import PlanEntry

pytestmark = [pytest.mark.crash, pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")]

KILLS = int(os.environ.get("STORM_KILLS", "40"))
SEED = int(os.environ.get("STORM_SEED", "20260302"))
PAUSE = 1.0
PATIENCE_EACH = 6.0
"""Seconds one kill may take on average before a slow machine is content with fewer."""
PEOPLE, ORDERS_EACH, PLANS = 3, 4, 12
BACKLOG = 60.0
"""Seconds after the last kill in which everything that waits must be done."""


@dataclass(frozen=True, slots=True)
class World:
    """The storm's stage, and what the mail server accepted."""

    stage: Stage
    box: mail.Mailbox
    orders: list[int]


def furnish() -> list[int]:
    """Make the firm, and orders of its technician that nobody has started."""
    found_firm()
    unit = unit_id()
    with unit_of_work() as session:
        people = {user.email: actor_of(user) for user in session.scalars(select(User))}
        made = []
        for _ in range(PEOPLE * ORDERS_EACH):
            order = orders.create(session, actor=people[OFFICE], now=clock.now(), type="repair", unit_id=unit)
            orders.save(
                session,
                number=order.number,
                row_version=order.row_version,
                changes={"technician_id": people[TECHNICIAN].user_id},
                actor=people[SUPERVISOR],
                now=clock.now(),
            )
            made.append(order.number)
        return made


def plan(number: int) -> None:
    """Make a plan whose only slot so far falls due in a few seconds, for a unit of its own: slots of one unit would share an order."""
    alike = unit_id()
    with unit_of_work() as session:
        first = session.get_one(Unit, alike)
        unit = Unit(
            device_model_id=first.device_model_id,
            customer_id=first.customer_id,
            serial_number=f"SN-PLAN-{number}",
            service_address=f"{number} Mill Lane, Berlin",
            created_at=clock.now(),
        )
        session.add(unit)
        session.flush()
        admin = actor_of(session.scalars(select(User).where(User.email == ADMIN)).one())
        maintenance.create(
            session,
            actor=admin,
            now=clock.now(),
            unit_id=unit.id,
            entry=PlanEntry(
                name=f"Plan {number}",
                rule=Rule("month"),
                first_due_at=clock.now() + timedelta(seconds=KILLS * PAUSE * number / PLANS),
                lead_days=0,
                policy="create",  # all plans are of one unit: each slot is to have an order of its own
            ),
        )


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    try:
        with contextlib.ExitStack() as stack:
            box = stack.enter_context(mail.mail_server(free_port()))
            url, home = stack.enter_context(database(tmp_path))
            application = create_app(settings(url, tmp_path, secret_key=SECRET))
            stack.enter_context(application.app_context())
            migrate()
            numbers = furnish()
            try:
                yield World(stack.enter_context(stage(tmp_path, url, home, SMTP_URL=box.url)), box, numbers)
            finally:
                db.session.remove()
                db.engine.dispose()
    except LookupError as error:
        missing("PostgreSQL", str(error))


def rows(statement: str) -> list[Row[Any]]:
    with reading() as session:
        return list(session.execute(text(statement)))


def number_of(statement: str) -> int:
    return int(rows(statement)[0][0])


def backlog() -> int | None:
    """Return how many rows wait although they are due; None while the database is away."""
    try:
        return number_of(
            """SELECT (SELECT count(*) FROM deliveries WHERE state = 'waiting' AND next_at <= now())
                    + (SELECT count(*) FROM maintenance_plans WHERE active AND next_slot_at <= now())"""
        )
    except OperationalError:
        return None


def test_forty_kills_lose_nothing_double_nothing_and_break_no_history(world: World, tmp_path: Path) -> None:
    for number in range(PLANS):
        plan(number)
    acknowledged: dict[int, list[str]] = {number: [] for number in world.orders}
    people = [Person(world.stage.running.address, world.orders[one::PEOPLE], acknowledged) for one in range(PEOPLE)]
    for person in people:
        person.start()

    def work() -> int:
        for person in people:
            assert person.failure is None, f"{person.failure!r}, seed {SEED}"
        return sum(len(one) for one in acknowledged.values())

    began = time.monotonic()
    killed = kill_at_random(
        world.stage,
        kills=KILLS,
        pause=PAUSE,
        seed=SEED,
        work=work,
        seconds=KILLS * PATIENCE_EACH,
    )
    stormed = time.monotonic() - began
    for person in people:
        person.ended.set()
    ended = time.monotonic()
    until(world.stage.answers, seconds=10, what="PostgreSQL")
    until(lambda: backlog() == 0, seconds=BACKLOG, what="an empty backlog")
    drained = time.monotonic() - ended
    for person in people:
        person.join(timeout=100)
        assert person.failure is None, f"{person.failure!r}, seed {SEED}"
        assert not person.is_alive()
    pressed = sum(len(one) for one in acknowledged.values())
    print(
        f"\n{sum(killed.values())} kills in {stormed:.0f} s ({dict(sorted(killed.items()))}): {pressed} transitions acknowledged, "
        f"{sum(person.browser.waited for person in people)} answers 503 with Retry-After, backlog empty after {drained:.0f} s"
    )
    until(lambda: backlog() == 0, seconds=BACKLOG, what="an empty backlog")

    assert [fault for person in people for fault in person.browser.faults] == []
    assert pressed > 0
    assert sum(killed.values()) >= KILLS // 2

    # No acknowledged transition is lost or doubled, and none was made that nobody pressed.
    made: dict[int, list[str]] = {number: [] for number in world.orders}
    for row in rows(
        """SELECT o.number, h.rule FROM work_order_status_histories h JOIN work_orders o ON o.id = h.order_id
           WHERE h.rule IN ('start', 'pause', 'resume') ORDER BY o.number, h.sequence"""
    ):
        made[row.number].append(row.rule)
    assert made == acknowledged

    # No history chain is broken.
    with reading() as session:
        assert history.verify(session) is None

    # Every slot has one outcome, and each that was created has one order of its own.
    slots = rows("SELECT plan_id, slot, outcome, order_id FROM maintenance_slots WHERE outcome <> 'planned'")
    assert Counter(row.plan_id for row in slots if row.outcome == "created") == Counter(
        {row.id: 1 for row in rows("SELECT id FROM maintenance_plans")}
    )
    assert sorted(row.order_id for row in slots) == sorted(
        row.id for row in rows("SELECT id FROM work_orders WHERE created_by_plan_id IS NOT NULL")
    )

    # Every pause told the same people, once each in the feed.
    told = Counter(
        row.number
        for row in rows(
            """SELECT o.number FROM notifications n JOIN deliveries d ON d.id = n.delivery_id
               JOIN work_orders o ON o.id = d.order_id WHERE d.message = 'WorkOrderPaused'"""
        )
    )
    supervisors = number_of("SELECT count(DISTINCT user_id) FROM deliveries WHERE message = 'WorkOrderPaused'")
    assert supervisors >= 2
    pauses = {number: one.count("pause") for number, one in acknowledged.items()}
    assert told == Counter({number: count * supervisors for number, count in pauses.items() if count})
    assert number_of("SELECT count(*) FROM deliveries WHERE channel = 'in_app' AND state <> 'delivered'") == 0

    # Every mail was accepted at least once, under the one Message-ID of its row.
    assert number_of("SELECT count(*) FROM deliveries WHERE state = 'dead'") == 0
    sent = {
        row.message_id for row in rows("SELECT message_id FROM deliveries WHERE channel = 'mail' AND address <> ''")
    }
    assert {message["Message-ID"] for message in world.box.messages} == sent
