"""A mail as it goes out: its parts, its headers, the appointment it carries; and servers that do not do as they should."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from typing import cast

import pytest
from flask import current_app
from icalendar import Calendar, Event
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.services.firm import NOW, World, repair, save
from tests.support import misbehaving
from tests.support.mail import Mailbox
from tests.support.misbehaving import Script, Server, server
from webapp.config import Settings
from webapp.models import Delivery, WorkOrder
from webapp.services import addresses, deliveries, postman, transitions
from webapp.services.addresses import Where
from webapp.services.deliveries import Claimed, Result
from webapp.services.message_texts import Text

DUE = NOW + timedelta(days=3)


def plain_mail(recipient: str = "Ana") -> Claimed:
    return Claimed(
        id=1,
        lease="lease",
        lane="firm.test",
        message_id="<one@fieldwright>",
        address="ana@firm.test",
        recipient=recipient,
        message="WorkOrderCompleted",
        context={},
        order_id=None,
        user_id=1,
        endpoint_id=None,
        created_at=NOW,
        to_customer=False,
    )


def where(body: str = "Work order 7 is done.\n\nhttps://work.example/7") -> Where:
    return Where(
        text=Text("Work order 7", body),
        kept=Text("Work order 7", "masked"),
        sender=Address("The Firm", addr_spec="work-orders@work.example"),
        reply_to="office@work.example",
        url="https://work.example/7",
        unsubscribe="https://work.example/notifications/choices",
        calendar=None,
        date=NOW,
    )


def carried(url: str, **more: float) -> Result:
    return postman.carry(plain_mail(), smtp_url=url, where=where(), **more)


# What it is made of


def test_text_and_html_say_the_same_and_the_headers_say_who_what_and_that_a_machine_wrote_it(mailbox: Mailbox) -> None:
    assert carried(mailbox.url).outcome == "delivered"
    (message,) = mailbox.messages
    assert message["Message-ID"] == "<one@fieldwright>"
    assert message["Date"] == "Mon, 02 Mar 2026 09:00:00 +0000"
    assert message["From"] == "The Firm <work-orders@work.example>"
    assert message["Reply-To"] == "office@work.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] == "<https://work.example/notifications/choices>"
    text, html = (cast(EmailMessage, part) for part in message.iter_parts())
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content().splitlines()[0] == "Work order 7 is done."
    assert 'href="https://work.example/7"' in html.get_content()


def test_nothing_a_person_typed_becomes_markup_or_a_header() -> None:
    mail = plain_mail('Ana\r\nBcc: everybody@firm.test "x" <y>')
    said = replace(where("<script>alert(1)</script>"), text=Text("A\r\nBcc: b@firm.test", "<script>alert(1)</script>"))
    message = postman.composed(mail, said)
    assert message["Bcc"] is None
    assert [one.addr_spec for one in message["To"].addresses] == ["ana@firm.test"]
    html = message.get_body(("html",))
    assert html is not None
    assert "<script" not in html.get_content()
    assert "&lt;script&gt;" in html.get_content()


# The appointment


def mail_of(session: Session, message: str, user_id: int | None) -> Claimed:
    rows = session.scalars(select(Delivery).where(Delivery.channel == "mail", Delivery.state == "waiting")).all()
    wanted = [row.id for row in rows if row.message == message and row.user_id == user_id]
    claimed = [one for one in deliveries.claim(session, now=NOW + timedelta(days=30), limit=100) if one.id in wanted]
    for row in rows:
        row.lease_until = None
    session.flush()
    return claimed[-1]


def appointment(session: Session, message: str, user_id: int | None) -> tuple[str, Mapping[str, object]] | None:
    settings: Settings = current_app.config["SETTINGS"]
    mail = mail_of(session, message, user_id)
    composed = postman.composed(mail, addresses.of(session, mail=mail, settings=settings))
    for part in composed.walk():
        if part.get_content_type() == "text/calendar":
            (event,) = Calendar.from_ical(part.get_content()).walk("VEVENT")
            return str(part.get_param("method")), cast(Event, event)
    return None


def given(session: Session, world: World) -> WorkOrder:
    order = repair(session, world)
    save(session, order, world.sam, technician_id=world.ana.user_id, due_at=DUE, duration_minutes=90)
    return order


def test_an_assignment_carries_an_appointment_at_the_due_moment_for_its_duration(
    session: Session, world: World
) -> None:
    given(session, world)
    found = appointment(session, "WorkOrderAssigned", world.ana.user_id)
    assert found is not None
    method, event = found
    assert method == "REQUEST"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (DUE, DUE + timedelta(minutes=90))  # type: ignore[attr-defined]
    assert event["LOCATION"] == "Canal Street 1"
    assert str(event["ATTENDEE"]) == "mailto:ana@firm.test"
    assert event["STATUS"] == "CONFIRMED"


def test_rescheduled_it_is_the_same_appointment_with_a_larger_sequence(session: Session, world: World) -> None:
    order = given(session, world)
    first = appointment(session, "WorkOrderAssigned", world.ana.user_id)
    save(session, order, world.sam, due_at=DUE + timedelta(days=1))
    second = appointment(session, "WorkOrderRescheduled", world.ana.user_id)
    assert first is not None
    assert second is not None
    assert first[1]["UID"] == second[1]["UID"]
    assert int(str(second[1]["SEQUENCE"])) > int(str(first[1]["SEQUENCE"]))
    assert second[1]["DTSTART"].dt == DUE + timedelta(days=1)  # type: ignore[attr-defined]


def test_taken_away_it_is_called_off_for_him_and_asked_of_the_next(session: Session, world: World) -> None:
    order = given(session, world)
    uid = (appointment(session, "WorkOrderAssigned", world.ana.user_id) or ("", {"UID": ""}))[1]["UID"]
    save(session, order, world.sam, technician_id=world.tom.user_id)
    off = appointment(session, "WorkOrderUnassigned", world.ana.user_id)
    on = appointment(session, "WorkOrderAssigned", world.tom.user_id)
    assert off is not None
    assert on is not None
    assert (off[0], off[1]["STATUS"], off[1]["UID"]) == ("CANCEL", "CANCELLED", uid)
    assert (on[0], on[1]["UID"]) == ("REQUEST", uid)


def test_a_mail_that_comes_late_says_nothing_that_is_no_longer_true(session: Session, world: World) -> None:
    order = given(session, world)
    save(session, order, world.sam, technician_id=world.tom.user_id)
    assert appointment(session, "WorkOrderAssigned", world.ana.user_id) is None, "he has lost it meanwhile"
    save(session, order, world.sam, technician_id=world.ana.user_id)
    assert appointment(session, "WorkOrderUnassigned", world.ana.user_id) is None, "he has it again meanwhile"


def test_a_cancelled_order_is_called_off(session: Session, world: World) -> None:
    order = given(session, world)
    transitions.press(
        session,
        number=order.number,
        transition="cancel",
        answers={"reason": "Sold"},
        row_version=order.row_version,
        actor=world.sam,
        now=NOW,
    )
    found = appointment(session, "WorkOrderCancelled", world.ana.user_id)
    assert found is not None
    assert found[0] == "CANCEL"


def test_without_a_date_there_is_nothing_for_a_calendar(session: Session, world: World) -> None:
    repair(session, world, technician=world.ana)
    assert appointment(session, "WorkOrderAssigned", world.ana.user_id) is None


# Servers that do not do as they should


def smtp(**replies: str) -> Script:
    """A server that speaks SMTP, with other replies to some commands; "" hangs up, "-" says nothing."""

    def script(connection: socket.socket, running: Server) -> None:
        lines = connection.makefile("rb")

        def reply(to: str, usual: str) -> bool:
            said = replies.get(to, usual)
            if said == "-":
                running.over.wait(20)
            if said in ("", "-"):
                return False
            connection.sendall(said.encode("latin-1") + b"\r\n")
            return True

        going = reply("greeting", "220 here")
        while going and (line := lines.readline()):
            command = line[:4].strip().upper().decode("latin-1")
            if command == "DATA":
                going = reply("DATA", "354 go on")
                data = b""
                while going and not data.endswith(b"\r\n.\r\n"):
                    data += lines.readline()
                running.heard.append(data)
                going = going and reply("END", "250 taken")
            elif command == "QUIT":
                going = reply("QUIT", "221 bye") and False
            else:
                going = reply(command, "250 fine")

    return script


@pytest.mark.parametrize(
    ("script", "outcome", "says"),
    [
        (smtp(greeting="421 too busy"), "failed", "421 too busy"),
        (smtp(greeting="554 go away"), "failed", "554 go away"),
        (smtp(greeting="\x00\xff what is this"), "failed", "-1"),
        (smtp(greeting=""), "failed", "The mail server did not take it: Connection unexpectedly closed"),
        (smtp(greeting="-"), "failed", "The mail server did not take it: "),
        (smtp(EHLO="500 no", HELO="500 no"), "failed", "500 no"),
        (smtp(MAIL="550 not you"), "failed", "550 not you"),
        (smtp(RCPT="450 later"), "failed", "450 later"),
        (smtp(RCPT="550 no such mailbox"), "undeliverable", "550 no such mailbox"),
        (smtp(DATA="451 disk"), "failed", "451 disk"),
        (smtp(END="451 try again"), "failed", "451 try again"),
        (smtp(END="554 spam"), "undeliverable", "554 spam"),
        (smtp(END=""), "failed", "The mail server did not take it: Connection unexpectedly closed"),
        (smtp(END="-"), "failed", "The mail server did not take it: "),
        (smtp(QUIT=""), "delivered", "The mail server accepted it."),
        (smtp(QUIT="500 what"), "delivered", "The mail server accepted it."),
        (misbehaving.drips, "failed", "The mail server did not take it: "),
    ],
    ids=["421", "554", "garbage", "no greeting", "silent", "no hello", "sender", "later", "no mailbox", "no data", "451 at the end",
         "spam", "drop after DATA", "hang after DATA", "no goodbye", "odd goodbye", "drip"],
)  # fmt: skip
def test_each_way_to_misbehave_ends_in_time_with_what_was_answered(script: Script, outcome: str, says: str) -> None:
    with server(script) as running:
        began = time.monotonic()
        result = carried(f"smtp://127.0.0.1:{running.port}", silence=0.5, total=1.0)
        assert time.monotonic() - began < 5
    assert (result.outcome, result.answer[: len(says)]) == (outcome, says)


def test_a_server_that_drops_after_data_is_sent_the_very_same_mail_again() -> None:
    with server(smtp(END="")) as running:
        for _ in range(2):
            assert carried(f"smtp://127.0.0.1:{running.port}").outcome == "failed"
        first, second = (data.replace(boundary(data), b"") for data in running.heard)
    assert b"Message-ID: <one@fieldwright>" in first
    assert first == second


def boundary(data: bytes) -> bytes:
    """What separates the parts: chosen anew for each message."""
    return data.split(b'boundary="')[1].split(b'"')[0]


def test_the_whole_conversation_has_an_end_however_lively_it_seems() -> None:
    def chatters(connection: socket.socket, running: Server) -> None:
        connection.sendall(b"220-welcome\r\n")
        while not running.over.is_set():
            connection.sendall(b"220-and welcome\r\n")
            time.sleep(0.02)

    with server(chatters) as running:
        result = carried(f"smtp://127.0.0.1:{running.port}", silence=5, total=0.6)
    assert result == Result("failed", "The mail server did not take it: the conversation took longer than 1 seconds")


@pytest.mark.parametrize("address", ["ana@firm..test", "ana@[1.2.3", "a..b@firm.test", "", "ana@firm.test."])
def test_an_address_that_is_none_never_goes_out_and_stands_in_nobodys_way(address: str, mailbox: Mailbox) -> None:
    result = postman.carry(replace(plain_mail(), address=address), smtp_url=mailbox.url, where=where())
    assert result.outcome == "undeliverable"
    assert "not an e-mail address" in result.answer
    assert mailbox.messages == []
