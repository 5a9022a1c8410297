"""Settings → Users: the form with its matrix, what is refused, and that going means being out."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.views.forms import fill, text_of
from tests.views.people import add_person, sign_in, token_of
from webapp.db import reading
from webapp.models import Role, User

PLACE = "/settings/users"
RIGHTS = ("users.view", "users.create", "users.edit", "users.delete", "workflows.publish", "customers.view")


def role_of(email: str) -> str:
    with reading() as session:
        return str(session.execute(select(Role.id).where(Role.name == email)).scalar_one())


def extras_of(email: str) -> list[str]:
    with reading() as session:
        return session.execute(select(User.extra_permissions).where(User.email == email)).scalar_one()


@pytest.fixture
def admin(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser in which Ada, who may do everything with users, is signed in; Carl is a clerk (number 2)."""
    add_person("ada@firm.test", "Ada Admin", *RIGHTS)
    add_person("carl@firm.test", "Carl Clerk", "customers.view")
    sign_in(client, "ada@firm.test")
    return client


def carl(**typed: Any) -> dict[str, Any]:
    return {"name": "Carl Clerk", "email": "carl@firm.test", "role_id": role_of("carl@firm.test"), **typed}


def box(page: str, permission: str) -> str:
    """The checkbox of a permission."""
    found = re.search(rf'<input[^>]*name="extra_permissions" value="{re.escape(permission)}"[^>]*>', page)
    assert found is not None, permission
    return found.group(0)


def test_a_person_is_made_found_and_given_extra_permissions(admin: FlaskClient) -> None:
    typed = {"name": "Tom", "email": "tom@firm.test", "role_id": role_of("carl@firm.test"), "password": "long enough"}
    made = fill(admin, f"{PLACE}/new", PLACE, **typed)
    assert made.status_code == 303, made.text
    assert "tom@firm.test" in admin.get(made.headers["Location"]).text
    changed = fill(admin, f"{PLACE}/2", **carl(extra_permissions=["users.view", "customers.view"]))
    assert changed.status_code == 303, changed.text
    assert extras_of("carl@firm.test") == ["customers.view", "users.view"]


def test_the_matrix_shows_what_is_an_extra_what_the_role_holds_and_what_cannot_be_granted(admin: FlaskClient) -> None:
    fill(admin, f"{PLACE}/2", **carl(extra_permissions=["users.view"]))
    page = admin.get(f"{PLACE}/2").text
    assert " checked" in box(page, "users.view")
    assert " checked" not in box(page, "customers.view")
    assert page.count("by role") == 1
    assert " disabled" in box(page, "items.delete")
    assert " disabled" not in box(page, "workflows.publish")


def test_a_refused_form_keeps_what_was_typed_but_never_the_password(admin: FlaskClient) -> None:
    answer = fill(
        admin,
        f"{PLACE}/2",
        **carl(name="Carla O'Neill", email="nonsense", password="a secret word", extra_permissions=["users.view"]),
    )
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text
    assert "Carla O'Neill" in text_of(answer)
    assert " checked" in box(answer.text, "users.view")
    assert "a secret word" not in answer.text
    assert extras_of("carl@firm.test") == []


def test_a_permission_he_lacks_cannot_be_granted_by_a_made_up_form(admin: FlaskClient) -> None:
    answer = fill(admin, f"{PLACE}/2", **carl(extra_permissions=["items.delete"]))
    assert answer.status_code == 422
    assert "You cannot grant what you lack yourself" in text_of(answer)
    assert extras_of("carl@firm.test") == []


def test_the_last_admin_is_told_why_he_must_stay(admin: FlaskClient) -> None:
    typed = {"name": "Ada Admin", "email": "ada@firm.test", "role_id": role_of("carl@firm.test")}
    answer = fill(admin, f"{PLACE}/1", **typed)
    assert answer.status_code == 422
    assert "Ada Admin is the last active person" in text_of(answer)
    assert f"{PLACE}/1/deactivation" not in admin.get(f"{PLACE}/1").text
    assert f"{PLACE}/2/deactivation" in admin.get(f"{PLACE}/2").text


def test_who_is_deactivated_is_out_at_the_next_page(app: Flask, admin: FlaskClient) -> None:
    other = app.test_client()
    sign_in(other, "carl@firm.test")
    assert other.get("/customers").status_code == 200
    assert fill(admin, f"{PLACE}/2/deactivation").status_code == 303
    assert other.get("/customers").headers["Location"].startswith("/login")
    assert "Deactivated" in admin.get(PLACE).text
    assert fill(admin, f"{PLACE}/2", f"{PLACE}/2/reactivation").status_code == 303
    sign_in(other, "carl@firm.test")


def test_who_may_only_look_cannot_change(app: Flask, admin: FlaskClient) -> None:
    viewer = app.test_client()
    add_person("vera@firm.test", "Vera Viewer", "users.view")
    sign_in(viewer, "vera@firm.test")
    page = viewer.get(PLACE)
    assert "Carl Clerk" in page.text
    assert "New user" not in page.text
    assert viewer.get(f"{PLACE}/2").status_code == 403
    for action in (PLACE, f"{PLACE}/2", f"{PLACE}/2/deactivation", f"{PLACE}/2/reactivation"):
        assert viewer.post(action, data={"csrf_token": token_of(page)}).status_code == 403
    assert admin.get(f"{PLACE}/999").status_code == 404
