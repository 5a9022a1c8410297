"""A small firm for tests of work order pages: its stock of definitions, a customer, units, items and people."""

from __future__ import annotations

import re
from decimal import Decimal

from flask.testing import FlaskClient
from sqlalchemy import insert, select
from werkzeug.test import TestResponse

from tests.views.people import sign_in, token_of
from webapp import clock, security
from webapp.db import unit_of_work
from webapp.models import Customer, DeviceModel, DeviceType, Item, Role, Unit, User, device_type_items
from webapp.services import definitions

OFFICE, SUPERVISOR, SECOND, TECHNICIAN, ADMIN = (
    "office@firm.test",
    "supervisor@firm.test",
    "second@firm.test",
    "technician@firm.test",
    "admin@firm.test",
)


def found_firm() -> None:
    """Everything an order needs: a boiler of Martha Miller's with cable (limit 5) and a valve (no limit), and people."""
    now = clock.now()
    with unit_of_work() as session:
        definitions.ensure_stock(session, now=now)
        session.flush()
        for email, name, role in (
            (OFFICE, "Olga Office", "office"),
            (SUPERVISOR, "Sam Supervisor", "supervisor"),
            (SECOND, "Sofia Second", "supervisor"),
            (TECHNICIAN, "Tom Technician", "technician"),
            (ADMIN, "Ada Admin", "admin"),
            ("viewer@firm.test", "Vera Viewer", "viewer"),
        ):
            role_id = session.scalars(select(Role.id).where(Role.name == role)).one()
            session.add(
                User(
                    email=email,
                    name=name,
                    password_hash=security.hash_password("demo"),
                    role_id=role_id,
                    extra_permissions=[],
                    active=True,
                    created_at=now,
                )
            )
        customer = Customer(
            first_name="Martha",
            last_name="Miller",
            company_name="Bakery Miller",
            display_name="Bakery Miller (Martha Miller)",
            search_text="martha miller bakery miller",
            emails=["martha@bakery.test"],
            approval_email="martha@bakery.test",
            phones=["+49 30 1234567"],
            created_at=now,
        )
        boiler, empty = DeviceType(name="Boiler"), DeviceType(name="Heat pump")
        session.add_all([customer, boiler, empty])
        session.flush()
        cable = Item(name="Cable", unit_cost=Decimal("3.50"), unit_of_measure="m", approval_quantity_limit=Decimal(5))
        valve = Item(name="Valve", unit_cost=Decimal("40"), unit_of_measure="piece")
        glue = Item(name="Glue", unit_cost=Decimal("7"), unit_of_measure="tube")
        model = DeviceModel(device_type_id=boiler.id, number="B-200", manufacturer="Warmth")
        other = DeviceModel(device_type_id=empty.id, number="HP-1", manufacturer="Breeze")
        session.add_all([cable, valve, glue, model, other])
        session.flush()
        session.execute(
            insert(device_type_items),
            [{"device_type_id": boiler.id, "item_id": item.id} for item in (cable, valve)],
        )
        session.add_all(
            [
                Unit(
                    device_model_id=model.id,
                    customer_id=customer.id,
                    serial_number="SN-4711",
                    service_address="1 Mill Lane, Berlin",
                    installed_at=now,
                    created_at=now,
                ),
                Unit(serial_number="SN-BARE", service_address="2 Mill Lane, Berlin", created_at=now),
                Unit(device_model_id=other.id, customer_id=customer.id, serial_number="SN-HP", created_at=now),
            ]
        )


def unit_id(serial: str = "SN-4711") -> int:
    """The number of the unit with that serial number."""
    with unit_of_work() as session:
        return session.scalars(select(Unit.id).where(Unit.serial_number == serial)).one()


def as_person(client: FlaskClient, email: str) -> None:
    """Sign in as one of the firm's people."""
    client.delete_cookie("fieldwright")
    sign_in(client, email)


def hidden(page: TestResponse, name: str) -> str:
    """The value of a hidden field of the page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None, page.text
    return found.group(1)


def make_order(client: FlaskClient, **more: str) -> int:
    """Fill in New as the signed-in person and send it; returns the order's number."""
    page = client.get("/work-orders/new")
    data = {"type": "repair", "unit_mode": "existing", "unit_id": str(unit_id())} | more
    answer = client.post(
        "/work-orders/new", data=data | {"csrf_token": token_of(page), "form_token": hidden(page, "form_token")}
    )
    assert answer.status_code == 303, answer.text
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def save_order(client: FlaskClient, number: int, *, row_version: str | None = None, **fields: str) -> TestResponse:
    """Save fields on the edit screen."""
    page = client.get(f"/work-orders/{number}")
    data = {name.replace("__", "."): value for name, value in fields.items()}
    version = row_version or hidden(page, "row_version")
    return client.post(f"/work-orders/{number}", data=data | {"csrf_token": token_of(page), "row_version": version})


def press(
    client: FlaskClient, number: int, transition: str, *, row_version: str | None = None, **answers: str
) -> TestResponse:
    """Press a button on the edit screen."""
    page = client.get(f"/work-orders/{number}")
    data = {f"answer.{name}": value for name, value in answers.items()}
    data |= {"csrf_token": token_of(page), "row_version": row_version or hidden(page, "row_version")}
    return client.post(f"/work-orders/{number}/transitions/{transition}", data=data)
