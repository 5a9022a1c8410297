"""Settings → Webhooks: endpoints of integrators, their secrets shown once, a test, and what was sent to each."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import Conflict, Invalid
from webapp.queries import deliveries as delivery_queries
from webapp.queries import webhooks as shown
from webapp.queries.deliveries import Wanted
from webapp.queries.lifecycles import vocabulary
from webapp.queries.webhooks import EndpointRow
from webapp.services import webhooks
from webapp.services.webhooks import Entry
from webapp.views import current, entered, forms, saving
from webapp.views.access import needs
from webapp.views.saving import Stale

blueprint = Blueprint("webhooks", __name__, url_prefix="/settings/webhooks")

ID = "<int:endpoint_id>"
LABELS = {"name": "Name", "url": "Address", "messages": "Messages", "active": "Switched on"}


@blueprint.get("")
@needs("settings.view")
def index() -> str:
    """Every endpoint and how it fares."""
    with reading() as session:
        found = shown.endpoints(session, now=clock.now())
    return render_template("webhooks/index.html", endpoints=found, may_edit=current.actor().may("settings.edit"))


@blueprint.get("/new")
@needs("settings.edit")
def new() -> Response:
    """An empty form."""
    return form(Entry())


@blueprint.post("")
@needs("settings.edit")
def create() -> Response:
    """Add the endpoint and show its secret, this once."""
    entry = read()
    secrets: list[str] = []

    def make(session: Session) -> str:
        endpoint = webhooks.create(
            session, entry=entry, https_only=https_only(), actor=current.actor(), now=clock.now()
        )
        secrets.append(webhooks.secret_of(endpoint))
        return url_for(".show", endpoint_id=endpoint.id)

    try:
        with unit_of_work() as session:
            onward = entered.once(session, lambda: make(session), actor=current.actor(), now=clock.now())
    except Invalid as refusal:
        return form(entry, refusal.problems)
    return secret_page(secrets[0], onward) if secrets else redirect(onward, code=303)


@blueprint.get(f"/{ID}")
@needs("settings.view")
def show(endpoint_id: int) -> Response:
    """The endpoint with its form and what was sent to it last."""
    found = stored(endpoint_id)
    return form(as_entry(found), endpoint=found)


@blueprint.post(f"/{ID}")
@needs("settings.edit")
def save(endpoint_id: int) -> Response:
    """Change the endpoint."""
    entry, version = read(), entered.row_version()

    def change(session: Session) -> None:
        webhooks.save(
            session,
            endpoint_id=endpoint_id,
            row_version=version,
            entry=entry,
            https_only=https_only(),
            actor=current.actor(),
            now=clock.now(),
        )

    def refused(problems: Mapping[str, str]) -> Response:
        return form(entry, problems, endpoint=stored(endpoint_id), version=version)

    def stale(conflict: Conflict) -> Response | None:
        found = stored(endpoint_id)
        differ = saving.differences(LABELS, stored=as_entry(found), typed=entry)
        said = Stale(conflict.sentence, found.updated_at, differ)
        return form(entry, stale=said, endpoint=found) if differ else None

    onward = url_for(".show", endpoint_id=endpoint_id)
    return saving.saved(change, onward=onward, done="The endpoint is saved.", refused=refused, stale=stale)


@blueprint.post(f"/{ID}/secrets")
@needs("settings.edit")
def rotate(endpoint_id: int) -> Response:
    """Make a new secret and show it, this once; the former one signs beside it for a day."""
    forms.only()
    with unit_of_work() as session:
        endpoint = webhooks.rotate(session, endpoint_id=endpoint_id, actor=current.actor(), now=clock.now())
        secret = webhooks.secret_of(endpoint)
    return secret_page(secret, url_for(".show", endpoint_id=endpoint_id), replaced=True)


@blueprint.post(f"/{ID}/former-secret")
@needs("settings.edit")
def forget_former(endpoint_id: int) -> Response:
    """Let the former secret sign no more."""
    forms.only()
    with unit_of_work() as session:
        webhooks.forget_former(session, endpoint_id=endpoint_id, actor=current.actor(), now=clock.now())
    flash("The former secret signs no more.", "done")
    return redirect(url_for(".show", endpoint_id=endpoint_id), code=303)


@blueprint.post(f"/{ID}/tests")
@needs("settings.edit")
def ping(endpoint_id: int) -> Response:
    """Send a test."""
    forms.only()
    try:
        with unit_of_work() as session:
            webhooks.ping(session, endpoint_id=endpoint_id, actor=current.actor(), now=clock.now())
    except Invalid as refusal:
        flash(" ".join(refusal.problems.values()), "warning")
    else:
        flash("A test is on its way. Its answer stands below within a few seconds; reload the page.", "done")
    return redirect(url_for(".show", endpoint_id=endpoint_id), code=303)


@blueprint.post(f"/{ID}/removal")
@needs("settings.edit")
def remove(endpoint_id: int) -> Response:
    """Remove the endpoint; what was sent to it stays readable."""
    forms.only()
    with unit_of_work() as session:
        name = webhooks.remove(session, endpoint_id=endpoint_id, actor=current.actor(), now=clock.now())
    flash(f"{name} is removed and is sent nothing any more.", "done")
    return redirect(url_for(".index"), code=303)


def https_only() -> bool:
    """Whether an address must begin with https://, as it must outside the demo."""
    return not current_app.config["SETTINGS"].demo


def stored(endpoint_id: int) -> EndpointRow:
    """The endpoint as it is."""
    with reading() as session:
        return shown.endpoint(session, endpoint_id=endpoint_id, now=clock.now())


def as_entry(found: EndpointRow) -> Entry:
    """What is stored, as the form shows it."""
    return Entry(found.name, found.url, found.messages, found.active)


def read() -> Entry:
    """The form as typed."""
    typed = entered.fields("name", "url", "active", lists=("messages",))
    return Entry(typed["name"], typed["url"], tuple(request.form.getlist("messages")), typed["active"] == "yes")


def secret_page(secret: str, onward: str, *, replaced: bool = False) -> Response:
    """The secret, which no other page shows and nobody keeps."""
    answer = make_response(render_template("webhooks/secret.html", secret=secret, onward=onward, replaced=replaced))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def form(
    entry: Entry,
    problems: Mapping[str, str] | None = None,
    *,
    stale: Stale | None = None,
    endpoint: EndpointRow | None = None,
    version: int | None = None,
) -> Response:
    """The form; with problems it is the answer to a refused one (422), `stale` to one that came too late (409)."""
    sent = None
    if endpoint is not None:
        with reading() as session:
            sent = delivery_queries.page(session, wanted=Wanted(endpoint_id=endpoint.id), limit=10)
    text = render_template(
        "webhooks/endpoint.html",
        values=entry,
        problems=problems or {},
        stale=stale,
        endpoint=endpoint,
        version=version if version is not None else endpoint.row_version if endpoint else None,
        sent=sent,
        messages=[(name, message.label) for name, message in vocabulary().messages.items()],
        may_edit=current.actor().may("settings.edit"),
    )
    return make_response(text, 422 if problems else 409 if stale else 200)
