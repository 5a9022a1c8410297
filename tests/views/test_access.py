"""Deny by default: a view that does not say who may use it keeps the application from starting."""

from __future__ import annotations

import pytest
from flask import Flask

from webapp.actors import Actor
from webapp.views.access import Access, declarations, needs, public, signed_in
from webapp.views.navigation import navigation, start_page
from webapp.views.own_paths import own_path


def person(*permissions: str) -> Actor:
    """A signed-in person with these permissions."""
    return Actor(kind="person", user_id=1, name="Ada", permissions=frozenset(permissions))


def test_a_view_that_declares_nothing_is_named_at_start() -> None:
    app = Flask("small")
    public(app.view_functions["static"])
    app.add_url_rule("/forgotten", "forgotten", lambda: "")
    with pytest.raises(RuntimeError, match="forgotten"):
        declarations(app)


def test_needs_without_a_permission_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="signed_in"):
        needs()


def test_one_of_the_named_permissions_is_enough() -> None:
    access = Access("needs", ("units.view", "units.edit"))
    assert access.admits(person("units.edit"))
    assert not access.admits(person("customers.edit"))


def test_the_declaration_can_be_read_from_the_endpoint() -> None:
    app = Flask("small")
    public(app.view_functions["static"])
    app.add_url_rule("/mine", "mine", signed_in(lambda: ""))
    assert declarations(app)["mine"] == Access("signed_in")


@pytest.mark.parametrize("address", ["/work-orders", "/work-orders?q=a%20b&status=pending", "/"])
def test_a_path_of_ours_may_be_gone_back_to(address: str) -> None:
    assert own_path(address) == address


@pytest.mark.parametrize(
    "address",
    [
        None, "", "work-orders", "//evil.test", "/\\evil.test", "\\\\evil.test", "https://evil.test/", "javascript:alert(1)",
        "/\t/evil.test", "/a\r\nSet-Cookie: x", "http:/evil.test", " /work-orders",
    ],
)  # fmt: skip
def test_an_address_that_could_lead_elsewhere_is_not(address: str | None) -> None:
    assert own_path(address) is None


def test_a_place_is_shown_to_who_may_go_there() -> None:
    shown = navigation(person("customers.view"), "/customers/7")
    assert [(entry.label, entry.current) for entry in shown.places] == [("Customers", True)]
    assert shown.settings == ()


def test_settings_open_at_the_page_one_is_on() -> None:
    shown = navigation(person("users.view", "items.view"), "/settings/items")
    assert [entry.label for entry in shown.settings] == ["Users", "Items"]
    assert shown.in_settings


def test_a_technician_begins_in_his_day_and_a_supervisor_at_the_orders() -> None:
    assert start_page(person("work_orders.perform")) == "/my-day"
    assert start_page(person("work_orders.perform", "work_orders.view")) == "/work-orders"
    assert start_page(person()) == "/notifications"
