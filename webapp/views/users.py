"""Settings → Users: people, their role and their permissions."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import Conflict, Invalid
from webapp.models import User
from webapp.queries import users as shown
from webapp.queries.lifecycles import vocabulary
from webapp.queries.users import UserDetail
from webapp.services import entries, succession, users
from webapp.services.open_orders import Choices
from webapp.services.succession import Handover
from webapp.services.users import UserEntry
from webapp.views import current, entered, saving
from webapp.views.access import needs
from webapp.views.saving import Stale

blueprint = Blueprint("users", __name__, url_prefix="/settings/users")

ID = "<int:user_id>"
LABELS = {"name": "Name", "email": "E-mail", "role_id": "Role", "extra_permissions": "Extra permissions"}


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
    entry = read()

    def make(session: Session) -> str:
        return url_for(".index", q=users.create(session, entry=entry, actor=current.actor(), now=clock.now()).email)

    done = "The person is saved and can sign in now."
    return saving.made(make, done=done, refused=lambda problems: form(entry, problems))


@blueprint.get(f"/{ID}")
@needs("users.edit", "users.delete")
def edit(user_id: int) -> Response:
    """The form with what is stored."""
    entry, found = stored(user_id)
    return form(entry, user_id=user_id, version=found.row_version)


@blueprint.post(f"/{ID}")
@needs("users.edit")
def save(user_id: int) -> Response:
    """Change the person; who stops being a technician hands his open orders over in the same form."""
    entry, version, choices = read(), entered.row_version(), entered.choices()

    def change(session: Session) -> None:
        users.save(
            session,
            user_id=user_id,
            row_version=version,
            entry=entry,
            choices=choices,
            actor=current.actor(),
            now=clock.now(),
        )

    def refused(problems: Mapping[str, str]) -> Response:
        asked = "handover" in problems or choices is not None
        return form(entry, problems, user_id=user_id, version=version, choices=choices, handing_over=asked)

    def stale(conflict: Conflict) -> Response | None:
        now, found = stored(user_id)
        if found.row_version == version:
            return form(entry, conflict=conflict, user_id=user_id, version=version, choices=choices, handing_over=True)
        with reading() as session:
            roles = tuple((role.id, role.label) for role in shown.roles(session, actor=current.actor(), present=None))
        differ = saving.differences(LABELS, stored=now, typed=entry, choices={"role_id": roles})
        if not differ and not entry.password:
            return None
        said = Stale(conflict.sentence, found.updated_at, differ)
        return form(entry, stale=said, user_id=user_id, version=found.row_version, choices=choices)

    return saving.saved(
        change,
        onward=url_for(".index"),
        done="The person is saved; what changed holds from the next page on.",
        refused=refused,
        stale=stale,
    )


@blueprint.get(f"/{ID}/deactivation")
@needs("users.delete")
def deactivation(user_id: int) -> Response:
    """What deactivating the person would do to each of his open orders, and who takes over."""
    return leaving(user_id)


@blueprint.post(f"/{ID}/deactivation")
@needs("users.delete")
def deactivate(user_id: int) -> Response:
    """Deactivate the person and hand his open orders over, all of it or nothing."""
    entered.fields(*entered.CHOOSING, families=entered.CHOOSING_EACH)
    choices, gone = entered.choices(), list[int]()

    def change(session: Session) -> str:
        _, numbers = users.deactivate(session, user_id=user_id, choices=choices, actor=current.actor(), now=clock.now())
        gone.extend(numbers)
        return url_for(".index")

    try:
        with unit_of_work() as session:
            onward = entered.once(session, lambda: change(session), actor=current.actor(), now=clock.now())
    except Invalid as refusal:
        return leaving(user_id, refusal.problems, choices=choices)
    except Conflict as conflict:
        return leaving(user_id, conflict=conflict, choices=choices)
    handed = f" Work orders handed over: {', '.join(f'#{number}' for number in gone)}." if gone else ""
    flash(f"The person is deactivated and signed out everywhere.{handed}", "done")
    return redirect(onward, code=303)


@blueprint.post(f"/{ID}/reactivation")
@needs("users.delete")
def let_in_again(user_id: int) -> Response:
    """Let a deactivated person in again."""
    entered.fields()
    try:
        with unit_of_work() as session:
            name = users.let_in_again(session, user_id=user_id, actor=current.actor(), now=clock.now()).name
    except Invalid as refusal:
        entry, found = stored(user_id)
        return form(entry, refusal.problems, user_id=user_id, version=found.row_version)
    flash(f"{name} can sign in again.", "done")
    return redirect(url_for(".index"), code=303)


def read() -> UserEntry:
    """The form as typed."""
    typed = entered.fields(
        "name",
        "email",
        "role_id",
        "password",
        *entered.CHOOSING,
        lists=("extra_permissions",),
        families=entered.CHOOSING_EACH,
    )
    return UserEntry(
        name=typed["name"],
        email=typed["email"],
        role_id=typed["role_id"],
        password=typed["password"],
        extra_permissions=tuple(request.form.getlist("extra_permissions")),
    )


def stored(user_id: int) -> tuple[UserEntry, UserDetail]:
    """The person as the form shows him, and everything else about him."""
    with reading() as session:
        found = shown.detail(session, user_id=user_id)
    entry = UserEntry(
        name=found.name,
        email=found.email,
        role_id=str(found.role_id),
        extra_permissions=found.extra_permissions,
    )
    return entry, found


def leaving(
    user_id: int,
    problems: Mapping[str, str] | None = None,
    *,
    conflict: Conflict | None = None,
    choices: Choices | None = None,
) -> Response:
    """The page that asks who takes over; with problems it is the answer to a refused form (422 or 409)."""
    with reading() as session:
        account = shown.detail(session, user_id=user_id)
        handover = handover_of(session, user_id, choices)
    text = render_template(
        "users/deactivation.html",
        account=account,
        handover=handover,
        choices=choices or Choices(),
        problems=problems or {},
        conflict=conflict,
    )
    return make_response(text, 422 if problems else 409 if conflict else 200)


def handover_of(session: Session, user_id: int, choices: Choices | None) -> Handover:
    """What would become of the person's open orders."""
    person = session.get_one(User, user_id)
    return succession.prepare(
        session, person=person, choices=choices or Choices(), actor=current.actor(), now=clock.now()
    )


def form(
    entry: UserEntry,
    problems: Mapping[str, str] | None = None,
    *,
    stale: Stale | None = None,
    conflict: Conflict | None = None,
    user_id: int | None = None,
    version: int | None = None,
    choices: Choices | None = None,
    handing_over: bool = False,
) -> Response:
    """The form; with problems it answers a refused one (422), `stale` or `conflict` one that came too late (409).

    `handing_over`: with the card that asks who takes over. The password is never shown again.
    """
    actor = current.actor()
    with reading() as session:
        account = None if user_id is None else shown.detail(session, user_id=user_id)
        roles = shown.roles(session, actor=actor, present=account.role_id if account else None)
        handover = handover_of(session, user_id, choices) if user_id is not None and handing_over else None
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
        stale=stale,
        conflict=conflict,
        version=version,
        handover=handover,
        choices=choices or Choices(),
        roles=[
            (role.id, f"{role.label} (can be given orders)" if role.is_technician else role.label) for role in roles
        ],
        role_label=chosen.label if chosen else None,
        matrix=matrix,
        shortest=users.SHORTEST_PASSWORD,
        may_save=actor.may("users.create") if user_id is None else actor.may("users.edit"),
        may_deactivate=account is not None and actor.may("users.delete") and account.id != actor.user_id,
    )
    return make_response(text, 422 if problems else 409 if stale or conflict else 200)
