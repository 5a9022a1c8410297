"""Which orders are overdue."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.elements import ColumnElement

from webapp.models import Firm, Unit, WorkOrder
from webapp.queries.lifecycles import of_kinds


def overdue(session: Session, now: datetime) -> ColumnElement[bool]:
    """Queue, ready or held after the due moment, or working after the end of that day in the unit's zone."""
    firm_zone = session.execute(select(Firm.time_zone).where(Firm.id == 1)).scalar() or "UTC"
    own = session.scalars(select(Unit.time_zone).where(Unit.time_zone.is_not(None)).distinct()).all()
    place = aliased(Unit)
    zone_of_unit = (
        select(func.coalesce(place.time_zone, firm_zone)).where(place.id == WorkOrder.unit_id).scalar_subquery()
    )
    ended = [
        and_(zone_of_unit == zone, WorkOrder.due_at < _midnight(now, ZoneInfo(zone)))
        for zone in {firm_zone, *(zone for zone in own if zone)}
    ]
    return or_(
        and_(of_kinds(session, "queue", "ready", "held"), WorkOrder.due_at < now),
        and_(of_kinds(session, "working"), or_(*ended)),
    )


def _midnight(now: datetime, zone: ZoneInfo) -> datetime:
    return datetime.combine(now.astimezone(zone).date(), time(), zone)
