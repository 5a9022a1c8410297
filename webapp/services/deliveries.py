"""Delivering what the outbox holds: the feed exactly once, mail at least once with the same Message-ID."""

from __future__ import annotations

import random
import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, delete, func, or_, select
from sqlalchemy.orm import Session

from webapp.models import (
    Customer,
    Delivery,
    DeliveryAttempt,
    KeptMail,
    Notification,
    User,
    WebhookEndpoint,
    WorkOrder,
)
from webapp.services import firm_texts, message_texts

BATCH = 500
ANSWER = 500
"""Characters of an answer that are kept."""
IN_APP, MAIL, WEBHOOK = "in_app", "mail", "webhook"
LEASE = timedelta(seconds=40)
"""How long a delivery is its worker's alone; a conversation that takes longer may be held twice, under one id."""
BACK_OFF = tuple(timedelta(seconds=seconds) for seconds in (30, 120, 600, 1800, 3600, 4 * 3600, 12 * 3600))
"""How long to wait after the first, second … failure; after the last the delivery is dead until somebody re-drives it."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that leaves the database; it may be finished only by who holds `lease`."""

    id: int
    lease: str
    lane: str
    message_id: str
    """The same on every attempt: the Message-ID of a mail, the webhook-id of a webhook."""
    address: str
    recipient: str
    message: str
    context: dict[str, object]
    order_id: int | None
    user_id: int | None
    endpoint_id: int | None
    created_at: datetime
    to_customer: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one try: `delivered`, `kept`, `failed` (try again) or `undeliverable` (the other side said never)."""

    outcome: str
    answer: str
    subject: str = ""
    """Of a mail, with `text`: as it was sent, secrets of links masked."""
    text: str = ""


def feed(session: Session, *, now: datetime, base_url: str) -> int:
    """Put every waiting in-app delivery into its person's feed, in this transaction; returns how many."""
    rows = session.scalars(
        select(Delivery)
        .where(Delivery.state == "waiting", Delivery.channel == IN_APP, Delivery.next_at <= now)
        .order_by(Delivery.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    texts = firm_texts.in_force(session) if rows else firm_texts.Texts({})
    for row in rows:
        url = f"{base_url}/work-orders/{row.context['number']}"
        text = message_texts.fill(texts.of(row.message, IN_APP), {**row.context, "url": url})
        body = text.body.replace(url, "").strip()
        session.add(
            Notification(
                delivery_id=row.id, user_id=row.user_id, order_id=row.order_id, title=text.subject, body=body, at=now
            )
        )
        session.add(DeliveryAttempt(delivery_id=row.id, at=now, outcome="delivered", answer="In the feed."))
        row.state, row.finished_at, row.attempts = "delivered", now, row.attempts + 1
    session.flush()
    return len(rows)


def claim(
    session: Session, *, now: datetime, channel: str = MAIL, limit: int = 20, each: int | None = None
) -> tuple[Claimed, ...]:
    """Lease waiting deliveries to the caller; a lease that ran out (its worker died) is anybody's again.

    `each`: at most so many of one lane at a time, whoever holds them, so that a slow server or endpoint fills nobody else's place.
    """
    free = or_(Delivery.lease_until.is_(None), Delivery.lease_until < now)
    due = and_(Delivery.state == "waiting", Delivery.channel == channel, Delivery.next_at <= now, free)
    if each is None:
        rows = _locked(session, due, limit)
    else:
        rows = []
        for lane, held in _lanes(session, due, channel=channel, now=now, each=each, limit=limit):
            room = min(each - held, limit - len(rows))
            rows += _locked(session, and_(due, Delivery.lane == lane), room) if room else []
    lease = secrets.token_hex(8)
    for row in rows:
        row.lease_token, row.lease_until = lease, now + LEASE
    session.flush()
    return tuple(
        Claimed(
            id=row.id,
            lease=lease,
            lane=row.lane,
            message_id=row.message_id,
            address=row.address or "",
            recipient=row.recipient_name,
            message=row.message,
            context=row.context,
            order_id=row.order_id,
            user_id=row.user_id,
            endpoint_id=row.endpoint_id,
            created_at=row.created_at,
            to_customer=row.audience == "customer",
        )
        for row in rows
    )


def _locked(session: Session, due: ColumnElement[bool], limit: int) -> list[Delivery]:
    found = select(Delivery).where(due).order_by(Delivery.next_at, Delivery.id).limit(limit)
    return list(session.scalars(found.with_for_update(skip_locked=True)))


def _lanes(
    session: Session, due: ColumnElement[bool], *, channel: str, now: datetime, each: int, limit: int
) -> list[tuple[str, int]]:
    """The lanes in which something is due and somebody may take more, the longest waiting first, with how many are held."""
    held = func.sum(case((Delivery.lease_until >= now, 1), else_=0))
    first = func.min(case((due, Delivery.next_at)))
    found = session.execute(
        select(Delivery.lane, held)
        .where(Delivery.state == "waiting", Delivery.channel == channel)
        .group_by(Delivery.lane)
        .having(held < each, first.is_not(None))
        .order_by(first, Delivery.lane)
        .limit(limit)
    )
    return [(lane, int(count)) for lane, count in found]


def finish(session: Session, *, claimed: Claimed, result: Result, now: datetime) -> bool:
    """Write down what came of a try; False when the lease was lost meanwhile and another worker has it now."""
    row = session.scalar(
        select(Delivery).where(Delivery.id == claimed.id, Delivery.lease_token == claimed.lease).with_for_update()
    )
    if row is None:
        return False
    said = legible(result.answer)
    session.add(DeliveryAttempt(delivery_id=row.id, at=now, outcome=result.outcome, answer=said))
    row.attempts += 1
    row.lease_token = row.lease_until = None
    if result.outcome == "failed" and row.attempts <= len(BACK_OFF):
        wait = BACK_OFF[row.attempts - 1]
        row.next_at = now + wait * random.uniform(0.8, 1.2)  # noqa: S311  jitter, not a secret
        row.reason = said
    else:
        row.state = "dead" if result.outcome == "failed" else result.outcome
        row.finished_at, row.reason = now, "" if result.outcome in ("delivered", "kept") else said
    if result.outcome in ("delivered", "kept") and row.channel == MAIL:
        session.execute(
            delete(KeptMail).where(KeptMail.delivery_id == row.id)
        )  # it may have been kept before it was sent
        session.add(KeptMail(delivery_id=row.id, to=claimed.address, subject=result.subject, text=result.text, at=now))
    session.flush()
    return True


def legible(answer: str) -> str:
    """The first characters of what another side answered, without what no database keeps and nobody can read."""
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in answer)[:ANSWER].strip()


def redrive(session: Session, *, delivery_id: int, sends_mail: bool, now: datetime) -> str | None:
    """Try a delivery anew under the id it had; returns None, or the sentence why that is impossible.

    Whoever had no address gets the one he has by now, and an endpoint is called where it listens by now.
    """
    row = session.scalars(
        select(Delivery).where(Delivery.id == delivery_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        return "There is no such delivery."
    why_not = obstacle(session, row, sends_mail=sends_mail)
    if why_not is None:
        row.address = _address_by_now(session, row)
        row.lane = row.lane if row.channel == WEBHOOK else lane_of(row.address or "")
        row.state, row.next_at, row.attempts, row.finished_at, row.reason = "waiting", now, 0, None, ""
        row.lease_token = row.lease_until = None
        session.flush()
    return why_not


def redrive_many(
    session: Session, *, delivery_ids: Iterable[int], sends_mail: bool, now: datetime
) -> tuple[int, dict[str, int]]:
    """Try several anew; returns how many are, and how many are not by the sentence why."""
    done, refused = 0, Counter[str]()
    for number in sorted(set(delivery_ids)):
        why_not = redrive(session, delivery_id=number, sends_mail=sends_mail, now=now)
        if why_not is None:
            done += 1
        else:
            refused[why_not] += 1
    return done, dict(refused)


def why_not(session: Session, *, delivery_id: int, sends_mail: bool) -> str | None:
    """What `redrive` would answer, without doing it."""
    row = session.get(Delivery, delivery_id)
    return "There is no such delivery." if row is None else obstacle(session, row, sends_mail=sends_mail)


def obstacle(session: Session, row: Delivery, *, sends_mail: bool) -> str | None:
    """The sentence why a delivery cannot be tried anew, or None when it can."""
    if row.state == "waiting":
        return "It waits already and is tried by itself."
    if row.channel == WEBHOOK:
        endpoint = session.get(WebhookEndpoint, row.endpoint_id) if row.endpoint_id else None
        if endpoint is None or endpoint.removed:
            return "Its webhook endpoint was removed."
        return None if endpoint.active else "Its webhook endpoint is switched off; switch it on first."
    if row.state == "kept" and not sends_mail:
        return "No mail server is configured, so it would only be kept again."
    if row.state == "delivered":
        return "It was delivered; whoever should be told again gets a new message."
    if _address_by_now(session, row) is None:
        return f"{row.recipient_name or 'The customer'} still has no e-mail address."
    return None


def _address_by_now(session: Session, row: Delivery) -> str | None:
    if row.channel == WEBHOOK:
        return session.execute(select(WebhookEndpoint.url).where(WebhookEndpoint.id == row.endpoint_id)).scalar_one()
    if row.address is not None:
        return row.address
    if row.user_id is not None:
        return session.execute(select(User.email).where(User.id == row.user_id)).scalar_one()
    customer = session.execute(
        select(Customer.approval_email, Customer.emails)
        .join(WorkOrder, WorkOrder.customer_id == Customer.id)
        .where(WorkOrder.id == row.order_id)
    ).one_or_none()
    return None if customer is None else customer.approval_email or next(iter(customer.emails), None)


def lane_of(address: str) -> str:
    """The lane of a mail: the domain it goes to."""
    return address.rpartition("@")[2].lower()
