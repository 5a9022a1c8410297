"""Device types: their names, models and linked items."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from tests.services.people import person
from webapp import clock
from webapp.actors import Actor
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.models import DeviceType, Item
from webapp.queries import device_types as shown
from webapp.services import device_types
from webapp.services.device_types import ModelEntry

KEEPER = person("device_types.create", "device_types.edit", "work_orders.pricing")
BLIND = person("device_types.edit")


@pytest.fixture
def boiler(session: Session) -> DeviceType:
    return device_types.create(session, name=" Boiler ", actor=KEEPER, now=clock.now())


def item(session: Session, name: str, *, active: bool = True) -> Item:
    made = Item(name=name, unit_cost=Decimal("12.5"), active=active)
    session.add(made)
    session.flush()
    return made


def link(session: Session, boiler: DeviceType, item_id: int | None) -> None:
    device_types.link(session, device_type_id=boiler.id, item_id=item_id, actor=KEEPER, now=clock.now())


def test_linking_an_item_twice_links_it_once_and_unlinking_takes_it_away(session: Session, boiler: DeviceType) -> None:
    nozzle, _other = item(session, "Nozzle"), item(session, "Pump")
    link(session, boiler, nozzle.id)
    link(session, boiler, nozzle.id)
    found = shown.detail(session, device_type_id=boiler.id, actor=KEEPER)
    assert [row.name for row in found.items] == ["Nozzle"]
    assert [name for _number, name in found.others] == ["Pump"]
    assert [(row.name, row.models, row.items) for row in shown.listing(session)] == [("Boiler", 0, 1)]
    device_types.unlink(session, device_type_id=boiler.id, item_id=nozzle.id, actor=KEEPER, now=clock.now())
    assert shown.detail(session, device_type_id=boiler.id, actor=KEEPER).items == ()


def test_only_an_item_in_use_can_be_linked(session: Session, boiler: DeviceType) -> None:
    retired = item(session, "Asbestos", active=False)
    for item_id in (retired.id, 999, None):
        with pytest.raises(Invalid, match="Choose an item"):
            link(session, boiler, item_id)
    assert shown.detail(session, device_type_id=boiler.id, actor=KEEPER).others == ()


def test_a_model_belongs_to_its_type_once(session: Session, boiler: DeviceType) -> None:
    entry = ModelEntry(number="B-200", manufacturer="Therma", default_cost="1999.90")
    device_types.add_model(session, device_type_id=boiler.id, entry=entry, actor=KEEPER, now=clock.now())
    again = ModelEntry(number="b-200", manufacturer="THERMA")
    with pytest.raises(Invalid, match="already has this model"):
        device_types.add_model(session, device_type_id=boiler.id, entry=again, actor=KEEPER, now=clock.now())
    (model,) = shown.detail(session, device_type_id=boiler.id, actor=KEEPER).models
    assert (model.number, model.manufacturer, model.default_cost) == ("B-200", "Therma", "1999.90")


def test_a_model_is_changed_and_keeps_its_cost_when_the_cost_is_not_asked(session: Session, boiler: DeviceType) -> None:
    entry = ModelEntry(number="B-200", manufacturer="Therma", default_cost="1999.90")
    made = device_types.add_model(session, device_type_id=boiler.id, entry=entry, actor=KEEPER, now=clock.now())
    device_types.add_model(
        session, device_type_id=boiler.id, entry=ModelEntry(number="B-300"), actor=KEEPER, now=clock.now()
    )

    def save(version: int, actor: Actor, **typed: str) -> None:
        device_types.save_model(
            session,
            device_type_id=boiler.id,
            model_id=made.id,
            row_version=version,
            entry=ModelEntry(**typed),
            actor=actor,
            now=clock.now(),
        )

    save(1, BLIND, number="B-201", manufacturer="Therma")
    assert (made.number, made.default_cost, made.row_version) == ("B-201", Decimal("1999.90"), 2)
    save(2, KEEPER, number="B-201", default_cost="1500,5")
    assert (made.manufacturer, made.default_cost) == ("", Decimal("1500.50"))
    with pytest.raises(Conflict, match=f"{KEEPER.name} changed this model"):
        save(1, KEEPER, number="B-202")
    with pytest.raises(Invalid, match="already has this model"):
        save(3, KEEPER, number="b-300")
    with pytest.raises(Forbidden):
        save(3, BLIND, number="B-201", default_cost="1")


def test_who_may_not_see_costs_neither_reads_nor_sets_them(session: Session, boiler: DeviceType) -> None:
    link(session, boiler, item(session, "Nozzle").id)
    entry = ModelEntry(number="B-200", default_cost="1999.90")
    device_types.add_model(session, device_type_id=boiler.id, entry=entry, actor=KEEPER, now=clock.now())
    found = shown.detail(session, device_type_id=boiler.id, actor=BLIND)
    assert ([row.unit_cost for row in found.items], [row.default_cost for row in found.models]) == ([None], [None])
    with pytest.raises(Forbidden, match="pricing"):
        device_types.add_model(
            session,
            device_type_id=boiler.id,
            entry=ModelEntry(number="B-300", default_cost="1"),
            actor=BLIND,
            now=clock.now(),
        )


@pytest.mark.parametrize("name", ["", "  ", "BOILER", "B" * 201])
def test_a_type_needs_a_name_of_its_own(session: Session, boiler: DeviceType, name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        device_types.create(session, name=name, actor=KEEPER, now=clock.now())
    assert list(refusal.value.problems) == ["name"]
    device_types.rename(
        session, device_type_id=boiler.id, row_version=1, name="Gas boiler", actor=KEEPER, now=clock.now()
    )
    assert boiler.name == "Gas boiler"


def test_a_name_that_only_the_database_knows_to_be_taken_is_refused_as_kindly(session: Session) -> None:
    device_types.create(session, name="LÜFTER", actor=KEEPER, now=clock.now())
    with pytest.raises(Invalid) as refusal:
        device_types.create(session, name="LÜFTER", actor=KEEPER, now=clock.now())
    assert refusal.value.problems == {"name": "There is already a device type of this name."}
    session.rollback()


def test_changing_needs_the_permission_and_a_type_that_is_there(session: Session, boiler: DeviceType) -> None:
    with pytest.raises(Forbidden):
        device_types.create(session, name="Heat pump", actor=BLIND, now=clock.now())
    with pytest.raises(Forbidden):
        device_types.unlink(session, device_type_id=boiler.id, item_id=1, actor=person(), now=clock.now())
    with pytest.raises(NotFound):
        device_types.unlink(session, device_type_id=999, item_id=1, actor=KEEPER, now=clock.now())
