"""HTTP in, HTTP out: which views exist, who is let in to them, and what every page knows."""

from __future__ import annotations

import importlib
import pkgutil
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Blueprint, current_app, g, redirect, request
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading
from webapp.errors import Forbidden
from webapp.queries import frames
from webapp.services import sessions
from webapp.views import access, appearance, assets, current, entered, errors, security_headers
from webapp.views.navigation import navigation

if TYPE_CHECKING:
    from flask import Flask


def register(app: Flask, *, https: bool) -> None:
    """Put every view of this folder into the application, and the rules that hold for all of them."""
    CSRFProtect(app)
    people = LoginManager(
        app, add_context_processor=False
    )  # it would ask the database again on the page that says it is away
    people.session_protection = None
    people.user_loader(signed_in_person)

    for name in sorted(module.name for module in pkgutil.iter_modules(__path__)):
        blueprint = getattr(importlib.import_module(f"{__name__}.{name}"), "blueprint", None)
        if isinstance(blueprint, Blueprint):
            app.register_blueprint(blueprint)

    access.public(app.view_functions["static"])
    app.extensions["fieldwright_access"] = access.declarations(app)
    app.before_request(legible)
    app.before_request(let_in)
    app.teardown_request(leave_nothing)
    app.context_processor(of_every_page)
    app.jinja_env.globals["form_token"] = entered.form_token
    assets.install(app)
    errors.install(app)
    security_headers.install(app, https=https)


def signed_in_person(token: str) -> current.SignedIn | None:
    """The person of a session cookie, read anew at every request: a role taken away is gone at once."""
    with reading() as session:
        found = sessions.holder(session, token=token, now=clock.now())
    return None if found is None else current.SignedIn(found)


def legible() -> None:
    """Refuse a NUL character wherever text is sent: nobody types one, and PostgreSQL keeps none."""
    sent = chain(request.args.items(multi=True), request.form.items(multi=True))
    if any("\0" in text for pair in sent for text in pair):
        raise BadRequest


def let_in() -> Response | None:
    """Deny by default: before any view runs, what it declared is held against who asks."""
    declared = current_app.extensions["fieldwright_access"].get(request.endpoint)
    if declared is None or declared.kind == "public":
        return None  # no endpoint: the address is unknown, and the answer is 404
    held = current.holder()
    if held is None:
        onward = quote(current.here()) if request.method == "GET" and current.here() != "/" else ""
        answer: Response = redirect(f"/login?next={onward}" if onward else "/login", code=303)
        if request.headers.get("HX-Request"):
            answer = Response(status=204, headers={"HX-Redirect": answer.headers["Location"]})
        return answer
    if not declared.admits(held.actor):
        raise Forbidden(declared.permissions[0])
    return None


def of_every_page() -> dict[str, object]:
    """What the frame of every page shows; for a stranger only the look."""
    held = current.holder()
    shown: dict[str, object] = {"theme": appearance.chosen(), "person": None, "banners": ()}
    if held is None:
        return shown
    with reading() as session:
        silent_after = current_app.config["SETTINGS"].silent_after
        frame = frames.frame(session, actor=held.actor, now=clock.now(), silent_after=silent_after)
    return shown | {
        "person": held,
        "here": current.here(),
        "navigation": navigation(held.actor, request.path),
        "unread": frame.unread,
        "banners": frame.banners,
        "firm_name": frame.firm_name,
        "firm_zone": frame.firm_zone,
    }


def leave_nothing(_error: BaseException | None) -> None:
    """Nothing of one request stays for the next, even when one application context surrounds both, as in a test."""
    for name in list(g):
        g.pop(name)
