"""Every search box finds words in whatever letters, in every script, on both databases."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.services.firm import NOW, World, repair
from webapp.folding import fold
from webapp.models import Item, Unit, User
from webapp.queries import customers as shown_customers
from webapp.queries import deliveries, items, order_choices, orders, units, users
from webapp.services import customers
from webapp.services.customers import CustomerEntry

SPELLINGS = [
    ("Ümit", "ÜMIT"),
    ("Åsa", "ÅSA"),
    ("Åsa", "A\u030asa"),
    ("Straße", "STRASSE"),
    ("STRASSE", "straße"),
    ("Größe", "größ"),
    ("ЖУКОВ", "жуков"),
    ("ΟΔΟΣ", "οδος"),
    ("İzmir", "izmir"),
    ("100%_safe", "100%_SAFE"),
]


@pytest.mark.parametrize(("kept", "typed"), SPELLINGS)
def test_units_items_people_and_orders_are_found_in_whatever_letters(
    session: Session, world: World, kept: str, typed: str
) -> None:
    order = repair(session, world)
    session.get_one(Unit, world.boiler).serial_number = kept
    session.get_one(Item, world.cable).name = kept
    session.get_one(User, world.tom.user_id).name = kept
    session.flush()
    assert [row.id for row in units.page(session, search=typed).rows] == [world.boiler]
    assert [row.id for row in items.page(session, actor=world.sam, search=typed).rows] == [world.cable]
    assert [row.id for row in users.page(session, search=typed).rows] == [world.tom.user_id]
    assert [row.number for row in orders.page(session, actor=world.sam, now=NOW, search=typed).rows] == [order.number]
    assert [choice.id for choice in order_choices.units(session, search=typed)] == [world.boiler]


@pytest.mark.parametrize(("kept", "typed"), SPELLINGS)
def test_customers_are_found_in_whatever_letters(session: Session, world: World, kept: str, typed: str) -> None:
    made = customers.create(session, entry=CustomerEntry(first_name=kept), actor=world.olga, now=NOW)
    assert [row.id for row in shown_customers.page(session, search=typed).rows] == [made.id]
    assert [choice.id for choice in order_choices.customers(session, search=typed)] == [made.id]


def test_a_letter_with_a_mark_is_another_letter(session: Session, world: World) -> None:
    session.get_one(User, world.tom.user_id).name = "Åsa"
    session.flush()
    assert users.page(session, search="Asa").rows == ()


def test_words_may_stand_in_different_columns_but_never_across_two(session: Session, world: World) -> None:
    session.get_one(Unit, world.new_boiler).serial_number = "S-77"
    session.flush()
    assert [row.id for row in units.page(session, search="canal s-77").rows] == [world.new_boiler]
    assert units.page(session, search="s-77canal").rows == ()


def test_deliveries_are_found_by_their_recipient_in_whatever_letters(session: Session, world: World) -> None:
    session.scalars(select(User).where(User.id == world.tom.user_id)).one().name = "Ümit"
    session.flush()
    repair(session, world, technician=world.tom)
    found = deliveries.page(session, wanted=deliveries.Wanted(search="ÜMIT")).rows
    assert {row.recipient for row in found} == {"Ümit"}


def test_folding_what_is_folded_changes_nothing() -> None:
    for kept, _typed in SPELLINGS:
        assert fold(fold(kept)) == fold(kept)
