"""Everything the page of one work order shows, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import NotFound
from webapp.models import Customer, DeviceModel, Firm, Unit, User, WorkOrder
from webapp.queries import (
    order_buttons,
    order_items,
    order_messages,
    order_remarks,
    order_timeline,
    order_unit,
    technicians,
    timers,
)
from webapp.queries.fact_words import FactWords
from webapp.queries.facts import situation
from webapp.queries.lifecycles import awaits_approval, versions
from webapp.queries.order_buttons import OfferView
from webapp.queries.order_items import ItemRow
from webapp.queries.order_lifecycle import Chapter
from webapp.queries.order_messages import ApprovalRow, DeliveryRow
from webapp.queries.order_remarks import NoteRow, PhotoRow
from webapp.queries.order_timeline import ChangeRow, HistoryRow, RefusalRow
from webapp.queries.order_unit import CustomerSummary, PastOrder, UnitSummary
from webapp.queries.overdue import overdue
from webapp.queries.technicians import TechnicianChoice
from webapp.queries.timers import FiredRow, Upcoming
from webapp.queries.visibility import known_by
from webapp.queries.words import TYPES, local


@dataclass(frozen=True, slots=True)
class StatusView:
    """A status as its version describes it."""

    name: str
    label: str
    kind: str
    color: str
    help: str


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """One order; every moment is on the clock of its unit.

    `past_orders` are the unit's other orders the reader may know of, `other_orders` how many more there are. A refusal is the
    sentence why he may add no notes or photos, empty when he may.
    """

    number: int
    row_version: int
    type: str
    type_label: str
    status: StatusView
    overdue: bool
    waits_for_approval: bool
    request: str
    zone: str
    due_at: datetime | None
    duration_minutes: int
    technician_id: int | None
    technician: str
    created_at: datetime
    created_by: str
    arrived_at: datetime | None
    done_at: datetime | None
    completed_at: datetime | None
    resume_at: datetime | None
    items: tuple[ItemRow, ...]
    total: Decimal | None
    technicians: tuple[TechnicianChoice, ...]
    offers: tuple[OfferView, ...]
    may_edit: frozenset[str]
    history: tuple[HistoryRow, ...]
    chapters: tuple[Chapter, ...]
    refusals: tuple[RefusalRow, ...]
    changes: tuple[ChangeRow, ...]
    upcoming: tuple[Upcoming, ...]
    timers: tuple[FiredRow, ...]
    notes: tuple[NoteRow, ...]
    photos: tuple[PhotoRow, ...]
    notes_refusal: str
    photos_refusal: str
    unit: UnitSummary
    customer: CustomerSummary | None
    past_orders: tuple[PastOrder, ...]
    other_orders: int
    deliveries: tuple[DeliveryRow, ...]
    approvals: tuple[ApprovalRow, ...]


def detail(session: Session, *, number: int, actor: Actor, now: datetime) -> OrderDetail:
    """The order; raises NotFound when there is none the actor may know of."""
    known = versions(session)
    found = session.execute(
        select(WorkOrder, overdue(session, now, known)).where(known_by(actor, number))
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such work order.")
    order, late = found
    compiled = known[order.definition_version_id]
    status = compiled.definition.statuses[order.status]
    unit = session.get_one(Unit, order.unit_id)
    customer = session.get(Customer, order.customer_id) if order.customer_id else None
    firm_zone = session.execute(select(Firm.time_zone).where(Firm.id == 1)).scalar() or "UTC"
    zone = ZoneInfo(unit.time_zone or firm_zone)
    names = _names(session)
    before = situation(session, order, now)
    acting = actor.as_engine_actor()
    may_edit = compiled.may_edit(before, acting)
    model = session.get(DeviceModel, unit.device_model_id) if unit.device_model_id else None
    items = order_items.rows(session, order, model, priced=actor.may("work_orders.pricing"))
    past_orders = order_unit.past_orders(session, order, zone, names, known, actor=actor)
    words = FactWords(lambda identity: names.get(int(identity), identity) if identity.isdigit() else identity, zone)
    history, chapters = order_timeline.history(session, order, known, words)
    people = order_buttons.People(session, compiled.definition, order, names)
    return OrderDetail(
        number=order.number,
        row_version=order.row_version,
        type=order.type,
        type_label=TYPES[order.type],
        status=StatusView(status.name, status.label, status.kind, status.color, status.help),
        overdue=bool(late),
        waits_for_approval=awaits_approval(compiled, order.status),
        request=order.request,
        zone=str(zone),
        due_at=local(order.due_at, zone),
        duration_minutes=order.duration_minutes,
        technician_id=order.technician_id,
        technician=names.get(order.technician_id or 0, ""),
        created_at=order.created_at.astimezone(zone),
        created_by=names.get(order.created_by_id or 0, "")
        or (f"Maintenance plan {order.created_by_plan_id}" if order.created_by_plan_id else ""),
        arrived_at=local(order.arrived_at, zone),
        done_at=local(order.done_at, zone),
        completed_at=local(order.completed_at, zone),
        resume_at=local(order.resume_at, zone),
        items=items,
        total=sum((row.subtotal for row in items if row.subtotal is not None), Decimal(0))
        if actor.may("work_orders.pricing")
        else None,
        technicians=technicians.choices(
            session,
            day=order.due_at or now,
            zone=zone,
            due_at=order.due_at,
            duration_minutes=order.duration_minutes,
            besides=order.id,
        )
        if "technician" in may_edit
        else (),
        offers=tuple(order_buttons.button(compiled, offer, people) for offer in compiled.offers(before, acting)),
        may_edit=may_edit,
        history=history,
        chapters=chapters,
        refusals=order_timeline.refusals(session, order, known, words),
        changes=order_timeline.changes(session, order, zone),
        upcoming=timers.upcoming(session, order, compiled, before.facts, zone),
        timers=timers.fired(session, order, known, zone),
        notes=order_remarks.notes(session, order, zone, names, actor=actor, may_edit=may_edit),
        photos=order_remarks.photos(session, order, zone, names, actor=actor, may_edit=may_edit),
        notes_refusal="" if "notes" in may_edit else order_remarks.refusal(compiled, order.status, "notes"),
        photos_refusal="" if "photos" in may_edit else order_remarks.refusal(compiled, order.status, "photos"),
        unit=order_unit.unit_summary(session, unit, model, zone),
        customer=None if customer is None else order_unit.customer_summary(customer),
        past_orders=past_orders,
        other_orders=order_unit.others(session, order) - len(past_orders),
        deliveries=order_messages.deliveries(session, order, compiled, zone),
        approvals=order_messages.approvals(session, order, zone, names),
    )


def _names(session: Session) -> dict[int, str]:
    return dict(session.execute(select(User.id, User.name)).all())
