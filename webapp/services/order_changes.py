"""What a save of a work order changes, field by field: compared with what is, judged, and done only when all of it can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.models import Item, MaintenancePlan, OrderLine, Unit, User, WorkOrder
from webapp.queries.technicians import technician_ids
from webapp.queries.words import TYPES, plain
from webapp.services import entries, order_units, transitions
from webapp.services.order_units import NewUnit

LONGEST_DURATION = 14 * 24 * 60


@dataclass(frozen=True, slots=True)
class Change:
    """One field about to change: the word of `may_edit`, how people read it, and how it is done."""

    word: str
    label: str
    old: str | None
    new: str | None
    apply: Callable[[], None]


class Drafting:
    """Compares what is wanted with what is, field by field, and changes nothing yet."""

    def __init__(self, session: Session, order: WorkOrder, actor: Actor, now: datetime) -> None:
        self.session = session
        self.order = order
        self.actor = actor
        self.now = now
        self.lacking: NewUnit | None = None
        self.drafted: list[tuple[str, Change]] = []
        self.problems: dict[str, str] = {}

    def all(self, changes: Mapping[str, object]) -> tuple[list[tuple[str, Change]], dict[str, str]]:
        """Every real change with the name of its field, and a sentence per field that cannot be right."""
        lacking = changes.get("lacking")
        self.lacking = lacking if isinstance(lacking, NewUnit) else None
        for name, wanted in changes.items():
            match name, wanted:
                case "lacking", NewUnit():
                    continue
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
        if wanted is not None:  # nobody deactivates him while he is being given the order
            self.session.execute(select(User.id).where(User.id == wanted).with_for_update(read=True))
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
        text = entries.text(wanted)
        if len(text) > entries.LONGEST_TEXT:
            self.problems["request"] = f"This is too long: at most {entries.LONGEST_TEXT} characters."
        elif text != entries.text(self.order.request):
            self._set("request", "request", "Customer request", self.order.request or None, text or None, text)

    def _type(self, wanted: str, unit_wanted: object) -> None:
        if wanted == self.order.type:
            return
        if wanted not in TYPES:
            self.problems["type"] = "Choose what kind of work this is."
            return
        unit_id = unit_wanted if isinstance(unit_wanted, int) else self.order.unit_id
        unit = order_units.pickable(self.session, unit_id)
        if unit is None:
            self.problems["type"] = "The unit is put away or unknown; choose a unit that is in use first."
        elif self._fits(unit, wanted, at="type"):

            def change() -> None:
                if unit.id == self.order.unit_id:  # another unit is completed when it is picked
                    self._complete(unit, wanted)
                self.order.type = wanted

            self.drafted.append(("type", Change("type", "Type", TYPES[self.order.type], TYPES[wanted], change)))

    def _unit(self, wanted: int, type_wanted: object) -> None:
        if wanted == self.order.unit_id:
            return
        unit = order_units.pickable(self.session, wanted)
        type = type_wanted if isinstance(type_wanted, str) else self.order.type
        if unit is None:
            self.problems["unit_id"] = "Choose a unit that is in use."
        elif self._fits(unit, type, at="unit_id"):
            former = self.session.get_one(Unit, self.order.unit_id)

            def move() -> None:
                self._complete(unit, type)
                self.order.unit_id, self.order.customer_id = unit.id, unit.customer_id

            names = order_units.called(former), order_units.called(unit)
            self.drafted.append(("unit_id", Change("unit", "Unit", *names, move)))

    def _fits(self, unit: Unit, type: str, *, at: str) -> bool:
        """Whether the order can be of this type at this unit; what the unit lacks is asked under its own field."""
        lacking = self.lacking if type == "installation" else None
        found = order_units.problems(self.session, type=type, unit=unit, new_unit=lacking, besides=self.order.id)
        if "unit_id" in found:
            found[at] = found.pop("unit_id")
        self.problems |= found
        return not found

    def _complete(self, unit: Unit, type: str) -> None:
        """Fill in what an installation has to know of the unit."""
        if type == "installation" and self.lacking is not None and not (unit.device_model_id and unit.customer_id):
            order_units.completed(self.session, unit, self.lacking, self.now)
            if self.order.customer_id is None and unit.id == self.order.unit_id:
                self.order.customer_id = unit.customer_id

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
