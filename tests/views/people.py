"""Accounts for tests of pages: made, changed and signed in."""

from __future__ import annotations

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from webapp import clock, security
from webapp.db import unit_of_work
from webapp.models import Role, User


def add_person(email: str, name: str, *permissions: str, password: str = "demo") -> int:
    """An account in a role of its own that holds exactly these permissions."""
    with unit_of_work() as session:
        role = Role(name=email, label=name, is_technician=False, permissions=list(permissions))
        session.add(role)
        session.flush()
        user = User(
            email=email,
            name=name,
            password_hash=security.hash_password(password),
            role_id=role.id,
            extra_permissions=[],
            active=True,
            created_at=clock.now(),
        )
        session.add(user)
        session.flush()
        return user.id


def deactivate(user_id: int) -> None:
    """Shut an account."""
    with unit_of_work() as session:
        session.get_one(User, user_id).active = False


def grant(user_id: int, permission: str) -> None:
    """Give a person one permission more."""
    with unit_of_work() as session:
        user = session.get_one(User, user_id)
        user.extra_permissions = [*user.extra_permissions, permission]


def token_of(page: TestResponse) -> str:
    """The CSRF token of the first form of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found is not None, page.text
    return found.group(1)


def sign_in(client: FlaskClient, email: str, password: str = "demo") -> None:
    """Sign in through the form."""
    page = client.get("/login")
    token = token_of(page if page.status_code == 200 else client.get("/nowhere"))
    answer = client.post("/login", data={"email": email, "password": password, "csrf_token": token})
    assert answer.status_code == 303, answer.text
