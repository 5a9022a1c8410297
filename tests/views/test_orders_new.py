"""Screen one of a work order: type and unit, with everything typed kept and answered beside its field."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.views import order_world as world
from tests.views.people import token_of
from webapp.db import reading
from webapp.models import Customer, Unit, WorkOrder


@pytest.fixture(autouse=True)
def firm(client: FlaskClient) -> None:
    world.found_firm()
    world.as_person(client, world.OFFICE)


def send(client: FlaskClient, **data: str):  # type: ignore[no-untyped-def]
    page = client.get("/work-orders/new")
    return client.post(
        "/work-orders/new", data=data | {"csrf_token": token_of(page), "form_token": world.hidden(page, "form_token")}
    )


def orders() -> list[tuple[int, str, str, str]]:
    columns = select(WorkOrder.number, WorkOrder.status, WorkOrder.type, WorkOrder.request)
    with reading() as session:
        rows = session.execute(columns.order_by(WorkOrder.id))
        return [(row.number, row.status, row.type, row.request) for row in rows]


def test_every_type_is_explained(client: FlaskClient) -> None:
    text = client.get("/work-orders/new").text
    for sentence in ("A brand new unit going in.", "Fixing a broken unit.", "A one-off visit, typically 30–60 days"):
        assert sentence in text


@pytest.mark.parametrize("search", ["martha", "MILLER", "bakery", "sn-4711", "martha mill"])
def test_a_unit_is_found_by_names_company_and_serial_number(client: FlaskClient, search: str) -> None:
    answer = send(client, type="repair", do="search", unit_mode="existing", unit_search=search)
    assert answer.status_code == 200
    assert f'id="unit_id-{world.unit_id()}"' in answer.text
    assert f'id="unit_id-{world.unit_id()}"' in client.get(f"/work-orders/new/units?unit_search={search}").text


def test_a_percent_sign_finds_only_a_percent_sign(client: FlaskClient) -> None:
    assert "No unit matches" in client.get("/work-orders/new/units?unit_search=%25").text


def test_an_installation_offers_only_units_not_installed(client: FlaskClient) -> None:
    text = client.get("/work-orders/new/units?unit_search=miller&type=installation").text
    assert f'id="unit_id-{world.unit_id("SN-HP")}"' in text
    assert f'id="unit_id-{world.unit_id()}"' not in text


def test_a_unit_being_installed_is_not_offered_again(client: FlaskClient) -> None:
    unit = str(world.unit_id("SN-HP"))
    world.make_order(client, type="installation", unit_id=unit)
    assert f'id="unit_id-{unit}"' not in client.get("/work-orders/new/units?unit_search=sn-hp&type=installation").text
    assert (
        "already is an open installation" in send(client, type="installation", unit_id=unit, unit_mode="existing").text
    )


def test_a_saved_order_is_unassigned_and_leads_to_its_edit_screen(client: FlaskClient) -> None:
    number = world.make_order(client, request="Water on the floor")
    assert orders() == [(number, "unassigned", "repair", "Water on the floor")]


def test_nothing_chosen_is_answered_beside_each_field(client: FlaskClient) -> None:
    answer = send(client, unit_mode="existing", request="Keep me")
    assert answer.status_code == 422
    assert "Choose the type of the work order." in answer.text
    assert "pick it from the results" in answer.text
    assert "Keep me" in answer.text
    assert orders() == []


def test_a_new_installation_needs_model_and_customer(client: FlaskClient) -> None:
    answer = send(client, type="installation", unit_mode="new", customer_mode="existing", serial_number="X-1")
    assert answer.status_code == 422
    assert "Choose the model" in answer.text
    assert "Search for the customer" in answer.text
    assert 'value="X-1"' in answer.text


def test_a_unit_and_its_customer_are_made_with_the_order(client: FlaskClient) -> None:
    with reading() as session:
        model = session.scalars(select(Unit.device_model_id).where(Unit.serial_number == "SN-4711")).one()
    answer = send(
        client,
        type="installation",
        unit_mode="new",
        model_id=str(model),
        customer_mode="new",
        first_name="Nora",
        last_name="New",
        company_name="New Ltd",
        serial_number="N-1",
        service_address="3 Mill Lane",
    )
    assert answer.status_code == 303, answer.text
    with reading() as session:
        unit = session.scalars(select(Unit).where(Unit.serial_number == "N-1")).one()
        assert unit.customer_id is not None
        assert session.get_one(Customer, unit.customer_id).display_name == "New Ltd (Nora New)"


def test_what_a_picked_unit_lacks_for_its_installation_is_asked_in_place(client: FlaskClient) -> None:
    bare = str(world.unit_id("SN-BARE"))
    answer = send(client, type="installation", unit_mode="existing", unit_id=bare)
    assert answer.status_code == 422
    assert "Choose the model" in answer.text
    assert "needs-model needs-customer" in answer.text
    with reading() as session:
        model = session.scalars(select(Unit.device_model_id).where(Unit.serial_number == "SN-4711")).one()
    done = send(
        client,
        type="installation",
        unit_mode="existing",
        unit_id=bare,
        model_id=str(model),
        customer_mode="new",
        first_name="Nora",
    )
    assert done.status_code == 303, done.text
    with reading() as session:
        unit = session.get_one(Unit, int(bare))
        assert unit.device_model_id == model
        assert unit.customer_id is not None
        assert unit.service_address == "2 Mill Lane, Berlin"


def test_the_same_form_sent_twice_makes_one_order(client: FlaskClient) -> None:
    page = client.get("/work-orders/new")
    data = {
        "type": "repair",
        "unit_mode": "existing",
        "unit_id": str(world.unit_id()),
        "csrf_token": token_of(page),
        "form_token": world.hidden(page, "form_token"),
    }
    first, second = (client.post("/work-orders/new", data=data) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(WorkOrder)) == 1


def test_who_may_not_create_does_not_get_the_form(client: FlaskClient) -> None:
    world.as_person(client, "viewer@firm.test")
    assert client.get("/work-orders/new").status_code == 403


@pytest.mark.parametrize("token", ["", "short"])
def test_a_refused_token_keeps_the_form_and_gives_a_fresh_one(client: FlaskClient, token: str) -> None:
    page = client.get("/work-orders/new")
    data = {"type": "repair", "unit_mode": "existing", "unit_id": str(world.unit_id()), "request": "Typed with care"}
    data |= {"csrf_token": token_of(page)}
    answer = client.post("/work-orders/new", data=data | {"form_token": token})
    assert answer.status_code == 422
    assert "one-time mark" in answer.text
    assert "Typed with care</textarea>" in answer.text
    assert orders() == []
    again = client.post("/work-orders/new", data=data | {"form_token": world.hidden(answer, "form_token")})
    assert again.status_code == 303


def test_anothers_token_is_refused_and_nothing_is_made_twice(client: FlaskClient) -> None:
    page = client.get("/work-orders/new")
    token = world.hidden(page, "form_token")
    data = {"type": "repair", "unit_mode": "existing", "unit_id": str(world.unit_id()), "form_token": token}
    client.post("/work-orders/new", data=data | {"csrf_token": token_of(page)})
    world.as_person(client, world.SUPERVISOR)
    mine = data | {"csrf_token": token_of(client.get("/work-orders/new")), "request": "Mine"}
    answer = client.post("/work-orders/new", data=mine)
    assert answer.status_code == 422
    assert "already sent from somewhere else" in answer.text
    assert "Mine</textarea>" in answer.text
    assert world.hidden(answer, "form_token") != token
    assert len(orders()) == 1


def test_a_field_the_form_does_not_have_is_refused_and_nothing_typed_is_lost(client: FlaskClient) -> None:
    unit = str(world.unit_id())
    answer = send(client, type="repair", unit_mode="existing", unit_id=unit, request="Keep me", technician_id="1")
    assert answer.status_code == 422
    assert "fields this page does not have: technician_id" in answer.text
    assert "Keep me</textarea>" in answer.text
    assert orders() == []


def test_a_nul_character_is_refused_wherever_it_is_sent(client: FlaskClient) -> None:
    assert client.get("/work-orders/new/units?unit_search=%00").status_code == 400
    assert send(client, type="repair", unit_mode="new", request="a\0b").status_code == 400
