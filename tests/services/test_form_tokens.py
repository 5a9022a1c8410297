"""A creating form sent twice makes one thing, and both senders see it."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.views.people import add_person
from webapp import clock
from webapp.actors import Actor
from webapp.db import reading, unit_of_work
from webapp.errors import Invalid
from webapp.models import DeviceType
from webapp.services import form_tokens


@pytest.fixture
def ada(app: Flask) -> Actor:
    """A person."""
    return Actor(kind="person", user_id=add_person("ada@firm.test", "Ada"), name="Ada")


def make_once(token: str, actor: Actor, name: str) -> str:
    """What a creating view does: spend the token, make the thing, remember where it is."""
    with unit_of_work() as session:
        earlier = form_tokens.spend(session, token=token, actor=actor, now=clock.now())
        if earlier is not None:
            return earlier
        made = DeviceType(name=name)
        session.add(made)
        session.flush()
        form_tokens.remember(session, token=token, url=f"/things/{made.id}")
        return f"/things/{made.id}"


def be_refused(token: str, actor: Actor) -> None:
    """The same, where the thing has no name."""
    with unit_of_work() as session:
        form_tokens.spend(session, token=token, actor=actor, now=clock.now())
        raise Invalid({"name": "Give a name."})


def how_many() -> int:
    """How many things there are."""
    with reading() as session:
        return session.execute(select(func.count()).select_from(DeviceType)).scalar_one()


def test_the_same_token_again_leads_to_what_was_made_the_first_time(ada: Actor) -> None:
    token = form_tokens.fresh()
    first = make_once(token, ada, "Boiler")
    assert make_once(token, ada, "Boiler again") == first
    assert how_many() == 1


def test_another_token_makes_another_thing(ada: Actor) -> None:
    assert make_once(form_tokens.fresh(), ada, "Boiler") != make_once(form_tokens.fresh(), ada, "Heat pump")


def test_a_refused_first_use_leaves_the_token_unspent(ada: Actor) -> None:
    token = form_tokens.fresh()
    with pytest.raises(Invalid):
        be_refused(token, ada)
    assert make_once(token, ada, "Boiler").startswith("/things/")


def test_anothers_token_is_not_accepted_and_says_nothing_of_his_thing(ada: Actor) -> None:
    token = form_tokens.fresh()
    make_once(token, ada, "Boiler")
    ben = Actor(kind="person", user_id=add_person("ben@firm.test", "Ben"), name="Ben")
    with pytest.raises(Invalid, match="already sent"):
        make_once(token, ben, "Mine")


@pytest.mark.parametrize("token", ["", "short", "x" * 65, "with blanks in the middle of it"])
def test_a_malformed_token_is_refused(ada: Actor, token: str) -> None:
    with pytest.raises(Invalid, match="one-time mark"):
        make_once(token, ada, "Boiler")


def test_eight_clicks_at_once_make_one_thing_and_all_are_led_to_it(app: Flask, ada: Actor) -> None:
    token = form_tokens.fresh()
    led: list[str] = []

    def click() -> None:
        with app.app_context():
            led.append(make_once(token, ada, "Boiler"))

    clicks = [threading.Thread(target=click) for _ in range(8)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join(30)
    assert len(led) == 8
    assert len(set(led)) == 1
    assert how_many() == 1
