"""Which orders are overdue: one rule, as a condition for the list and as a test for one order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.elements import ColumnElement

from webapp.models import Firm, Unit, WorkOrder
from webapp.queries.lifecycles import of_kind, standing_in, versions
from workflow.engine import Lifecycle

LATE_AT_ONCE, LATE_NEXT_DAY = ("queue", "ready", "held"), ("working",)


def overdue(session: Session, now: datetime, known: Mapping[int, Lifecycle] | None = None) -> ColumnElement[bool]:
    """Queue, ready or held after the due moment, or working after the end of that day in the unit's zone.

    `known` are the versions of the lifecycle, for who has read them already.
    """
    known = versions(session) if known is None else known
    firm_zone = session.execute(select(Firm.time_zone).where(Firm.id == 1)).scalar() or "UTC"
    own = session.scalars(select(Unit.time_zone).where(Unit.time_zone.is_not(None)).distinct()).all()
    place = aliased(Unit)
    zone_of_unit = (
        select(func.coalesce(place.time_zone, firm_zone)).where(place.id == WorkOrder.unit_id).scalar_subquery()
    )
    midnights = {zone: _midnight(now, ZoneInfo(zone)) for zone in {firm_zone, *(zone for zone in own if zone)}}
    ended = [and_(zone_of_unit == zone, WorkOrder.due_at < midnight) for zone, midnight in midnights.items()]
    return and_(
        # What every one of them fulfils, so that an index finds the few and the rest is judged for these only.
        standing_in(known, of_kind(*LATE_AT_ONCE, *LATE_NEXT_DAY)),
        WorkOrder.due_at < max(now, *midnights.values()),
        or_(
            and_(standing_in(known, of_kind(*LATE_AT_ONCE)), WorkOrder.due_at < now),
            and_(standing_in(known, of_kind(*LATE_NEXT_DAY)), or_(*ended)),
        ),
    )


def late(*, kind: str, due: datetime | None, now: datetime, zone: str) -> bool:
    """The same rule for one order whose status is of the kind."""
    if due is None:
        return False
    return (kind in LATE_AT_ONCE and due < now) or (kind in LATE_NEXT_DAY and due < _midnight(now, ZoneInfo(zone)))


def _midnight(now: datetime, zone: ZoneInfo) -> datetime:
    return datetime.combine(now.astimezone(zone).date(), time(), zone)
