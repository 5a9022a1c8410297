"""The person behind this request, and where he is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, request
from flask_login import UserMixin, current_user

from webapp.errors import Forbidden

if TYPE_CHECKING:
    from webapp.actors import Actor
    from webapp.services.sessions import Holder


class SignedIn(UserMixin):  # type: ignore[misc]  # flask-login ships no types
    """What flask-login keeps of a person during a request; its id is the session's secret, not the account's number."""

    def __init__(self, holder: Holder) -> None:
        self.holder = holder

    def get_id(self) -> str:
        return self.holder.token


def holder() -> Holder | None:
    """Who holds the session of this request, or None; None as well once `forget` was called."""
    if g.get("forgotten") or not current_user.is_authenticated:
        return None
    found: Holder = current_user.holder
    return found


def actor() -> Actor:
    """The signed-in person as an actor; raises Forbidden where nobody is signed in."""
    found = holder()
    if found is None:
        raise Forbidden("signed_in")
    return found.actor


def forget() -> None:
    """Show the rest of this request as to a stranger: for error pages that must not ask the database."""
    g.forgotten = True


def here() -> str:
    """The address of the page being shown, to come back to."""
    return request.full_path.rstrip("?") if request.method == "GET" else request.path


def address() -> str:
    """The network address the request came from."""
    return request.remote_addr or "unknown"
