"""Adds up what each day's history says: computed whole, day by day, until nothing can be added to the day any more."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, literal, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from webapp.models import DefinitionVersion, InsightDay, LiveDefinition, Refusal, StatusHistory

WINDOW = 60
"""Days a page looks back: thirty, and the thirty before."""
KEPT = timedelta(days=WINDOW + 5)
SETTLES = timedelta(hours=1)
"""So long after its end every transaction of a day is over; computed later, the day stays as it is."""
FRESH = timedelta(minutes=5)
"""A day that is not over is computed again this often."""


def lifecycles(session: Session) -> list[str]:
    """Every lifecycle that is live."""
    return list(session.scalars(select(LiveDefinition.lifecycle).order_by(LiveDefinition.lifecycle)))


def due(session: Session, *, lifecycle: str, now: datetime) -> list[date]:
    """The days to compute, newest first: those never computed, and those computed before they were over, some time ago."""
    today = now.astimezone(UTC).date()
    known = dict(
        session.execute(select(InsightDay.day, InsightDay.computed_at).where(InsightDay.lifecycle == lifecycle)).all()
    )
    found = []
    for back in range(WINDOW):
        day = today - timedelta(days=back)
        computed = known.get(day)
        if computed is None or (computed < _end(day) + SETTLES and computed <= now - FRESH):
            found.append(day)
    return found


def compute(session: Session, *, lifecycle: str, day: date, now: datetime) -> None:
    """Write what the day adds up to, in place of what was written before; two at once write the same."""
    begin = datetime.combine(day, time(), UTC)
    values = {
        "computed_at": now,
        "stays": _stays(session, lifecycle, begin),
        "waits": _waits(session, lifecycle, begin),
        "refused": _refused(session, lifecycle, begin),
    }
    row = session.get(InsightDay, (lifecycle, day), with_for_update=True)
    if row is not None:
        for name, value in values.items():
            setattr(row, name, value)
        session.flush()
        return
    try:
        with session.begin_nested():
            session.add(InsightDay(lifecycle=lifecycle, day=day, **values))
    except IntegrityError:
        return  # another tick has just written this day


def forget(session: Session, *, lifecycle: str, now: datetime) -> None:
    """Let go of the days no page looks back at any more."""
    oldest = (now.astimezone(UTC) - KEPT).date()
    session.execute(delete(InsightDay).where(InsightDay.lifecycle == lifecycle, InsightDay.day < oldest))


def anew(session: Session, *, lifecycle: str) -> None:
    """Let every day be computed again."""
    session.execute(delete(InsightDay).where(InsightDay.lifecycle == lifecycle))


def _end(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def _of(lifecycle: str, column: Any) -> ColumnElement[bool]:
    versions = select(DefinitionVersion.id).where(DefinitionVersion.lifecycle == lifecycle)
    found: ColumnElement[bool] = column.in_(versions)
    return found


def _stays(session: Session, lifecycle: str, begin: datetime) -> dict[str, list[int]]:
    """By status the seconds of each stay that ended within the day; a step from a status into itself ends none."""
    left, came = aliased(StatusHistory), aliased(StatusHistory)
    since = (
        select(came.at)
        .where(
            came.order_id == left.order_id,
            came.sequence < left.sequence,
            or_(came.from_status.is_(None), came.from_status != came.to_status),
        )
        .order_by(came.sequence.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(left.from_status, left.at, since.label("since")).where(
            left.at >= begin,
            left.at < begin + timedelta(days=1),
            left.from_status != left.to_status,
            _of(lifecycle, left.definition_version_id),
        )
    )
    found: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        if row.since is not None:
            found[row.from_status].append(int((row.at - row.since).total_seconds()))
    return {status: sorted(seconds) for status, seconds in sorted(found.items())}


def _waits(session: Session, lifecycle: str, begin: datetime) -> dict[str, list[int]]:
    """By button the seconds from each refusal to the first press after it that succeeded, when that was within the day."""
    pressed, earlier = aliased(StatusHistory), aliased(StatusHistory)
    rows = session.execute(
        select(Refusal.transition, Refusal.at.label("refused"), pressed.at)
        .join(pressed, (pressed.order_id == Refusal.order_id) & (pressed.rule == Refusal.transition))
        .where(
            pressed.at >= begin,
            pressed.at < begin + timedelta(days=1),
            pressed.automatic.is_(False),
            Refusal.at <= pressed.at,
            _of(lifecycle, pressed.definition_version_id),
            ~exists(literal(1)).where(
                earlier.order_id == Refusal.order_id,
                earlier.sequence < pressed.sequence,
                earlier.rule == Refusal.transition,
                earlier.automatic.is_(False),
                earlier.at >= Refusal.at,
            ),
        )
    )
    found: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        found[row.transition].append(int((row.at - row.refused).total_seconds()))
    return {transition: sorted(seconds) for transition, seconds in sorted(found.items())}


def _refused(session: Session, lifecycle: str, begin: datetime) -> dict[str, dict[str, Any]]:
    """By button how many attempts were refused, and by reason how often with the sentence said last."""
    rows = session.execute(
        select(Refusal.transition, Refusal.blockers)
        .where(
            Refusal.at >= begin,
            Refusal.at < begin + timedelta(days=1),
            _of(lifecycle, Refusal.definition_version_id),
        )
        .order_by(Refusal.id)
    )
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        told = found.setdefault(row.transition, {"times": 0, "reasons": {}})
        told["times"] += 1
        for blocker in {f"{one['code']}:{one['name']}": one for one in row.blockers}.items():
            key, one = blocker
            count = told["reasons"].get(key, [0, ""])[0]
            told["reasons"][key] = [count + 1, one["sentence"]]
    return found
