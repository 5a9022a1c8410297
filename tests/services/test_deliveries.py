"""What the outbox promises: the feed exactly once, mail again and again with the same Message-ID, the dead visible."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.models import Delivery, DeliveryAttempt, KeptMail, Notification, Role, User
from webapp.services import addresses, deliveries, postman

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)


@pytest.fixture
def ana(session: Session) -> User:
    role = Role(name="technician", label="Technician", is_technician=True, permissions=["work_orders.perform"])
    session.add(role)
    session.flush()
    ana = User(email="ana@firm.test", name="Ana", password_hash=None, role_id=role.id, created_at=NOW)
    session.add(ana)
    session.flush()
    return ana


def written(session: Session, ana: User, *, channel: str, key: str = "order-1:2:0") -> Delivery:
    row = Delivery(
        key=f"{key}:{channel}",
        message="WorkOrderAssigned",
        audience="technician",
        channel=channel,
        user_id=ana.id,
        address="ana@firm.test" if channel == "mail" else None,
        recipient_name="Ana",
        context={"number": 1001, "type": "repair", "address": "1 Main Street", "customer": "Acme", "due": ""},
        next_at=NOW,
        message_id="<one@fieldwright>",
        created_at=NOW,
    )
    session.add(row)
    session.flush()
    return row


def test_a_notice_comes_into_the_feed_once_however_often_the_tick_comes(session: Session, ana: User) -> None:
    written(session, ana, channel="in_app")
    assert deliveries.feed(session, now=NOW, base_url="http://here") == 1
    assert deliveries.feed(session, now=NOW, base_url="http://here") == 0
    notice = session.scalars(select(Notification)).one()
    assert notice.title == "Work order 1001 was assigned to you"
    assert notice.body == "Repair at 1 Main Street for Acme, due not given."


def test_a_claimed_mail_is_nobody_elses_until_its_lease_runs_out(session: Session, ana: User) -> None:
    written(session, ana, channel="mail")
    first = deliveries.claim(session, now=NOW)
    assert len(first) == 1
    assert deliveries.claim(session, now=NOW + deliveries.LEASE - timedelta(seconds=1)) == ()
    second = deliveries.claim(session, now=NOW + deliveries.LEASE + timedelta(seconds=1))
    assert second[0].message_id == first[0].message_id
    late = deliveries.finish(session, claimed=first[0], result=deliveries.Result("delivered", "250"), now=NOW)
    assert not late, "who lost the lease may not finish"


def test_failures_wait_longer_and_longer_and_the_last_one_is_dead_until_somebody_tries_again(
    session: Session, ana: User
) -> None:
    row = written(session, ana, channel="mail")
    now, waits = NOW, []
    while True:
        claimed = deliveries.claim(session, now=now)[0]
        deliveries.finish(session, claimed=claimed, result=deliveries.Result("failed", "451 later"), now=now)
        if row.state == "dead":
            break
        waits.append(row.next_at - now)
        now = row.next_at
    assert waits == sorted(waits)
    assert len(waits) == len(deliveries.BACK_OFF)
    assert session.scalar(select(func.count()).select_from(DeliveryAttempt)) == len(waits) + 1
    assert deliveries.claim(session, now=now + timedelta(days=9)) == ()
    assert deliveries.redrive(session, delivery_id=row.id, sends_mail=True, now=now) is None
    session.refresh(row)
    assert deliveries.claim(session, now=now)[0].message_id == "<one@fieldwright>"


def test_without_a_mail_server_the_mail_is_kept_and_readable(session: Session, ana: User) -> None:
    row = written(session, ana, channel="mail")
    mail = deliveries.claim(session, now=NOW)[0]
    where = addresses.of(session, mail=mail, settings=current_app.config["SETTINGS"])
    assert deliveries.finish(session, claimed=mail, result=postman.carry(mail, smtp_url=None, where=where), now=NOW)
    assert row.state == "kept"
    assert "1 Main Street" in session.scalars(select(KeptMail)).one().text


def test_a_kept_mail_is_sent_once_there_is_a_server(session: Session, ana: User) -> None:
    row = written(session, ana, channel="mail")
    mail = deliveries.claim(session, now=NOW)[0]
    deliveries.finish(session, claimed=mail, result=deliveries.Result("kept", "kept", "Subject", "Text"), now=NOW)
    why_not = deliveries.redrive(session, delivery_id=row.id, sends_mail=False, now=NOW)
    assert why_not == "No mail server is configured, so it would only be kept again."
    assert deliveries.redrive(session, delivery_id=row.id, sends_mail=True, now=NOW) is None
    again = deliveries.claim(session, now=NOW)[0]
    deliveries.finish(session, claimed=again, result=deliveries.Result("delivered", "250", "Subject", "Sent"), now=NOW)
    assert session.scalars(select(KeptMail)).one().text == "Sent"
    assert deliveries.redrive(session, delivery_id=row.id, sends_mail=True, now=NOW) == (
        "It was delivered; whoever should be told again gets a new message."
    )


def test_a_slow_lane_takes_only_its_own_places(session: Session, ana: User) -> None:
    for number in range(6):
        written(session, ana, channel="mail", key=f"order-{number}:2:0").lane = "slow.test"
    written(session, ana, channel="mail", key="other").lane = "quick.test"
    session.flush()
    first = deliveries.claim(session, now=NOW, limit=16, each=2)
    assert sorted(one.lane for one in first) == ["quick.test", "slow.test", "slow.test"]
    written(session, ana, channel="mail", key="another").lane = "quick.test"
    session.flush()
    assert [one.lane for one in deliveries.claim(session, now=NOW, limit=16, each=2)] == ["quick.test"]


def test_what_another_side_answers_is_kept_short_and_without_what_no_database_takes(
    session: Session, ana: User
) -> None:
    row = written(session, ana, channel="mail")
    mail = deliveries.claim(session, now=NOW)[0]
    deliveries.finish(session, claimed=mail, result=deliveries.Result("failed", "4\0" + "x" * 900), now=NOW)
    assert row.reason == "4 " + "x" * 498
