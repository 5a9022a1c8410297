"""Work orders made, changed and assigned, as the client's page tells it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.services.firm import NOW, World, repair, save, unit
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.models import Customer, Delivery, Item, OrderChange, OrderLine, StatusHistory, Unit, User, WorkOrder
from webapp.queries.orders import detail, page
from webapp.services import orders
from webapp.services.orders import NewUnit


def test_an_order_without_a_technician_is_unassigned(session: Session, world: World) -> None:
    order = repair(session, world)
    assert order.status == "unassigned"
    rows = session.scalars(select(StatusHistory).where(StatusHistory.order_id == order.id)).all()
    assert [(row.from_status, row.to_status, row.actor_name) for row in rows] == [(None, "unassigned", "Olga")]


def test_numbers_follow_one_another(session: Session, world: World) -> None:
    assert [repair(session, world).number for _ in range(3)] == [1001, 1002, 1003]


def test_assigning_a_technician_makes_the_order_pending_by_itself_and_tells_her(session: Session, world: World) -> None:
    order = repair(session, world, technician=world.ana)
    assert order.status == "pending"
    told = session.scalars(select(Delivery).where(Delivery.message == "WorkOrderAssigned")).all()
    assert {(one.user_id, one.channel) for one in told} == {(world.ana.user_id, "in_app"), (world.ana.user_id, "mail")}


def test_taking_the_technician_away_makes_it_unassigned_and_tells_the_former_one(
    session: Session, world: World
) -> None:
    order = repair(session, world, technician=world.ana)
    save(session, order, world.sam, technician_id=None)
    assert order.status == "unassigned"
    told = session.scalars(select(Delivery).where(Delivery.message == "WorkOrderUnassigned")).all()
    assert {one.user_id for one in told} == {world.ana.user_id}


def test_only_people_of_a_technicians_role_can_be_picked(session: Session, world: World) -> None:
    order = repair(session, world)
    with pytest.raises(Invalid) as refused:
        save(session, order, world.sam, technician_id=world.olga.user_id)
    assert set(refused.value.problems) == {"technician_id"}


def test_an_inactive_technician_cannot_be_picked(session: Session, world: World) -> None:
    session.get_one(User, world.ana.user_id).active = False
    session.flush()
    order = repair(session, world)
    with pytest.raises(Invalid):
        save(session, order, world.sam, technician_id=world.ana.user_id)


def test_the_office_may_not_assign(session: Session, world: World) -> None:
    order = repair(session, world)
    with pytest.raises(Invalid) as refused:
        save(session, order, world.olga, technician_id=world.ana.user_id)
    assert "technician_id" in refused.value.problems
    assert order.technician_id is None


def test_a_viewer_makes_no_order(session: Session, world: World) -> None:
    with pytest.raises(Forbidden):
        repair(session, world, by=world.vera)


def test_what_is_missing_is_said_field_by_field(session: Session, world: World) -> None:
    with pytest.raises(Invalid) as refused:
        orders.create(session, actor=world.olga, now=NOW, type="installation", new_unit=NewUnit())
    assert set(refused.value.problems) == {"device_model_id", "customer_id"}
    with pytest.raises(Invalid) as refused:
        orders.create(session, actor=world.olga, now=NOW, type="repair")
    assert set(refused.value.problems) == {"unit_id"}
    with pytest.raises(Invalid) as refused:
        orders.create(session, actor=world.olga, now=NOW, type="repair", new_unit=NewUnit(last_name="Quist"))
    assert set(refused.value.problems) == {"first_name"}


def test_a_new_unit_and_its_new_customer_are_made_with_the_order(session: Session, world: World) -> None:
    order = orders.create(
        session,
        actor=world.olga,
        now=NOW,
        type="installation",
        new_unit=NewUnit(
            device_model_id=world.model,
            first_name="Nils",
            last_name="Berg",
            serial_number="N-7",
            service_address="Hill 3",
            email="nils@example.test",
        ),
    )
    unit_made = session.get_one(Unit, order.unit_id)
    assert (unit_made.serial_number, unit_made.service_address) == ("N-7", "Hill 3")
    assert unit_made.customer_id == order.customer_id
    assert session.get_one(Customer, order.customer_id).display_name == "Nils Berg"


def test_a_refused_order_makes_neither_unit_nor_customer(session: Session, world: World) -> None:
    before = session.execute(select(func.count()).select_from(Customer)).scalar_one()
    with pytest.raises(Invalid):
        orders.create(session, actor=world.olga, now=NOW, type="installation", new_unit=NewUnit(first_name="Nils"))
    assert session.execute(select(func.count()).select_from(Customer)).scalar_one() == before


def test_what_a_picked_unit_lacks_is_filled_in_with_the_order(session: Session, world: World) -> None:
    stock = unit(session, None, None, serial="S-1", installed_at=None)
    order = orders.create(
        session,
        actor=world.olga,
        now=NOW,
        type="installation",
        unit_id=stock.id,
        new_unit=NewUnit(device_model_id=world.model, customer_id=world.customer),
    )
    assert (stock.device_model_id, stock.customer_id) == (world.model, world.customer)
    assert order.customer_id == world.customer


def test_an_installed_unit_is_not_installed_again(session: Session, world: World) -> None:
    with pytest.raises(Invalid) as refused:
        orders.create(session, actor=world.olga, now=NOW, type="installation", unit_id=world.boiler)
    assert "unit_id" in refused.value.problems


def test_a_unit_has_one_open_installation_at_a_time(session: Session, world: World) -> None:
    orders.create(session, actor=world.olga, now=NOW, type="installation", unit_id=world.new_boiler)
    with pytest.raises(Invalid) as refused:
        orders.create(session, actor=world.olga, now=NOW, type="installation", unit_id=world.new_boiler)
    assert "unit_id" in refused.value.problems


def test_linked_items_are_there_at_zero_without_a_row(session: Session, world: World) -> None:
    from webapp.models import device_type_items

    order = repair(session, world)
    assert detail(session, number=order.number, actor=world.olga, now=NOW).items == ()
    session.execute(device_type_items.insert().values(device_type_id=world.device_type, item_id=world.cable))
    (row,) = detail(session, number=order.number, actor=world.olga, now=NOW).items
    assert (row.name, row.quantity, row.stored) == ("Cable", 0, False)


def test_the_limit_is_copied_when_the_quantity_is_set(session: Session, world: World) -> None:
    order = repair(session, world, technician=world.ana)
    save(session, order, world.olga, quantities={world.cable: Decimal(5)})
    session.get_one(Item, world.cable).approval_quantity_limit = Decimal(1)
    session.flush()
    line = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).one()
    assert line.approval_quantity_limit == 5
    save(session, order, world.olga, request="Please ring twice")
    assert order.status == "pending"
    save(session, order, world.olga, quantities={world.cable: Decimal(4)})
    assert line.approval_quantity_limit == 1
    assert order.status == "waiting_approval"


def test_unit_costs_are_shown_with_the_pricing_permission_only(session: Session, world: World) -> None:
    order = repair(session, world)
    save(session, order, world.olga, quantities={world.cable: Decimal(2)})
    without = detail(session, number=order.number, actor=world.olga, now=NOW)
    assert without.items[0].unit_cost is None
    assert without.items[0].subtotal is None
    assert without.total is None
    with_prices = detail(session, number=order.number, actor=world.sam, now=NOW)
    assert with_prices.items[0].unit_cost == Decimal("3.50")
    assert with_prices.total == Decimal("7.00")


def test_a_save_from_an_old_version_is_a_conflict_that_says_who_changed_what(session: Session, world: World) -> None:
    order = repair(session, world)
    opened_at = order.row_version
    save(session, order, world.sam, technician_id=world.ana.user_id)
    with pytest.raises(Conflict) as refused:
        orders.save(
            session,
            number=order.number,
            row_version=opened_at,
            changes={"request": "Too late"},
            actor=world.olga,
            now=NOW,
        )
    assert "Sam changed Technician from nothing to Ana." in refused.value.changes
    assert order.request == ""


def test_saving_what_is_already_so_changes_nothing(session: Session, world: World) -> None:
    order = repair(session, world)
    before = order.row_version
    outcome = save(session, order, world.olga, request="", due_at=None)
    assert (outcome.steps, order.row_version) == ((), before)


def test_every_changed_field_is_remembered(session: Session, world: World) -> None:
    order = repair(session, world)
    save(session, order, world.olga, due_at=NOW + timedelta(days=1), request="The tap drips")
    changes = session.scalars(select(OrderChange).where(OrderChange.order_id == order.id)).all()
    assert {(one.field, one.old, one.new, one.actor_name) for one in changes} == {
        ("Due Date", None, "03 Mar 2026, 09:00", "Olga"),
        ("Customer request", None, "The tap drips", "Olga"),
    }


def test_unknown_fields_and_negative_quantities_are_refused(session: Session, world: World) -> None:
    order = repair(session, world)
    with pytest.raises(Invalid) as refused:
        save(session, order, world.olga, status="billed", quantities={world.cable: Decimal(-1)})
    assert set(refused.value.problems) == {"status", f"quantities.{world.cable}"}


def test_people_without_view_see_only_what_is_theirs(session: Session, world: World) -> None:
    order = repair(session, world, technician=world.ana)
    assert detail(session, number=order.number, actor=world.ana, now=NOW).number == order.number
    with pytest.raises(NotFound):
        detail(session, number=order.number, actor=world.tom, now=NOW)
    with pytest.raises(NotFound):
        save(session, order, world.tom, request="x")


def test_several_orders_are_assigned_at_once_each_with_its_answer(session: Session, world: World) -> None:
    one, other = repair(session, world), repair(session, world)
    answers = orders.assign(
        session,
        numbers=[one.number, other.number, 9999],
        technician_id=world.tom.user_id,
        actor=world.sam,
        now=NOW,
    )
    assert [(answer.number, answer.ok) for answer in answers] == [
        (one.number, True),
        (other.number, True),
        (9999, False),
    ]
    assert {one.status, other.status} == {"pending"}


def test_the_list_counts_its_tabs_and_finds_by_name_serial_and_number(session: Session, world: World) -> None:
    late = orders.create(
        session, actor=world.olga, now=NOW, type="repair", unit_id=world.boiler, due_at=NOW - timedelta(hours=1)
    )
    waiting = repair(session, world, technician=world.ana)
    save(session, waiting, world.olga, quantities={world.pump: Decimal(1)})
    found = page(session, actor=world.sam, now=NOW)
    assert dict(found.counts) == {
        "all": 2,
        "unassigned": 1,
        "waiting_for_approval": 1,
        "to_review": 0,
        "overdue": 1,
    }
    assert [row.number for row in found.rows] == [waiting.number, late.number]
    assert [row.number for row in page(session, actor=world.sam, now=NOW, tab="overdue").rows] == [late.number]
    assert [row.number for row in page(session, actor=world.sam, now=NOW, search=str(late.number)).rows] == [
        late.number
    ]
    assert len(page(session, actor=world.sam, now=NOW, search="quist").rows) == 2
    assert len(page(session, actor=world.sam, now=NOW, search="b-1").rows) == 2
    assert page(session, actor=world.sam, now=NOW, search="nobody").rows == ()
    assert [row.number for row in page(session, actor=world.ana, now=NOW).rows] == [waiting.number]
    assert page(session, actor=world.sam, now=NOW, after=waiting.number).rows[0].number == late.number


def test_technicians_are_offered_with_that_days_orders_and_overlaps(session: Session, world: World) -> None:
    busy = repair(session, world, technician=world.ana)
    save(session, busy, world.sam, due_at=NOW + timedelta(hours=5))
    order = orders.create(
        session,
        actor=world.olga,
        now=NOW,
        type="repair",
        unit_id=world.boiler,
        due_at=NOW + timedelta(hours=5, minutes=30),
    )
    ana, tom = detail(session, number=order.number, actor=world.sam, now=NOW).technicians
    assert (ana.name, [one.number for one in ana.orders], ana.overlaps) == ("Ana", [busy.number], True)
    assert (tom.name, tom.orders, tom.overlaps) == ("Tom", (), False)
    assert detail(session, number=order.number, actor=world.olga, now=NOW).technicians == ()


def test_a_number_lost_to_a_refusal_is_used_again(session: Session, world: World) -> None:
    repair(session, world)
    with pytest.raises(Invalid):
        orders.create(session, actor=world.olga, now=NOW, type="cleaning", unit_id=world.boiler)
    assert repair(session, world).number == 1002
    assert session.execute(select(func.count()).select_from(WorkOrder)).scalar_one() == 2


@pytest.mark.parametrize("number", [0, -1, 2**31, 10**30])
def test_a_number_no_order_can_have_is_simply_not_found(session: Session, world: World, number: int) -> None:
    with pytest.raises(NotFound):
        detail(session, number=number, actor=world.sam, now=NOW)
    with pytest.raises(NotFound):
        orders.save(session, number=number, row_version=1, changes={}, actor=world.sam, now=NOW)


def test_sending_the_same_save_twice_succeeds_twice_and_changes_once(session: Session, world: World) -> None:
    order = repair(session, world)
    opened_at = order.row_version
    for _ in range(2):
        orders.save(
            session,
            number=order.number,
            row_version=opened_at,
            changes={"request": "The tap drips"},
            actor=world.olga,
            now=NOW,
        )
    assert order.row_version == opened_at + 1


def test_the_creator_changes_type_and_unit_until_work_begins(session: Session, world: World) -> None:
    order = repair(session, world)
    with pytest.raises(Invalid) as refused:
        save(session, order, world.olga, type="installation")
    assert "already installed" in refused.value.problems["type"]
    save(session, order, world.olga, type="installation", unit_id=world.new_boiler)
    assert (order.type, order.unit_id) == ("installation", world.new_boiler)
