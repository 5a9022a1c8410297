"""Where a mail leads, whom it comes from, what it says, and the appointment it carries: read just before it goes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.config import Settings
from webapp.models import Customer, Firm, WorkOrder
from webapp.queries import appointments as shown
from webapp.queries.lifecycles import status_of
from webapp.services import appointments, approvals, entries, firm_texts, message_texts
from webapp.services.appointments import Method
from webapp.services.deliveries import MAIL, Claimed
from webapp.services.message_texts import Text

MASK = "••••••"
"""Stands for a link's secret wherever staff can read a mail."""

INVITING = frozenset({"WorkOrderAssigned", "WorkOrderRescheduled"})
CALLING_OFF = frozenset({"WorkOrderUnassigned", "WorkOrderCancelled"})
SHOWING = frozenset({"WorkOrderScheduled"})


@dataclass(frozen=True, slots=True)
class Calendar:
    """An appointment as a part of a mail."""

    method: Method
    content: bytes


@dataclass(frozen=True, slots=True)
class Where:
    """The mail's text as it goes out, the same with the secret of its link masked (the demo shows it), and its sender."""

    text: Text
    kept: Text
    sender: Address
    reply_to: str | None
    url: str
    unsubscribe: str | None
    """Where staff choose what they get by mail; a customer's mail is about his own order and carries none."""
    calendar: Calendar | None
    date: datetime


def of(session: Session, *, mail: Claimed, settings: Settings) -> Where:
    """Everything a mail needs besides its recipient; the link is the customer's when the mail carries an open request."""
    host = urlsplit(settings.base_url).hostname or "localhost"
    firm = entries.line(session.scalar(select(Firm.name)) or "Fieldwright")
    url, masked = _links(session, mail, settings)
    if mail.message == message_texts.DIGEST:
        text = Text(str(mail.context["subject"]), str(mail.context["body"]))
        kept = text
    else:
        template = firm_texts.in_force(session).of(mail.message, MAIL, _language(session, mail))
        text = message_texts.fill(template, {**mail.context, "url": url})
        kept = message_texts.fill(template, {**mail.context, "url": masked})
    organizer = appointments.Person(firm, f"work-orders@{host}")
    return Where(
        text=text,
        kept=kept,
        sender=Address(firm, addr_spec=organizer.email),
        reply_to=settings.reply_to,
        url=url,
        unsubscribe=None if mail.to_customer else f"{settings.base_url}/notifications/choices",
        calendar=_calendar(session, mail, settings, host, organizer),
        date=mail.created_at,
    )


def _links(session: Session, mail: Claimed, settings: Settings) -> tuple[str, str]:
    request_id = mail.context.get("request_id")
    if mail.to_customer and isinstance(request_id, int):
        token = approvals.token_of(session, request_id=request_id)
        if token is not None:
            url = f"{settings.base_url}/a/{token}"
            return url, url if settings.demo else f"{settings.base_url}/a/{MASK}"
        gone = "(this link is no longer in force)"
        return gone, gone
    if mail.message == message_texts.DIGEST:
        url = f"{settings.base_url}/notifications"
    else:
        url = f"{settings.base_url}/work-orders/{mail.context.get('number')}"
    return url, url


def _language(session: Session, mail: Claimed) -> str:
    if not mail.to_customer:
        return ""
    return (
        session.scalar(
            select(Customer.language)
            .join(WorkOrder, WorkOrder.customer_id == Customer.id)
            .where(WorkOrder.id == mail.order_id)
        )
        or ""
    )


def _calendar(
    session: Session, mail: Claimed, settings: Settings, host: str, organizer: appointments.Person
) -> Calendar | None:
    """The appointment as it stands now, not as it stood when the mail was written: a mail that comes late says nothing old."""
    order = session.get(WorkOrder, mail.order_id) if mail.order_id else None
    if order is None or mail.message not in INVITING | CALLING_OFF | SHOWING:
        return None
    found = shown.one(session, order_id=order.id, base_url=settings.base_url)
    if found is None:
        return None
    closed = status_of(session, order).kind == "closed"
    if mail.to_customer:
        if mail.message not in SHOWING or closed:
            return None
        method: Method = "PUBLISH"
        attendee = None
    else:
        his = order.technician_id == mail.user_id and not closed
        if his != (mail.message in INVITING):
            return None
        method = "REQUEST" if his else "CANCEL"
        attendee = appointments.Person(mail.recipient, mail.address)
    content = appointments.invitation(found, method=method, host=host, organizer=organizer, attendee=attendee)
    return Calendar(method, content)
