"""People: nobody grants what he lacks, nobody takes the last key away, and who goes is out at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.services.people import account, role
from webapp import clock, security
from webapp.actors import Actor
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.models import Role, User
from webapp.queries import users as shown
from webapp.queries.people import actor_of
from webapp.services import sessions, users
from webapp.services.users import UserEntry

ADMIN_RIGHTS = ("users.view", "users.create", "users.edit", "users.delete", "workflows.publish", "customers.view")


@pytest.fixture
def admins(session: Session) -> Role:
    return role(session, "admin", *ADMIN_RIGHTS)


@pytest.fixture
def admin(session: Session, admins: Role) -> Actor:
    """The only holder of users.edit and workflows.publish."""
    return account(session, "ada@firm.test", admins)[1]


@pytest.fixture
def clerks(session: Session) -> Role:
    return role(session, "clerk", "customers.view")


def entry(of: Role, **typed: Any) -> UserEntry:
    given = {"name": "Carl", "email": "carl@firm.test", "role_id": str(of.id)} | typed
    return replace(UserEntry(), **given)


def entry_of(user: User, **typed: Any) -> UserEntry:
    extras = tuple(user.extra_permissions)
    return entry(user.role, **{"name": user.name, "email": user.email, "extra_permissions": extras} | typed)


def save(session: Session, user: User, actor: Actor, **typed: Any) -> User:
    entered, version = entry_of(user, **typed), user.row_version
    return users.save(session, user_id=user.id, row_version=version, entry=entered, actor=actor, now=clock.now())


def problems(refusal: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return list(refusal.value.problems)


def test_a_new_person_can_sign_in_with_the_first_password(session: Session, admin: Actor, clerks: Role) -> None:
    typed = entry(clerks, email=" Carl@Firm.test ", password="long enough", extra_permissions=("users.view",))
    made = users.create(session, entry=typed, actor=admin, now=clock.now())
    assert sessions.examine(
        session, email="carl@firm.test", password="long enough", address="10.0.0.1", now=clock.now()
    ) == (made.id)
    session.refresh(made)
    assert actor_of(made).permissions == {"customers.view", "users.view"}


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", " "),
        ("email", "carl"),
        ("email", "ADA@firm.test"),
        ("password", ""),
        ("password", "short"),
        ("password", "x" * 201),
        ("role_id", ""),
        ("role_id", "999"),
        ("extra_permissions", ("customers.eat",)),
    ],
)
def test_what_cannot_be_right_is_said_beside_its_field(
    session: Session, admin: Actor, clerks: Role, field: str, typed: object
) -> None:
    with pytest.raises(Invalid) as refusal:
        users.create(
            session, entry=entry(clerks, **{"password": "long enough", field: typed}), actor=admin, now=clock.now()
        )
    assert problems(refusal) == [field]


def test_nobody_grants_a_permission_he_lacks_neither_by_role_nor_as_an_extra(
    session: Session, admin: Actor, admins: Role, clerks: Role
) -> None:
    keepers = role(session, "keeper", "users.create", "users.edit", "users.delete", "customers.view")
    keeper_user, keeper = account(session, "kim@firm.test", keepers)
    for typed in (
        entry(admins, password="long enough"),
        entry(clerks, password="long enough", extra_permissions=("workflows.publish",)),
    ):
        with pytest.raises(Invalid, match="lack"):
            users.create(session, entry=typed, actor=keeper, now=clock.now())
    with pytest.raises(Invalid, match="cannot grant what you lack"):
        save(session, keeper_user, keeper, extra_permissions=("workflows.publish",))
    with pytest.raises(Invalid, match="cannot give the role"):
        save(session, keeper_user, keeper, role_id=str(admins.id))
    assert actor_of(keeper_user).permissions == keeper.permissions


def test_a_permission_somebody_has_already_may_stay_when_another_person_is_saved(
    session: Session, admin: Actor, clerks: Role
) -> None:
    user, _ = account(session, "carl@firm.test", clerks)
    user.extra_permissions = ["workflows.publish"]
    keeper = account(session, "kim@firm.test", role(session, "keeper", "users.edit", "customers.view"))[1]
    save(session, user, keeper, name="Carla")
    assert (user.name, user.extra_permissions) == ("Carla", ["workflows.publish"])


def test_only_who_may_do_as_much_sets_anothers_password(session: Session, admin: Actor) -> None:
    keeper = account(session, "kim@firm.test", role(session, "keeper", "users.edit"))[1]
    with pytest.raises(Invalid) as refusal:
        save(session, session.get_one(User, admin.user_id), keeper, password="now it is mine")
    assert problems(refusal) == ["password"]


def test_the_last_active_holder_of_a_key_keeps_it(session: Session, admin: Actor, admins: Role, clerks: Role) -> None:
    ada = session.get_one(User, admin.user_id)
    account(session, "former@firm.test", admins, active=False)
    with pytest.raises(Invalid, match="last active person") as refusal:
        save(session, ada, admin, role_id=str(clerks.id))
    assert problems(refusal) == ["role_id"]
    deleter = account(session, "dan@firm.test", role(session, "deleter", "users.delete"))[1]
    with pytest.raises(Invalid, match="last active person"):
        users.deactivate(session, user_id=ada.id, actor=deleter, now=clock.now())
    account(session, "second@firm.test", admins)
    save(session, ada, admin, role_id=str(clerks.id))
    assert ada.role is clerks


def test_who_is_deactivated_is_signed_out_and_may_come_back_only_with_what_the_other_may_grant(
    session: Session, admin: Actor, admins: Role
) -> None:
    user, _ = account(session, "second@firm.test", admins)
    token = sessions.begin(session, user_id=user.id, email=user.email, address="10.0.0.1", now=clock.now()).token
    users.deactivate(session, user_id=user.id, actor=admin, now=clock.now())
    user.active = True
    session.flush()
    assert sessions.holder(session, token=token, now=clock.now()) is None
    user.active = False
    session.flush()
    deleter = account(session, "dan@firm.test", role(session, "deleter", "users.delete"))[1]
    with pytest.raises(Invalid, match="cannot give the role"):
        users.let_in_again(session, user_id=user.id, actor=deleter, now=clock.now())
    users.let_in_again(session, user_id=user.id, actor=admin, now=clock.now())
    assert user.active


def test_nobody_deactivates_himself(session: Session, admin: Actor, admins: Role) -> None:
    account(session, "second@firm.test", admins)
    with pytest.raises(Invalid, match="cannot deactivate yourself"):
        users.deactivate(session, user_id=admin.user_id or 0, actor=admin, now=clock.now())


def test_a_new_password_ends_the_persons_sessions(session: Session, admin: Actor, clerks: Role) -> None:
    user, _ = account(session, "carl@firm.test", clerks)
    token = sessions.begin(session, user_id=user.id, email=user.email, address="10.0.0.1", now=clock.now()).token
    save(session, user, admin)
    assert sessions.holder(session, token=token, now=clock.now()) is not None
    save(session, user, admin, password="quite another")
    assert sessions.holder(session, token=token, now=clock.now()) is None
    assert security.verify_password(user.password_hash, "quite another")


def test_a_change_from_an_old_page_is_refused_and_says_who_was_faster(
    session: Session, admin: Actor, clerks: Role
) -> None:
    user, _ = account(session, "carl@firm.test", clerks)
    save(session, user, admin, name="Carla")
    assert (user.row_version, user.updated_by) == (2, admin.name)
    with pytest.raises(Conflict, match=f"{admin.name} changed Carla"):
        users.save(
            session, user_id=user.id, row_version=1, entry=entry_of(user, name="Cara"), actor=admin, now=clock.now()
        )


def test_every_change_needs_its_permission(session: Session, admin: Actor, clerks: Role) -> None:
    user, clerk = account(session, "carl@firm.test", clerks)
    with pytest.raises(Forbidden):
        users.create(session, entry=entry(clerks), actor=clerk, now=clock.now())
    with pytest.raises(Forbidden):
        save(session, user, clerk)
    with pytest.raises(Forbidden):
        users.deactivate(session, user_id=user.id, actor=clerk, now=clock.now())


def test_the_list_says_role_and_extras_and_only_grantable_roles_are_offered(
    session: Session, admin: Actor, admins: Role, clerks: Role
) -> None:
    user, clerk = account(session, "carl@firm.test", clerks)
    user.extra_permissions = ["customers.view", "users.view"]
    session.flush()
    (row,) = shown.page(session, search="CARL").rows
    assert (row.name, row.role, row.extras, row.active) == ("Carl", "Clerk", 1, True)
    assert [choice.id for choice in shown.roles(session, actor=clerk)] == [clerks.id]
    assert [choice.id for choice in shown.roles(session, actor=clerk, present=admins.id)] == [admins.id, clerks.id]
