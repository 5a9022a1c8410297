"""Webhooks: written with the change, signed by the standard, sent to public addresses only, however the other side behaves."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from standardwebhooks import Webhook, WebhookVerificationError

from tests.services.firm import NOW, World, repair
from tests.support import misbehaving
from tests.support.misbehaving import Script, server
from webapp import clock
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.models import Delivery, DeliveryAttempt, WebhookEndpoint
from webapp.queries.facts import standing
from webapp.services import courier, deliveries, notifications, outside, webhooks
from webapp.services.courier import Letter
from webapp.services.deliveries import Claimed, Result
from webapp.services.webhooks import Entry
from workflow.definition import Notice

SECRET = "whsec_" + "c2VjcmV0" * 5


def entry(url: str = "https://integrator.example/hooks", **more: object) -> Entry:
    given: dict[str, object] = {"name": "Accounting", "url": url, "messages": ("WorkOrderAssigned",), **more}
    return Entry(**given)  # type: ignore[arg-type]


def added(session: Session, world: World, **more: object) -> WebhookEndpoint:
    return webhooks.create(session, entry=entry(**more), https_only=False, actor=world.ada, now=NOW)  # type: ignore[arg-type]


def claimed(session: Session, now: datetime = NOW) -> Claimed:
    (one,) = deliveries.claim(session, now=now, channel=deliveries.WEBHOOK)
    return one


def letter(session: Session, one: Claimed, now: datetime = NOW) -> Letter:
    found = webhooks.letter(session, claimed=one, base_url="https://work.example", now=now)
    assert isinstance(found, Letter)
    return found


def post(url: str, *, seconds: float = 0.5, **more: object) -> Result:
    given: dict[str, object] = {"now": NOW, "loopback": True, "https_only": False, "seconds": seconds, **more}
    return courier.carry(Letter(url, "msg_1", '{"type":"Ping"}', (SECRET,)), **given)  # type: ignore[arg-type]


def parts(heard: bytes) -> tuple[str, Message, bytes]:
    head, _, body = heard.partition(b"\r\n\r\n")
    first, _, headers = head.partition(b"\r\n")
    return first.decode(), message_from_bytes(headers + b"\r\n\r\n"), body


# Written with the change


def test_an_endpoint_is_told_of_the_messages_it_chose_in_the_transaction_of_the_change(
    session: Session, world: World
) -> None:
    added(session, world)
    added(session, world, name="Elsewhere", messages=("WorkOrderCompleted",))
    added(session, world, name="Off", active=False)
    order = repair(session, world, technician=world.ana)
    one = claimed(session)
    said = json.loads(letter(session, one).body)
    assert said["type"] == "WorkOrderAssigned"
    assert said["data"]["number"] == order.number
    assert said["data"]["url"] == f"https://work.example/work-orders/{order.number}"
    assert (one.recipient, one.lane) == ("Accounting", f"endpoint-{one.endpoint_id}")
    assert "request_id" not in said["data"]
    assert "." not in one.message_id


def test_a_message_asked_for_twice_by_one_change_is_told_once_to_each(session: Session, world: World) -> None:
    added(session, world, messages=("WorkOrderPaused",))
    order = repair(session, world, technician=world.ana)
    notifications.write(
        session,
        order=standing(session, order.id),
        notices=(
            Notice(message="WorkOrderPaused", to=("technician", "supervisors")),
            Notice(message="WorkOrderPaused", to=("supervisors",)),
        ),
        former_technician_id=None,
        actor=world.sam,
        now=NOW,
        key="order-1:9:9",
        told=notifications.Told(status_label="Paused"),
    )
    rows = session.scalars(select(Delivery).where(Delivery.message == "WorkOrderPaused")).all()
    assert sorted((row.channel, row.recipient_name) for row in rows) == [
        ("in_app", "Ada"),
        ("in_app", "Ana"),
        ("in_app", "Sue"),
        ("mail", "Ada"),
        ("mail", "Ana"),
        ("mail", "Sue"),
        ("webhook", "Accounting"),
    ]


def test_only_who_may_change_settings_touches_endpoints(session: Session, world: World) -> None:
    endpoint = added(session, world)
    with pytest.raises(Forbidden):
        webhooks.rotate(session, endpoint_id=endpoint.id, actor=world.sam, now=NOW)
    with pytest.raises(Conflict, match="Ada changed"):
        webhooks.save(
            session, endpoint_id=endpoint.id, row_version=9, entry=entry(), https_only=False, actor=world.ada, now=NOW
        )


@pytest.mark.parametrize(
    "url",
    ["", "integrator.example", "ftp://integrator.example/", "https://user:pw@integrator.example/", "https://x/#a",
     "https://bücher.example/", "https://x/ y", "https://x:99999/", "http://integrator.example/", "https:///x",
     "https://x\\@y/", "https://x/" + "y" * 500],
)  # fmt: skip
def test_an_address_that_cannot_be_right_is_refused_with_a_sentence(session: Session, world: World, url: str) -> None:
    with pytest.raises(Invalid) as refused:
        webhooks.create(session, entry=entry(url), https_only=True, actor=world.ada, now=NOW)
    assert set(refused.value.problems) == {"url"}


def test_a_message_that_does_not_exist_cannot_be_chosen(session: Session, world: World) -> None:
    with pytest.raises(Invalid):
        added(session, world, messages=("WorkOrderAssigned", "Nonsense"))


# Signed


def test_the_signature_verifies_with_the_library_every_integrator_has(session: Session, world: World) -> None:
    endpoint = added(session, world)
    webhooks.ping(session, endpoint_id=endpoint.id, actor=world.ada, now=clock.now())
    one = claimed(session, clock.now())
    sent = letter(session, one, clock.now())
    headers = courier.headers(sent, now=clock.now())
    assert Webhook(webhooks.secret_of(endpoint)).verify(sent.body, headers)["type"] == "Ping"
    with pytest.raises(WebhookVerificationError):
        Webhook(webhooks.secret_of(endpoint)).verify(sent.body + " ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(sent.body, headers)


def test_while_a_secret_is_replaced_both_verify_and_a_day_later_only_the_new_one(
    session: Session, world: World
) -> None:
    endpoint = added(session, world)
    former = webhooks.secret_of(endpoint)
    webhooks.rotate(session, endpoint_id=endpoint.id, actor=world.ada, now=NOW)
    new = webhooks.secret_of(endpoint)
    webhooks.ping(session, endpoint_id=endpoint.id, actor=world.ada, now=NOW)
    one = claimed(session)
    assert letter(session, one).secrets == (new, former)
    assert letter(session, one, NOW + webhooks.OVERLAP).secrets == (new,)
    webhooks.forget_former(session, endpoint_id=endpoint.id, actor=world.ada, now=NOW)
    assert letter(session, one).secrets == (new,)


def test_the_database_holds_no_secret(session: Session, world: World) -> None:
    endpoint = added(session, world)
    stored = session.execute(select(*WebhookEndpoint.__table__.columns)).one()
    assert webhooks.secret_of(endpoint) not in str(stored)
    assert endpoint.nonce not in webhooks.secret_of(endpoint)


# Delivered, whatever the other side does


def test_what_arrives_is_one_request_with_the_headers_of_the_standard() -> None:
    with server(misbehaving.status(204, "")) as running:
        assert post(running.url) == Result("delivered", "HTTP 204")
        first, headers, body = parts(running.heard[0])
    assert first == "POST /hooks?from=us HTTP/1.1"
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("msg_1", str(int(NOW.timestamp())))
    assert headers["webhook-signature"].startswith("v1,")
    assert headers["Host"] == f"127.0.0.1:{running.port}"
    assert body == b'{"type":"Ping"}'


@pytest.mark.parametrize(
    ("script", "outcome", "says"),
    [
        (misbehaving.status(400, "no"), "failed", "HTTP 400: no"),
        (misbehaving.status(404, "none"), "failed", "HTTP 404: none"),
        (misbehaving.status(429, "slow down"), "failed", "HTTP 429: slow down"),
        (misbehaving.status(503, "later"), "failed", "HTTP 503: later"),
        (misbehaving.status(410, "bye"), "undeliverable", "HTTP 410: bye (the endpoint says it is gone for good)"),
        (misbehaving.hangs, "failed", "The server did not answer within 0 seconds."),
        (misbehaving.drips, "failed", "The server did not answer"),
        (misbehaving.drops, "failed", "The server did not answer properly"),
        (misbehaving.talks_garbage, "failed", "The server did not answer properly"),
        (misbehaving.rambles, "delivered", "HTTP 200: xxx"),
        (misbehaving.answers("HTTP/1.1 200 OK", *(f"X-{n}: y" for n in range(300))), "failed", "The server did not"),
        (misbehaving.answers("HTTP/1.1 100 Continue"), "failed", "The server did not answer"),
    ],
    ids=["400", "404", "429", "503", "410", "hang", "drip", "drop", "garbage", "huge", "headers", "1xx only"],
)  # fmt: skip
def test_each_way_to_misbehave_ends_in_time_with_a_sentence(script: Script, outcome: str, says: str) -> None:
    with server(script) as running:
        began = time.monotonic()
        result = post(running.url)
        assert time.monotonic() - began < 3
    assert (result.outcome, result.answer[: len(says)]) == (outcome, says)
    assert len(result.answer) <= 500


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(code: int) -> None:
    with server(misbehaving.status(200)) as inside:
        answer = misbehaving.answers(f"HTTP/1.1 {code} Moved", f"Location: {inside.url}", "Content-Length: 0")
        with server(answer) as running:
            result = post(running.url)
        assert (result.outcome, inside.heard) == ("failed", [])
    assert "points elsewhere" in result.answer


def test_nobody_listening_is_a_failure_to_try_again() -> None:
    assert post("http://127.0.0.1:9/").answer.startswith("The server could not be reached")


# Where nobody may be sent

PRIVATE = [
    "127.0.0.1", "127.9.9.9", "::1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "fe80::1", "fe80::1%1", "fc00::1",
    "fd00:ec2::254", "0.0.0.0", "::", "224.0.0.1", "239.1.1.1", "ff02::1", "ff0e::1", "100.64.0.1", "198.18.0.1", "240.0.0.1",
    "255.255.255.255", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::808:808", "64:ff9b:1::a00:1", "2002:7f00:1::", "2001:0:7f00:1::", "192.0.2.1", "2001:db8::1", "fec0::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_no_address_but_a_public_one_is_ever_connected_to(address: str) -> None:
    result = post("http://integrator.example/", loopback=False, lookup=lambda host, port: (address,))
    assert "not an address of the public internet. Nothing was sent." in result.answer


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111"])
def test_a_public_address_is_an_address_to_send_to(address: str) -> None:
    assert outside.safe_addresses("x", 443, loopback=False, lookup=lambda host, port: (address,)) == (address,)


def test_one_public_address_does_not_excuse_a_private_one() -> None:
    with pytest.raises(outside.Unsafe):
        outside.safe_addresses("x", 443, loopback=False, lookup=lambda host, port: ("8.8.8.8", "10.0.0.1"))


def test_allowing_this_machine_allows_nothing_else_that_is_private() -> None:
    for address in set(PRIVATE) - {"127.0.0.1", "::1"}:
        with pytest.raises(outside.Unsafe):
            outside.safe_addresses("x", 80, loopback=True, lookup=lambda host, port, it=address: (it,))  # type: ignore[misc]


def test_a_name_that_changes_its_mind_is_asked_once_and_that_answer_is_connected_to() -> None:
    with server(misbehaving.status(200)) as running:
        asked: list[str] = []

        def lookup(host: str, port: int) -> tuple[str, ...]:
            asked.append(host)
            return ("127.0.0.1",) if len(asked) == 1 else ("169.254.169.254",)

        result = post(f"http://rebinding.example:{running.port}/", lookup=lookup)
        _, headers, _ = parts(running.heard[0])
    assert (result.outcome, asked) == ("delivered", ["rebinding.example"])
    assert headers["Host"] == f"rebinding.example:{running.port}"


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1", "localhost", "[::1]", "[::ffff:7f00:1]"]
)
def test_this_machine_is_recognised_however_it_is_written(host: str) -> None:
    result = post(f"http://{host}:9/", loopback=False)
    assert result.outcome == "failed"
    assert "Nothing was sent" in result.answer or "could not be reached" in result.answer
    assert "refused" not in result.answer.lower(), "it was connected to"


def test_without_tls_nothing_leaves_in_production() -> None:
    result = post("http://integrator.example/", https_only=True, loopback=False, lookup=lambda host, port: ("8.8.8.8",))
    assert result.answer == "The address must begin with https://. Nothing was sent."


def test_a_server_that_cannot_prove_its_name_is_sent_nothing() -> None:
    with server(misbehaving.status(200)) as running:
        result = post(f"https://127.0.0.1:{running.port}/")
        assert running.heard == []
    assert result.outcome == "failed"


# Tried again


def test_each_attempt_has_the_same_id_and_body_and_its_answer_is_kept(session: Session, world: World) -> None:
    endpoint = added(session, world)
    webhooks.ping(session, endpoint_id=endpoint.id, actor=world.ada, now=NOW)
    seen, now = set(), NOW
    for answer in ("HTTP 500: a", "HTTP 500: b"):
        one = claimed(session, now)
        sent = letter(session, one, now)
        seen.add((sent.id, sent.body))
        deliveries.finish(session, claimed=one, result=Result("failed", answer), now=now)
        now = session.scalars(select(Delivery.next_at)).one()
    assert len(seen) == 1
    assert session.scalars(select(DeliveryAttempt.answer).order_by(DeliveryAttempt.id)).all() == [
        "HTTP 500: a",
        "HTTP 500: b",
    ]


def test_a_delivered_webhook_can_be_sent_again_under_its_id_but_not_to_an_endpoint_that_is_gone(
    session: Session, world: World
) -> None:
    endpoint = added(session, world)
    number = webhooks.ping(session, endpoint_id=endpoint.id, actor=world.ada, now=NOW)
    one = claimed(session)
    deliveries.finish(session, claimed=one, result=Result("delivered", "HTTP 200"), now=NOW)
    assert deliveries.redrive(session, delivery_id=number, sends_mail=False, now=NOW) is None
    again = claimed(session)
    assert again.message_id == one.message_id
    deliveries.finish(session, claimed=again, result=Result("delivered", "HTTP 200"), now=NOW)
    webhooks.remove(session, endpoint_id=endpoint.id, actor=world.ada, now=NOW)
    why_not = deliveries.redrive(session, delivery_id=number, sends_mail=False, now=NOW)
    assert why_not == "Its webhook endpoint was removed."


@pytest.mark.parametrize("ended", ["removed", "switched off"])
def test_what_waits_for_an_endpoint_that_is_gone_is_not_sent(session: Session, world: World, ended: str) -> None:
    endpoint = added(session, world)
    webhooks.ping(session, endpoint_id=endpoint.id, actor=world.ada, now=NOW)
    if ended == "removed":
        webhooks.remove(session, endpoint_id=endpoint.id, actor=world.ada, now=NOW)
    else:
        endpoint.active = False
        session.flush()
    said = webhooks.letter(session, claimed=claimed(session), base_url="", now=NOW)
    assert isinstance(said, str)
    assert ended in said


def test_an_endpoint_that_fails_for_good_is_a_dead_letter_and_delays_no_other(session: Session, world: World) -> None:
    broken, well = added(session, world, name="Broken"), added(session, world, name="Well")
    for _ in range(5):
        webhooks.ping(session, endpoint_id=broken.id, actor=world.ada, now=NOW)
    webhooks.ping(session, endpoint_id=well.id, actor=world.ada, now=NOW + timedelta(seconds=1))
    now = NOW + timedelta(seconds=2)
    lanes = [one.endpoint_id for one in deliveries.claim(session, now=now, channel="webhook", limit=16, each=2)]
    assert sorted(lanes) == [broken.id, broken.id, well.id]
