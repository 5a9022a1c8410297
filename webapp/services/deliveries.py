"""Delivering what the outbox holds: the feed exactly once, mail at least once with the same Message-ID."""

from __future__ import annotations

import random
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from webapp.models import Delivery, DeliveryAttempt, KeptMail, Notification
from webapp.services import message_texts

BATCH = 500
LEASE = timedelta(seconds=40)
"""How long a mail is its worker's alone; a conversation that takes longer may be held twice, with one Message-ID."""
BACK_OFF = tuple(timedelta(seconds=seconds) for seconds in (30, 120, 600, 1800, 3600, 4 * 3600, 12 * 3600))
"""How long to wait after the first, second … failure; after the last the delivery is dead until somebody re-drives it."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A claimed mail; it may be finished only by who holds `lease`."""

    id: int
    lease: str
    message_id: str
    address: str
    recipient: str
    message: str
    context: dict[str, object]
    order_number: object
    to_customer: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one try: `delivered`, `kept`, `failed` (try again) or `undeliverable` (the other side said never)."""

    outcome: str
    answer: str
    subject: str = ""
    text: str = ""


def feed(session: Session, *, now: datetime, base_url: str) -> int:
    """Put every waiting in-app delivery into its person's feed, in this transaction; returns how many."""
    rows = session.scalars(
        select(Delivery)
        .where(Delivery.state == "waiting", Delivery.channel == "in_app", Delivery.next_at <= now)
        .order_by(Delivery.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        url = f"{base_url}/work-orders/{row.context['number']}"
        text = message_texts.fill(row.message, {**row.context, "url": url})
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


def claim(session: Session, *, now: datetime, limit: int = 20) -> tuple[Mail, ...]:
    """Lease waiting mails to the caller; a lease that ran out (its worker died) is anybody's again."""
    free = or_(Delivery.lease_until.is_(None), Delivery.lease_until < now)
    rows = session.scalars(
        select(Delivery)
        .where(Delivery.state == "waiting", Delivery.channel == "mail", Delivery.next_at <= now, free)
        .order_by(Delivery.next_at, Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    lease = secrets.token_hex(8)
    for row in rows:
        row.lease_token, row.lease_until = lease, now + LEASE
    session.flush()
    return tuple(
        Mail(
            id=row.id,
            lease=lease,
            message_id=row.message_id,
            address=row.address or "",
            recipient=row.recipient_name,
            message=row.message,
            context=row.context,
            order_number=row.context.get("number"),
            to_customer=row.audience == "customer",
        )
        for row in rows
    )


def finish(session: Session, *, mail: Mail, result: Result, now: datetime) -> bool:
    """Write down what came of a try; False when the lease was lost meanwhile and another worker has it now."""
    row = session.scalar(
        select(Delivery).where(Delivery.id == mail.id, Delivery.lease_token == mail.lease).with_for_update()
    )
    if row is None:
        return False
    session.add(DeliveryAttempt(delivery_id=row.id, at=now, outcome=result.outcome, answer=result.answer[:500]))
    row.attempts += 1
    row.lease_token = row.lease_until = None
    if result.outcome == "failed" and row.attempts <= len(BACK_OFF):
        wait = BACK_OFF[row.attempts - 1]
        row.next_at = now + wait * random.uniform(0.8, 1.2)  # noqa: S311  jitter, not a secret
        row.reason = result.answer[:500]
    else:
        row.state = "dead" if result.outcome == "failed" else result.outcome
        row.finished_at, row.reason = now, "" if result.outcome in ("delivered", "kept") else result.answer[:500]
    if result.outcome in ("delivered", "kept"):
        session.add(KeptMail(delivery_id=row.id, to=mail.address, subject=result.subject, text=result.text, at=now))
    session.flush()
    return True


def redrive(session: Session, *, delivery_id: int, now: datetime) -> bool:
    """Try a dead or undeliverable delivery anew; False when it is neither."""
    done = session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.state.in_(("dead", "undeliverable")), Delivery.address.is_not(None))
        .values(state="waiting", next_at=now, attempts=0, finished_at=None, reason="")
        .returning(Delivery.id)
    )
    return done.first() is not None
