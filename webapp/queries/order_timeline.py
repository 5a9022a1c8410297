"""What happened to one work order: its statuses, its refused attempts and its changed fields, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import DefinitionVersion, OrderChange, Refusal, StatusHistory, WorkOrder
from webapp.queries.fact_words import FactWords
from webapp.queries.order_lifecycle import Chapter, Reason, allowed_because, chapters, refused_because
from workflow.engine import Lifecycle


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One status change."""

    sequence: int
    at: datetime
    from_label: str | None
    to_label: str
    to_color: str
    rule_label: str
    automatic: bool
    who: str
    actor_kind: str
    reason: str
    version: int
    because: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class RefusalRow:
    """One refused attempt."""

    at: datetime
    who: str
    transition_label: str
    status_label: str
    sentences: tuple[str, ...]
    because: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One field changed by one save."""

    at: datetime
    who: str
    field: str
    old: str | None
    new: str | None


def history(
    session: Session, order: WorkOrder, known: Mapping[int, Lifecycle], words: FactWords
) -> tuple[tuple[HistoryRow, ...], tuple[Chapter, ...]]:
    """Its status changes, newest first; and its life as the versions it lived in draw it, oldest first."""
    rows = session.execute(
        select(StatusHistory, DefinitionVersion.number)
        .join(DefinitionVersion, DefinitionVersion.id == StatusHistory.definition_version_id)
        .where(StatusHistory.order_id == order.id)
        .order_by(StatusHistory.sequence)
    ).all()
    told = []
    former: StatusHistory | None = None
    for row, version in rows:
        told.append(_history_row(known, row, former, version, words))
        former = row
    return tuple(reversed(told)), chapters([(row, version) for row, version in rows], known, words.zone)


def _history_row(
    known: Mapping[int, Lifecycle], row: StatusHistory, former: StatusHistory | None, version: int, words: FactWords
) -> HistoryRow:
    """A change as people read it; the status it began in is called as the version of that day called it."""
    definition = known[row.definition_version_id].definition
    before = known[former.definition_version_id].definition if former is not None else definition
    target = definition.statuses[row.to_status]
    if row.rule is None:
        label = "Created"
    elif former is not None and former.definition_version_id != row.definition_version_id:
        label = "New version of the workflow"
    elif row.automatic:
        label = "By itself"
    else:
        label = definition.transitions[row.rule].label
    return HistoryRow(
        sequence=row.sequence,
        at=row.at.astimezone(words.zone),
        from_label=before.statuses[row.from_status].label if row.from_status else None,
        to_label=target.label,
        to_color=target.color,
        rule_label=label,
        automatic=row.automatic,
        who=row.actor_name,
        actor_kind=row.actor_kind,
        reason=row.reason,
        version=version,
        because=allowed_because(row, known[row.definition_version_id], words),
    )


def refusals(
    session: Session, order: WorkOrder, known: Mapping[int, Lifecycle], words: FactWords
) -> tuple[RefusalRow, ...]:
    """What was tried and refused, newest first."""
    rows = []
    for row in session.scalars(select(Refusal).where(Refusal.order_id == order.id).order_by(Refusal.id.desc())):
        definition = known[row.definition_version_id].definition
        transition = definition.transitions.get(row.transition)
        rows.append(
            RefusalRow(
                at=row.at.astimezone(words.zone),
                who=row.actor_name,
                transition_label=transition.label if transition else row.transition,
                status_label=definition.statuses[row.status].label,
                sentences=tuple(blocker["sentence"] for blocker in row.blockers),
                because=refused_because(row, known[row.definition_version_id], words),
            )
        )
    return tuple(rows)


def changes(session: Session, order: WorkOrder, zone: ZoneInfo) -> tuple[ChangeRow, ...]:
    """Changes of fields; those of the status are the history's."""
    return tuple(
        ChangeRow(row.at.astimezone(zone), row.actor_name, row.field, row.old, row.new)
        for row in session.scalars(
            select(OrderChange)
            .where(OrderChange.order_id == order.id, OrderChange.field != "status")
            .order_by(OrderChange.id.desc())
        )
    )
