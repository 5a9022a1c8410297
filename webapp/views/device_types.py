"""Settings → Device Types: what kinds of equipment there are, their models, and the items each needs."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import Invalid
from webapp.queries import device_types as shown
from webapp.services import device_types, entries
from webapp.services.device_types import ModelEntry
from webapp.views import current, entered
from webapp.views.access import needs

blueprint = Blueprint("device_types", __name__, url_prefix="/settings/device-types")

ID = "<int:device_type_id>"


@blueprint.get("")
@needs("device_types.view")
def index() -> Response:
    """The list, and the form for a new one."""
    return listing("")


@blueprint.post("")
@needs("device_types.create")
def create() -> Response:
    """Add a device type and open it."""
    name, actor, now = entered.fields("name")["name"], current.actor(), clock.now()
    try:
        with unit_of_work() as session:
            onward = entered.once(
                session,
                lambda: url_for(
                    ".show", device_type_id=device_types.create(session, name=name, actor=actor, now=now).id
                ),
                actor=actor,
                now=now,
            )
    except Invalid as refusal:
        return listing(name, refusal.problems)
    flash("The device type is saved. Now link the items it needs.", "done")
    return redirect(onward, code=303)


@blueprint.get(f"/{ID}")
@needs("device_types.view", "device_types.create", "device_types.edit")
def show(device_type_id: int) -> Response:
    """One device type."""
    return detail(device_type_id)


@blueprint.post(f"/{ID}")
@needs("device_types.edit")
def rename(device_type_id: int) -> Response:
    """Give it another name."""
    name = entered.fields("name")["name"]
    try:
        with unit_of_work() as session:
            device_types.rename(
                session, device_type_id=device_type_id, name=name, actor=current.actor(), now=clock.now()
            )
    except Invalid as refusal:
        return detail(device_type_id, refusal.problems, name=name)
    return back(device_type_id, "The name is saved.")


@blueprint.post(f"/{ID}/items")
@needs("device_types.edit")
def link(device_type_id: int) -> Response:
    """Link an item."""
    item_id = entries.identity(entered.fields("item_id")["item_id"])
    try:
        with unit_of_work() as session:
            device_types.link(
                session, device_type_id=device_type_id, item_id=item_id, actor=current.actor(), now=clock.now()
            )
    except Invalid as refusal:
        return detail(device_type_id, refusal.problems)
    return back(device_type_id, "The item is linked: it is on every order for units of this type.")


@blueprint.post(f"/{ID}/items/<int:item_id>/unlink")
@needs("device_types.edit")
def unlink(device_type_id: int, item_id: int) -> Response:
    """Unlink an item."""
    entered.fields()
    with unit_of_work() as session:
        device_types.unlink(
            session, device_type_id=device_type_id, item_id=item_id, actor=current.actor(), now=clock.now()
        )
    return back(device_type_id, "The item is no longer linked; quantities already set on orders stay.")


@blueprint.post(f"/{ID}/models")
@needs("device_types.edit")
def add_model(device_type_id: int) -> Response:
    """Add a model."""
    typed = entered.fields(*ModelEntry.__slots__)
    entry = ModelEntry(typed["number"], typed["manufacturer"], request.form.get("default_cost"))
    actor, now, page = current.actor(), clock.now(), url_for(".show", device_type_id=device_type_id)

    def make() -> str:
        device_types.add_model(session, device_type_id=device_type_id, entry=entry, actor=actor, now=now)
        return page

    try:
        with unit_of_work() as session:
            entered.once(session, make, actor=actor, now=now)
    except Invalid as refusal:
        return detail(device_type_id, refusal.problems, model=entry)
    return back(device_type_id, "The model is saved.")


def back(device_type_id: int, sentence: str) -> Response:
    """To the device type's page, saying what was done."""
    flash(sentence, "done")
    return redirect(url_for(".show", device_type_id=device_type_id), code=303)


def listing(name: str, problems: Mapping[str, str] | None = None) -> Response:
    """The list; with problems it is the answer to a refused form (422)."""
    actor = current.actor()
    with reading() as session:
        rows = shown.listing(session) if actor.may("device_types.view") else ()
    text = render_template(
        "device_types/index.html",
        rows=rows,
        name=name,
        problems=problems or {},
        may_create=actor.may("device_types.create"),
    )
    return make_response(text, 422 if problems else 200)


def detail(
    device_type_id: int,
    problems: Mapping[str, str] | None = None,
    *,
    name: str | None = None,
    model: ModelEntry | None = None,
) -> Response:
    """One device type; with problems it is the answer to a refused form (422)."""
    actor = current.actor()
    with reading() as session:
        found = shown.detail(session, device_type_id=device_type_id, actor=actor)
    text = render_template(
        "device_types/show.html",
        type=found,
        name=found.name if name is None else name,
        model=model or ModelEntry(),
        problems=problems or {},
        pricing=actor.may("work_orders.pricing"),
        may_edit=actor.may("device_types.edit"),
    )
    return make_response(text, 422 if problems else 200)
