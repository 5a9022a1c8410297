"""Whatever is done to orders in whatever sequence, with restarts and lost answers between: the program does what the model does."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tests.conftest import settings as application_settings
from tests.services.firm import NOW, World, open_firm
from tests.services.order_model import Line, Order
from tests.services.test_lost_answers import made_once
from tests.services.timing import clockwork, tick
from tests.support.lost_answers import LostAnswers, losing_answers
from webapp.actors import Actor
from webapp.app import create_app
from webapp.db import db, reading, unit_of_work
from webapp.errors import ApplicationError, Gone
from webapp.models import (
    ApprovalRequest,
    Delivery,
    MaintenanceSlot,
    Notification,
    OrderLine,
    OrderTimer,
    WorkOrder,
)
from webapp.recurrence import Rule
from webapp.services import approvals, deliveries, history, maintenance, orders, transitions
from webapp.services.maintenance_entries import PlanEntry

T = TypeVar("T")

EXAMPLES = int(os.environ.get("FIELDWRIGHT_LIVES", "4"))
"""How many lives are tried: few in every run, many on demand."""
STEPS = 50
MOST_ORDERS = 3
BUTTONS = {
    "pending": ("start",),
    "ongoing": ("pause", "submit"),
    "paused": ("resume",),
    "waiting_review": ("complete",),
    "completed": ("reopen",),
}
HOUR = timedelta(hours=1)
LOST = st.sampled_from((False, False, False, True))
MOMENTS = st.integers(-30, 60).map(lambda hours: hours * HOUR)


class Lives(RuleBasedStateMachine):
    """The services and the model beside them; every request is repeated until it is answered, as a person's browser does."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="fieldwright-lives-"))
        shutil.copy(self.template, self.folder / "database.sqlite")
        self.now = NOW
        self.orders: dict[int, Order] = {}
        self.forms = 0
        self.open()

    def open(self) -> None:
        """Start the program: a new application, a new engine, new connections."""
        self.context = create_app(
            application_settings(f"sqlite:///{self.folder}/database.sqlite", self.folder)
        ).app_context()
        self.context.push()
        self.losing = losing_answers(db.engine)
        self.lost: LostAnswers = self.losing.__enter__()

    def close(self) -> None:
        self.losing.__exit__(None, None, None)
        db.session.remove()
        db.engine.dispose()
        self.context.pop()

    def teardown(self) -> None:
        with reading() as session:
            assert history.verify(session) is None
        self.close()
        shutil.rmtree(self.folder)

    def ask(self, work: Callable[[Session], T], *, lost: bool) -> T:
        """Do the work in a unit of its own; when the answer is lost, once more."""
        self.lost.next = lost
        try:
            with unit_of_work() as session:
                return work(session)
        except OperationalError:
            with unit_of_work() as session:
                return work(session)
        finally:
            self.lost.next = False

    @initialize()
    def found(self) -> None:
        with unit_of_work() as session:
            self.world: World = open_firm(session)
            clockwork(session, actor=self.world.ada)
            self.plan = maintenance.create(
                session,
                actor=self.world.ada,
                now=NOW,
                unit_id=self.world.boiler,
                entry=PlanEntry(
                    name="Every day",
                    rule=Rule("day"),
                    first_due_at=NOW + timedelta(days=1),
                    policy="create",
                    catch_up="all",
                    lead_days=0,
                ),
            ).id
        for technician in (self.world.ana.user_id, self.world.tom.user_id):
            self.make(lost=False)
            number = max(self.orders)
            self.save(number, {"technician_id": technician}, self.world.sam, lost=False)
            self.orders[number].assign(technician)

    @precondition(lambda self: len(self.orders) < MOST_ORDERS)
    @rule(lost=LOST)
    def create(self, lost: bool) -> None:
        self.make(lost=lost)

    def make(self, *, lost: bool) -> None:
        world = self.world
        self.forms += 1
        token = f"a-form-of-this-test-{self.forms:04}"
        number = self.ask(
            lambda session: made_once(session, token=token, actor=world.olga, unit_id=world.new_boiler), lost=lost
        )
        made = Order({world.cable: Line(5), world.pump: Line(0)})
        made.go("unassigned")
        assert int(number) not in self.orders
        self.orders[int(number)] = made

    # What people save

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), who=st.sampled_from(("ana", "tom", "ana", "tom", None)), lost=LOST)
    def assign(self, data: st.DataObject, who: str | None, lost: bool) -> None:
        number, model = self.one(data)
        technician = getattr(self.world, who).user_id if who else None
        self.save(number, {"technician_id": technician}, self.world.sam, lost)
        model.assign(technician)

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), after=MOMENTS, lost=LOST)
    def move(self, data: st.DataObject, after: timedelta, lost: bool) -> None:
        number, model = self.one(data)
        self.save(number, {"due_at": self.now + after}, self.world.sam, lost)
        model.move(self.now + after)

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), quantity=st.integers(0, 9), lost=LOST)
    def order_more_or_less(self, data: st.DataObject, quantity: int, lost: bool) -> None:
        number, model = self.one(data)
        item = data.draw(st.sampled_from(sorted(model.lines)))
        self.save(number, {"quantities": {item: Decimal(quantity)}}, self.world.sam, lost)
        model.set_quantity(item, quantity)

    @precondition(lambda self: any(one.status in ("ongoing", "paused") for one in self.orders.values()))
    @rule(data=st.data(), used=st.integers(0, 5), lost=LOST)
    def write_down_what_was_used(self, data: st.DataObject, used: int, lost: bool) -> None:
        number, model = self.one(data, "ongoing", "paused")
        item = data.draw(st.sampled_from(sorted(model.lines)))
        self.save(number, {"used": {item: Decimal(used)}}, self.world.sam, lost)
        model.use(item, used)

    def save(self, number: int, changes: dict[str, object], actor: Actor, lost: bool) -> None:
        seen = self.orders[number].version

        def work(session: Session) -> None:
            orders.save(session, number=number, row_version=seen, changes=changes, actor=actor, now=self.now)

        try:
            self.ask(work, lost=lost)
        except ApplicationError:
            assert self.stored(number).row_version == seen, "a refused save changes nothing"

    # What people press

    @precondition(lambda self: any(one.status in BUTTONS for one in self.orders.values()))
    @rule(
        data=st.data(),
        who=st.sampled_from(("sam", "sue")),
        after=st.integers(1, 40),
        wrong=st.integers(0, 9),
        lost=LOST,
    )
    def press(self, data: st.DataObject, who: str, after: int, wrong: int, lost: bool) -> None:
        self.press_as(data, who, after, wrong, lost)

    def press_as(self, data: st.DataObject, who: str, after: int, wrong: int, lost: bool) -> None:
        number, model = self.one(data, *BUTTONS)
        fitting = BUTTONS[model.status] if wrong < 9 else tuple(chain.from_iterable(BUTTONS.values()))
        button = data.draw(st.sampled_from(fitting))
        actor: Actor = getattr(self.world, who)
        resume = self.now + after * HOUR
        answers = {"pause": {"reason": "parts", "resume_at": resume.isoformat()}, "reopen": {"reason": "It leaks"}}
        seen = model.version

        def work(session: Session) -> None:
            transitions.press(
                session,
                number=number,
                transition=button,
                answers=answers.get(button, {}),
                row_version=seen,
                actor=actor,
                now=self.now,
            )

        try:
            self.ask(work, lost=lost)
            went = True
        except ApplicationError:
            went = False
        assert model.press(button, actor.user_id or 0, resume=resume) == went

    @precondition(lambda self: any(one.status in BUTTONS for one in self.orders.values()))
    @rule(data=st.data(), lost=LOST)
    def press_once_more(self, data: st.DataObject, lost: bool) -> None:
        self.press_as(data, "sue", 9, 0, lost)

    @precondition(lambda self: any(one.status == "waiting_approval" for one in self.orders.values()))
    @rule(data=st.data(), approve=st.booleans(), lost=LOST)
    def answer_by_link(self, data: st.DataObject, approve: bool, lost: bool) -> None:
        number, model = self.one(data, "waiting_approval")
        with reading() as session:
            request = session.scalars(
                select(ApprovalRequest.id)
                .join(WorkOrder, WorkOrder.id == ApprovalRequest.order_id)
                .where(WorkOrder.number == number, ApprovalRequest.state == "open")
            ).one()
            token = approvals.token_of(session, request_id=request)
        assert token is not None

        def work(session: Session) -> None:
            approvals.answer(session, token=token, approve=approve, reason="Because", now=self.now)

        try:
            self.ask(work, lost=lost)
        except Gone:
            assert lost, "only who asks twice hears that it was answered"
        model.answer(approve=approve)

    # What the clockwork does

    @rule(hours=st.integers(1, 30), lost=LOST)
    def time_passes_and_the_ticks_come(self, hours: int, lost: bool) -> None:
        self.now += hours * HOUR
        self.ask(lambda session: tick(session, self.now), lost=lost)
        for model in self.orders.values():
            model.ring(self.now)
        for _ in range(2):
            self.ask(lambda session: maintenance.tick(session, now=self.now), lost=lost)
        self.ask(lambda session: deliveries.feed(session, now=self.now, base_url=""), lost=lost)

    @rule()
    def restart(self) -> None:
        self.close()
        self.open()

    # What must be true

    @invariant()
    def every_order_is_as_the_model_says(self) -> None:
        for number, model in self.orders.items():
            order = self.stored(number)
            assert (order.status, order.row_version, order.history_length) == (model.status, model.version, model.rows)
            assert (order.technician_id, order.due_at, order.resume_at, order.stay) == (
                model.technician, model.due, model.resume, model.stay,
            )  # fmt: skip
            with reading() as session:
                lines = session.execute(
                    select(OrderLine.item_id, OrderLine.quantity, OrderLine.approved_quantity, OrderLine.used).where(
                        OrderLine.order_id == order.id
                    )
                ).all()
                rung = session.execute(
                    select(OrderTimer.timer, OrderTimer.stay, OrderTimer.counted_from).where(
                        OrderTimer.order_id == order.id, OrderTimer.timer != "approval_reminder"
                    )
                ).all()
                asked = session.scalars(
                    select(func.count()).where(ApprovalRequest.order_id == order.id, ApprovalRequest.state == "open")
                ).one()
            for line in lines:
                known = model.lines[line.item_id]
                assert (line.quantity, line.approved_quantity, line.used) == (
                    known.quantity,
                    known.approved,
                    known.used,
                )
            assert {tuple(row) for row in rung} == model.rung
            assert asked == (model.status == "waiting_approval")

    @invariant()
    def nothing_is_told_or_planned_twice(self) -> None:
        with reading() as session:
            fed = select(func.count()).where(Delivery.channel == "in_app", Delivery.state == "delivered")
            assert session.scalars(select(func.count()).select_from(Notification)).one() == session.scalars(fed).one()
            made = session.execute(select(MaintenanceSlot.slot, MaintenanceSlot.order_id)).all()
            planned = session.scalars(select(WorkOrder.id).where(WorkOrder.created_by_plan_id == self.plan)).all()
        used = Counter(order_id for _, order_id in made if order_id is not None)
        assert used == Counter(planned)
        assert max(Counter(slot for slot, _ in made).values(), default=1) == 1

    # Helpers

    def one(self, data: st.DataObject, *statuses: str) -> tuple[int, Order]:
        """An order, in one of the statuses if any are named."""
        fitting = sorted(number for number, one in self.orders.items() if one.status in statuses or not statuses)
        number = data.draw(st.sampled_from(fitting))
        return number, self.orders[number]

    def stored(self, number: int) -> Any:
        columns = ("id", "status", "row_version", "history_length", "technician_id", "due_at", "resume_at", "stay")
        with reading() as session:
            return session.execute(
                select(*(getattr(WorkOrder, name) for name in columns)).where(WorkOrder.number == number)
            ).one()


def test_lives_of_orders_go_as_the_model_says(sqlite_template: Path) -> None:
    Lives.template = sqlite_template
    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink) if EXAMPLES > 4 else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
