"""Orders in every status, each carried there by the people who would, with the clock moved back to when they did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.demo.names import REQUESTS
from webapp.models import DeviceModel, Unit, WorkOrder, device_type_items
from webapp.services import notes, orders, transitions

Work = Callable[[], AbstractContextManager[Session]]
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts in the demo."""

    sam: Actor
    sue: Actor
    olga: Actor
    technicians: tuple[Actor, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """One order: its type, when it is due (hours from now), and how far it came.

    `way` names the buttons pressed after assigning, in order; `lots` asks for a quantity above a limit.
    """

    type: str
    due: int
    way: tuple[str, ...] = ()
    assigned: bool = True
    lots: bool = False


STORIES: tuple[Story, ...] = (
    *(Story("repair", due, assigned=False) for due in (-30, 20, 50)),
    *(Story("maintenance", due, assigned=False) for due in (72, 200)),
    *(Story(kind, due, lots=True) for kind, due in (("repair", 26), ("maintenance", 50), ("repair", -5))),
    *(Story(kind, due) for kind, due in (("repair", 2), ("repair", 5), ("service", 27), ("maintenance", 30))),
    *(Story(kind, due) for kind, due in (("other", 54), ("repair", -20), ("installation", 75), ("maintenance", 99))),
    Story("repair", -1, ("start",)),
    Story("maintenance", -2, ("start",)),
    *(Story("repair", -26, ("start", "pause")) for _ in range(2)),
    *(Story(kind, -28, ("start", "submit")) for kind in ("repair", "service", "installation")),
    *(
        Story(kind, -70, ("start", "submit", "complete"))
        for kind in ("repair", "maintenance", "installation", "service")
    ),
    *(Story(kind, -400, ("start", "submit", "complete", "bill")) for kind in ("repair", "maintenance", "repair")),
    *(Story("maintenance", -24 * days, ("start", "submit", "complete", "bill")) for days in (60, 90, 180, 360)),
    Story("repair", -300, ("start", "submit", "send_back", "submit", "complete", "bill")),
    Story("repair", -120, ("cancel",)),
    Story("other", -60, ("cancel",)),
)
ANSWERS: Mapping[str, Mapping[str, str]] = {
    "pause": {"reason": "parts"},
    "send_back": {"reason": "Please add the measured values."},
    "cancel": {"reason": "The customer called it off."},
}


def carry_out(work: Work, *, cast: Cast, now: datetime) -> None:
    """Make every order of the stories; one transaction a step, as people would."""
    with work() as session:
        units = iter(_units(session))
        new = iter(_not_installed(session))
    for index, story in enumerate(STORIES):
        unit_id = next(new) if story.type == "installation" else next(units)
        _tell(work, story, index, unit_id, cast, now)


def _tell(work: Work, story: Story, index: int, unit_id: int, cast: Cast, now: datetime) -> None:
    due = (now + story.due * HOUR).replace(minute=0, second=0, microsecond=0)
    made = min(due, now) - (3 * DAY + index * HOUR / 4)
    clock = _hours(made)
    technician = cast.technicians[index % len(cast.technicians)]
    requests = REQUESTS[story.type]
    with work() as session:
        order = orders.create(
            session,
            actor=cast.olga,
            now=next(clock),
            type=story.type,
            unit_id=unit_id,
            request=requests[index % len(requests)],
            due_at=due,
        )
        number = order.number
    if index % 6 == 0:
        with work() as session:
            notes.add(session, number=number, text="Key is with the caretaker, first floor.", actor=cast.olga, now=made)
    quantities = _quantities(work, unit_id, lots=story.lots)
    if quantities:
        _save(work, number, {"quantities": quantities}, cast.olga, next(clock))
    if story.assigned:
        _save(work, number, {"technician_id": technician.user_id}, cast.sam, next(clock))
    begun = min(due, now - 2 * HOUR)
    for step, button in enumerate(story.way):
        at = min(begun + step * HOUR, now - timedelta(minutes=len(story.way) - step))
        if button == "submit":
            _save(work, number, {"used": quantities}, technician, at)
        actor = technician if button in ("start", "pause", "submit") else cast.sue
        with work() as session:
            transitions.press(
                session,
                number=number,
                transition=button,
                answers=_answers(button, now),
                row_version=None,
                actor=actor,
                now=at,
            )


def _answers(button: str, now: datetime) -> dict[str, str]:
    """What whoever presses says; who pauses says when it goes on, so that a timer waits for that day."""
    waits = {"resume_at": (now + 2 * DAY).isoformat()} if button == "pause" else {}
    return {**ANSWERS.get(button, {}), **waits}


def _save(work: Work, number: int, changes: Mapping[str, object], actor: Actor, at: datetime) -> None:
    with work() as session:
        orders.save(session, number=number, row_version=None, changes=changes, actor=actor, now=at)


def _quantities(work: Work, unit_id: int, *, lots: bool) -> dict[int, Decimal]:
    """A quantity for up to three of the items the unit's device type needs; nine of each when `lots`."""
    with work() as session:
        linked = session.scalars(
            select(device_type_items.c.item_id)
            .join(DeviceModel, DeviceModel.device_type_id == device_type_items.c.device_type_id)
            .join(Unit, Unit.device_model_id == DeviceModel.id)
            .where(Unit.id == unit_id)
            .order_by(device_type_items.c.item_id)
        ).all()
    chosen: Sequence[int] = linked[-2:]
    return {item_id: Decimal(9 if lots else 1) for item_id in chosen}


def _units(session: Session) -> list[int]:
    """Installed units with customer and model, in the order they were made; round and round."""
    found = session.scalars(
        select(Unit.id)
        .where(Unit.installed_at.is_not(None), Unit.customer_id.is_not(None), Unit.device_model_id.is_not(None))
        .order_by(Unit.id)
    ).all()
    return list(found) * (len(STORIES) // max(len(found), 1) + 1)


def _not_installed(session: Session) -> list[int]:
    """Units waiting to be installed, each for one order."""
    taken = select(WorkOrder.unit_id)
    return list(
        session.scalars(
            select(Unit.id)
            .where(
                Unit.installed_at.is_(None),
                Unit.customer_id.is_not(None),
                Unit.device_model_id.is_not(None),
                Unit.id.not_in(taken),
            )
            .order_by(Unit.id)
        )
    )


def _hours(start: datetime) -> Iterator[datetime]:
    """The office's clock: an hour between two things done."""
    while True:
        yield start
        start += HOUR
