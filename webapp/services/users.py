"""People who sign in: their role and permissions, under the rules that nobody gains or loses what he must not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp import security
from webapp.actors import Actor
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.models import Role, User, WorkOrder
from webapp.queries.lifecycles import vocabulary
from webapp.services import entries, open_orders, sessions, succession, versions
from webapp.services.open_orders import Choices

KEPT_BY_SOMEBODY = ("users.edit", "workflows.publish")
"""Without an active holder of these nobody could ever set things right again."""

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
TAKEN = "Somebody already signs in with this address."


@dataclass(frozen=True, slots=True)
class UserEntry:
    """A person as typed; an empty password leaves the present one."""

    name: str = ""
    email: str = ""
    role_id: str = ""
    extra_permissions: tuple[str, ...] = ()
    password: str = field(default="", repr=False)


def create(session: Session, *, entry: UserEntry, actor: Actor, now: datetime) -> User:
    """Make an account; raises Invalid with a sentence per field, also for a permission the actor cannot grant."""
    if not actor.may("users.create"):
        raise Forbidden("users.create")
    name, email, problems = checked(session, entry, other_than=None)
    role = session.get(Role, entries.identity(entry.role_id) or 0)
    extras = tuple(sorted(set(entry.extra_permissions)))
    problems |= granting(actor, role, extras, held=frozenset())
    if not entry.password:
        problems["password"] = "Set a first password; the person can be given another one later."  # noqa: S105  # a sentence
    if problems or role is None:
        raise Invalid(problems)
    user = User(
        name=name,
        email=email,
        password_hash=security.hash_password(entry.password),
        role_id=role.id,
        extra_permissions=list(extras),
        active=True,
        created_at=now,
    )
    session.add(user)
    flush(session)
    return user


def save(
    session: Session,
    *,
    user_id: int,
    row_version: int,
    entry: UserEntry,
    choices: Choices | None = None,
    actor: Actor,
    now: datetime,
) -> User:
    """Change a person, his role, his extra permissions or his password; raises Invalid with a sentence per field.

    A new password ends his sessions. Only who holds everything the person holds may set it: whoever sets a password can
    sign in with it. Who stops being a technician hands his open orders over by `choices`. Raises Conflict when somebody
    else changed the person, or those orders, since the page was made.
    """
    if not actor.may("users.edit"):
        raise Forbidden("users.edit")
    everybody = locked(session, besides_orders_of=user_id)
    user = everybody.get(user_id)
    if user is None:
        raise NotFound("There is no such person.")
    versions.check(user, row_version, what=user.name)
    held = permissions_of(user.role, user.extra_permissions)
    name, email, problems = checked(session, entry, other_than=user.id)
    role = session.get(Role, entries.identity(entry.role_id) or 0)
    extras = tuple(sorted(set(entry.extra_permissions)))
    problems |= granting(actor, role, extras, held=held)
    if entry.password and "password" not in problems and not held <= actor.permissions:
        problems["password"] = "This person may do things you may not; somebody who may has to set the password."  # noqa: S105  # a sentence
    if role is not None and user.active and "role_id" not in problems:
        problems |= leaving_nobody(everybody.values(), user, permissions_of(role, extras), where="role_id")
    if problems or role is None:
        raise Invalid(problems)
    if user.active and user.role.is_technician and not role.is_technician:
        succession.hand_over(session, person=user, choices=choices, where="handover", actor=actor, now=now)
    user.name, user.email, user.role, user.extra_permissions = name, email, role, list(extras)
    if entry.password:
        user.password_hash = security.hash_password(entry.password)
        sessions.end_all(session, user_id=user.id, now=now)
    versions.touch(user, actor=actor, now=now)
    flush(session)
    return user


def deactivate(
    session: Session, *, user_id: int, choices: Choices | None = None, actor: Actor, now: datetime
) -> tuple[User, tuple[int, ...]]:
    """Let a person in no more: his sessions end and his open orders go to whom was chosen; returns these orders' numbers.

    Raises Invalid saying why not, with a sentence per order that cannot go, and Conflict when the orders changed since the
    page was made. Deactivating him once more changes nothing.
    """
    if not actor.may("users.delete"):
        raise Forbidden("users.delete")
    everybody = locked(session, besides_orders_of=user_id)
    user = everybody.get(user_id)
    if user is None:
        raise NotFound("There is no such person.")
    if not user.active:
        return user, ()
    if user.id == actor.user_id:
        raise Invalid({"": "You cannot deactivate yourself; somebody else has to."})
    problems = leaving_nobody(everybody.values(), user, frozenset(), where="")
    if problems:
        raise Invalid(problems)
    gone = succession.hand_over(session, person=user, choices=choices, where="handover", actor=actor, now=now)
    user.active = False
    versions.touch(user, actor=actor, now=now)
    sessions.end_all(session, user_id=user.id, now=now)
    session.flush()
    return user, gone


def let_in_again(session: Session, *, user_id: int, actor: Actor, now: datetime) -> User:
    """Have a deactivated person sign in again; raises Invalid when he would hold what the actor lacks."""
    if not actor.may("users.delete"):
        raise Forbidden("users.delete")
    user = locked(session).get(user_id)
    if user is None:
        raise NotFound("There is no such person.")
    if not user.active:
        problems = granting(actor, user.role, tuple(user.extra_permissions), held=frozenset())
        if problems:
            raise Invalid(problems)
        user.active = True
        versions.touch(user, actor=actor, now=now)
        session.flush()
    return user


def permissions_of(role: Role, extras: Iterable[str]) -> frozenset[str]:
    """What a person of this role with these extra permissions may do."""
    return frozenset(role.permissions) | frozenset(extras)


def locked(session: Session, *, besides_orders_of: int | None = None) -> dict[int, User]:
    """Every account, locked: two people who each take the other's last permission away come one after the other.

    The open orders of one of them, who may leave, are locked before: a save of an order takes the order first, too. The
    lock lets rows that only name a person (histories, deliveries) be written meanwhile.
    """
    if besides_orders_of is not None:
        open_orders.found(session, WorkOrder.technician_id == besides_orders_of, lock=True)
    everybody = session.scalars(
        select(User)
        .order_by(User.id)
        .with_for_update(of=User, key_share=True)
        .execution_options(populate_existing=True)
    )
    return {user.id: user for user in everybody}


def checked(session: Session, entry: UserEntry, *, other_than: int | None) -> tuple[str, str, dict[str, str]]:
    """The name and the address to store, and what cannot be right about them or the password."""
    name, email = entries.line(entry.name), sessions.key_of(entries.line(entry.email))
    problems = entries.too_long({"name": name, "email": email})
    if not name:
        problems["name"] = "Enter a name."
    if not entries.EMAIL.fullmatch(email):
        problems["email"] = "Enter the e-mail address the person signs in with."
    elif any(found != other_than for found in session.scalars(select(User.id).where(func.lower(User.email) == email))):
        problems["email"] = TAKEN
    if entry.password and not SHORTEST_PASSWORD <= len(entry.password) <= LONGEST_PASSWORD:
        problems["password"] = f"A password has at least {SHORTEST_PASSWORD} characters, at most {LONGEST_PASSWORD}."
    return name, email, problems


def granting(actor: Actor, role: Role | None, extras: tuple[str, ...], *, held: frozenset[str]) -> dict[str, str]:
    """Why the actor cannot give this role and these extras to a person who so far holds `held`."""
    if role is None:
        return {"role_id": "Choose a role."}
    problems: dict[str, str] = {}
    known = vocabulary().permissions
    beyond = frozenset(role.permissions) - held - actor.permissions
    if beyond:
        problems["role_id"] = f"You cannot give the role {role.label}: you lack {said(beyond)} yourself."
    unknown = [extra for extra in extras if extra not in known]
    lacking = frozenset(extras) - held - actor.permissions
    if unknown:
        problems["extra_permissions"] = f"There is no such permission: {', '.join(unknown)}."
    elif lacking:
        problems["extra_permissions"] = f"You cannot grant what you lack yourself: {said(lacking)}."
    return problems


def leaving_nobody(everybody: Iterable[User], user: User, left: frozenset[str], *, where: str) -> dict[str, str]:
    """Why a person cannot be left with these permissions only: he is the last active holder of one that must stay."""
    others: set[str] = set()
    for other in everybody:
        if other.active and other.id != user.id:
            others |= permissions_of(other.role, other.extra_permissions)
    lost = permissions_of(user.role, user.extra_permissions) - left - others
    needed = [permission for permission in KEPT_BY_SOMEBODY if permission in lost]
    if not needed:
        return {}
    return {where: f"{user.name} is the last active person with {said(needed)}. Give it to somebody else first."}


def said(permissions: Iterable[str]) -> str:
    """Permissions in words, each with its key."""
    known = vocabulary().permissions
    return ", ".join(f"“{known.get(permission, permission)}” ({permission})" for permission in sorted(permissions))


def flush(session: Session) -> None:
    """Write the rows; raises Invalid when somebody else took the address a moment ago."""
    try:
        session.flush()
    except IntegrityError:
        raise Invalid({"email": TAKEN}) from None
