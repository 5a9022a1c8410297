"""Units: found by what people know of them, changed, given to another customer, put away."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.services.people import account, person, role
from webapp import clock
from webapp.actors import Actor
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.models import Customer, DeviceModel, DeviceType, OrderChange, Unit, WorkOrder
from webapp.queries import past_orders
from webapp.queries import units as shown
from webapp.services import customers, definitions, orders, units
from webapp.services.customers import CustomerEntry
from webapp.services.units import UnitEntry

KEEPER = person("units.view", "units.create", "units.edit", "units.delete", "work_orders.view")


def customer(session: Session, **typed: str) -> Customer:
    return customers.add(session, entry=CustomerEntry(**typed), now=clock.now())


def make(session: Session, of: Customer | None = None, **typed: str) -> Unit:
    entry = UnitEntry(**typed)
    return units.create(session, entry=entry, customer_id=of.id if of else None, actor=KEEPER, now=clock.now())


def model(session: Session) -> DeviceModel:
    boiler = DeviceType(name="Boiler")
    session.add(boiler)
    session.flush()
    made = DeviceModel(device_type_id=boiler.id, number="B-200", manufacturer="Therma")
    session.add(made)
    session.flush()
    return made


@pytest.fixture
def dispatcher(session: Session) -> Actor:
    """Somebody with an account who may make work orders, in a firm with its stock of definitions."""
    definitions.ensure_stock(session, now=clock.now())
    rights = ("work_orders.create", "work_orders.view", "work_orders.supervise", "units.edit")
    return account(session, "dora@firm.test", role(session, "dispatch", *rights))[1]


def order(session: Session, unit: Unit, dispatcher: Actor) -> WorkOrder:
    return orders.create(session, actor=dispatcher, now=clock.now(), type="repair", unit_id=unit.id)


@pytest.mark.parametrize("search", ["mara", "LIND bakery", "sn-77", "b-200", "therma", "harbour street", "boiler mara"])
def test_a_unit_is_found_by_customer_company_serial_number_model_and_address(session: Session, search: str) -> None:
    mara = customer(session, first_name="Mara", last_name="Lind", company_name="Harbour Bakery")
    made = make(
        session,
        mara,
        serial_number="SN-77",
        device_model_id=str(model(session).id),
        service_address="Harbour Street 1\n20100 Turku",
    )
    make(session)
    (row,) = shown.page(session, search=search).rows
    assert (row.id, row.name, row.customer) == (made.id, "Boiler Therma B-200", "Harbour Bakery (Mara Lind)")


def test_a_unit_may_have_neither_model_nor_customer(session: Session) -> None:
    made = make(session)
    found = shown.detail(session, unit_id=made.id)
    assert (found.row.name, found.row.customer, found.row.customer_id) == ("Model not known", "", None)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("device_model_id", "999"),
        ("device_model_id", "x"),
        ("serial_number", "9" * 201),
        ("time_zone", "Middle/Earth"),
        ("warranty_months", "-1"),
        ("warranty_months", "601"),
        ("installed_on", "yesterday"),
        ("installed_on", "0001-01-01"),
    ],
)
def test_what_cannot_be_right_is_said_beside_its_field(session: Session, field: str, typed: str) -> None:
    with pytest.raises(Invalid) as refusal:
        make(session, None, **{field: typed})
    assert list(refusal.value.problems) == [field]


def test_a_customer_who_does_not_exist_cannot_own_a_unit(session: Session) -> None:
    with pytest.raises(Invalid) as refusal:
        units.create(session, entry=UnitEntry(), customer_id=999, actor=KEEPER, now=clock.now())
    assert list(refusal.value.problems) == ["customer_id"]


def test_the_day_of_installation_is_meant_in_the_units_zone(session: Session) -> None:
    made = make(session, installed_on="2026-03-01", time_zone="Asia/Tokyo")
    assert made.installed_at == datetime(2026, 2, 28, 15, tzinfo=UTC)
    shown_day = shown.detail(session, unit_id=made.id).installed
    assert shown_day is not None
    assert shown_day.date().isoformat() == "2026-03-01"


def test_saving_the_form_unchanged_keeps_the_moment_an_order_stamped(session: Session) -> None:
    made = make(session)
    made.installed_at = moment = datetime(2026, 3, 1, 14, 30, tzinfo=UTC)
    session.flush()
    entry = UnitEntry(installed_on="2026-03-01", serial_number="SN-1")
    units.save(session, unit_id=made.id, row_version=1, entry=entry, actor=KEEPER, now=clock.now())
    assert (made.installed_at, made.serial_number) == (moment, "SN-1")
    units.save(session, unit_id=made.id, row_version=2, entry=UnitEntry(), actor=KEEPER, now=clock.now())
    assert made.installed_at is None


def test_a_change_from_an_old_page_is_refused(session: Session) -> None:
    made = make(session)
    units.save(session, unit_id=made.id, row_version=1, entry=UnitEntry(), actor=KEEPER, now=clock.now())
    with pytest.raises(Conflict, match="changed this unit"):
        units.save(session, unit_id=made.id, row_version=1, entry=UnitEntry(), actor=KEEPER, now=clock.now())


def test_the_list_is_cut_into_pages_and_archived_units_stand_apart(session: Session) -> None:
    made = [make(session).id for _number in range(5)]
    units.archive(session, unit_id=made[0], row_version=1, actor=KEEPER, now=clock.now())
    first = shown.page(session, limit=3)
    second = shown.page(session, limit=3, after=first.next)
    assert [row.id for row in first.rows + second.rows] == made[:0:-1]
    assert [row.id for row in shown.page(session, archived=True).rows] == made[:1]


def test_orders_not_begun_go_along_with_a_transferred_unit_and_it_is_written_down(
    session: Session, dispatcher: Actor
) -> None:
    mara, olle = customer(session, first_name="Mara"), customer(session, first_name="Olle")
    unit = make(session, mara, service_address="Harbour Street 1")
    waiting, begun = order(session, unit, dispatcher), order(session, unit, dispatcher)
    begun.arrived_at = clock.now()
    session.flush()
    moved = units.transfer(
        session,
        unit_id=unit.id,
        row_version=1,
        customer_id=olle.id,
        with_orders=True,
        actor=dispatcher,
        now=clock.now(),
    )
    assert moved == (waiting.number,)
    assert (unit.customer_id, waiting.customer_id, begun.customer_id) == (olle.id, olle.id, mara.id)
    change = session.execute(select(OrderChange).where(OrderChange.field == "Customer")).scalar_one()
    assert (change.order_id, change.old, change.new) == (waiting.id, "Mara", "Olle")


def test_orders_stay_with_the_former_customer_unless_they_are_to_go_along(session: Session, dispatcher: Actor) -> None:
    mara = customer(session, first_name="Mara")
    unit = make(session, mara)
    waiting = order(session, unit, dispatcher)
    units.transfer(
        session,
        unit_id=unit.id,
        row_version=1,
        customer_id=None,
        with_orders=False,
        actor=dispatcher,
        now=clock.now(),
    )
    assert (unit.customer_id, waiting.customer_id) == (None, mara.id)


def test_the_past_of_a_unit_shows_only_orders_the_actor_may_see(session: Session, dispatcher: Actor) -> None:
    unit = make(session, customer(session, first_name="Mara"))
    number = order(session, unit, dispatcher).number
    seen = past_orders.of_unit(session, unit_id=unit.id, actor=KEEPER).rows
    assert [(row.number, row.status_label) for row in seen] == [(number, "Unassigned")]
    stranger = account(session, "sam@firm.test", role(session, "stranger", "units.view"))[1]
    assert past_orders.of_unit(session, unit_id=unit.id, actor=stranger).rows == ()


def test_every_change_needs_its_permission(session: Session) -> None:
    made, viewer, now = make(session), person("units.view"), clock.now()
    with pytest.raises(Forbidden):
        units.create(session, entry=UnitEntry(), customer_id=None, actor=viewer, now=now)
    with pytest.raises(Forbidden):
        units.save(session, unit_id=made.id, row_version=1, entry=UnitEntry(), actor=viewer, now=now)
    with pytest.raises(Forbidden):
        units.archive(session, unit_id=made.id, row_version=1, actor=viewer, now=now)
    with pytest.raises(Forbidden):
        units.transfer(
            session, unit_id=made.id, row_version=1, customer_id=None, with_orders=True, actor=viewer, now=now
        )
