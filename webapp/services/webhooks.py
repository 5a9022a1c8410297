"""Endpoints of integrators: added, changed, given a new secret, tried out and removed; and what they are sent."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from webapp import security
from webapp.actors import Actor
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.folding import fold
from webapp.models import Delivery, WebhookEndpoint
from webapp.services import entries, message_texts, versions
from webapp.services.courier import Letter
from webapp.services.deliveries import WEBHOOK, Claimed
from webapp.services.notifications import webhook_columns

OVERLAP = timedelta(hours=24)
"""How long the former secret still signs after a new one was made."""
LONGEST_URL = 500
MOST = 50
"""Endpoints of one firm."""
TOLD = ("number", "type", "status", "customer", "address", "due_at", "due", "technician", "actor", "reason")
"""What a webhook says of an order; never a price and never a customer's link."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An endpoint as typed."""

    name: str = ""
    url: str = "https://"
    messages: tuple[str, ...] = ()
    active: bool = True


def create(session: Session, *, entry: Entry, https_only: bool, actor: Actor, now: datetime) -> WebhookEndpoint:
    """Add an endpoint; `secret_of` tells its secret, which is shown once."""
    _allow(actor)
    checked = _checked(entry, https_only=https_only)
    known = session.scalars(select(WebhookEndpoint.id).where(WebhookEndpoint.removed.is_(False))).all()
    if len(known) >= MOST:
        raise Invalid({"url": f"There are {MOST} endpoints already. Remove one first."})
    endpoint = WebhookEndpoint(
        name=checked.name,
        url=checked.url,
        messages=list(checked.messages),
        active=checked.active,
        nonce=secrets.token_hex(16),
        created_at=now,
        updated_at=now,
        updated_by=actor.name,
    )
    session.add(endpoint)
    session.flush()
    return endpoint


def save(
    session: Session, *, endpoint_id: int, row_version: int, entry: Entry, https_only: bool, actor: Actor, now: datetime
) -> WebhookEndpoint:
    """Change an endpoint; raises Conflict when somebody else was faster."""
    endpoint = _locked(session, endpoint_id, actor)
    versions.check(endpoint, row_version, what="this webhook endpoint")
    checked = _checked(entry, https_only=https_only)
    endpoint.name, endpoint.url, endpoint.active = checked.name, checked.url, checked.active
    endpoint.messages = list(checked.messages)
    _changed(session, endpoint, actor, now)
    return endpoint


def rotate(session: Session, *, endpoint_id: int, actor: Actor, now: datetime) -> WebhookEndpoint:
    """Give an endpoint a new secret; the former one signs beside it for a day, so that nothing is refused meanwhile."""
    endpoint = _locked(session, endpoint_id, actor)
    endpoint.former_nonce, endpoint.former_until = endpoint.nonce, now + OVERLAP
    endpoint.nonce = secrets.token_hex(16)
    _changed(session, endpoint, actor, now)
    return endpoint


def forget_former(session: Session, *, endpoint_id: int, actor: Actor, now: datetime) -> None:
    """Let the former secret sign no more, before its day is over."""
    endpoint = _locked(session, endpoint_id, actor)
    endpoint.former_nonce = endpoint.former_until = None
    _changed(session, endpoint, actor, now)


def remove(session: Session, *, endpoint_id: int, actor: Actor, now: datetime) -> str:
    """Remove an endpoint: nothing is written for it any more, and what still waits is not sent; returns its name."""
    endpoint = _locked(session, endpoint_id, actor)
    endpoint.removed, endpoint.active = True, False
    _changed(session, endpoint, actor, now)
    return endpoint.name


def ping(session: Session, *, endpoint_id: int, actor: Actor, now: datetime) -> int:
    """Write a test webhook, delivered like every other; returns the delivery's id."""
    endpoint = _locked(session, endpoint_id, actor)
    if not endpoint.active:
        raise Invalid({"": "The endpoint is switched off. Switch it on to try it out."})
    key = f"ping-{endpoint.id}-{secrets.token_hex(8)}"
    values = {
        "key": key,
        "message": message_texts.PING,
        "audience": "integrators",
        "channel": WEBHOOK,
        "address": endpoint.url,
        "recipient_name": endpoint.name,
        "search_text": fold(f"{endpoint.name}\n{endpoint.url}"),
        "context": {"actor": actor.name},
        "next_at": now,
        "created_at": now,
    }
    made = session.execute(
        insert(Delivery).values(values | webhook_columns(endpoint.id, key)).returning(Delivery.id)
    ).scalar_one()
    return int(made)


def secret_of(endpoint: WebhookEndpoint) -> str:
    """The endpoint's secret as Standard Webhooks writes it, derived from this installation's key: the database holds none."""
    return _secret(endpoint.nonce)


def letter(session: Session, *, claimed: Claimed, base_url: str, now: datetime) -> Letter | str:
    """What is to be sent, or the sentence why it cannot be."""
    endpoint = session.get(WebhookEndpoint, claimed.endpoint_id) if claimed.endpoint_id else None
    if endpoint is None or endpoint.removed:
        return "The endpoint was removed."
    if not endpoint.active:
        return "The endpoint is switched off."
    nonces = [endpoint.nonce]
    if endpoint.former_nonce and endpoint.former_until and endpoint.former_until > now:
        nonces.append(endpoint.former_nonce)
    return Letter(
        url=endpoint.url,
        id=claimed.message_id,
        body=payload(claimed, base_url=base_url),
        secrets=tuple(_secret(nonce) for nonce in nonces),
    )


def payload(claimed: Claimed, *, base_url: str) -> str:
    """The body, byte for byte the same on every attempt."""
    context = claimed.context
    data = {name: context.get(name) for name in TOLD if name in context}
    if "number" in context:
        data["url"] = f"{base_url}/work-orders/{context['number']}"
    body = {"type": claimed.message, "timestamp": claimed.created_at.isoformat(), "data": data}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _secret(nonce: str) -> str:
    return "whsec_" + base64.b64encode(bytes.fromhex(security.keyed("webhook secret", nonce))).decode()


def _allow(actor: Actor) -> None:
    if not actor.may("settings.edit"):
        raise Forbidden("settings.edit")


def _locked(session: Session, endpoint_id: int, actor: Actor) -> WebhookEndpoint:
    _allow(actor)
    endpoint = session.scalars(
        select(WebhookEndpoint)
        .where(WebhookEndpoint.id == endpoint_id, WebhookEndpoint.removed.is_(False))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if endpoint is None:
        raise NotFound("There is no such webhook endpoint.")
    return endpoint


def _changed(session: Session, endpoint: WebhookEndpoint, actor: Actor, now: datetime) -> None:
    versions.touch(endpoint, actor=actor, now=now)
    session.flush()


def _checked(entry: Entry, *, https_only: bool) -> Entry:
    name, url = entries.line(entry.name), entry.url.strip()
    problems = {}
    if not name or len(name) > 100:
        problems["name"] = "Give it a name of at most 100 characters."
    if wrong := _url_problem(url, https_only=https_only):
        problems["url"] = wrong
    messages = tuple(message for message in message_texts.STOCK if message in entry.messages)
    if not messages or set(entry.messages) - set(messages):
        problems["messages"] = "Choose at least one message of the list."
    if problems:
        raise Invalid(problems)
    return Entry(name, url, messages, entry.active)


def _url_problem(url: str, *, https_only: bool) -> str | None:
    if not url.isascii() or any(letter.isspace() or not letter.isprintable() for letter in url) or "\\" in url:
        return (
            "The address may hold ordinary letters, digits and signs only; write other letters as punycode or %-codes."
        )
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "This is not an address such as https://example.com/hooks."
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "This is not an address such as https://example.com/hooks."
    if https_only and parts.scheme != "https":
        return "The address must begin with https://, so that nobody on the way can read what is sent."
    if parts.username is not None or parts.password is not None:
        return "The address must not hold a user name or password; the signature says who we are."
    if parts.fragment:
        return "The address must not hold a # part; a server never sees it."
    return f"The address is too long: at most {LONGEST_URL} characters." if len(url) > LONGEST_URL else None
