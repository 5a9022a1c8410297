"""People and permissions as Settings → Users shows them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import NotFound
from webapp.models import Role, User
from webapp.queries.searching import matches

PAGE = 50
COMMON = ("view", "create", "edit", "delete")


@dataclass(frozen=True, slots=True)
class UserRow:
    """A line of the list."""

    id: int
    name: str
    email: str
    role: str
    is_technician: bool
    extras: int
    active: bool


@dataclass(frozen=True, slots=True)
class UserPage:
    """Some people by name; `next` is where the following page begins, or None."""

    rows: tuple[UserRow, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class UserDetail:
    """One person."""

    id: int
    name: str
    email: str
    role_id: int
    extra_permissions: tuple[str, ...]
    active: bool
    row_version: int
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class RoleChoice:
    """A role that can be given; `permissions` is what it holds."""

    id: int
    label: str
    is_technician: bool
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Cell:
    """One permission of the matrix: ticked as an extra, held by the role anyway, open to be changed by the actor."""

    permission: str
    action: str
    label: str
    ticked: bool
    by_role: bool
    open: bool


@dataclass(frozen=True, slots=True)
class Area:
    """A line of the matrix: its cells for view, create, edit and delete (None: there is none), and its special ones."""

    name: str
    common: tuple[Cell | None, ...]
    special: tuple[Cell, ...]


def page(session: Session, *, search: str = "", after: int | None = None, limit: int = PAGE) -> UserPage:
    """People whose name or address holds every word of `search`, following the person `after`."""
    wanted = select(User).order_by(User.name, User.id).limit(limit + 1)
    if search.strip():
        wanted = wanted.where(matches(search, User.search_text))
    last = None if after is None else session.get(User, after)
    if last is not None:
        wanted = wanted.where(tuple_(User.name, User.id) > (last.name, last.id))
    found = session.scalars(wanted).all()
    rows = tuple(
        UserRow(
            id=user.id,
            name=user.name,
            email=user.email,
            role=user.role.label,
            is_technician=user.role.is_technician,
            extras=len(set(user.extra_permissions) - set(user.role.permissions)),
            active=user.active,
        )
        for user in found[:limit]
    )
    return UserPage(rows, rows[-1].id if len(found) > limit else None)


def detail(session: Session, *, user_id: int) -> UserDetail:
    """One person; raises NotFound."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("There is no such person.")
    return UserDetail(
        id=user.id,
        name=user.name,
        email=user.email,
        role_id=user.role_id,
        extra_permissions=tuple(user.extra_permissions),
        active=user.active,
        row_version=user.row_version,
        updated_at=user.updated_at,
    )


def roles(session: Session, *, actor: Actor, present: int | None = None) -> tuple[RoleChoice, ...]:
    """The roles the actor can give, and the `present` one."""
    found = session.scalars(select(Role).order_by(Role.id))
    return tuple(
        RoleChoice(role.id, role.label, role.is_technician, frozenset(role.permissions))
        for role in found
        if role.id == present or actor.permissions >= frozenset(role.permissions)
    )


def matrix(
    known: Mapping[str, str], *, actor: Actor, ticked: Collection[str], by_role: Collection[str]
) -> tuple[Area, ...]:
    """Every permission, area by area; what the actor lacks he cannot tick, only take away."""
    areas: dict[str, dict[str, Cell]] = {}
    for permission, label in known.items():
        name, action = permission.split(".", 1)
        areas.setdefault(name, {})[action] = Cell(
            permission=permission,
            action=action.capitalize(),
            label=label,
            ticked=permission in ticked,
            by_role=permission in by_role,
            open=actor.may(permission) or permission in ticked,
        )
    return tuple(
        Area(
            name=name.replace("_", " ").capitalize(),
            common=tuple(cells.get(action) for action in COMMON),
            special=tuple(cell for action, cell in cells.items() if action not in COMMON),
        )
        for name, cells in areas.items()
    )
