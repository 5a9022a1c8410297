"""A fifth of all commits succeed without saying so: whoever repeats what he asked gets the first result, and nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tests.services.firm import NOW, open_firm
from tests.support.lost_answers import losing_answers
from webapp.actors import Actor
from webapp.db import db, reading, unit_of_work
from webapp.models import Delivery, DeliveryAttempt, KeptMail, Notification, WorkOrder
from webapp.services import deliveries, form_tokens, history, orders, transitions

T = TypeVar("T")

ORDERS, SHARE = 12, 0.2


def until_answered(work: Callable[[Session], T]) -> T:
    """Do the work in a unit of its own, and again for as long as the answer is lost."""
    while True:
        try:
            with unit_of_work() as session:
                return work(session)
        except OperationalError as error:
            if "server closed the connection" not in str(error):
                raise


def made_once(session: Session, *, token: str, actor: Actor, unit_id: int) -> str:
    """What the view of a creating form does."""
    earlier = form_tokens.spend(session, token=token, actor=actor, now=NOW)
    if earlier is not None:
        return earlier
    made = str(orders.create(session, actor=actor, now=NOW, type="repair", unit_id=unit_id).number)
    form_tokens.remember(session, token=token, url=made)
    return made


def version(number: int) -> int:
    with reading() as session:
        return session.execute(select(WorkOrder.row_version).where(WorkOrder.number == number)).scalar_one()


def pressed(number: int, transition: str, actor: Actor, now: datetime, **answers: str) -> None:
    """A person who presses until he sees it done, from the page he has open."""
    seen = version(number)
    until_answered(
        lambda session: transitions.press(
            session, number=number, transition=transition, answers=answers, row_version=seen, actor=actor, now=now
        )
    )


def waiting(channel: str) -> int:
    with reading() as session:
        undone = select(func.count()).where(Delivery.channel == channel, Delivery.state == "waiting")
        return session.execute(undone).scalar_one()


def send_what_waits(now: datetime) -> None:
    """What a worker does at one tick: lease, hand over, write down; each in a unit of its own."""
    kept = deliveries.Result(outcome="kept", answer="Kept.", subject="s", text="t")
    for mail in until_answered(lambda session: deliveries.claim(session, now=now, limit=50)):
        until_answered(lambda session, mail=mail: deliveries.finish(session, claimed=mail, result=kept, now=now))  # type: ignore[misc]


def test_lives_of_orders_and_their_messages_are_complete_and_single_though_answers_get_lost(app: Flask) -> None:
    with unit_of_work() as session:
        world = open_firm(session)
    with losing_answers(db.engine, share=SHARE) as lost:
        numbers = []
        for index in range(ORDERS):
            token = f"a-form-of-this-test-{index:04}"
            made = until_answered(
                lambda session, token=token: made_once(session, token=token, actor=world.olga, unit_id=world.boiler)  # type: ignore[misc]
            )
            numbers.append(int(made))
        for number in numbers:
            seen = version(number)
            until_answered(
                lambda session, number=number, seen=seen: orders.save(  # type: ignore[misc]
                    session,
                    number=number,
                    row_version=seen,
                    changes={"technician_id": world.ana.user_id, "due_at": NOW + timedelta(days=1)},
                    actor=world.sam,
                    now=NOW,
                )
            )
            for step, (transition, actor) in enumerate(
                [("start", world.ana), ("submit", world.ana), ("complete", world.sam)], start=1
            ):
                pressed(number, transition, actor, NOW + timedelta(hours=step))
        later = NOW + timedelta(hours=5)
        while waiting("in_app"):
            until_answered(lambda session: deliveries.feed(session, now=later, base_url=""))
        while waiting("mail"):
            later += deliveries.LEASE + timedelta(seconds=1)  # a lease whose answer was lost runs out
            send_what_waits(later)
        assert lost.taken > ORDERS / 2

    assert numbers == list(range(1001, 1001 + ORDERS))
    with reading() as session:
        found = session.scalars(select(WorkOrder).order_by(WorkOrder.number)).all()
        assert [order.number for order in found] == numbers
        assert {(order.status, order.history_length, order.row_version) for order in found} == {("completed", 5, 5)}
        assert history.verify(session) is None
        states = session.execute(
            select(Delivery.channel, Delivery.state, func.count()).group_by(Delivery.channel, Delivery.state)
        )
        sent = {(channel, state): number for channel, state, number in states}
        assert {state for _, state in sent} <= {"delivered", "kept", "undeliverable"}
        in_feed = session.execute(select(func.count()).select_from(Notification)).scalar_one()
        assert in_feed == sent["in_app", "delivered"] >= ORDERS
        kept_mails = session.execute(select(func.count()).select_from(KeptMail)).scalar_one()
        assert kept_mails == sent["mail", "kept"] >= ORDERS
        tried = (
            select(func.count()).select_from(DeliveryAttempt).join(Delivery, Delivery.id == DeliveryAttempt.delivery_id)
        )
        assert session.execute(tried.where(Delivery.channel == "in_app")).scalar_one() == in_feed
