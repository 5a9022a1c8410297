"""Several workers at the same due plans, clocks two hours apart: every slot once, and every order has its slot."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from webapp import clock
from webapp.actors import Actor
from webapp.db import db, reading, unit_of_work
from webapp.models import Customer, MaintenancePlan, MaintenanceSlot, Unit, WorkOrder
from webapp.recurrence import Rule
from webapp.services import definitions, history, maintenance, maintenance_slots
from webapp.services.maintenance_entries import PlanEntry

PLANS, WORKERS = 60, 3
UNITS = 20
PLANNER = Actor("person", None, "Pia", frozenset({"maintenance.create"}))


class Killed(Exception):
    """The worker died here: what it did in this transaction is undone."""


def build() -> datetime:
    now = clock.now().replace(microsecond=0)
    with unit_of_work() as session:
        definitions.ensure_stock(session, now=now)
        session.add(Customer(id=1, company_name="Acme", display_name="Acme", search_text="acme", created_at=now))
        session.flush()
        session.add_all(Unit(id=number, customer_id=1, created_at=now) for number in range(1, UNITS + 1))
        session.flush()
        for number in range(PLANS):
            entry = PlanEntry(
                name=f"Plan {number}",
                rule=Rule("day"),
                first_due_at=now - timedelta(hours=number % 5),
                lead_days=0,
                catch_up="all",
                policy=("merge", "create", "skip")[number % 3],
            )
            maintenance.create(session, actor=PLANNER, now=now, unit_id=number % UNITS + 1, entry=entry)
    return now


def test_three_workers_two_beats_kills_and_clocks_two_hours_apart_make_every_slot_once(app: Flask) -> None:
    now = build()
    clocks = [now, now + timedelta(hours=2), now - timedelta(hours=2)]
    failures: list[BaseException] = []

    def work(which: int) -> None:
        turn = 0
        with app.app_context():
            try:
                while turn < 60:
                    turn += 1
                    try:
                        with unit_of_work() as session:
                            found = maintenance_slots.create_due(session, now=clocks[which % 3], limit=7)
                            if turn % 4 == which % 4 and turn < 12:
                                raise Killed
                    except (Killed, OperationalError):
                        continue  # killed, or chosen by PostgreSQL to end a deadlock: the next tick goes on
                    if not found:
                        return
            except BaseException as error:
                failures.append(error)
            finally:
                db.session.remove()

    workers = [threading.Thread(target=work, args=(which,)) for which in range(WORKERS * 2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    with unit_of_work() as session:
        while maintenance.tick(session, now=now):
            pass
    with reading() as session:
        slots = session.scalars(select(MaintenanceSlot)).all()
        assert Counter((slot.plan_id, slot.slot) for slot in slots).most_common(1)[0][1] == 1
        assert {slot.plan_id for slot in slots if slot.outcome != "planned"} == set(
            session.scalars(select(MaintenancePlan.id))
        )
        created = [slot.order_id for slot in slots if slot.outcome == "created"]
        assert sorted(created, key=str) == sorted(session.scalars(select(WorkOrder.id)), key=str)
        assert not [slot for slot in slots if slot.outcome in ("created", "merged") and slot.order_id is None]
        assert not [slot for slot in slots if slot.outcome in ("blocked", "missed")]
        assert session.scalars(select(MaintenancePlan).where(MaintenancePlan.wake_at <= now)).all() == []
        assert history.verify(session) is None


def test_a_chunk_that_was_killed_leaves_nothing_behind_and_is_made_by_the_next_tick(app: Flask) -> None:

    now = build()
    try:
        with unit_of_work() as session:
            maintenance_slots.create_due(session, now=now)
            raise Killed
    except Killed:
        pass
    with reading() as session:
        assert session.scalars(select(WorkOrder)).all() == []
        assert {slot.outcome for slot in session.scalars(select(MaintenanceSlot))} == {"planned"}
    with unit_of_work() as session:
        assert maintenance_slots.create_due(session, now=now) == PLANS
