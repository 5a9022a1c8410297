"""Every route, every method, every shipped role and a stranger: let in or not exactly as the view declares."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from ruamel.yaml import YAML
from werkzeug.routing import Rule

from tests.views.people import add_person, sign_in
from webapp.config import DEFINITIONS
from webapp.views.access import Access
from webapp.views.navigation import PLACES, SETTINGS

ROLES: dict[str, list[str]] = {
    name: list(role["permissions"])
    for name, role in YAML(typ="safe").load((DEFINITIONS / "roles.yaml").read_text())["roles"].items()
}
STRANGER = "stranger"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@pytest.fixture
def walked(app: Flask) -> Flask:
    """The application with an account in each shipped role, and forms accepted without their CSRF token."""
    for name, permissions in ROLES.items():
        add_person(f"{name}@firm.test", name, *permissions)
    return app


def filled(rule: Rule) -> str:
    """An address of this rule; nothing lies behind it, so a person who is let in finds 404 or a refusal."""
    return re.sub(
        r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>", lambda found: "1" if found.group(1) == "int" else "nothing", rule.rule
    )


def expected_to_enter(access: Access, role: str) -> bool:
    """What the declaration says about this visitor."""
    if access.kind == "public" or role == STRANGER:
        return access.kind == "public"
    return access.kind == "signed_in" or bool(set(access.permissions) & set(ROLES[role]))


def is_asked_to_sign_in(status: int, location: str) -> bool:
    """Whether the answer leads to the sign-in form."""
    return status == 303 and location.startswith("/login")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", [STRANGER, *ROLES])
def test_each_visitor_is_let_in_exactly_where_the_view_says_so(walked: Flask, client: FlaskClient, role: str) -> None:
    if role != STRANGER:
        sign_in(client, f"{role}@firm.test")
    walked.config["WTF_CSRF_ENABLED"] = False
    wrong = []
    for rule in walked.url_map.iter_rules():
        if rule.endpoint in ("static", "auth.sign_out", "health.healthz"):
            continue  # no page; would end the walk; says 503 where no worker runs
        access = walked.extensions["fieldwright_access"][rule.endpoint]
        for method in sorted(set(METHODS) & set(rule.methods or ())):
            answer = client.open(filled(rule), method=method)
            status, location = answer.status_code, answer.headers.get("Location", "")
            answer.close()
            enters = expected_to_enter(access, role)
            turned_away = is_asked_to_sign_in(status, location) if role == STRANGER else status == 403
            # Behind the door a service may still refuse with 403 what a signed-in person may not do in particular.
            right = not turned_away or access.kind == "signed_in" if enters else turned_away
            if not right or status >= 500:
                wrong.append(f"{method} {rule.rule} as {role}: {status}")
    assert wrong == []


def test_every_view_declares_its_access_with_permissions_that_exist(app: Flask) -> None:
    known = set(ROLES["admin"])
    for endpoint, access in app.extensions["fieldwright_access"].items():
        assert set(access.permissions) <= known, endpoint


def test_every_place_of_the_navigation_exists_and_opens_for_who_sees_it(app: Flask) -> None:
    routes = app.url_map.bind("localhost")
    assert routes.match("/notifications", method="GET")
    for place in (*PLACES, *SETTINGS):
        endpoint, _ = routes.match(place.address, method="GET")
        access = app.extensions["fieldwright_access"][endpoint]
        for permission in place.permissions:
            assert access.kind == "signed_in" or permission in access.permissions, place
