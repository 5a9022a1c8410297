"""Who may reach a view: every view function declares it, and what declares nothing is a fault at start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, ParamSpec, TypeVar

if TYPE_CHECKING:
    from flask import Flask

    from webapp.actors import Actor

P = ParamSpec("P")
R = TypeVar("R")

MARK = "__access__"


@dataclass(frozen=True, slots=True)
class Access:
    """`public`: anyone. `signed_in`: any active person. `needs`: a person who holds at least one of `permissions`."""

    kind: Literal["public", "signed_in", "needs"]
    permissions: tuple[str, ...] = ()

    def admits(self, actor: Actor) -> bool:
        """Whether a signed-in actor may reach the view; what he may see in it is the service's matter."""
        return self.kind != "needs" or any(actor.may(permission) for permission in self.permissions)


def declare(access: Access) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a view function with its access."""

    def mark(view: Callable[P, R]) -> Callable[P, R]:
        setattr(view, MARK, access)
        return view

    return mark


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Open to everybody, signed in or not."""
    return declare(Access("public"))(view)


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Open to every signed-in person; the service decides what he may see or do."""
    return declare(Access("signed_in"))(view)


def needs(*permissions: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Open to who holds at least one of the permissions."""
    if not permissions:
        raise ValueError("needs() wants at least one permission; for any signed-in person use @signed_in.")
    return declare(Access("needs", permissions))


def declarations(app: Flask) -> dict[str, Access]:
    """The access of every endpoint; raises RuntimeError naming the endpoints that declare none."""
    found: dict[str, Access] = {}
    missing: list[str] = []
    for endpoint, view in app.view_functions.items():
        access = getattr(view, MARK, None)
        if isinstance(access, Access):
            found[endpoint] = access
        else:
            missing.append(endpoint)
    if missing:
        names = ", ".join(sorted(missing))
        raise RuntimeError(f"These views do not say who may use them (@needs, @signed_in or @public): {names}.")
    return found
