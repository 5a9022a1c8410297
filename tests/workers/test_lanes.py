"""One slow endpoint or mail server delays nobody: not another endpoint, not another domain, and never a person's feed."""

from __future__ import annotations

import time
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support import misbehaving
from tests.support.misbehaving import server
from tests.views.people import add_person
from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.models import Delivery, DeliveryAttempt, Notification, User
from webapp.queries.people import actor_of
from webapp.services import courier, deliveries, webhooks
from webapp.services.courier import Letter
from webapp.services.deliveries import Claimed, Result
from webapp.services.webhooks import Entry
from workers import lanes
from workers.lanes import Talk
from workers.tasks import deliveries as tasks

SLOW = 2.5


def endpoint(url: str, *, pings: int) -> int:
    """An endpoint with some webhooks that wait for it."""
    with unit_of_work() as session:
        ada = actor_of(session.scalars(select(User).where(User.email == "ada@firm.test")).one())
        entry = Entry(url[-20:], url, ("WorkOrderAssigned",))
        made = webhooks.create(session, entry=entry, https_only=False, actor=ada, now=clock.now())
        for _ in range(pings):
            webhooks.ping(session, endpoint_id=made.id, actor=ada, now=clock.now())
        return made.id


def notice(user_id: int) -> None:
    """Something that waits for a person's feed."""
    with unit_of_work() as session:
        now = clock.now()
        session.add(
            Delivery(
                key="notice", message="WorkOrderCompleted", audience="creator", channel="in_app", user_id=user_id,
                context={"number": 7}, next_at=now, created_at=now, message_id="<notice>",
            )
        )  # fmt: skip


@pytest.fixture
def ada(app: Flask) -> int:
    """A person who may change the settings."""
    return add_person("ada@firm.test", "Ada", "settings.edit")


def patiently(claimed: Claimed, seconds: float) -> Talk:
    """A webhook to this machine itself, given up after so long."""
    with reading() as session:
        letter = webhooks.letter(session, claimed=claimed, base_url="", now=clock.now())
    assert isinstance(letter, Letter)
    return partial(courier.carry, letter, now=clock.now(), loopback=True, https_only=False, seconds=seconds)


def states(endpoint_id: int) -> dict[str, int]:
    with reading() as session:
        found = session.execute(
            select(Delivery.state, func.count()).where(Delivery.endpoint_id == endpoint_id).group_by(Delivery.state)
        ).all()
    return {state: count for state, count in found}  # noqa: C416  rows are not pairs to the types


def test_while_one_endpoint_hangs_the_others_and_the_feed_are_served(ada: int) -> None:
    with server(misbehaving.hangs) as hanging, server(misbehaving.status(200)) as well:
        slow, quick = endpoint(hanging.url, pings=6), endpoint(well.url, pings=6)
        began = time.monotonic()
        finished: dict[int | None, list[float]] = {slow: [], quick: []}
        fed: list[float] = []

        def finish(claimed: Claimed, result: Result) -> None:
            finished[claimed.endpoint_id].append(time.monotonic() - began)
            tasks.finish(claimed, result)
            if not fed and states(quick) == {"delivered": 6}:
                notice(ada)
                fed.append(time.monotonic())

        lanes.drive(
            claim=partial(tasks.claim, deliveries.WEBHOOK),
            prepare=partial(patiently, seconds=SLOW),
            finish=finish,
            meanwhile=tasks.feed.run,  # in this application, not in the one the worker makes
        )
        assert states(quick) == {"delivered": 6}
        assert max(finished[quick]) < min(finished[slow]), (
            "all of the quick one's came before the slow one gave up once"
        )
        assert len(well.heard) == 6
        assert len(hanging.heard) == 6, "each was tried, two at a time"
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Notification)) == 1, "the feed went on meanwhile"
        answers = set(session.scalars(select(DeliveryAttempt.answer).where(DeliveryAttempt.outcome == "failed")))
    assert answers == {"The server did not answer within 2 seconds."}


def test_a_webhook_of_a_removed_endpoint_comes_to_its_end_and_is_not_sent(ada: int) -> None:
    with server(misbehaving.status(200)) as well:
        gone = endpoint(well.url, pings=1)
        with unit_of_work() as session:
            ada_again = actor_of(session.scalars(select(User).where(User.id == ada)).one())
            webhooks.remove(session, endpoint_id=gone, actor=ada_again, now=clock.now())
        tasks.hooks.run()
        assert well.heard == []
    assert states(gone) == {"undeliverable": 1}


def test_a_private_address_is_refused_by_the_task_itself(ada: int) -> None:
    with server(misbehaving.status(200)) as inside:
        guarded = endpoint(inside.url, pings=1)
        tasks.hooks.run()
        assert inside.heard == []
    with reading() as session:
        reason = session.scalar(select(Delivery.reason).where(Delivery.endpoint_id == guarded))
    assert reason is not None
    assert "not an address of the public internet" in reason
