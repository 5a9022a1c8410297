"""What a customer reads whose link is over."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.views import order_world as world
from webapp.db import reading
from webapp.models import ApprovalRequest, Item, User
from webapp.services import approvals


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_link_that_is_over_says_so_and_speaks_of_no_error(client: FlaskClient) -> None:
    world.found_firm()
    world.as_person(client, world.SUPERVISOR)
    number = world.make_order(client)
    with reading() as session:
        tom = session.scalars(select(User.id).where(User.email == world.TECHNICIAN)).one()
        cable = session.scalars(select(Item.id).where(Item.name == "Cable")).one()
    world.save_order(client, number, technician_id=str(tom), **{f"quantity__{cable}": "9"})
    with reading() as session:
        token = approvals.token_of(session, request_id=session.scalars(select(ApprovalRequest.id)).one())
    client.delete_cookie("fieldwright")
    assert client.get(f"/a/{token}").status_code == 200
    world.as_person(client, world.SUPERVISOR)
    world.save_order(client, number, **{f"quantity__{cable}": "1"})
    client.delete_cookie("fieldwright")
    answer = client.get(f"/a/{token}")
    assert answer.status_code == 410
    assert "There is nothing to approve any more. Thank you." in answer.text
    assert "Error" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
