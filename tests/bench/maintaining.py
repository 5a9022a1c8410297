"""How long the clockwork takes to make the orders of many due plans, beside PostgreSQL writing the same rows set by set.

The limit is strict: the very rows the clockwork made, computed already, are put back with one INSERT … SELECT for each table
and one UPDATE, in one transaction.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy import func, insert, select, text

from tests.bench import world
from tests.bench.measuring import DURABLE
from tests.support import postgres
from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.models import Customer, Item, MaintenancePlan, MaintenancePlanItem, MaintenanceSlot, Unit, WorkOrder
from webapp.services import maintenance

PLANS = 10_000
GOAL, GOAL_AGAIN = 2.0, 0.2
"""Of the limit; seconds of a second run that finds nothing to do."""
WRITTEN = {
    "work_orders": "created_by_plan_id IS NOT NULL",
    "work_order_lines": "order_id IN (SELECT id FROM stage_work_orders)",
    "work_order_status_histories": "order_id IN (SELECT id FROM stage_work_orders)",
    "work_order_changes": "order_id IN (SELECT id FROM stage_work_orders)",
    "deliveries": "order_id IN (SELECT id FROM stage_work_orders)",
    "maintenance_slots": "TRUE",
}
"""The tables a due slot writes to, and which of their rows it made."""


def build(count: int) -> None:
    """So many units of one customer with a plan each that is due now: two items, a technician."""
    now = clock.now()
    with unit_of_work() as session:
        customer_id = session.scalars(select(Customer.id)).first()
        technician = world.technician(session)
        items = session.scalars(select(Item.id).where(Item.approval_quantity_limit.is_(None)).limit(2)).all()
        first_unit = int(session.scalar(select(func.max(Unit.id))) or 0) + 1
        units = range(first_unit, first_unit + count)
        connection = session.connection()
        connection.execute(
            insert(Unit.__table__),
            [
                {"id": unit, "customer_id": customer_id, "service_address": f"{unit} Street", "created_at": now}
                for unit in units
            ],
        )
        connection.execute(text("SELECT setval(pg_get_serial_sequence('units', 'id'), (SELECT max(id) FROM units))"))
        due = (now + timedelta(days=10)).replace(microsecond=0)
        plans = connection.execute(
            insert(MaintenancePlan.__table__).returning(MaintenancePlan.id, sort_by_parameter_order=True),
            [
                {
                    "unit_id": unit,
                    "name": "Yearly service",
                    "rrule": f"FREQ=YEARLY;BYMONTH={due.month};BYMONTHDAY={min(due.day, 28)}",
                    "first_due_at": due.replace(day=min(due.day, 28)),
                    "next_slot_at": due.replace(day=min(due.day, 28)),
                    "wake_at": now - timedelta(minutes=1),
                    "technician_id": technician.user_id,
                    "request": "Yearly service.",
                    "edited_by_id": technician.user_id,
                    "created_at": now,
                }
                for unit in units
            ],
        ).scalars()
        rows = [{"plan_id": plan, "item_id": item, "quantity": Decimal(1)} for plan in plans for item in items]
        connection.execute(insert(MaintenancePlanItem.__table__), rows)
    with unit_of_work() as session:
        session.connection().execute(text("ANALYZE"))


def run() -> tuple[float, int]:
    """Tick until nothing is left; returns the seconds and how many ticks found something."""
    began, chunks = time.perf_counter(), 0
    while True:
        with unit_of_work() as session:
            if not maintenance.tick(session, now=clock.now()):
                return time.perf_counter() - began, chunks
        chunks += 1


def limit() -> float:
    """The seconds PostgreSQL takes to write the same rows, set by set."""
    with unit_of_work() as session:
        connection = session.connection()
        for table, made in WRITTEN.items():
            connection.execute(text(f"CREATE TABLE stage_{table} AS SELECT * FROM {table} WHERE {made}"))
        connection.execute(text("CREATE TABLE stage_plans AS SELECT id, next_slot_at, wake_at FROM maintenance_plans"))
        for table in reversed(WRITTEN):
            connection.execute(text(f"DELETE FROM {table} WHERE id IN (SELECT id FROM stage_{table})"))
        connection.execute(text("ANALYZE"))
    began = time.perf_counter()
    with unit_of_work() as session:
        connection = session.connection()
        for table in WRITTEN:
            connection.execute(text(f"INSERT INTO {table} SELECT * FROM stage_{table}"))
        connection.execute(
            text(
                "UPDATE maintenance_plans p SET next_slot_at = s.next_slot_at, wake_at = s.wake_at"
                " FROM stage_plans s WHERE s.id = p.id"
            )
        )
    return time.perf_counter() - began


def main() -> None:
    """Measure once and print."""
    arguments = argparse.ArgumentParser(prog="python -m tests.bench.maintaining", description=__doc__)
    arguments.add_argument("--plans", type=int, default=PLANS, help="how many plans are due (the goal is for 100,000)")
    count = arguments.parse_args().plans
    with tempfile.TemporaryDirectory(prefix="fieldwright-maintaining-") as folder:
        Path(folder).chmod(0o755)
        with postgres.cluster(Path(folder), **DURABLE) as cluster:
            url = postgres.create(cluster, "maintaining")
            world.build(url, Path(folder))
            with world.application(url, Path(folder)):
                build(count)
                seconds, chunks = run()
                again, _ = run()
                with reading() as session:
                    made = session.scalar(select(func.count()).where(WorkOrder.created_by_plan_id.is_not(None)))
                    outcomes = session.scalar(select(func.count()).where(MaintenanceSlot.outcome == "created"))
                assert made == outcomes == count, (made, outcomes)
                bare = limit()
    print(f"Making the orders of {count:,} due plans (two items and a technician each), in {chunks} transactions:")
    print(f"  Fieldwright, one worker                        {seconds:8.2f} s   {count / seconds:8,.0f} orders/s")
    print(f"  PostgreSQL writing the same rows set by set    {bare:8.2f} s   {count / bare:8,.0f} orders/s")
    print(
        f"  ratio {seconds / bare:.1f} (wanted: at most {GOAL:.0f}); a second run took {again:.3f} s (wanted: at most {GOAL_AGAIN})"
    )


if __name__ == "__main__":
    main()
