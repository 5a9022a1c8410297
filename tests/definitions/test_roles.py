"""The starting roles hold exactly what domain.md §1 says."""

from collections.abc import Mapping
from typing import Any

import pytest

from workflow.vocabulary import Vocabulary

AREAS = (
    "work_orders", "customers", "units", "device_types", "items", "quotations",
    "maintenance", "workflows", "users", "settings", "photos", "notes",
)  # fmt: skip


def everything(vocabulary: Vocabulary, *areas: str) -> set[str]:
    return {key for key in vocabulary.permissions if key.split(".")[0] in areas}


def keys(area: str, *actions: str) -> set[str]:
    return {f"{area}.{action}" for action in actions}


def held(roles: Mapping[str, Any], name: str) -> set[str]:
    written: list[str] = roles[name]["permissions"]
    assert len(written) == len(set(written)), f"{name} holds something twice"
    return set(written)


def test_the_roles_are_those_of_the_firm_in_order(roles: Mapping[str, Any]) -> None:
    assert list(roles) == ["admin", "supervisor", "office", "estimator", "technician", "viewer"]


def test_every_role_has_a_label(roles: Mapping[str, Any]) -> None:
    assert [role["label"] for role in roles.values()] == [
        "Admin", "Supervisor", "Office", "Estimator", "Technician", "Viewer",
    ]  # fmt: skip


def test_only_the_technician_role_is_a_technicians_role(roles: Mapping[str, Any]) -> None:
    assert {name: role["is_technician"] for name, role in roles.items()} == {
        "admin": False, "supervisor": False, "office": False, "estimator": False, "technician": True, "viewer": False,
    }  # fmt: skip


def test_the_vocabulary_has_permissions_of_every_area_and_no_other(vocabulary: Vocabulary) -> None:
    assert {key.split(".")[0] for key in vocabulary.permissions} == set(AREAS)


def test_the_special_permissions_exist(vocabulary: Vocabulary) -> None:
    special = (
        keys("work_orders", "supervise", "perform", "pricing", "bill")
        | keys("quotations", "send", "pricing")
        | keys("maintenance", "run")
        | keys("workflows", "publish")
    )
    plain = {f"{area}.{action}" for area in AREAS for action in ("view", "create", "edit", "delete")}
    assert special <= set(vocabulary.permissions)
    assert set(vocabulary.permissions) <= plain | special


def test_orders_are_never_deleted(vocabulary: Vocabulary) -> None:
    assert "work_orders.delete" not in vocabulary.permissions


@pytest.mark.parametrize("name", ["admin", "supervisor", "office", "estimator", "technician", "viewer"])
def test_a_role_holds_only_permissions_that_exist(name: str, roles: Mapping[str, Any], vocabulary: Vocabulary) -> None:
    assert held(roles, name) <= set(vocabulary.permissions)


def test_the_admin_holds_everything(roles: Mapping[str, Any], vocabulary: Vocabulary) -> None:
    assert held(roles, "admin") == set(vocabulary.permissions)


def test_the_supervisor_does_everything_about_orders_but_the_work(
    roles: Mapping[str, Any], vocabulary: Vocabulary
) -> None:
    areas = (
        "work_orders",
        "customers",
        "units",
        "items",
        "device_types",
        "maintenance",
        "workflows",
        "photos",
        "notes",
    )
    assert held(roles, "supervisor") == (everything(vocabulary, *areas) - {"work_orders.perform"}) | {"quotations.view"}


def test_the_office_makes_and_changes_orders(roles: Mapping[str, Any]) -> None:
    assert held(roles, "office") == (
        keys("work_orders", "view", "create", "edit")
        | keys("customers", "view", "create", "edit")
        | keys("units", "view", "create", "edit")
        | {"items.view", "device_types.view", "quotations.view", "maintenance.view"}
        | {"photos.create", "notes.create"}
    )


def test_the_estimator_quotes(roles: Mapping[str, Any], vocabulary: Vocabulary) -> None:
    assert held(roles, "estimator") == (
        keys("work_orders", "view", "pricing")
        | keys("customers", "view", "create", "edit")
        | keys("units", "view", "create", "edit")
        | everything(vocabulary, "quotations")
    )


def test_the_technician_performs_and_remembers(roles: Mapping[str, Any]) -> None:
    assert held(roles, "technician") == {"work_orders.perform", "photos.create", "notes.create"}


def test_the_viewer_sees_everything_but_users_settings_and_workflows(
    roles: Mapping[str, Any], vocabulary: Vocabulary
) -> None:
    views = {key for key in vocabulary.permissions if key.endswith(".view")}
    assert held(roles, "viewer") == views - {"users.view", "settings.view", "workflows.view"}
