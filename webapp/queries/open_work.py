"""Which orders of a lifecycle are still open, whatever version they follow."""

from __future__ import annotations

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from webapp.models import WorkOrder
from webapp.queries import lifecycles


def still_open(session: Session, lifecycle: str) -> ColumnElement[bool]:
    """The condition that an order of the lifecycle is not closed, in the version it follows."""
    known = lifecycles.versions(session, lifecycle)
    return and_(
        WorkOrder.definition_version_id.in_(known),
        lifecycles.standing_in(known, lambda _lifecycle, status: status.kind != "closed"),
    )


def by_status(session: Session, lifecycle: str) -> dict[str, int]:
    """How many open orders stand in each status."""
    rows = session.execute(
        select(WorkOrder.status, func.count())
        .where(still_open(session, lifecycle))
        .group_by(WorkOrder.status)
        .order_by(WorkOrder.status)
    )
    return {row[0]: row[1] for row in rows}


def labels(session: Session, lifecycle: str) -> dict[str, str]:
    """What people call each status there ever was, in the newest version that has it."""
    found: dict[str, str] = {}
    for _, version in sorted(lifecycles.versions(session, lifecycle).items()):
        found |= {name: status.label for name, status in version.definition.statuses.items()}
    return found
