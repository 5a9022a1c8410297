"""Everything the page of one work order shows, as plain values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import NotFound
from webapp.models import (
    ApprovalRequest,
    Customer,
    DefinitionVersion,
    Delivery,
    DeliveryAttempt,
    DeviceModel,
    DeviceType,
    Firm,
    Item,
    Note,
    OrderChange,
    OrderLine,
    Photo,
    Refusal,
    StatusHistory,
    Unit,
    User,
    WorkOrder,
    device_type_items,
)
from webapp.queries import technicians
from webapp.queries.facts import situation
from webapp.queries.lifecycles import awaits_approval, lifecycle
from webapp.queries.overdue import overdue
from webapp.queries.technicians import TechnicianChoice
from webapp.queries.visibility import known_by
from webapp.queries.words import TYPES, local
from workflow.definition import Definition, Question
from workflow.engine import Lifecycle
from workflow.offers import Offer, Remedy

MOST_PAST_ORDERS = 20


@dataclass(frozen=True, slots=True)
class StatusView:
    """A status as its version describes it."""

    name: str
    label: str
    kind: str
    color: str
    help: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A row of the Items card; `stored` is False for an item of the device type that has no quantity yet.

    `unit_cost` and `subtotal` are None without the pricing permission.
    """

    item_id: int
    name: str
    unit_of_measure: str
    quantity: Decimal
    used: Decimal | None
    limit: Decimal | None
    approved_quantity: Decimal | None
    over: bool
    unit_cost: Decimal | None
    subtotal: Decimal | None
    stored: bool


@dataclass(frozen=True, slots=True)
class RemedyView:
    """What would remove a blocker, and the people who can do it."""

    kind: str
    sentence: str
    people: tuple[str, ...]
    fields: tuple[str, ...]
    until: datetime | None


@dataclass(frozen=True, slots=True)
class BlockerView:
    """One reason why a button cannot be pressed now."""

    code: str
    name: str
    sentence: str
    remedies: tuple[RemedyView, ...]


@dataclass(frozen=True, slots=True)
class OfferView:
    """A button: pressable when `allowed`, else grey with its blockers."""

    transition: str
    label: str
    help: str
    to_label: str
    look: str
    confirm: str
    ask: tuple[Question, ...]
    blockers: tuple[BlockerView, ...]

    @property
    def allowed(self) -> bool:
        """Whether nothing is in its way."""
        return not self.blockers


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One status change."""

    sequence: int
    at: datetime
    from_label: str | None
    to_label: str
    to_color: str
    rule_label: str
    automatic: bool
    who: str
    actor_kind: str
    reason: str
    version: int


@dataclass(frozen=True, slots=True)
class RefusalRow:
    """One refused attempt."""

    at: datetime
    who: str
    transition_label: str
    status_label: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One field changed by one save."""

    at: datetime
    who: str
    field: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A remark."""

    id: int
    at: datetime
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """A picture."""

    id: int
    at: datetime
    who: str
    file: str
    name: str
    caption: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class UnitSummary:
    """The order's unit."""

    id: int
    model: str
    device_type: str
    serial_number: str
    address: str
    installed_at: datetime | None
    serviced_at: datetime | None
    maintained_at: datetime | None
    warranty_months: int | None


@dataclass(frozen=True, slots=True)
class CustomerSummary:
    """Whose order it is."""

    id: int
    name: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    billing_address: str


@dataclass(frozen=True, slots=True)
class PastOrder:
    """Another order of the same unit."""

    number: int
    type_label: str
    status_label: str
    status_color: str
    due_at: datetime | None
    done_at: datetime | None
    technician: str
    request: str


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One try of a delivery."""

    at: datetime
    outcome: str
    answer: str


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """Who was told what, and whether it arrived."""

    id: int
    message: str
    channel: str
    recipient: str
    address: str
    state: str
    reason: str
    at: datetime
    attempts: tuple[AttemptRow, ...]


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """One question to the customer, and its answer."""

    state: str
    asked_at: datetime
    lines: tuple[str, ...]
    answered_at: datetime | None
    answered_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """One order; every moment is on the clock of its unit."""

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
    refusals: tuple[RefusalRow, ...]
    changes: tuple[ChangeRow, ...]
    notes: tuple[NoteRow, ...]
    photos: tuple[PhotoRow, ...]
    unit: UnitSummary
    customer: CustomerSummary | None
    past_orders: tuple[PastOrder, ...]
    deliveries: tuple[DeliveryRow, ...]
    approvals: tuple[ApprovalRow, ...]


def detail(session: Session, *, number: int, actor: Actor, now: datetime) -> OrderDetail:
    """The order; raises NotFound when there is none the actor may know of."""
    found = session.execute(select(WorkOrder, overdue(session, now)).where(known_by(actor, number))).one_or_none()
    if found is None:
        raise NotFound("There is no such work order.")
    order, late = found
    compiled = lifecycle(session, order.definition_version_id)
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
    items = _items(session, order, model, priced=actor.may("work_orders.pricing"))
    people = _People(session, compiled.definition, order, names)
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
        offers=tuple(_offer(compiled, offer, people) for offer in compiled.offers(before, acting)),
        may_edit=may_edit,
        history=_history(session, order, zone),
        refusals=_refusals(session, order, zone),
        changes=_changes(session, order, zone),
        notes=tuple(
            NoteRow(note.id, note.at.astimezone(zone), names.get(note.user_id, ""), note.text)
            for note in session.scalars(select(Note).where(Note.order_id == order.id).order_by(Note.id))
        ),
        photos=tuple(
            PhotoRow(
                id=photo.id,
                at=photo.at.astimezone(zone),
                who=names.get(photo.user_id, ""),
                file=photo.file,
                name=photo.name,
                caption=photo.caption,
                width=photo.width,
                height=photo.height,
            )
            for photo in session.scalars(select(Photo).where(Photo.order_id == order.id).order_by(Photo.id))
        ),
        unit=_unit(session, unit, model, zone),
        customer=None if customer is None else _customer(customer),
        past_orders=_past_orders(session, order, zone, names),
        deliveries=_deliveries(session, order, compiled, zone),
        approvals=_approvals(session, order, zone, names),
    )


def _names(session: Session) -> dict[int, str]:
    return dict(session.execute(select(User.id, User.name)).all())


def _items(session: Session, order: WorkOrder, model: DeviceModel | None, *, priced: bool) -> tuple[ItemRow, ...]:
    """The order's lines, then a row at 0 for every active item linked to the device type now (domain.md §3)."""
    lines = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.id)).all()
    rows = [
        ItemRow(
            item_id=line.item_id,
            name=line.name,
            unit_of_measure=line.unit_of_measure,
            quantity=line.quantity,
            used=line.used,
            limit=line.approval_quantity_limit,
            approved_quantity=line.approved_quantity,
            over=line.approval_quantity_limit is not None
            and line.quantity > line.approval_quantity_limit
            and (line.approved_quantity is None or line.quantity > line.approved_quantity),
            unit_cost=line.unit_cost if priced else None,
            subtotal=(line.quantity * line.unit_cost).quantize(Decimal("0.01")) if priced else None,
            stored=True,
        )
        for line in lines
    ]
    if model is not None:
        linked = session.scalars(
            select(Item)
            .join(device_type_items, device_type_items.c.item_id == Item.id)
            .where(
                device_type_items.c.device_type_id == model.device_type_id,
                Item.active,
                Item.id.not_in([line.item_id for line in lines]),
            )
            .order_by(Item.name)
        )
        rows += [
            ItemRow(
                item_id=item.id,
                name=item.name,
                unit_of_measure=item.unit_of_measure,
                quantity=Decimal(0),
                used=None,
                limit=item.approval_quantity_limit,
                approved_quantity=None,
                over=False,
                unit_cost=item.unit_cost if priced else None,
                subtotal=Decimal(0) if priced else None,
                stored=False,
            )
            for item in linked
        ]
    return tuple(rows)


class _People:
    """Finds the people behind a remedy: the holders of a permission, or of the words for "who"."""

    def __init__(self, session: Session, definition: Definition, order: WorkOrder, names: Mapping[int, str]) -> None:
        self.session = session
        self.definition = definition
        self.order = order
        self.names = names
        self.users: tuple[User, ...] | None = None

    def of(self, remedy: Remedy) -> tuple[str, ...]:
        """Their names in order; empty when anybody or nobody can be named."""
        found: set[str] = set()
        for name in remedy.roles:
            role = self.definition.roles[name]
            if role.link is not None:
                found.add("the customer")
            elif role.permission is not None:
                found |= self._holders(role.permission, role.and_guard)
        if not remedy.roles and remedy.permission is not None:
            found |= self._holders(remedy.permission, None)
        return tuple(sorted(found))

    def _holders(self, permission: str, guard: str | None) -> set[str]:
        if self.users is None:
            self.users = tuple(self.session.scalars(select(User).where(User.active)))
        holders = {
            user.id
            for user in self.users
            if permission in user.role.permissions or permission in user.extra_permissions
        }
        if guard is not None:
            read = self.definition.guards[guard].check.facts
            if "order.technician" in read:
                holders &= {self.order.technician_id or 0}
            if "order.creator" in read:
                holders &= {self.order.created_by_id or 0}
        return {self.names[holder] for holder in holders}


def _offer(compiled: Lifecycle, offer: Offer, people: _People) -> OfferView:
    return OfferView(
        transition=offer.transition,
        label=offer.label,
        help=compiled.definition.transitions[offer.transition].help,
        to_label=compiled.definition.statuses[offer.to].label,
        look=offer.look,
        confirm=offer.confirm,
        ask=offer.ask,
        blockers=tuple(
            BlockerView(
                code=blocker.code,
                name=blocker.name,
                sentence=blocker.sentence,
                remedies=tuple(
                    RemedyView(remedy.kind, remedy.sentence, people.of(remedy), remedy.fields, remedy.until)
                    for remedy in blocker.remedies
                ),
            )
            for blocker in offer.blockers
        ),
    )


def _history(session: Session, order: WorkOrder, zone: ZoneInfo) -> tuple[HistoryRow, ...]:
    rows = session.execute(
        select(StatusHistory, DefinitionVersion.number)
        .join(DefinitionVersion, DefinitionVersion.id == StatusHistory.definition_version_id)
        .where(StatusHistory.order_id == order.id)
        .order_by(StatusHistory.sequence.desc())
    )
    return tuple(_history_row(session, row, version, zone) for row, version in rows)


def _history_row(session: Session, row: StatusHistory, version: int, zone: ZoneInfo) -> HistoryRow:
    definition = lifecycle(session, row.definition_version_id).definition
    target = definition.statuses[row.to_status]
    if row.rule is None:
        label = "Created"
    elif row.automatic:
        label = "By itself"
    else:
        label = definition.transitions[row.rule].label
    return HistoryRow(
        sequence=row.sequence,
        at=row.at.astimezone(zone),
        from_label=definition.statuses[row.from_status].label if row.from_status else None,
        to_label=target.label,
        to_color=target.color,
        rule_label=label,
        automatic=row.automatic,
        who=row.actor_name,
        actor_kind=row.actor_kind,
        reason=row.reason,
        version=version,
    )


def _refusals(session: Session, order: WorkOrder, zone: ZoneInfo) -> tuple[RefusalRow, ...]:
    rows = []
    for row in session.scalars(select(Refusal).where(Refusal.order_id == order.id).order_by(Refusal.id.desc())):
        definition = lifecycle(session, row.definition_version_id).definition
        transition = definition.transitions.get(row.transition)
        rows.append(
            RefusalRow(
                at=row.at.astimezone(zone),
                who=row.actor_name,
                transition_label=transition.label if transition else row.transition,
                status_label=definition.statuses[row.status].label,
                sentences=tuple(blocker["sentence"] for blocker in row.blockers),
            )
        )
    return tuple(rows)


def _changes(session: Session, order: WorkOrder, zone: ZoneInfo) -> tuple[ChangeRow, ...]:
    """Changes of fields; those of the status are the history's."""
    return tuple(
        ChangeRow(row.at.astimezone(zone), row.actor_name, row.field, row.old, row.new)
        for row in session.scalars(
            select(OrderChange)
            .where(OrderChange.order_id == order.id, OrderChange.field != "status")
            .order_by(OrderChange.id.desc())
        )
    )


def _unit(session: Session, unit: Unit, model: DeviceModel | None, zone: ZoneInfo) -> UnitSummary:
    device_type = session.get_one(DeviceType, model.device_type_id).name if model is not None else ""
    return UnitSummary(
        id=unit.id,
        model=" ".join(part for part in (model.manufacturer, model.number) if part) if model else "",
        device_type=device_type,
        serial_number=unit.serial_number,
        address=unit.service_address,
        installed_at=local(unit.installed_at, zone),
        serviced_at=local(unit.serviced_at, zone),
        maintained_at=local(unit.maintained_at, zone),
        warranty_months=unit.warranty_months,
    )


def _customer(customer: Customer) -> CustomerSummary:
    return CustomerSummary(
        id=customer.id,
        name=customer.display_name,
        emails=tuple(customer.emails),
        phones=tuple(customer.phones),
        billing_address=customer.billing_address,
    )


def _past_orders(session: Session, order: WorkOrder, zone: ZoneInfo, names: Mapping[int, str]) -> tuple[PastOrder, ...]:
    rows = session.scalars(
        select(WorkOrder)
        .where(WorkOrder.unit_id == order.unit_id, WorkOrder.id != order.id)
        .order_by(WorkOrder.id.desc())
        .limit(MOST_PAST_ORDERS)
    ).all()
    past = []
    for row in rows:
        status = lifecycle(session, row.definition_version_id).definition.statuses[row.status]
        past.append(
            PastOrder(
                number=row.number,
                type_label=TYPES[row.type],
                status_label=status.label,
                status_color=status.color,
                due_at=local(row.due_at, zone),
                done_at=local(row.done_at, zone),
                technician=names.get(row.technician_id or 0, ""),
                request=row.request,
            )
        )
    return tuple(past)


def _deliveries(session: Session, order: WorkOrder, compiled: Lifecycle, zone: ZoneInfo) -> tuple[DeliveryRow, ...]:
    rows = session.scalars(select(Delivery).where(Delivery.order_id == order.id).order_by(Delivery.id.desc())).all()
    attempts: dict[int, list[AttemptRow]] = defaultdict(list)
    for attempt in _attempts(session, [row.id for row in rows]):
        attempts[attempt.delivery_id].append(AttemptRow(attempt.at.astimezone(zone), attempt.outcome, attempt.answer))
    messages = compiled.vocabulary.messages
    return tuple(
        DeliveryRow(
            id=row.id,
            message=messages[row.message].label if row.message in messages else row.message,
            channel="in the app" if row.channel == "in_app" else "e-mail",
            recipient=row.recipient_name,
            address=row.address or "",
            state=row.state,
            reason=row.reason,
            at=row.created_at.astimezone(zone),
            attempts=tuple(attempts[row.id]),
        )
        for row in rows
    )


def _attempts(session: Session, delivery_ids: Iterable[int]) -> Iterable[DeliveryAttempt]:
    return session.scalars(
        select(DeliveryAttempt).where(DeliveryAttempt.delivery_id.in_(list(delivery_ids))).order_by(DeliveryAttempt.id)
    )


def _approvals(session: Session, order: WorkOrder, zone: ZoneInfo, names: Mapping[int, str]) -> tuple[ApprovalRow, ...]:
    rows = session.scalars(
        select(ApprovalRequest).where(ApprovalRequest.order_id == order.id).order_by(ApprovalRequest.id.desc())
    )
    return tuple(
        ApprovalRow(
            state=row.state,
            asked_at=row.asked_at.astimezone(zone),
            lines=tuple(
                f"{line['name']}: {Decimal(line['quantity']).normalize():f} {line['unit_of_measure']}"
                f" (limit {Decimal(line['limit']).normalize():f})"
                for line in row.asked
            ),
            answered_at=local(row.answered_at, zone),
            answered_by=names.get(
                row.answered_by_id or 0, "the customer" if row.state in ("approved", "declined") else ""
            ),
            reason=row.reason,
        )
        for row in rows
    )
