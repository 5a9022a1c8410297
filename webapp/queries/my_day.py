"""A technician's day: the order he is working on, then his other open ones by status and by when they are due.

Long groups are cut: facts and buttons are only found out for what is shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.models import Customer, DeviceModel, Firm, OrderLine, Unit, WorkOrder
from webapp.queries.facts import gather
from webapp.queries.lifecycles import lifecycle, of_kinds
from webapp.queries.overdue import late
from webapp.queries.visibility import visible
from webapp.queries.words import plain
from workflow.offers import Offer
from workflow.values import Situation

AHEAD = timedelta(days=7)
SHOWN = 10
"""How many orders of one status and one part of the time are shown until more are asked for."""
EARLIER = 3
"""How many earlier jobs of a unit are told."""
OVERDUE = "Overdue"
WHENS = (OVERDUE, "Earlier", "Today", "Next seven days", "Later", "No date yet")


@dataclass(frozen=True, slots=True)
class Earlier:
    """A job done before at the same unit, with what was used; `request` is empty for an order the reader may not know of."""

    type: str
    at: datetime
    request: str
    used: tuple[str, ...]


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
class Part:
    """Orders of one status that are due in one part of the time; `more` are not shown."""

    when: str
    jobs: tuple[Job, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Group:
    """Orders of one status, in parts; `key` is what `day` takes to show all of it."""

    key: str
    label: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """What is being worked on now, and the rest."""

    working: tuple[Job, ...]
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where one order stands in the list."""

    order_id: int
    group: tuple[int, int, str, str]
    working: bool
    when: str


def day(session: Session, *, actor: Actor, now: datetime, whole: str = "") -> Day:
    """The open orders assigned to the actor; of the group `whole` all of them, of the others the first in each part."""
    firm_zone = session.execute(select(Firm.time_zone)).scalar() or "UTC"
    places = _places(session, actor, now, firm_zone)
    cut: dict[tuple[tuple[int, int, str, str], str], list[int]] = defaultdict(list)
    for place in places:
        cut[place.group, place.when].append(place.order_id)
    shown = {key: ids if key[0][2] == whole or key[0][0] < 0 else ids[:SHOWN] for key, ids in cut.items()}
    whens = {place.order_id: place.when for place in places}
    wanted = [order_id for ids in shown.values() for order_id in ids]
    jobs = _jobs(session, wanted, whens, actor=actor, now=now, firm_zone=firm_zone)
    groups = []
    for group in sorted({place.group for place in places if not place.working}):
        parts = tuple(
            Part(
                word, tuple(jobs[each] for each in shown[group, word]), len(cut[group, word]) - len(shown[group, word])
            )
            for word in WHENS
            if (group, word) in cut
        )
        groups.append(Group(key=group[2], label=group[3], parts=parts))
    return Day(working=tuple(jobs[place.order_id] for place in places if place.working), groups=tuple(groups))


def _places(session: Session, actor: Actor, now: datetime, firm_zone: str) -> list[Place]:
    """Every open order of the actor's, by when it is due, with its place in the list."""
    rows = session.execute(
        select(WorkOrder.id, WorkOrder.status, WorkOrder.definition_version_id, WorkOrder.due_at, Unit.time_zone)
        .join(Unit, Unit.id == WorkOrder.unit_id)
        .where(WorkOrder.technician_id == actor.user_id, of_kinds(session, "ready", "working", "held", "review"))
        .order_by(WorkOrder.due_at.is_(None), WorkOrder.due_at, WorkOrder.id)
    ).all()
    compiled = {version: lifecycle(session, version) for version in {row.definition_version_id for row in rows}}
    places = []
    for row in rows:
        statuses = compiled[row.definition_version_id].definition.statuses
        status = statuses[row.status]
        working = status.kind == "working"
        # Among what is held, what he paused himself comes first: it stands further down the definition.
        group = (RANK.get(status.kind, 9), -list(statuses).index(row.status), row.status, status.label)
        word = when(row.due_at, now=now, zone=row.time_zone or firm_zone, kind=status.kind)
        places.append(Place(order_id=row.id, group=group, working=working, when=word))
    return places


def _jobs(
    session: Session,
    order_ids: Sequence[int],
    whens: Mapping[int, str],
    *,
    actor: Actor,
    now: datetime,
    firm_zone: str,
) -> dict[int, Job]:
    rows = session.execute(
        select(WorkOrder, Unit, Customer, DeviceModel)
        .join(Unit, Unit.id == WorkOrder.unit_id)
        .outerjoin(Customer, Customer.id == WorkOrder.customer_id)
        .outerjoin(DeviceModel, DeviceModel.id == Unit.device_model_id)
        .where(WorkOrder.id.in_(order_ids))
    ).all()
    facts = gather(session, order_ids)
    before = earlier(session, units={row.Unit.id for row in rows}, besides=set(order_ids), actor=actor)
    jobs = {}
    for order, unit, customer, model in rows:
        compiled = lifecycle(session, order.definition_version_id)
        status = compiled.definition.statuses[order.status]
        situation = Situation(status=order.status, facts=facts[order.id], now=now)
        offers = compiled.offers(situation, actor.as_engine_actor())
        jobs[order.id] = Job(
            number=order.number,
            type=order.type,
            status=order.status,
            status_label=status.label,
            status_colour=status.color,
            row_version=order.row_version,
            due_at=order.due_at,
            zone=unit.time_zone or firm_zone,
            when=whens[order.id],
            customer=customer.display_name if customer else "No customer",
            phone=next(iter(customer.phones), "") if customer else "",
            address=unit.service_address,
            unit=f"{model.manufacturer} {model.number}".strip() if model else "Model unknown",
            unit_id=unit.id,
            request=order.request,
            primary=next((offer for offer in offers if offer.look == "primary"), None),
            earlier=before.get(unit.id, ()),
        )
    return jobs


RANK = {"working": -1, "ready": 0, "held": 1, "review": 2}
"""What a technician can go on with comes first."""


def when(due: datetime | None, *, now: datetime, zone: str, kind: str) -> str:
    """In which part of the list an order due then stands; work that waits for its review is due no more, so never late."""
    if due is None:
        return "No date yet"
    if late(kind=kind, due=due, now=now, zone=zone):
        return OVERDUE
    today, day_due = now.astimezone(ZoneInfo(zone)).date(), due.astimezone(ZoneInfo(zone)).date()
    if day_due <= today:
        return "Earlier" if day_due < today else "Today"
    return "Next seven days" if day_due <= today + AHEAD else "Later"


def earlier(session: Session, *, units: set[int], besides: set[int], actor: Actor) -> dict[int, tuple[Earlier, ...]]:
    """The last jobs submitted at each unit, newest first, whoever did them.

    What was done to the machine before is told to whoever works on it now (kind of work, day, what was used). What the
    customer asked for belongs to the order, and is told only of orders the actor may know of.
    """
    ranked = (
        select(
            WorkOrder.id,
            func.row_number()
            .over(partition_by=WorkOrder.unit_id, order_by=(WorkOrder.done_at.desc(), WorkOrder.id.desc()))
            .label("place"),
        )
        .where(WorkOrder.unit_id.in_(units), WorkOrder.done_at.is_not(None), WorkOrder.id.not_in(besides))
        .subquery()
    )
    rows = session.execute(
        select(
            WorkOrder.id,
            WorkOrder.unit_id,
            WorkOrder.type,
            WorkOrder.done_at,
            case((visible(actor), WorkOrder.request), else_="").label("request"),
        )
        .join(ranked, ranked.c.id == WorkOrder.id)
        .where(ranked.c.place <= EARLIER)
        .order_by(WorkOrder.done_at.desc(), WorkOrder.id.desc())
    ).all()
    used: dict[int, list[str]] = defaultdict(list)
    for line in session.execute(
        select(OrderLine.order_id, OrderLine.name, OrderLine.used, OrderLine.unit_of_measure)
        .where(OrderLine.order_id.in_([row.id for row in rows]), OrderLine.used > Decimal(0))
        .order_by(OrderLine.id)
    ):
        used[line.order_id].append(f"{line.name} {plain(line.used)} {line.unit_of_measure}".strip())
    found: dict[int, list[Earlier]] = defaultdict(list)
    for row in rows:
        found[row.unit_id].append(Earlier(row.type, row.done_at, row.request, tuple(used[row.id])))
    return {unit: tuple(jobs) for unit, jobs in found.items()}
