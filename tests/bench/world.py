"""The firm the benchmarks work in: the demo's people, catalogue and customers, and orders made through the services."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from flask import Flask
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from webapp import clock
from webapp.actors import Actor
from webapp.app import create_app
from webapp.config import Settings
from webapp.db import db, reading, unit_of_work
from webapp.demo import catalogue, customers, people
from webapp.migrating import migrate
from webapp.models import Item, Unit, User, WorkOrder
from webapp.queries.people import actor_of
from webapp.services import definitions, orders

SHARE = 120
"""So many orders each of three has to itself: single threads, several threads, and browsers."""
ORDERS = 3 * SHARE
LINES = 5
TECHNICIAN = "technician@demo.test"


def settings(url: str, folder: Path) -> dict[str, str]:
    """The settings of the application on this database."""
    return {
        "FIELDWRIGHT_ENV": "demo",
        "FIELDWRIGHT_DATA": str(folder),
        "DATABASE_URL": url,
        "SECRET_KEY": "a secret for benchmarks, long enough",
    }


def environment(url: str, folder: Path) -> dict[str, str]:
    """The same for a process of its own."""
    return {**os.environ, **settings(url, folder)}


def first_of_browsers(url: str, folder: Path) -> int:
    """The number of the first order that browsers press on: the third share."""
    with application(url, folder), reading() as session:
        return session.scalars(select(WorkOrder.number).order_by(WorkOrder.number).offset(2 * SHARE).limit(1)).one()


@contextmanager
def application(url: str, folder: Path) -> Iterator[Flask]:
    """The application on this database, inside its context."""
    app = create_app(Settings.from_environment(settings(url, folder)))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def build(url: str, folder: Path) -> None:
    """Migrate an empty database and make the firm with its orders, all assigned and pending."""
    with application(url, folder):
        migrate()
        now = clock.now()
        with unit_of_work() as session:
            definitions.ensure_stock(session, now=now)
            cast = people.hire(session, now=now)
            catalogue.stock(session, actor=cast["admin"], now=now)
            customers.settle(session, actor=cast["admin"], now=now)
        with unit_of_work() as session:
            _make_orders(session, office=cast["office"], supervisor=cast["supervisor"], technician=cast["technician"])


def technician(session: Session) -> Actor:
    """The technician who presses."""
    return actor_of(session.scalars(select(User).where(User.email == TECHNICIAN)).one())


def _make_orders(session: Session, *, office: Actor, supervisor: Actor, technician: Actor) -> None:
    now = clock.now()
    plenty = or_(Item.approval_quantity_limit.is_(None), Item.approval_quantity_limit >= Decimal(1))
    items = session.scalars(select(Item.id).where(plenty).order_by(Item.id).limit(LINES)).all()
    assert len(items) == LINES, f"the demo's catalogue has only {len(items)} items that need no approval"
    units = session.scalars(
        select(Unit.id).where(Unit.installed_at.is_not(None), Unit.customer_id.is_not(None)).order_by(Unit.id)
    ).all()
    numbers = [
        orders.create(session, actor=office, now=now, type="repair", unit_id=units[index % len(units)]).number
        for index in range(ORDERS)
    ]
    quantities = {item: Decimal(1) for item in items}
    for number in numbers:
        changes = {"quantities": quantities, "technician_id": technician.user_id}
        orders.save(session, number=number, row_version=None, changes=changes, actor=supervisor, now=now)
