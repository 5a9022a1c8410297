"""The demo: a believable firm, made by calling the services with a moved clock. Nothing about orders is put in by hand."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from webapp.db import reading, unit_of_work
from webapp.demo import catalogue, customers, names, people, plans, work
from webapp.models import Firm, User
from webapp.services import definitions


def load(now: datetime) -> bool:
    """Make the demo's world in an installation without accounts; False, and nothing done, where somebody is already.

    Everything but the orders comes in one transaction, so that a start that was killed begins anew.
    """
    with reading() as session:
        if session.scalar(select(func.count()).select_from(User)):
            return False
    founded = now - timedelta(days=400)
    with unit_of_work() as session:
        definitions.ensure_stock(session, now=founded)
        firm = session.get_one(Firm, 1)
        firm.name, firm.address, firm.time_zone = names.FIRM, names.ADDRESS, names.ZONE
        cast = people.hire(session, now=founded)
        session.flush()
        admin = cast["admin"]
        catalogue.stock(session, actor=admin, now=founded)
        customers.settle(session, actor=admin, now=founded)
        plans.make(session, actor=admin, technician_id=cast["technician2"].user_id, now=now)
    work.carry_out(
        unit_of_work,
        cast=work.Cast(
            sam=cast["supervisor"],
            sue=cast["supervisor2"],
            olga=cast["office"],
            technicians=(cast["technician"], cast["technician2"]),
        ),
        now=now,
    )
    return True
