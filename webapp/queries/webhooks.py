"""Webhook endpoints as people read them: what each is told of, how its deliveries fare, and what was sent last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.errors import NotFound
from webapp.models import Delivery, WebhookEndpoint

LAST = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """One endpoint; `counts` of its deliveries by state, those of the last seven days."""

    id: int
    name: str
    url: str
    messages: tuple[str, ...]
    active: bool
    row_version: int
    created_at: datetime
    updated_at: datetime | None
    updated_by: str
    former_until: datetime | None
    counts: Mapping[str, int]


def endpoints(session: Session, *, now: datetime) -> tuple[EndpointRow, ...]:
    """Every endpoint, by name."""
    rows = session.scalars(
        select(WebhookEndpoint).where(WebhookEndpoint.removed.is_(False)).order_by(WebhookEndpoint.name)
    ).all()
    counts: dict[int | None, dict[str, int]] = defaultdict(dict)
    counted = session.execute(
        select(Delivery.endpoint_id, Delivery.state, func.count())
        .where(Delivery.endpoint_id.in_([row.id for row in rows]), Delivery.created_at >= now - LAST)
        .group_by(Delivery.endpoint_id, Delivery.state)
    )
    for endpoint_id, state, count in counted:
        counts[endpoint_id][state] = count
    return tuple(_row(row, counts[row.id], now) for row in rows)


def endpoint(session: Session, *, endpoint_id: int, now: datetime) -> EndpointRow:
    """One endpoint; raises NotFound when there is none, or it was removed."""
    found = next((one for one in endpoints(session, now=now) if one.id == endpoint_id), None)
    if found is None:
        raise NotFound("There is no such webhook endpoint.")
    return found


def _row(row: WebhookEndpoint, counts: Mapping[str, int], now: datetime) -> EndpointRow:
    former = row.former_until if row.former_nonce and row.former_until and row.former_until > now else None
    return EndpointRow(
        id=row.id,
        name=row.name,
        url=row.url,
        messages=tuple(row.messages),
        active=row.active,
        row_version=row.row_version,
        created_at=row.created_at,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
        former_until=former,
        counts=counts,
    )
