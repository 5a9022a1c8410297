"""A firm after years of work: 100,000 orders of 5,000 customers and their 8,000 units, written past the services."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, text

from tests.bench import world
from webapp import clock
from webapp.db import unit_of_work
from webapp.folding import fold
from webapp.models import Customer, Unit, WorkOrder
from webapp.queries.lifecycles import live

CUSTOMERS, UNITS, ORDERS = 5_000, 8_000, 100_000
CHUNK = 5_000
OPEN = 0.02
"""The part of the orders that is not done yet; a firm's list is mostly its past."""
NAMES = ("Berg", "Costa", "Dahl", "Evans", "Fischer", "Garcia", "Holm", "Ivanov", "Jensen", "Kumar")
RARE = "Zyxwvut"
"""The name of one customer among all."""


def build(url: str, folder: Path) -> None:
    """Fill a database that `world.build` has made."""
    chance = random.Random(1)
    now = clock.now()
    with world.application(url, folder):
        with unit_of_work() as session:
            version_id, lifecycle = live(session)
            kinds = {name: status.kind for name, status in lifecycle.definition.statuses.items()}
            technician, office = world.technician(session).user_id, world.technician(session).user_id
            connection = session.connection()
            first = {
                model: int(session.scalar(select(func.coalesce(func.max(model.id), 0))) or 0) + 1
                for model in (Customer, Unit, WorkOrder)
            }
            number = int(session.scalar(select(func.max(WorkOrder.number))) or 0)
            rows: Sequence[tuple[Any, Iterator[dict[str, Any]]]] = (
                (Customer, _customers(first[Customer], now)),
                (Unit, _units(first[Unit], first[Customer], chance, now)),
                (WorkOrder, _orders(first, number, kinds, version_id, (technician, office), chance, now)),
            )
            for model, made in rows:
                while chunk := list(islice(made, CHUNK)):
                    connection.execute(insert(model.__table__), chunk)
            if connection.dialect.name == "postgresql":
                for model in first:
                    table = model.__tablename__
                    connection.execute(
                        text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
                    )
        with unit_of_work() as session:
            session.connection().execute(text("ANALYZE"))


def _customers(first: int, now: datetime) -> Iterator[dict[str, Any]]:
    for index in range(CUSTOMERS):
        name = RARE if index == CUSTOMERS // 2 else f"{NAMES[index % len(NAMES)]} {index}"
        yield {
            "id": first + index,
            "last_name": name,
            "display_name": name,
            "search_text": fold(f"{name} {index}@example.test"),
            "emails": [f"{index}@example.test"],
            "created_at": now,
        }


def _units(first: int, customer: int, chance: random.Random, now: datetime) -> Iterator[dict[str, Any]]:
    for index in range(UNITS):
        serial, address = f"SN-{index:06}", f"{chance.choice(NAMES)} Street {index}"
        yield {
            "id": first + index,
            "customer_id": customer + chance.randrange(CUSTOMERS),
            "serial_number": serial,
            "service_address": address,
            "search_text": fold(f"{serial}\n{address}"),
            "created_at": now,
        }


def _orders(
    first: dict[Any, int],
    number: int,
    kinds: dict[str, str],
    version_id: int,
    people: tuple[int | None, int | None],
    chance: random.Random,
    now: datetime,
) -> Iterator[dict[str, Any]]:
    done = [name for name, kind in kinds.items() if kind in ("done", "closed")]
    going = [name for name, kind in kinds.items() if kind not in ("done", "closed")]
    for index in range(ORDERS):
        status = chance.choice(going if chance.random() < OPEN else done)
        yield {
            "number": number + 1 + index,
            "type": chance.choice(("repair", "maintenance", "service")),
            "unit_id": first[Unit] + chance.randrange(UNITS),
            "customer_id": first[Customer] + chance.randrange(CUSTOMERS),
            "technician_id": None if kinds[status] == "queue" else people[0],
            "created_by_id": people[1],
            "due_at": now + timedelta(minutes=chance.randrange(-1_500_000, 40_000)),
            "status": status,
            "definition_version_id": version_id,
            "created_at": now,
        }
