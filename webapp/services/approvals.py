"""Asking the customer about quantities over their limit: requests, their links, and the answers."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp import security
from webapp.actors import Actor
from webapp.errors import Forbidden, Gone, NotFound
from webapp.models import ApprovalRequest, Customer, CustomerLink, Firm, OrderLine, Unit, WorkOrder
from webapp.queries.facts import Standing, standing
from webapp.queries.lifecycles import awaits_approval, lifecycle
from webapp.services import notifications, transitions
from workflow.definition import Notice
from workflow.engine import Lifecycle
from workflow.offers import Outcome, Taken

LINK_LIFE = timedelta(days=30)
GONE = {
    "approved": "This was already answered: the quantities were approved. Thank you.",
    "declined": "This was already answered: the quantities were declined. Thank you.",
    "superseded": "The quantities have changed since this link was sent. Please use the newest mail.",
    "withdrawn": "There is nothing to approve any more. Thank you.",
}


@dataclass(frozen=True, slots=True)
class Followed:
    """The open request after a change, and whether it asks other quantities than the one before it did."""

    request_id: int | None
    again: bool


NOTHING_ASKED = Followed(request_id=None, again=False)


@dataclass(frozen=True, slots=True)
class AskedLine:
    """One line as the customer sees it; no price."""

    name: str
    quantity: Decimal
    unit_of_measure: str
    limit: Decimal


@dataclass(frozen=True, slots=True)
class Asked:
    """What a customer's link shows."""

    order_number: int
    order_type: str
    firm_name: str
    customer_name: str
    service_address: str
    asked_at: datetime
    expires_at: datetime
    lines: tuple[AskedLine, ...]


def follow(
    session: Session,
    *,
    order: Standing,
    status: str,
    lifecycle: Lifecycle,
    steps: Sequence[Taken],
    actor: Actor,
    now: datetime,
    anew: bool,
) -> Followed:
    """Bring the order's request in line with what just happened to the order, which is in `status` now.

    Waiting for approval: one open request about exactly what is over and not covered; another question supersedes the one
    before it, and so does the same question when it goes to another customer or about another unit (`anew`). Not waiting: an open request was answered by one of the steps, or is withdrawn.
    """
    waits = awaits_approval(lifecycle, status)
    if not order.asked and not waits:
        return NOTHING_ASKED
    present = session.scalars(
        select(ApprovalRequest)
        .where(ApprovalRequest.order_id == order.id, ApprovalRequest.state == "open")
        .execution_options(populate_existing=True)
    ).one_or_none()
    if present is not None and steps:
        _answer(lifecycle, present, steps, actor, now)
    if not waits:
        if present is not None:
            _close(session, present, "withdrawn", now)
        return NOTHING_ASKED
    asked = _asked(session, order.id)
    if present is not None and present.state == "open":
        if not anew and _question(present.asked) == _question(asked):
            return Followed(request_id=present.id, again=False)
        _close(session, present, "superseded", now)
    elif present is not None:
        _close(session, present, present.state, now)
    request = ApprovalRequest(order_id=order.id, asked=asked, asked_at=now)
    session.add(request)
    session.flush()
    _link(session, request, now)
    return Followed(request_id=request.id, again=present is not None)


def over(line: OrderLine) -> bool:
    """Whether the line's quantity is over its limit and not covered by an approval (strictly greater)."""
    limit, approved = line.approval_quantity_limit, line.approved_quantity
    return limit is not None and line.quantity > limit and (approved is None or line.quantity > approved)


def _asked(session: Session, order_id: int) -> list[dict[str, Any]]:
    lines = session.scalars(select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.id))
    return [
        {
            "item_id": line.item_id,
            "name": line.name,
            "quantity": str(line.quantity),
            "unit_of_measure": line.unit_of_measure,
            "limit": str(line.approval_quantity_limit),
            "set_by": line.quantity_set_by_id,
        }
        for line in lines
        if over(line)
    ]


def _question(asked: Iterable[Mapping[str, Any]]) -> dict[int, Decimal]:
    return {int(line["item_id"]): Decimal(line["quantity"]) for line in asked}


def _answer(
    lifecycle: Lifecycle, request: ApprovalRequest, steps: Sequence[Taken], actor: Actor, now: datetime
) -> None:
    """Mark the request as one of the steps answered it: with lines that approve, or with lines that do not."""
    for step in steps:
        if not step.lines:
            continue
        approves = any(lifecycle.vocabulary.effects[verb].approves for verb in step.lines)
        request.state = "approved" if approves else "declined"
        request.answered_by_id = actor.user_id
        request.reason = transitions.reason_of(lifecycle, step)
        request.answered_at = now


def _close(session: Session, request: ApprovalRequest, state: str, now: datetime) -> None:
    """End the request, unless it was answered, and every link to it."""
    if request.state == "open":
        request.state = state
        request.answered_at = now
    for link in session.scalars(
        select(CustomerLink).where(
            CustomerLink.request_id == request.id, CustomerLink.revoked_at.is_(None), CustomerLink.used_at.is_(None)
        )
    ):
        link.revoked_at = now
    session.flush()


def _link(session: Session, request: ApprovalRequest, now: datetime) -> CustomerLink:
    nonce = secrets.token_hex(16)
    link = CustomerLink(
        request_id=request.id,
        nonce=nonce,
        token_hash=security.digest(_token(request.id, nonce)),
        made_at=now,
        expires_at=now + LINK_LIFE,
    )
    session.add(link)
    session.flush()
    return link


def _token(request_id: int, nonce: str) -> str:
    """The link's secret, 128 bits: made anew from its row whenever a mail is written, and stored nowhere."""
    secret = bytes.fromhex(security.keyed("customer link", f"{request_id}:{nonce}"))[:16]
    return base64.urlsafe_b64encode(secret).rstrip(b"=").decode()


def token_of(session: Session, *, request_id: int) -> str | None:
    """The secret of the request's newest link, for the mail that carries it; None when no link is in force."""
    link = session.scalars(
        select(CustomerLink)
        .where(CustomerLink.request_id == request_id, CustomerLink.revoked_at.is_(None), CustomerLink.used_at.is_(None))
        .order_by(CustomerLink.id.desc())
        .limit(1)
    ).one_or_none()
    return None if link is None else _token(link.request_id, link.nonce)


def open_link(session: Session, *, token: str, now: datetime) -> Asked:
    """What the link asks; raises NotFound for a secret nobody made, Gone for one that is over."""
    link, request = _in_force(session, token=token, now=now)
    row = session.execute(
        select(WorkOrder.number, WorkOrder.type, Unit.service_address, Customer.display_name)
        .join(Unit, Unit.id == WorkOrder.unit_id)
        .outerjoin(Customer, Customer.id == WorkOrder.customer_id)
        .where(WorkOrder.id == request.order_id)
    ).one()
    return Asked(
        order_number=row.number,
        order_type=row.type,
        firm_name=session.execute(select(Firm.name)).scalar() or "Fieldwright",
        customer_name=row.display_name or "",
        service_address=row.service_address,
        asked_at=request.asked_at,
        expires_at=link.expires_at,
        lines=tuple(
            AskedLine(
                name=line["name"],
                quantity=Decimal(line["quantity"]),
                unit_of_measure=line["unit_of_measure"],
                limit=Decimal(line["limit"]),
            )
            for line in request.asked
        ),
    )


def answer(session: Session, *, token: str, approve: bool, reason: str, now: datetime) -> Outcome:
    """Approve or decline in the customer's name, once; raises like `open_link`, and Refused when a reason is missing."""
    _, request = _in_force(session, token=token, now=now)
    order = session.get_one(WorkOrder, request.order_id)
    actor = Actor(kind="link", user_id=None, name=_customer_name(session, order), link_order_id=order.id)
    order = transitions.locked(session, number=order.number, actor=actor)
    link, request = _in_force(session, token=token, now=now)  # again, under the order's lock
    compiled = lifecycle(session, order.definition_version_id)
    button = _button(compiled, order.status, approve)
    if button is None:
        raise Gone(GONE["withdrawn"])
    link.used_at = now
    answers = {"reason": reason} if reason.strip() and "reason" in compiled.definition.transitions[button].ask else {}
    return transitions.press(
        session, number=order.number, transition=button, answers=answers, row_version=None, actor=actor, now=now
    )


def send_again(session: Session, *, number: int, actor: Actor, now: datetime) -> None:
    """Make a new link for the open request and write the mail again; the links before it end."""
    if not actor.may("work_orders.supervise") and not actor.may("work_orders.edit"):
        raise Forbidden("work_orders.edit")
    order = transitions.locked(session, number=number, actor=actor)
    request = session.scalars(
        select(ApprovalRequest).where(ApprovalRequest.order_id == order.id, ApprovalRequest.state == "open")
    ).one_or_none()
    if request is None:
        raise Gone("This work order does not wait for an answer of the customer.")
    for link in session.scalars(
        select(CustomerLink).where(CustomerLink.request_id == request.id, CustomerLink.revoked_at.is_(None))
    ):
        link.revoked_at = now
    link = _link(session, request, now)
    status = lifecycle(session, order.definition_version_id).definition.statuses[order.status]
    notifications.write(
        session,
        order=standing(session, order.id),
        notices=(Notice(message="WorkOrderNeedsApproval", to=("customer",)),),
        former_technician_id=None,
        actor=actor,
        now=now,
        key=f"order-{order.id}:link-{link.id}",
        told=notifications.Told(status_label=status.label, request_id=request.id),
    )


def _in_force(session: Session, *, token: str, now: datetime) -> tuple[CustomerLink, ApprovalRequest]:
    link = session.scalars(
        select(CustomerLink)
        .where(CustomerLink.token_hash == security.digest(token))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if link is None:
        raise NotFound
    request = session.get_one(ApprovalRequest, link.request_id, populate_existing=True)
    if request.state != "open":
        raise Gone(GONE[request.state])
    if link.revoked_at is not None or link.used_at is not None:
        raise Gone("This link was replaced by a newer one. Please use the newest mail.")
    if link.expires_at <= now:
        raise Gone("This link has expired. Please ask us for a new one.")
    return link, request


def _button(compiled: Lifecycle, status: str, approve: bool) -> str | None:
    """The button of the customer's that answers this way, out of this status."""
    roles = compiled.definition.roles
    for transition in compiled.definition.transitions.values():
        if status in transition.from_ and transition.lines and any(roles[name].link for name in transition.by):
            approves = any(compiled.vocabulary.effects[verb].approves for verb in transition.lines)
            if approves == approve:
                return transition.name
    return None


def _customer_name(session: Session, order: WorkOrder) -> str:
    customer = session.get(Customer, order.customer_id) if order.customer_id else None
    return customer.display_name if customer else "The customer"
