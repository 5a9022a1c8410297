"""What the outbox promises: the feed exactly once, mail again and again with the same Message-ID, the dead visible."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.mail import Mailbox
from webapp.models import Delivery, DeliveryAttempt, KeptMail, Notification, Role, User
from webapp.services import deliveries, postman

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
    assert deliveries.claim(session, now=NOW + timedelta(seconds=60)) == ()
    second = deliveries.claim(session, now=NOW + deliveries.LEASE + timedelta(seconds=1))
    assert second[0].message_id == first[0].message_id
    late = deliveries.finish(session, mail=first[0], result=deliveries.Result("delivered", "250"), now=NOW)
    assert not late, "who lost the lease may not finish"


def test_failures_wait_longer_and_longer_and_the_last_one_is_dead_until_somebody_tries_again(
    session: Session, ana: User
) -> None:
    row = written(session, ana, channel="mail")
    now, waits = NOW, []
    while True:
        claimed = deliveries.claim(session, now=now)[0]
        deliveries.finish(session, mail=claimed, result=deliveries.Result("failed", "451 later"), now=now)
        if row.state == "dead":
            break
        waits.append(row.next_at - now)
        now = row.next_at
    assert waits == sorted(waits)
    assert len(waits) == len(deliveries.BACK_OFF)
    assert session.scalar(select(func.count()).select_from(DeliveryAttempt)) == len(waits) + 1
    assert deliveries.claim(session, now=now + timedelta(days=9)) == ()
    assert deliveries.redrive(session, delivery_id=row.id, now=now)
    session.refresh(row)
    assert deliveries.claim(session, now=now)[0].message_id == "<one@fieldwright>"


def test_without_a_mail_server_the_mail_is_kept_and_readable(session: Session, ana: User) -> None:
    row = written(session, ana, channel="mail")
    mail = deliveries.claim(session, now=NOW)[0]
    result = postman.carry(mail, smtp_url=None, url="http://here/x", sender="f@here", masked_url="http://here/x")
    assert deliveries.finish(session, mail=mail, result=result, now=NOW)
    assert row.state == "kept"
    assert "1 Main Street" in session.scalars(select(KeptMail)).one().text


def test_a_mail_goes_over_a_real_conversation_with_its_message_id(
    session: Session, ana: User, mailbox: Mailbox
) -> None:
    written(session, ana, channel="mail")
    mail = deliveries.claim(session, now=NOW)[0]
    result = postman.carry(
        mail, smtp_url=mailbox.url, url="http://here/secret", sender="firm@here.test", masked_url="http://here/masked"
    )
    assert result.outcome == "delivered"
    assert "secret" not in result.text
    accepted = mailbox.messages[0]
    assert accepted["Message-ID"] == "<one@fieldwright>"
    assert "http://here/secret" in accepted.get_payload()


def test_a_server_that_is_not_there_is_a_failure_to_try_again(session: Session, ana: User) -> None:
    written(session, ana, channel="mail")
    mail = deliveries.claim(session, now=NOW)[0]
    result = postman.carry(mail, smtp_url="smtp://127.0.0.1:9", url="u", sender="f@here.test", masked_url="u")
    assert result.outcome == "failed"
