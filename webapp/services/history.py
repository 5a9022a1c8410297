"""What happened to an order: appended row by row, each hashing the one before it, and verified."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.orm import Session

from webapp import security
from webapp.actors import Actor
from webapp.models import StatusHistory, WorkOrder
from webapp.queries.facts import Standing
from workflow.offers import Taken
from workflow.values import Value

Step = tuple[Taken, str]
"""A step and the reason people read beside it."""

HASHED = {
    "order": "order_id",
    "sequence": "sequence",
    "from": "from_status",
    "to": "to_status",
    "rule": "rule",
    "automatic": "automatic",
    "user": "user_id",
    "kind": "actor_kind",
    "name": "actor_name",
    "at": "at",
    "reason": "reason",
    "version": "definition_version_id",
    "facts": "facts",
    "guards": "guards",
    "answers": "answers",
    "previous": "previous_hash",
}
"""What a row's hash is made over, and the column it stands in."""


@dataclass(frozen=True, slots=True)
class Altered:
    """The first place where the stored history is not what was written; `sequence` None: the order itself."""

    order_number: int
    sequence: int | None
    sentence: str


ADD = insert(StatusHistory).inline()


def append(session: Session, *, order: Standing, steps: Sequence[Step], actor: Actor, now: datetime) -> dict[str, Any]:
    """Add the steps to the locked order's history; returns what the order has to remember of its newest row."""
    rows, remembered = chained(order=order, steps=steps, actor=actor, now=now)
    session.connection().execute(ADD, rows)
    return remembered


def chained(
    *, order: Standing, steps: Sequence[Step], actor: Actor, now: datetime
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rows of the steps, each hashing the one before it, and what the order has to remember of the newest.

    A stay in a status begins when the steps together lead to another one: passing through others on the way is none.
    """
    sequence, newest = order.history_length, order.history_hash
    rows: list[dict[str, Any]] = []
    for taken, reason in steps:
        sequence += 1
        row = {
            "order_id": order.id,
            "sequence": sequence,
            "from_status": taken.from_status,
            "to_status": taken.to_status,
            "rule": taken.rule,
            "automatic": taken.automatic,
            "user_id": actor.user_id,
            "actor_kind": actor.kind,
            "actor_name": actor.name,
            "at": now,
            "reason": reason,
            "definition_version_id": order.definition_version_id,
            "facts": as_json(taken.facts),
            "guards": dict(taken.guards),
            "answers": as_json(taken.answers),
            "previous_hash": newest,
        }
        newest = row["hash"] = hash_of(row)
        rows.append(row)
    remembered: dict[str, Any] = {"history_length": sequence, "history_hash": newest}
    if steps[0][0].from_status != steps[-1][0].to_status:
        remembered |= {"stay": sequence, "entered_at": now}
    return rows, remembered


def hash_of(row: Mapping[Any, Any]) -> str:
    """The keyed hash over everything the row says and the hash before it."""
    said = {name: row[column] for name, column in HASHED.items()}
    said["at"] = row["at"].astimezone(UTC).isoformat()
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


WRITTEN = (
    select(
        WorkOrder.number,
        WorkOrder.status,
        WorkOrder.history_length,
        WorkOrder.history_hash,
        StatusHistory.hash,
        *(getattr(StatusHistory, column) for column in HASHED.values()),
    )
    .outerjoin(StatusHistory, StatusHistory.order_id == WorkOrder.id)
    .order_by(WorkOrder.id, StatusHistory.sequence)
    .execution_options(yield_per=500)
)
"""Orders and rows in one statement, so that changes made meanwhile are seen wholly or not at all."""


def verify(session: Session) -> Altered | None:
    """The first altered, missing or added row over all orders in the order of their ids, or None when all is as written."""
    found = session.connection().execute(WRITTEN).mappings()
    try:
        for _, rows in groupby(found, key=lambda row: row["number"]):
            altered = _verify_one(rows)
            if altered is not None:
                return altered
    finally:
        found.close()
    return None


def _verify_one(order_and_rows: Iterator[RowMapping]) -> Altered | None:
    previous, sequence, status = "", 0, None
    for row in order_and_rows:
        if row["sequence"] is None:
            break
        sequence += 1
        number = row["number"]
        if row["sequence"] != sequence:
            return Altered(number, sequence, f"Row {sequence} of work order {number} is missing.")
        if row["previous_hash"] != previous or row["hash"] != hash_of(row):
            return Altered(number, sequence, f"Row {sequence} of work order {number} was altered.")
        if row["from_status"] != status:
            return Altered(number, sequence, f"Row {sequence} of work order {number} does not follow on.")
        previous, status = row["hash"], row["to_status"]
    number = row["number"]
    if row["history_length"] != sequence or row["history_hash"] != previous:
        return Altered(number, None, f"The newest rows of work order {number} are missing.")
    if row["status"] != status:
        return Altered(number, None, f"The status of work order {number} is not the one its history ends in.")
    return None
