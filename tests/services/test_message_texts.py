"""Texts of messages: placeholders only, the firm's own per channel and language, taken back to the stock, none forgotten."""

from __future__ import annotations

import pytest
from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.services.firm import NOW, World, repair
from webapp.errors import Forbidden, Invalid
from webapp.models import Customer, Delivery, MessageText, Notification
from webapp.queries.lifecycles import vocabulary
from webapp.services import addresses, deliveries, firm_texts, message_texts
from webapp.services.message_texts import STOCK, Text

ASSIGNED = "WorkOrderAssigned"


def save(session: Session, world: World, text: Text, *, channel: str = "in_app", language: str = "en") -> None:
    firm_texts.save(session, message=ASSIGNED, channel=channel, language=language, text=text, actor=world.ada, now=NOW)


def test_every_message_of_the_vocabulary_has_a_stock_text_that_keeps_the_rule() -> None:
    assert set(STOCK) == set(vocabulary().messages)
    for message, text in STOCK.items():
        assert message_texts.problem(message, text.subject) is None
        assert message_texts.problem(message, text.body) is None


@pytest.mark.parametrize(
    "text",
    ["{phone}", "{nobody}", "{number!r}", "{number.__class__}", "{number[0]}", "{0}", "{}", "{number:>99999}", "{ number }", "{{number}}",
     "{% raw %}", "{", "}"],
)  # fmt: skip
def test_anything_in_braces_but_a_placeholder_of_this_message_is_refused_with_a_sentence(
    session: Session, world: World, text: str
) -> None:
    with pytest.raises(Invalid) as refused:
        save(session, world, Text("Fine", f"Order {text}"))
    assert set(refused.value.problems) == {"body"}


def test_what_an_order_says_is_never_read_as_a_placeholder() -> None:
    said = message_texts.fill(Text("{customer}", "{customer}"), {"customer": "{number} {0.__class__}", "number": 7})
    assert said.body == "{number} {0.__class__}"


def test_the_firms_own_text_is_said_and_the_stock_again_when_it_is_taken_back(session: Session, world: World) -> None:
    save(session, world, Text("Yours: {number}", "Go to {address}."))
    repair(session, world, technician=world.ana)
    deliveries.feed(session, now=NOW, base_url="http://here")
    first = session.scalars(select(Notification)).one()
    assert (first.title[:7], first.body) == ("Yours: ", "Go to Canal Street 1.")
    firm_texts.reset(session, message=ASSIGNED, channel="in_app", language="en", actor=world.ada, now=NOW)
    repair(session, world, technician=world.ana)
    deliveries.feed(session, now=NOW, base_url="http://here")
    second = session.scalars(select(Notification).order_by(Notification.id.desc())).first()
    assert second is not None
    assert second.title.endswith("was assigned to you")
    kept = session.scalars(select(MessageText).order_by(MessageText.id)).all()
    assert [(one.subject, one.stock, one.actor_name) for one in kept] == [
        ("Yours: {number}", False, "Ada"),
        (STOCK[ASSIGNED].subject, True, "Ada"),
    ]


def test_each_channel_has_a_text_of_its_own(session: Session, world: World) -> None:
    save(session, world, Text("Mail", "Mail"), channel="mail")
    texts = firm_texts.in_force(session)
    assert texts.of(ASSIGNED, "mail").subject == "Mail"
    assert texts.of(ASSIGNED, "in_app") == STOCK[ASSIGNED]


def test_saving_the_same_again_makes_no_further_version(session: Session, world: World) -> None:
    for _ in range(2):
        save(session, world, Text("Yours", "Go."))
    assert len(session.scalars(select(MessageText)).all()) == 1


def test_a_customer_is_written_to_in_his_language_once_it_has_texts(session: Session, world: World) -> None:
    firm_texts.add_language(session, code="de", name="Deutsch", actor=world.ada, now=NOW)
    firm_texts.save(
        session,
        message="WorkOrderCancelled",
        channel="mail",
        language="de",
        text=Text("Auftrag {number} wurde abgesagt", "Grund: {reason}."),
        actor=world.ada,
        now=NOW,
    )
    order = repair(session, world)
    session.add(
        Delivery(
            key="k", message="WorkOrderCancelled", audience="customer", channel="mail", order_id=order.id,
            address="cora@example.test", context={"number": order.number, "reason": "x"}, next_at=NOW, created_at=NOW,
            message_id="<k>",
        )
    )  # fmt: skip
    session.flush()
    (mail,) = deliveries.claim(session, now=NOW)
    settings = current_app.config["SETTINGS"]
    assert "was cancelled" in addresses.of(session, mail=mail, settings=settings).text.subject
    session.get_one(Customer, world.customer).language = "de"
    session.flush()
    assert "wurde abgesagt" in addresses.of(session, mail=mail, settings=settings).text.subject
    session.get_one(Customer, world.customer).language = "fr"
    session.flush()
    assert "was cancelled" in addresses.of(session, mail=mail, settings=settings).text.subject


def test_a_new_language_begins_with_a_copy_of_the_stock_and_is_added_once(session: Session, world: World) -> None:
    firm_texts.add_language(session, code="pt-BR", name="Português", actor=world.ada, now=NOW)
    assert firm_texts.in_force(session).own[ASSIGNED, "mail", "pt-BR"] == STOCK[ASSIGNED]
    for code in ("pt-BR", "en", "deutsch", "", "DE"):
        with pytest.raises(Invalid):
            firm_texts.add_language(session, code=code, name="X", actor=world.ada, now=NOW)


def test_only_who_may_change_settings_writes_texts(session: Session, world: World) -> None:
    with pytest.raises(Forbidden):
        firm_texts.save(
            session,
            message=ASSIGNED,
            channel="mail",
            language="en",
            text=Text("a", "b"),
            actor=world.sam,
            now=NOW,
        )
