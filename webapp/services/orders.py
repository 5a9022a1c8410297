"""Work orders made, changed and assigned; whatever follows from it goes through the one door."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import ApplicationError, Forbidden, Invalid
from webapp.models import (
    Counter,
    Customer,
    DeviceModel,
    Item,
    MaintenancePlan,
    OrderChange,
    OrderLine,
    Unit,
    User,
    WorkOrder,
)
from webapp.queries.facts import situation
from webapp.queries.lifecycles import lifecycle, live, of_kinds
from webapp.queries.technicians import technician_ids
from webapp.queries.visibility import visible
from webapp.queries.words import TYPES, plain
from webapp.services import customers, entries, transitions
from workflow.offers import Outcome

__all__ = ["Assigned", "NewUnit", "TYPES", "assign", "create", "save", "visible"]

LONGEST_DURATION = 14 * 24 * 60


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit made together with its order; its customer is picked, or made from the names."""

    device_model_id: int | None = None
    customer_id: int | None = None
    first_name: str = ""
    last_name: str = ""
    company_name: str = ""
    email: str = ""
    phone: str = ""
    serial_number: str = ""
    service_address: str = ""

    @property
    def names_a_customer(self) -> bool:
        """Whether a customer is picked or at least partly typed."""
        typed = (self.first_name, self.last_name, self.company_name, self.email, self.phone)
        return self.customer_id is not None or any(text.strip() for text in typed)


@dataclass(frozen=True, slots=True)
class Assigned:
    """What became of one order when several were assigned at once."""

    number: int
    ok: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Change:
    """One field about to change: the word of `may_edit`, how people read it, and how it is done."""

    word: str
    label: str
    old: str | None
    new: str | None
    apply: Callable[[], None]


def create(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    type: str,
    unit_id: int | None = None,
    new_unit: NewUnit | None = None,
    request: str = "",
    due_at: datetime | None = None,
) -> WorkOrder:
    """Make an order, with its unit and customer when they are new, and begin its life.

    With `unit_id` and `new_unit` both, what is missing of the picked unit is filled in. Raises Forbidden, or Invalid with
    a sentence per field.
    """
    if not actor.may("work_orders.create"):
        raise Forbidden("work_orders.create")
    problems: dict[str, str] = {}
    if type not in TYPES:
        problems["type"] = "Choose what kind of work this is."
    if len(request) > entries.LONGEST_TEXT:
        problems["request"] = f"This is too long: at most {entries.LONGEST_TEXT} characters."
    unit = None if unit_id is None else _pickable(session, unit_id)
    if unit is None and (unit_id is not None or new_unit is None):
        problems["unit_id"] = "Choose a unit, or enter a new one."
    else:
        problems |= _unit_problems(session, type=type, unit=unit, new_unit=new_unit)
    if problems:
        raise Invalid(problems)
    if unit is None or new_unit is not None:
        unit = _completed(session, unit, new_unit or NewUnit(), now)
    version_id, compiled = live(session)
    order = WorkOrder(
        number=next_number(session),
        type=type,
        unit_id=unit.id,
        customer_id=unit.customer_id,
        request=request.strip(),
        due_at=due_at,
        status=compiled.definition.first_status,
        definition_version_id=version_id,
        row_version=1,
        created_at=now,
        created_by_id=actor.user_id,
        created_by_plan_id=actor.plan_id,
        history_length=0,
        history_hash="",
    )
    session.add(order)
    session.flush()
    transitions.begin(session, order, actor=actor, now=now)
    return order


def next_number(session: Session) -> int:
    """The next public number, taken under the counter's lock: without gaps, whatever is rolled back."""
    counter = session.scalars(
        select(Counter).where(Counter.name == "work_order").with_for_update().execution_options(populate_existing=True)
    ).one()
    number = counter.next
    counter.next = number + 1
    session.flush()
    return number


def save(
    session: Session,
    *,
    number: int,
    row_version: int | None,
    changes: Mapping[str, object],
    actor: Actor,
    now: datetime,
) -> Outcome:
    """Change fields and run the automatic rules; what is already as wanted is no change.

    Fields: technician_id, due_at, duration_minutes, request, type, unit_id, quantities {item: Decimal}, used {item: Decimal
    or None}. Raises NotFound, Conflict for a stale row version, Invalid with a sentence per field.
    """
    order = transitions.locked(session, number=number, actor=actor)
    drafted, problems = _Drafting(session, order, actor).all(changes)
    before = situation(session, order, now)
    if not drafted and not problems:
        return Outcome(status=order.status, steps=(), facts=before.facts)
    if row_version is not None and row_version != order.row_version:
        raise transitions.conflict(session, order, row_version)
    compiled = lifecycle(session, order.definition_version_id)
    allowed = compiled.may_edit(before, actor.as_engine_actor())
    status = compiled.definition.statuses[order.status]
    editable = {word for words in status.may_edit.values() for word in words}
    for name, change in drafted:
        if change.word not in allowed:
            label = compiled.vocabulary.fields[change.word].label
            problems[name] = (
                f"You may not change this here: {label}."
                if change.word in editable
                else f"This cannot be changed while the order is {status.label}: {label}."
            )
    if problems:
        raise Invalid(problems)
    former = order.technician_id
    order.row_version += 1
    for _, change in drafted:
        change.apply()
        session.add(
            OrderChange(
                order_id=order.id,
                row_version=order.row_version,
                field=change.label,
                old=change.old,
                new=change.new,
                user_id=actor.user_id,
                actor_name=actor.name,
                at=now,
            )
        )
    session.flush()
    return transitions.settle(
        session,
        order,
        actor=actor,
        now=now,
        words={change.word for _, change in drafted},
        former_technician_id=former if former != order.technician_id else None,
    )


def assign(
    session: Session, *, numbers: Sequence[int], technician_id: int | None, actor: Actor, now: datetime
) -> tuple[Assigned, ...]:
    """Give several orders to one technician; each says for itself what became of it."""
    if not actor.may("work_orders.supervise"):
        raise Forbidden("work_orders.supervise")
    return tuple(_assigned(session, number, technician_id, actor, now) for number in sorted(set(numbers)))


def _assigned(session: Session, number: int, technician_id: int | None, actor: Actor, now: datetime) -> Assigned:
    try:
        outcome = save(
            session,
            number=number,
            row_version=None,
            changes={"technician_id": technician_id},
            actor=actor,
            now=now,
        )
    except ApplicationError as refused:
        return Assigned(number=number, ok=False, sentence=refused.sentence)
    order = transitions.locked(session, number=number, actor=actor)
    technician = session.get_one(User, technician_id).name if technician_id is not None else "nobody"
    label = lifecycle(session, order.definition_version_id).definition.statuses[outcome.status].label
    return Assigned(number=number, ok=True, sentence=f"Assigned to {technician}. Status: {label}.")


class _Drafting:
    """Compares what is wanted with what is, field by field, and changes nothing yet."""

    def __init__(self, session: Session, order: WorkOrder, actor: Actor) -> None:
        self.session = session
        self.order = order
        self.actor = actor
        self.drafted: list[tuple[str, Change]] = []
        self.problems: dict[str, str] = {}

    def all(self, changes: Mapping[str, object]) -> tuple[list[tuple[str, Change]], dict[str, str]]:
        """Every real change with the name of its field, and a sentence per field that cannot be right."""
        for name, wanted in changes.items():
            match name, wanted:
                case "technician_id", int() | None:
                    self._technician(wanted)
                case "due_at", datetime() | None:
                    self._due(wanted)
                case "duration_minutes", int():
                    self._duration(wanted)
                case "request", str():
                    self._request(wanted)
                case "type", str():
                    self._type(wanted, changes.get("unit_id"))
                case "unit_id", int():
                    self._unit(wanted, changes.get("type"))
                case "quantities", dict():
                    self._quantities(wanted)
                case "used", dict():
                    self._used(wanted)
                case _:
                    self.problems[name] = "This is not something an order has, or not in this form."
        return self.drafted, self.problems

    def _set(self, name: str, word: str, label: str, old: str | None, new: str | None, value: object) -> None:
        self.drafted.append((name, Change(word, label, old, new, lambda: setattr(self.order, name, value))))

    def _technician(self, wanted: int | None) -> None:
        present = self.order.technician_id
        if wanted == present:
            return
        if wanted is not None and wanted not in technician_ids(self.session):
            self.problems["technician_id"] = (
                "Choose an active person whose role is marked as a technician's role (Settings → Users)."
            )
            return
        self._set("technician_id", "technician", "Technician", self._name(present), self._name(wanted), wanted)

    def _name(self, user_id: int | None) -> str | None:
        return None if user_id is None else self.session.get_one(User, user_id).name

    def _due(self, wanted: datetime | None) -> None:
        if wanted != self.order.due_at:
            self._set("due_at", "due_date", "Due Date", self._moment(self.order.due_at), self._moment(wanted), wanted)

    def _moment(self, moment: datetime | None) -> str | None:
        zone = transitions.zone_of(self.session, self.order)
        return None if moment is None else f"{moment.astimezone(zone):%d %b %Y, %H:%M}"

    def _duration(self, wanted: int) -> None:
        if not 1 <= wanted <= LONGEST_DURATION:
            self.problems["duration_minutes"] = "Enter how long the work takes, from 1 minute to 14 days."
        elif wanted != self.order.duration_minutes:
            old, new = f"{self.order.duration_minutes} minutes", f"{wanted} minutes"
            self._set("duration_minutes", "duration", "Estimated duration", old, new, wanted)

    def _request(self, wanted: str) -> None:
        text = "\n".join(wanted.splitlines()).strip()
        if len(text) > entries.LONGEST_TEXT:
            self.problems["request"] = f"This is too long: at most {entries.LONGEST_TEXT} characters."
        elif text != self.order.request:
            self._set("request", "request", "Customer request", self.order.request or None, text or None, text)

    def _type(self, wanted: str, unit_wanted: object) -> None:
        if wanted == self.order.type:
            return
        if wanted not in TYPES:
            self.problems["type"] = "Choose what kind of work this is."
            return
        unit_id = unit_wanted if isinstance(unit_wanted, int) else self.order.unit_id
        unit = _pickable(self.session, unit_id)
        if unit is None:
            self.problems["type"] = "The unit is put away or unknown; choose a unit that is in use first."
            return
        found = _unit_problems(self.session, type=wanted, unit=unit, new_unit=None, besides=self.order.id)
        if found:
            self.problems["type"] = " ".join(found.values())
            return
        self._set("type", "type", "Type", TYPES[self.order.type], TYPES[wanted], wanted)

    def _unit(self, wanted: int, type_wanted: object) -> None:
        if wanted == self.order.unit_id:
            return
        unit = _pickable(self.session, wanted)
        if unit is None:
            self.problems["unit_id"] = "Choose a unit that is in use."
            return
        type = type_wanted if isinstance(type_wanted, str) else self.order.type
        found = _unit_problems(self.session, type=type, unit=unit, new_unit=None, besides=self.order.id)
        if found:
            self.problems["unit_id"] = " ".join(found.values())
            return
        former = self.session.get_one(Unit, self.order.unit_id)

        def move() -> None:
            self.order.unit_id, self.order.customer_id = unit.id, unit.customer_id

        self.drafted.append(("unit_id", Change("unit", "Unit", _unit_name(former), _unit_name(unit), move)))

    def _lines(self) -> dict[int, OrderLine]:
        lines = self.session.scalars(
            select(OrderLine)
            .where(OrderLine.order_id == self.order.id)
            .order_by(OrderLine.id)
            .execution_options(populate_existing=True)
        )
        return {line.item_id: line for line in lines}

    def _quantities(self, wanted: Mapping[int, object]) -> None:
        lines = self._lines()
        items = {item.id: item for item in self.session.scalars(select(Item).where(Item.id.in_(list(wanted))))}
        for item_id, quantity in sorted(wanted.items()):
            line, item = lines.get(item_id), items.get(item_id)
            name = f"quantities.{item_id}"
            problem = _quantity_problem(quantity)
            if item is None or (line is None and not item.active):
                self.problems[name] = "Choose an item of the catalogue."
            elif problem or not isinstance(quantity, Decimal):
                self.problems[name] = problem or "Enter a number."
            elif quantity != (line.quantity if line else 0):
                old = None if line is None else plain(line.quantity)
                change = Change(
                    "quantities",
                    f"Quantity of {item.name}",
                    old,
                    plain(quantity),
                    lambda line=line, item=item, quantity=quantity: self._set_quantity(line, item, quantity),  # type: ignore[misc]
                )
                self.drafted.append((name, change))

    def _set_quantity(self, line: OrderLine | None, item: Item, quantity: Decimal) -> None:
        """Set a line's quantity; the limit in force is copied with it, so a later change of the catalogue is harmless."""
        if line is None:
            line = OrderLine(
                order_id=self.order.id,
                item_id=item.id,
                name=item.name,
                unit_cost=item.unit_cost,
                unit_of_measure=item.unit_of_measure,
            )
            self.session.add(line)
        line.quantity = quantity
        line.approval_quantity_limit = item.approval_quantity_limit
        line.quantity_set_by_id = self._setter()

    def _setter(self) -> int | None:
        if self.actor.plan_id is None:
            return self.actor.user_id
        plan = self.session.get(MaintenancePlan, self.actor.plan_id)
        return None if plan is None else plan.edited_by_id

    def _used(self, wanted: Mapping[int, object]) -> None:
        lines = self._lines()
        for item_id, used in sorted(wanted.items()):
            line = lines.get(item_id)
            name = f"used.{item_id}"
            problem = None if used is None else _quantity_problem(used)
            if line is None:
                if used is not None and used != 0:
                    self.problems[name] = "Set a quantity first, then how much was used."
            elif problem or not (used is None or isinstance(used, Decimal)):
                self.problems[name] = problem or "Enter a number."
            elif used != line.used:
                change = Change(
                    "used",
                    f"Used of {line.name}",
                    None if line.used is None else plain(line.used),
                    None if used is None else plain(used),
                    lambda line=line, used=used: setattr(line, "used", used),  # type: ignore[misc]
                )
                self.drafted.append((name, change))


def _quantity_problem(quantity: object) -> str | None:
    if not isinstance(quantity, Decimal) or not quantity.is_finite():
        return "Enter a number."
    if quantity < 0:
        return "A quantity cannot be negative."
    if quantity > entries.LARGEST_AMOUNT:
        return "This is too much."
    if quantity != round(quantity, 3):
        return "A quantity can have at most 3 decimals."
    return None


def _unit_name(unit: Unit) -> str:
    return unit.serial_number or unit.service_address or f"unit {unit.id}"


def _pickable(session: Session, unit_id: int) -> Unit | None:
    """The unit, locked so that two installations of it cannot be made at once; None when it is not there to be picked."""
    return session.scalars(
        select(Unit)
        .where(Unit.id == unit_id, Unit.archived.is_(False))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def _unit_problems(
    session: Session, *, type: str, unit: Unit | None, new_unit: NewUnit | None, besides: int | None = None
) -> dict[str, str]:
    """What is wrong with the unit for an order of this type, per field."""
    problems: dict[str, str] = {}
    entered = new_unit or NewUnit()
    model_id = entered.device_model_id if unit is None or unit.device_model_id is None else unit.device_model_id
    has_customer = entered.names_a_customer or (unit is not None and unit.customer_id is not None)
    if type == "installation":
        if model_id is None:
            problems["device_model_id"] = "Choose the device model that will be installed."
        if unit is not None and unit.installed_at is not None:
            problems["unit_id"] = "This unit is already installed. Choose another type of work."
        elif unit is not None and _open_installation(session, unit.id, besides):
            problems["unit_id"] = "There already is an open installation for this unit."
    if not has_customer and (type == "installation" or unit is None):
        problems["customer_id"] = "Choose a customer, or enter a new one."
    if entered.device_model_id is not None and session.get(DeviceModel, entered.device_model_id) is None:
        problems["device_model_id"] = "Choose a device model of the list."
    if entered.customer_id is not None:
        if session.get(Customer, entered.customer_id) is None:
            problems["customer_id"] = "Choose a customer of the list."
    elif has_customer and entered.names_a_customer:
        problems |= _customer_problems(entered)
    problems |= entries.too_long({"serial_number": entered.serial_number, "service_address": entered.service_address})
    return problems


def _customer_problems(entered: NewUnit) -> dict[str, str]:
    try:
        customers.fill(Customer(), _customer_entry(entered))
    except Invalid as invalid:
        names = {"emails": "email", "phones": "phone"}
        return {names.get(field, field): sentence for field, sentence in invalid.problems.items()}
    return {}


def _customer_entry(entered: NewUnit) -> customers.CustomerEntry:
    return customers.CustomerEntry(
        first_name=entered.first_name,
        last_name=entered.last_name,
        company_name=entered.company_name,
        emails=entered.email,
        phones=entered.phone,
        billing_address=entered.service_address,
    )


def _open_installation(session: Session, unit_id: int, besides: int | None) -> bool:
    """Whether an installation of the unit is neither done nor closed."""
    found = select(WorkOrder.id).where(
        WorkOrder.unit_id == unit_id,
        WorkOrder.type == "installation",
        WorkOrder.id != (besides or 0),
        ~of_kinds(session, "done", "closed"),
    )
    return session.execute(found.limit(1)).first() is not None


def _completed(session: Session, unit: Unit | None, entered: NewUnit, now: datetime) -> Unit:
    """The new unit, or the picked one with what was missing; a typed customer is made along."""
    customer_id = entered.customer_id
    wants_customer = unit is None or unit.customer_id is None
    if wants_customer and customer_id is None and entered.names_a_customer:
        customer_id = customers.add(session, entry=_customer_entry(entered), now=now).id
    if unit is None:
        unit = Unit(
            device_model_id=entered.device_model_id,
            customer_id=customer_id,
            serial_number=entries.line(entered.serial_number),
            service_address=entries.paragraph(entered.service_address),
            created_at=now,
        )
        session.add(unit)
    else:
        if unit.device_model_id is None:
            unit.device_model_id = entered.device_model_id
        if unit.customer_id is None:
            unit.customer_id = customer_id
        unit.row_version += 1
    session.flush()
    return unit
