"""Settings → Users: people, their role and their permissions."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import Invalid
from webapp.queries import users as shown
from webapp.queries.lifecycles import vocabulary
from webapp.services import entries, users
from webapp.services.users import UserEntry
from webapp.views import current, entered
from webapp.views.access import needs

blueprint = Blueprint("users", __name__, url_prefix="/settings/users")

ID = "<int:user_id>"


@blueprint.get("")
@needs("users.view")
def index() -> str:
    """The list, with its search."""
    actor, search = current.actor(), request.args.get("q", "")
    with reading() as session:
        page = shown.page(session, search=search, after=entered.cursor())
    return render_template(
        "users/index.html",
        page=page,
        search=search,
        may_create=actor.may("users.create"),
        may_edit=actor.may("users.edit") or actor.may("users.delete"),
        onward=url_for(".index", q=search or None, after=page.next) if page.next else None,
    )


@blueprint.get("/new")
@needs("users.create")
def new() -> Response:
    """An empty form."""
    return form(UserEntry())


@blueprint.post("")
@needs("users.create")
def create() -> Response:
    """Make the account."""
    entry, actor, now = read(), current.actor(), clock.now()
    try:
        with unit_of_work() as session:
            onward = entered.once(
                session,
                lambda: url_for(".index", q=users.create(session, entry=entry, actor=actor, now=now).email),
                actor=actor,
                now=now,
            )
    except Invalid as refusal:
        return form(entry, refusal.problems)
    flash("The person is saved and can sign in now.", "done")
    return redirect(onward, code=303)


@blueprint.get(f"/{ID}")
@needs("users.edit", "users.delete")
def edit(user_id: int) -> Response:
    """The form with what is stored."""
    return stored(user_id)


@blueprint.post(f"/{ID}")
@needs("users.edit")
def save(user_id: int) -> Response:
    """Change the person."""
    entry = read()
    try:
        with unit_of_work() as session:
            users.save(session, user_id=user_id, entry=entry, actor=current.actor(), now=clock.now())
    except Invalid as refusal:
        return form(entry, refusal.problems, user_id=user_id)
    flash("The person is saved; what changed holds from the next page on.", "done")
    return redirect(url_for(".index"), code=303)


@blueprint.post(f"/{ID}/active")
@needs("users.delete")
def set_active(user_id: int) -> Response:
    """Deactivate the person, or let him in again."""
    active = entered.fields("active")["active"] == "yes"
    try:
        with unit_of_work() as session:
            name = users.set_active(
                session, user_id=user_id, active=active, actor=current.actor(), now=clock.now()
            ).name
    except Invalid as refusal:
        return stored(user_id, refusal.problems)
    flash(f"{name} can sign in again." if active else f"{name} is deactivated and signed out everywhere.", "done")
    return redirect(url_for(".index"), code=303)


def read() -> UserEntry:
    """The form as typed."""
    typed = entered.fields("name", "email", "role_id", "password", lists=("extra_permissions",))
    return UserEntry(**typed, extra_permissions=tuple(request.form.getlist("extra_permissions")))


def stored(user_id: int, problems: Mapping[str, str] | None = None) -> Response:
    """The form with what is stored of a person."""
    with reading() as session:
        found = shown.detail(session, user_id=user_id)
    entry = UserEntry(
        name=found.name,
        email=found.email,
        role_id=str(found.role_id),
        extra_permissions=found.extra_permissions,
    )
    return form(entry, problems, user_id=user_id)


def form(entry: UserEntry, problems: Mapping[str, str] | None = None, *, user_id: int | None = None) -> Response:
    """The form; with problems it is the answer to a refused one (422). The password is never shown again."""
    actor = current.actor()
    with reading() as session:
        account = None if user_id is None else shown.detail(session, user_id=user_id)
        roles = shown.roles(session, actor=actor, present=account.role_id if account else None)
    chosen = next((role for role in roles if role.id == entries.identity(entry.role_id)), None)
    matrix = shown.matrix(
        vocabulary().permissions,
        actor=actor,
        ticked=entry.extra_permissions,
        by_role=chosen.permissions if chosen else (),
    )
    text = render_template(
        "users/form.html",
        values=entry,
        account=account,
        problems=problems or {},
        roles=[
            (role.id, f"{role.label} (can be given orders)" if role.is_technician else role.label) for role in roles
        ],
        role_label=chosen.label if chosen else None,
        matrix=matrix,
        shortest=users.SHORTEST_PASSWORD,
        may_save=actor.may("users.create") if user_id is None else actor.may("users.edit"),
        may_deactivate=account is not None and actor.may("users.delete") and account.id != actor.user_id,
    )
    return make_response(text, 422 if problems else 200)
