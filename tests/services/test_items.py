"""Items: their approval limit, their cost, and who may know it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from tests.services.people import person
from webapp import clock
from webapp.actors import Actor
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.models import Item
from webapp.queries import items as shown
from webapp.services import items
from webapp.services.items import ItemEntry

KEEPER = person("items.create", "items.edit", "items.delete", "work_orders.pricing")
BLIND = person("items.create", "items.edit")


def make(session: Session, name: str = "Filter", **typed: str) -> Item:
    entry = ItemEntry(name=name, **{"unit_cost": "12.50"} | typed)
    return items.create(session, entry=entry, actor=KEEPER, now=clock.now())


def save(session: Session, item: Item, actor: Actor, *, name: str, unit_cost: str | None = None) -> Item:
    entry, version = ItemEntry(name=name, unit_cost=unit_cost), item.row_version
    return items.save(session, item_id=item.id, row_version=version, entry=entry, actor=actor, now=clock.now())


@pytest.mark.parametrize(
    ("typed", "stored", "said"),
    [
        ("", None, "No limit"),
        ("0", Decimal(0), "Every use"),
        ("2", Decimal(2), "Above 2"),
        ("10", Decimal(10), "Above 10"),
        ("1.250", Decimal("1.25"), "Above 1.25"),
    ],
)
def test_no_limit_and_a_limit_of_nothing_are_different(
    session: Session, typed: str, stored: Decimal | None, said: str
) -> None:
    made = make(session, approval_quantity_limit=typed)
    session.expire_all()
    assert session.get_one(Item, made.id).approval_quantity_limit == stored
    assert shown.detail(session, item_id=made.id, actor=KEEPER).limit_said == said


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", " "),
        ("kind", "gift"),
        ("unit_of_measure", ""),
        ("approval_quantity_limit", "-1"),
        ("approval_quantity_limit", "1.0001"),
        ("approval_quantity_limit", "NaN"),
        ("approval_quantity_limit", "1e3"),
        ("unit_cost", ""),
        ("unit_cost", "12.345"),
        ("unit_cost", "1,250"),
        ("unit_cost", "9" * 30),
        ("unit_cost", "١٢"),
    ],
)
def test_what_cannot_be_right_is_said_beside_its_field(session: Session, field: str, typed: str) -> None:
    with pytest.raises(Invalid) as refusal:
        make(session, **{"name": "Filter", field: typed})
    assert list(refusal.value.problems) == [field]


def test_a_change_from_an_old_page_is_refused_and_says_who_was_faster(session: Session) -> None:
    made = make(session, "Filter")
    save(session, made, KEEPER, name="Fine filter", unit_cost="1")
    made.row_version += 1
    session.flush()
    with pytest.raises(Conflict, match=f"{KEEPER.name} changed this item"):
        items.save(
            session, item_id=made.id, row_version=2, entry=ItemEntry(name="Filter"), actor=KEEPER, now=clock.now()
        )


def test_two_items_cannot_have_one_name(session: Session) -> None:
    first = make(session, "Filter")
    with pytest.raises(Invalid, match="already an item"):
        make(session, "FILTER")
    save(session, first, KEEPER, name="filter", unit_cost="1")
    assert first.name == "filter"


def test_a_name_that_only_the_database_knows_to_be_taken_is_refused_as_kindly(session: Session) -> None:
    make(session, "DÜSE")
    with pytest.raises(Invalid) as refusal:
        make(session, "DÜSE")
    assert refusal.value.problems == {"name": "There is already an item of this name."}
    session.rollback()


def test_who_may_not_see_costs_neither_reads_nor_sets_them(session: Session) -> None:
    made = make(session, unit_cost="12.50")
    assert shown.detail(session, item_id=made.id, actor=BLIND).unit_cost is None
    assert [row.unit_cost for row in shown.page(session, actor=BLIND).rows] == [None]
    with pytest.raises(Forbidden, match="pricing"):
        save(session, made, BLIND, name="Filter", unit_cost="1")
    save(session, made, BLIND, name="Fine filter")
    assert (made.name, made.unit_cost) == ("Fine filter", Decimal("12.50"))


def test_an_item_out_of_use_stays_in_the_catalogue(session: Session) -> None:
    made = make(session)
    items.retire(session, item_id=made.id, active=False, actor=KEEPER, now=clock.now())
    assert [row.active for row in shown.page(session, actor=KEEPER).rows] == [False]
    with pytest.raises(Forbidden):
        items.retire(session, item_id=made.id, active=True, actor=BLIND, now=clock.now())


def test_the_list_is_searched_and_cut_into_pages(session: Session) -> None:
    for name in ("Pump", "Filter fine", "Filter coarse", "Hour"):
        make(session, name)
    first = shown.page(session, actor=KEEPER, search="FILTER", limit=1)
    second = shown.page(session, actor=KEEPER, search="FILTER", limit=1, after=first.next)
    assert [row.name for row in first.rows + second.rows] == ["Filter coarse", "Filter fine"]
    assert second.next is None
