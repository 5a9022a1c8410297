"""A technician's day: the order he is working on, then his other open ones by status and by when they are due."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.models import Customer, DeviceModel, Firm, Unit, WorkOrder
from webapp.queries.facts import gather
from webapp.queries.lifecycles import lifecycle, of_kinds
from workflow.offers import Offer
from workflow.values import Situation

AHEAD = timedelta(days=7)
WHENS = ("Overdue", "Today", "Next seven days", "Later", "No date yet")


@dataclass(frozen=True, slots=True)
class Earlier:
    """A job done before at the same unit."""

    type: str
    at: datetime
    request: str


@dataclass(frozen=True, slots=True)
class Job:
    """One order as its technician sees it in the list; `primary` is his next button, pressable or not."""

    number: int
    type: str
    status: str
    status_label: str
    status_colour: str
    row_version: int
    due_at: datetime | None
    zone: str
    when: str
    customer: str
    phone: str
    address: str
    unit: str
    unit_id: int
    request: str
    primary: Offer | None
    earlier: tuple[Earlier, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Orders of one status; `whens` are (Overdue, its jobs), (Today, …)."""

    label: str
    whens: tuple[tuple[str, tuple[Job, ...]], ...]


@dataclass(frozen=True, slots=True)
class Day:
    """What is being worked on now, and the rest."""

    working: tuple[Job, ...]
    groups: tuple[Group, ...]


def day(session: Session, *, actor: Actor, now: datetime) -> Day:
    """The open orders assigned to the actor."""
    firm_zone = session.execute(select(Firm.time_zone)).scalar() or "UTC"
    rows = session.execute(
        select(WorkOrder, Unit, Customer, DeviceModel)
        .join(Unit, Unit.id == WorkOrder.unit_id)
        .outerjoin(Customer, Customer.id == WorkOrder.customer_id)
        .outerjoin(DeviceModel, DeviceModel.id == Unit.device_model_id)
        .where(WorkOrder.technician_id == actor.user_id, of_kinds(session, "ready", "working", "held", "review"))
        .order_by(WorkOrder.due_at.is_(None), WorkOrder.due_at, WorkOrder.id)
    ).all()
    facts = gather(session, [row.WorkOrder.id for row in rows])
    before = earlier(session, units={row.Unit.id for row in rows}, orders={row.WorkOrder.id for row in rows})
    jobs: list[tuple[str, str, int, Job]] = []
    for order, unit, customer, model in rows:
        compiled = lifecycle(session, order.definition_version_id)
        status = compiled.definition.statuses[order.status]
        situation = Situation(status=order.status, facts=facts[order.id], now=now)
        offers = compiled.offers(situation, actor.as_engine_actor())
        zone = unit.time_zone or firm_zone
        job = Job(
            number=order.number,
            type=order.type,
            status=order.status,
            status_label=status.label,
            status_colour=status.color,
            row_version=order.row_version,
            due_at=order.due_at,
            zone=zone,
            when=when(order.due_at, now=now, zone=zone, working=status.kind == "working"),
            customer=customer.display_name if customer else "No customer",
            phone=next(iter(customer.phones), "") if customer else "",
            address=unit.service_address,
            unit=f"{model.manufacturer} {model.number}".strip() if model else "Model unknown",
            unit_id=unit.id,
            request=order.request,
            primary=next((offer for offer in offers if offer.look == "primary"), None),
            earlier=before.get(unit.id, ()),
        )
        place = list(compiled.definition.statuses).index(order.status)
        jobs.append((status.kind, status.label, RANK.get(status.kind, 9) * 100 - place, job))
    labels = {label: rank for kind, label, rank, _ in jobs if kind != "working"}
    return Day(
        working=tuple(job for kind, _, _, job in jobs if kind == "working"),
        groups=tuple(
            Group(label, sorted_by_when([job for kind, said, _, job in jobs if said == label and kind != "working"]))
            for label in sorted(labels, key=lambda one: labels[one])
        ),
    )


RANK = {"ready": 0, "held": 1, "review": 2}
"""What a technician can go on with comes first; among what is held, what he paused himself."""


def sorted_by_when(jobs: list[Job]) -> tuple[tuple[str, tuple[Job, ...]], ...]:
    """The jobs under the words of when they are due, without empty words."""
    grouped = ((word, tuple(job for job in jobs if job.when == word)) for word in WHENS)
    return tuple((word, found) for word, found in grouped if found)


def when(due: datetime | None, *, now: datetime, zone: str, working: bool) -> str:
    """In which part of the list an order due then stands; work going on is late only when its day has ended."""
    if due is None:
        return "No date yet"
    today, day_due = now.astimezone(ZoneInfo(zone)).date(), due.astimezone(ZoneInfo(zone)).date()
    if day_due < today or (due < now and not working):
        return "Overdue"
    if day_due == today:
        return "Today"
    return "Next seven days" if day_due <= today + AHEAD else "Later"


def earlier(session: Session, *, units: set[int], orders: set[int]) -> dict[int, tuple[Earlier, ...]]:
    """The last three jobs submitted at each unit, newest first."""
    rows = session.execute(
        select(WorkOrder.unit_id, WorkOrder.type, WorkOrder.done_at, WorkOrder.request)
        .where(WorkOrder.unit_id.in_(units), WorkOrder.done_at.is_not(None), WorkOrder.id.not_in(orders))
        .order_by(WorkOrder.done_at.desc())
    ).all()
    found: dict[int, list[Earlier]] = defaultdict(list)
    for row in rows:
        if len(found[row.unit_id]) < 3:
            found[row.unit_id].append(Earlier(row.type, row.done_at, row.request))
    return {unit: tuple(jobs) for unit, jobs in found.items()}
