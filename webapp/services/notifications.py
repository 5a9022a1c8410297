"""Who is told what: notices of the definition become rows of the outbox, in the transaction of the change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.models import Customer, Delivery, Firm, Unit, User, WorkOrder
from workflow.definition import Notice

NO_CUSTOMER = "the unit has no customer."
NO_ADDRESS = "no e-mail address is known."


@dataclass(frozen=True, slots=True)
class Told:
    """What a notice's text may mention besides the order itself."""

    status_label: str
    reason: str = ""
    request_id: int | None = None
    """The approval request whose link the customer's mail carries."""


def write(
    session: Session,
    *,
    order: WorkOrder,
    notices: Sequence[Notice],
    former_technician_id: int | None,
    actor: Actor,
    now: datetime,
    key: str,
    told: Told,
) -> None:
    """Add a delivery for every recipient and channel of the notices.

    `key` names the cause (an order and a history row or a save): the same cause writes the same rows only once, held by
    the unique key. The person who caused the change is not told of it;
    who belongs to two audiences of one notice is told once. Without a customer or an address the delivery
    says `undeliverable` and why, and supervisors get CustomerNotReached with the phone number.
    """
    if not notices:
        return
    unit = session.get_one(Unit, order.unit_id)
    customer = session.get(Customer, order.customer_id) if order.customer_id else None
    context = _context(session, order=order, unit=unit, customer=customer, actor=actor, told=told)
    for notice in notices:
        told_already: set[int | None] = {actor.user_id}
        for audience in notice.to:
            if audience == "customer":
                _to_customer(session, notice.message, order, customer, context, now, key)
            else:
                ids = _people(session, audience, order, former_technician_id) - told_already
                told_already |= ids
                _to_people(session, notice.message, audience, ids, order, context, now, key)
    session.flush()


def _to_customer(
    session: Session,
    message: str,
    order: WorkOrder,
    customer: Customer | None,
    context: dict[str, object],
    now: datetime,
    key: str,
) -> None:
    address = None if customer is None else customer.approval_email or next(iter(customer.emails), None)
    why = NO_CUSTOMER if customer is None else NO_ADDRESS
    row = _delivery(message, "customer", "mail", order, context, now, f"{key}:{message}:customer:mail")
    row.address = address
    row.recipient_name = customer.display_name if customer else ""
    if address is None:
        row.state, row.reason, row.finished_at = "undeliverable", why, now
    session.add(row)
    if address is None and message == "WorkOrderNeedsApproval":
        phone = next(iter(customer.phones), "") if customer else ""
        more = {**context, "reason": why, "phone": phone}
        supervisors = _people(session, "supervisors", order, None)
        _to_people(session, "CustomerNotReached", "supervisors", supervisors, order, more, now, key)


def _to_people(
    session: Session,
    message: str,
    audience: str,
    ids: Iterable[int | None],
    order: WorkOrder,
    context: dict[str, object],
    now: datetime,
    key: str,
) -> None:
    for user in session.scalars(select(User).where(User.id.in_([i for i in ids if i is not None]), User.active)):
        for channel in ("in_app", "mail"):
            row = _delivery(message, audience, channel, order, context, now, f"{key}:{message}:{user.id}:{channel}")
            row.user_id = user.id
            row.address = user.email if channel == "mail" else None
            row.recipient_name = user.name
            session.add(row)


def _delivery(
    message: str, audience: str, channel: str, order: WorkOrder, context: dict[str, object], now: datetime, key: str
) -> Delivery:
    return Delivery(
        key=key,
        message=message,
        audience=audience,
        channel=channel,
        order_id=order.id,
        context=context,
        next_at=now,
        created_at=now,
        message_id=f"<{key.replace(':', '.')}@fieldwright>",
    )


def _people(session: Session, audience: str, order: WorkOrder, former_technician_id: int | None) -> set[int | None]:
    """The accounts behind an audience's word (domain.md §7)."""
    if audience == "technician":
        return {order.technician_id}
    if audience == "former_technician":
        return {former_technician_id}
    if audience == "creator":
        return {order.created_by_id}
    if audience == "supervisors":
        users = session.scalars(select(User).where(User.active))
        held = "work_orders.supervise"
        return {user.id for user in users if held in user.role.permissions or held in user.extra_permissions}
    raise ValueError(f"The audience {audience!r} is not of the vocabulary.")


def _context(
    session: Session, *, order: WorkOrder, unit: Unit, customer: Customer | None, actor: Actor, told: Told
) -> dict[str, object]:
    """What the texts may mention, as people read it; moments in the unit's zone."""
    firm = session.get(Firm, 1)
    zone = ZoneInfo(unit.time_zone or (firm.time_zone if firm else "UTC"))
    technician = session.get(User, order.technician_id) if order.technician_id else None
    return {
        "number": order.number,
        "type": order.type,
        "status": told.status_label,
        "customer": customer.display_name if customer else "",
        "address": unit.service_address,
        "due": f"{order.due_at.astimezone(zone):%a %d %b %Y, %H:%M}" if order.due_at else "",
        "technician": technician.name if technician else "",
        "actor": actor.name,
        "reason": told.reason,
        "request_id": told.request_id,
    }
