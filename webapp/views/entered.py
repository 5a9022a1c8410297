"""What a form sent: its known fields, its row version, and its one-time token."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from flask import g, request
from markupsafe import Markup
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Conflict, Invalid
from webapp.services import entries, form_tokens
from webapp.services.open_orders import Choices
from webapp.views import forms


def fields(*names: str, lists: tuple[str, ...] = (), families: tuple[str, ...] = ()) -> dict[str, str]:
    """The named fields as typed, absent ones empty; raises Invalid when the form holds a field nobody knows."""
    forms.only(*names, *lists, families=families)
    return {name: request.form.get(name, "") for name in names}


def row_version() -> int:
    """The row version the page was made from; raises Conflict when the form lost it."""
    sent = request.form.get("row_version", "")
    if not sent.isascii() or not sent.isdigit():
        raise Conflict("This form cannot be sent any more. Reload the page and fill it in again.")
    return int(sent)


CHOOSING = ("asked", "for_all", "reason")
CHOOSING_EACH = ("order.", "version.", "answer.")
"""The fields of the card that asks what becomes of open orders."""


def choices() -> Choices | None:
    """What was chosen for the open orders; None when the page did not ask."""
    if "asked" not in request.form:
        return None
    return Choices(
        for_all=request.form.get("for_all", ""),
        each={number: value for number, value in numbered("order.") if value},
        versions={number: int(value) for number, value in numbered("version.") if entries.identity(value)},
        answers={
            key.removeprefix("answer."): value for key, value in request.form.items() if key.startswith("answer.")
        },
        reason=entries.paragraph(request.form.get("reason", "")),
    )


def numbered(family: str) -> Iterator[tuple[int, str]]:
    """The fields of a family, by the number after its name; others are not of it."""
    for key, value in request.form.items():
        number = entries.identity(key.removeprefix(family)) if key.startswith(family) else None
        if number is not None:
            yield number, value


def cursor(name: str = "after") -> int | None:
    """Where the page of a list begins, or None for its first page."""
    sent = request.args.get(name, "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else None


def once(session: Session, make: Callable[[], str], *, actor: Actor, now: datetime) -> str:
    """Make something unless this form already did; returns the address of what was made.

    Raises Invalid for a token that cannot be used; the form shown again then gets a fresh one.
    """
    token = request.form.get("form_token", "")
    try:
        earlier = form_tokens.spend(session, token=token, actor=actor, now=now)
    except Invalid:
        g.form_token_refused = True
        raise
    if earlier is not None:
        return earlier
    made = make()
    form_tokens.remember(session, token=token, url=made)
    return made


def form_token(action: str = "") -> Markup:
    """The hidden one-time token of a creating form that posts to `action`, empty for the page's own address.

    A form shown again after a refusal keeps its token, unless the token is what was refused. Other forms of the same page get
    tokens of their own: sharing one, the second to be sent would be led to what the first has made.
    """
    sent = request.form.get("form_token", "")
    kept = action in ("", request.path) and not g.get("form_token_refused") and form_tokens.WELL_FORMED.fullmatch(sent)
    return Markup('<input type="hidden" name="form_token" value="{}">').format(sent if kept else form_tokens.fresh())
