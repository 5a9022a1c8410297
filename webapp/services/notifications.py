"""Who is told what, people and integrators: notices of the definition become rows of the outbox, with the change."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Boolean,
    CompoundSelect,
    Integer,
    String,
    bindparam,
    cast,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.folding import fold
from webapp.models import Customer, Delivery, Firm, NotificationChoices, Role, User, WebhookEndpoint
from webapp.queries.facts import Standing
from webapp.services.choices import EVERYTHING, Choices
from webapp.services.deliveries import IN_APP, MAIL, WEBHOOK, lane_of
from workflow.definition import Notice

NO_CUSTOMER = "the unit has no customer."
NO_ADDRESS = "no e-mail address is known."
SUPERVISING = "work_orders.supervise"
NEEDS_APPROVAL, NOT_REACHED = "WorkOrderNeedsApproval", "CustomerNotReached"


@dataclass(frozen=True, slots=True)
class Told:
    """What a notice's text may mention besides the order itself."""

    status_label: str
    reason: str = ""
    request_id: int | None = None
    """The approval request whose link the customer's mail carries."""


@dataclass(frozen=True, slots=True)
class Person:
    """An active account that may be told."""

    id: int
    name: str
    email: str
    supervises: bool
    choices: Choices = EVERYTHING


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An integrator's address that wants to be told of some messages."""

    id: int
    name: str
    url: str
    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """Who may be told: the people behind each audience's word, and the integrators."""

    people: Mapping[str, Sequence[Person]]
    endpoints: Sequence[Endpoint]


@dataclass(frozen=True, slots=True)
class Addressee:
    """The order's customer as far as a mail needs him."""

    name: str = ""
    address: str | None = None
    phone: str = ""
    why_not: str = NO_CUSTOMER


@dataclass(frozen=True, slots=True)
class Outbox:
    """The rows of one change before they are written, all at once."""

    order_id: int
    key: str
    now: datetime
    rows: list[dict[str, Any]]

    def tell(self, people: Iterable[Person], *, message: str, audience: str, context: Mapping[str, object]) -> None:
        """Add a delivery in the application for each person, and one by mail as he chose."""
        for person in people:
            for channel, address in ((IN_APP, None), (MAIL, person.email)):
                if channel == MAIL and not person.choices.wants_mail(message):
                    continue
                key = f"{self.key}:{message}:{person.id}:{channel}"
                self._add(key, message, audience, channel, context, person.id, person.name, address)
                if channel == MAIL:
                    self.rows[-1]["next_at"] = person.choices.after_quiet(self.now)

    def write_to(self, customer: Addressee, *, message: str, context: Mapping[str, object]) -> None:
        """Add a mail to the customer, undeliverable from the beginning when he has no address."""
        key = f"{self.key}:{message}:customer:mail"
        self._add(key, message, "customer", MAIL, context, None, customer.name, customer.address)
        if customer.address is None:
            self.rows[-1] |= {"state": "undeliverable", "reason": customer.why_not, "finished_at": self.now}

    def call(self, endpoints: Iterable[Endpoint], *, message: str, context: Mapping[str, object]) -> None:
        """Add a webhook for each endpoint that wants to be told of the message."""
        for endpoint in endpoints:
            if message in endpoint.messages:
                key = f"{self.key}:{message}:endpoint-{endpoint.id}:webhook"
                self._add(key, message, "integrators", WEBHOOK, context, None, endpoint.name, endpoint.url)
                self.rows[-1] |= webhook_columns(endpoint.id, key)

    def once(self) -> list[dict[str, Any]]:
        """The rows, the first of each key: two notices of one message reach who is meant by both of them once."""
        first: dict[str, dict[str, Any]] = {}
        for row in self.rows:
            first.setdefault(row["key"], row)
        return list(first.values())

    def _add(
        self,
        key: str,
        message: str,
        audience: str,
        channel: str,
        context: Mapping[str, object],
        user_id: int | None,
        name: str,
        address: str | None,
    ) -> None:
        self.rows.append(
            {
                "key": key,
                "message": message,
                "audience": audience,
                "channel": channel,
                "order_id": self.order_id,
                "user_id": user_id,
                "address": address,
                "recipient_name": name,
                "search_text": fold(f"{name}\n{address or ''}"),
                "context": context,
                "state": "waiting",
                "reason": "",
                "next_at": self.now,
                "message_id": f"<{key.replace(':', '.')}@fieldwright>",
                "created_at": self.now,
                "finished_at": None,
                "lane": lane_of(address or ""),
                "endpoint_id": None,
            }
        )


def webhook_columns(endpoint_id: int, key: str) -> dict[str, Any]:
    """What a webhook's row holds instead: its lane, its endpoint, and an id without dots, which signing needs."""
    identity = f"msg_{hashlib.sha256(key.encode()).hexdigest()[:32]}"
    return {"lane": f"endpoint-{endpoint_id}", "endpoint_id": endpoint_id, "message_id": identity}


@dataclass(frozen=True, slots=True)
class Together:
    """The rows of many changes, written at once, and the people already read for them."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    known: dict[object, Known] = field(default_factory=dict)

    def write(self, session: Session) -> None:
        """Add every delivery that was put here."""
        if self.rows:
            session.connection().execute(ADD, self.rows)


def write(
    session: Session,
    *,
    order: Standing,
    notices: Sequence[Notice],
    former_technician_id: int | None,
    actor: Actor,
    now: datetime,
    key: str,
    told: Told,
    together: Together | None = None,
) -> None:
    """Add a delivery for every recipient and channel of the notices, in one statement; or put them `together` with others.

    `key` names the cause (an order and a history row or a save): the same cause writes the same rows only once, held by
    the unique key. The person who caused the change is not told of it;
    who belongs to two audiences of a message is told once. Without a customer or an address the delivery
    says `undeliverable` and why, and supervisors get CustomerNotReached with the phone number.
    """
    if not notices:
        return
    audiences = {audience for notice in notices for audience in notice.to}
    customer = _customer(session, order) if "customer" in audiences else Addressee()
    audiences |= {"supervisors"} if "customer" in audiences and customer.address is None else set()
    named = {
        "technician": order.technician_id,
        "former_technician": former_technician_id,
        "creator": order.created_by_id,
    }
    read = {} if together is None else together.known
    asked = (*named.values(), frozenset(audiences))
    known = read[asked] if asked in read else read.setdefault(asked, _known(session, named=named, audiences=audiences))
    context = context_of(order, actor, told)
    outbox = Outbox(order_id=order.id, key=key, now=now, rows=[])
    for notice in notices:
        outbox.call(known.endpoints, message=notice.message, context=context)
        told_already = {actor.user_id}
        for audience in notice.to:
            if audience == "customer":
                outbox.write_to(customer, message=notice.message, context=context)
                if customer.address is None and notice.message == NEEDS_APPROVAL:
                    more = context | {"reason": customer.why_not, "phone": customer.phone}
                    outbox.tell(known.people["supervisors"], message=NOT_REACHED, audience="supervisors", context=more)
                    outbox.call(known.endpoints, message=NOT_REACHED, context=more)
                continue
            anew = [person for person in known.people[audience] if person.id not in told_already]
            told_already |= {person.id for person in anew}
            outbox.tell(anew, message=notice.message, audience=audience, context=context)
    if together is not None:
        together.rows.extend(outbox.once())
    elif outbox.rows:
        session.connection().execute(ADD, outbox.once())


ADD = insert(Delivery).inline()
HOLDERS = f'%"{SUPERVISING}"%'
FIRMS_ZONE = select(Firm.time_zone).where(Firm.id == 1).scalar_subquery()
KNOWN: CompoundSelect[Any] = union_all(
    select(
        literal("person").label("kind"),
        User.id,
        User.name,
        User.email,
        User.extra_permissions,
        Role.permissions,
        NotificationChoices.mail_off,
        NotificationChoices.quiet_from,
        NotificationChoices.quiet_until,
        NotificationChoices.digest_at,
        func.coalesce(func.nullif(NotificationChoices.time_zone, ""), FIRMS_ZONE, "UTC"),
    )
    .join(Role, Role.id == User.role_id)
    .outerjoin(NotificationChoices, NotificationChoices.user_id == User.id)
    .where(
        User.active,
        or_(
            User.id == bindparam("technician"),
            User.id == bindparam("former_technician"),
            User.id == bindparam("creator"),
            bindparam("supervisors", type_=Boolean())
            & or_(cast(Role.permissions, String).like(HOLDERS), cast(User.extra_permissions, String).like(HOLDERS)),
        ),
    ),
    select(
        literal("endpoint"),
        WebhookEndpoint.id,
        WebhookEndpoint.name,
        WebhookEndpoint.url,
        WebhookEndpoint.messages,
        WebhookEndpoint.messages,
        WebhookEndpoint.messages,
        *(cast(null(), Integer) for _ in range(3)),
        literal(""),
    ).where(WebhookEndpoint.active, WebhookEndpoint.removed.is_(False)),
)
"""People and integrators in one statement: telling somebody must cost the change no more than it has to."""
REACHED = select(Customer.display_name, Customer.approval_email, Customer.emails, Customer.phones).where(
    Customer.id == bindparam("customer_id")
)


def _known(session: Session, *, named: Mapping[str, int | None], audiences: set[str]) -> Known:
    """The active accounts behind each audience's word (domain.md §7) and the active endpoints, read together."""
    wanted = {word: person for word, person in named.items() if word in audiences}
    rows = session.connection().execute(
        KNOWN, {**dict.fromkeys(named), **wanted, "supervisors": "supervisors" in audiences}
    )
    found: list[Person] = []
    endpoints: list[Endpoint] = []
    for kind, id, name, address, extra, held, mail_off, *quiet, digest_at, zone in sorted(rows, key=lambda row: row[1]):
        if kind == "endpoint":
            endpoints.append(Endpoint(id=id, name=name, url=address, messages=tuple(held)))
            continue
        choices = Choices(
            mail_off=frozenset(mail_off or ()),
            quiet_from=quiet[0],
            quiet_until=quiet[1],
            digest_at=digest_at,
            zone=zone,
        )
        supervises = SUPERVISING in held or SUPERVISING in extra
        found.append(Person(id=id, name=name, email=address, supervises=supervises, choices=choices))
    people = {word: [person for person in found if person.id == wanted.get(word)] for word in named}
    return Known({**people, "supervisors": [person for person in found if person.supervises]}, endpoints)


def _customer(session: Session, order: Standing) -> Addressee:
    row = session.connection().execute(REACHED, {"customer_id": order.customer_id}).one_or_none()
    if row is None:
        return Addressee()
    return Addressee(
        name=row.display_name,
        address=row.approval_email or next(iter(row.emails), None),
        phone=next(iter(row.phones), ""),
        why_not=NO_ADDRESS,
    )


def context_of(order: Standing, actor: Actor, told: Told) -> dict[str, object]:
    """What the texts may mention, as people read it; moments in the unit's zone."""
    return {
        "number": order.number,
        "type": order.type,
        "status": told.status_label,
        "customer": order.customer,
        "address": order.address,
        "due_at": order.due_at.isoformat() if order.due_at else None,
        "due": f"{order.due_at.astimezone(ZoneInfo(order.zone)):%a %d %b %Y, %H:%M}" if order.due_at else "",
        "technician": order.technician,
        "actor": actor.name,
        "reason": told.reason,
        "request_id": told.request_id,
    }
