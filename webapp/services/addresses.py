"""Where a mail leads and whom it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.config import Settings
from webapp.models import Firm
from webapp.services import approvals
from webapp.services.deliveries import Mail

MASK = "••••••"
"""Stands for a link's secret wherever staff can read a mail."""


@dataclass(frozen=True, slots=True)
class Where:
    """The address in the mail, the same with its secret masked (the demo shows it), and the sender."""

    url: str
    masked: str
    sender: str


def of(session: Session, *, mail: Mail, settings: Settings) -> Where:
    """Return the customer's link when the mail carries an open request, else the order's page."""
    host = urlsplit(settings.base_url).hostname or "localhost"
    name = (session.scalar(select(Firm.name)) or "Fieldwright").replace('"', "")
    sender = f'"{name}" <work-orders@{host}>'
    request_id = mail.context.get("request_id")
    if mail.to_customer and isinstance(request_id, int):
        token = approvals.token_of(session, request_id=request_id)
        if token is not None:
            url = f"{settings.base_url}/a/{token}"
            return Where(url, url if settings.demo else f"{settings.base_url}/a/{MASK}", sender)
        gone = "(this link is no longer in force)"
        return Where(gone, gone, sender)
    url = f"{settings.base_url}/work-orders/{mail.order_number}"
    return Where(url, url, sender)
