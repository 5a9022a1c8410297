"""What happened to an order: appended row by row, each hashing the one before it, and verified."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import chain, groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp import security
from webapp.actors import Actor
from webapp.models import StatusHistory, WorkOrder
from workflow.offers import Taken
from workflow.values import Value


@dataclass(frozen=True, slots=True)
class Altered:
    """The first place where the stored history is not what was written; `sequence` None: the order itself."""

    order_number: int
    sequence: int | None
    sentence: str


def append(session: Session, *, order: WorkOrder, taken: Taken, actor: Actor, now: datetime, reason: str) -> None:
    """Add the step to the locked order's history and move the order's newest hash on."""
    row = StatusHistory(
        order_id=order.id,
        sequence=order.history_length + 1,
        from_status=taken.from_status,
        to_status=taken.to_status,
        rule=taken.rule,
        automatic=taken.automatic,
        user_id=actor.user_id,
        actor_kind=actor.kind,
        actor_name=actor.name,
        at=now,
        reason=reason,
        definition_version_id=order.definition_version_id,
        facts=as_json(taken.facts),
        guards=dict(taken.guards),
        answers=as_json(taken.answers),
        previous_hash=order.history_hash,
    )
    row.hash = hash_of(row)
    session.add(row)
    order.history_length = row.sequence
    order.history_hash = row.hash


def hash_of(row: StatusHistory) -> str:
    """The keyed hash over everything the row says and the hash before it."""
    said = {
        "order": row.order_id,
        "sequence": row.sequence,
        "from": row.from_status,
        "to": row.to_status,
        "rule": row.rule,
        "automatic": row.automatic,
        "user": row.user_id,
        "kind": row.actor_kind,
        "name": row.actor_name,
        "at": row.at.astimezone(UTC).isoformat(),
        "reason": row.reason,
        "version": row.definition_version_id,
        "facts": row.facts,
        "guards": row.guards,
        "answers": row.answers,
        "previous": row.previous_hash,
    }
    return security.keyed("history", json.dumps(said, sort_keys=True, ensure_ascii=False))


def as_json(values: Mapping[str, Value]) -> dict[str, Any]:
    """Facts or answers as they are stored: decimals as strings, moments as ISO 8601 in UTC."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Value) -> Any:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, tuple):
        return [as_json(record) for record in value]
    return value


def verify(session: Session) -> Altered | None:
    """The first altered, missing or added row over all orders in the order of their ids, or None when all is as written.

    Orders and rows come from one statement, so that changes made meanwhile are seen wholly or not at all.
    """
    found = session.execute(
        select(
            WorkOrder.id,
            WorkOrder.number,
            WorkOrder.status,
            WorkOrder.history_length,
            WorkOrder.history_hash,
            StatusHistory,
        )
        .outerjoin(StatusHistory, StatusHistory.order_id == WorkOrder.id)
        .order_by(WorkOrder.id, StatusHistory.sequence)
        .execution_options(yield_per=500, populate_existing=True)
    )
    try:
        for _, rows in groupby(found, key=lambda row: row.id):
            order = next(rows)
            mine = (row.StatusHistory for row in chain((order,), rows) if row.StatusHistory is not None)
            altered = _verify_one(order, mine)
            if altered is not None:
                return altered
    finally:
        found.close()
    return None


def _verify_one(order: Any, rows: Iterator[StatusHistory]) -> Altered | None:
    previous, sequence, status = "", 0, None
    for row in rows:
        sequence += 1
        if row.sequence != sequence:
            return Altered(order.number, sequence, f"Row {sequence} of work order {order.number} is missing.")
        if row.previous_hash != previous or row.hash != hash_of(row):
            return Altered(order.number, sequence, f"Row {sequence} of work order {order.number} was altered.")
        if row.from_status != status:
            return Altered(order.number, sequence, f"Row {sequence} of work order {order.number} does not follow on.")
        previous, status = row.hash, row.to_status
    if order.history_length != sequence or order.history_hash != previous:
        return Altered(order.number, None, f"The newest rows of work order {order.number} are missing.")
    if order.status != status:
        return Altered(
            order.number, None, f"The status of work order {order.number} is not the one its history ends in."
        )
    return None
