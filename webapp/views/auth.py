"""Signing in, signing out, and the start page."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request
from flask import session as cookie
from flask_login import login_user, logout_user
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.services import sessions
from webapp.views import current
from webapp.views.access import public, signed_in
from webapp.views.navigation import start_page
from webapp.views.own_paths import own_path

DEMO_ACCOUNTS = (
    ("admin@demo.test", "Admin: everything"),
    ("supervisor@demo.test", "Supervisor: assigns, reviews, sees prices"),
    ("supervisor2@demo.test", "A second supervisor"),
    ("office@demo.test", "Office: takes calls, creates orders"),
    ("estimator@demo.test", "Estimator: sees prices"),
    ("technician@demo.test", "Technician: works through his day"),
    ("technician2@demo.test", "A second technician"),
    ("viewer@demo.test", "Viewer: may look, not change"),
)

blueprint = Blueprint("auth", __name__)


@blueprint.get("/")
@signed_in
def start() -> Response:
    """The place this person begins at."""
    return redirect(start_page(current.actor()))


@blueprint.get("/login")
@public
def sign_in_page() -> Response:
    """The sign-in form; who is signed in already is led on."""
    onward = own_path(request.args.get("next"))
    if current.holder() is not None:
        return redirect(onward or "/")
    return sign_in_form(onward)


@blueprint.post("/login")
@public
def sign_in() -> Response:
    """Check the password; a new session begins and the old one, if any, is dead."""
    email, password = request.form.get("email", "").strip(), request.form.get("password", "")
    onward, address, now = own_path(request.form.get("next")), current.address(), clock.now()
    held = current.holder()
    with reading() as session:
        examined = sessions.examine(session, email=email, password=password, address=address, now=now)
    if isinstance(examined, sessions.Denied):
        if not examined.wait:
            with unit_of_work() as session:
                sessions.note_failure(session, email=email, address=address, now=now)
        return sign_in_form(onward, email=email, problem=examined.sentence, code=429 if examined.wait else 422)
    with unit_of_work() as session:
        begun = sessions.begin(session, user_id=examined, email=email, address=address, now=now)
        if held is not None:
            sessions.end(session, token=held.token, now=now)
    cookie.clear()
    cookie.permanent = True
    login_user(current.SignedIn(begun))
    return redirect(onward or "/", code=303)


@blueprint.post("/logout")
@public
def sign_out() -> Response:
    """End the session on the server, so that a copy of its cookie is worth nothing."""
    held = current.holder()
    if held is not None:
        with unit_of_work() as session:
            sessions.end(session, token=held.token, now=clock.now())
    logout_user()
    cookie.clear()
    flash("You are signed out.", "done")
    return redirect("/login", code=303)


def sign_in_form(onward: str | None, *, email: str = "", problem: str | None = None, code: int = 200) -> Response:
    """The form, with what was typed; the demo's accounts are listed in the demo only."""
    accounts = DEMO_ACCOUNTS if current_app.config["DEMO"] else ()
    text = render_template("login.html", next=onward or "", email=email, problem=problem, demo_accounts=accounts)
    response = make_response(text, code)
    response.headers["Cache-Control"] = "no-store"
    return response
