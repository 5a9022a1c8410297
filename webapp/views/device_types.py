"""Settings → Device Types: what kinds of equipment there are, their models, and the items each needs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import Conflict, Invalid
from webapp.queries import device_types as shown
from webapp.queries.device_types import ModelRow
from webapp.services import device_types, entries
from webapp.services.device_types import ModelEntry
from webapp.views import current, entered, saving
from webapp.views.access import needs
from webapp.views.saving import Difference, Stale

blueprint = Blueprint("device_types", __name__, url_prefix="/settings/device-types")

ID = "<int:device_type_id>"
MODEL_LABELS = {"number": "Model number", "manufacturer": "Manufacturer", "default_cost": "Default cost"}


@blueprint.get("")
@needs("device_types.view")
def index() -> Response:
    """The list, and the form for a new one."""
    return listing("")


@blueprint.post("")
@needs("device_types.create")
def create() -> Response:
    """Add a device type and open it."""
    name = entered.fields("name")["name"]

    def make(session: Session) -> str:
        made = device_types.create(session, name=name, actor=current.actor(), now=clock.now())
        return url_for(".show", device_type_id=made.id)

    done = "The device type is saved. Now link the items it needs."
    return saving.made(make, done=done, refused=lambda problems: listing(name, problems))


@blueprint.get(f"/{ID}")
@needs("device_types.view", "device_types.create", "device_types.edit")
def show(device_type_id: int) -> Response:
    """One device type."""
    return detail(device_type_id)


@blueprint.post(f"/{ID}")
@needs("device_types.edit")
def rename(device_type_id: int) -> Response:
    """Give it another name."""
    name, version = entered.fields("name")["name"], entered.row_version()

    def change(session: Session) -> None:
        device_types.rename(
            session,
            device_type_id=device_type_id,
            row_version=version,
            name=name,
            actor=current.actor(),
            now=clock.now(),
        )

    def stale(conflict: Conflict) -> Response | None:
        with reading() as session:
            found = shown.detail(session, device_type_id=device_type_id, actor=current.actor())
        if found.name == entries.line(name):
            return None
        said = Stale(conflict.sentence, found.updated_at, (Difference("Name", found.name, name),))
        return detail(device_type_id, name=name, stale=said)

    return saving.saved(
        change,
        onward=url_for(".show", device_type_id=device_type_id),
        done="The name is saved.",
        refused=lambda problems: detail(device_type_id, problems, name=name),
        stale=stale,
    )


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
    entry = read_model()

    def make(session: Session) -> str:
        device_types.add_model(
            session, device_type_id=device_type_id, entry=entry, actor=current.actor(), now=clock.now()
        )
        return url_for(".show", device_type_id=device_type_id)

    refused = partial(detail, device_type_id, model=entry)
    return saving.made(make, done="The model is saved.", refused=refused)


@blueprint.get(f"/{ID}/models/<int:model_id>")
@needs("device_types.edit")
def edit_model(device_type_id: int, model_id: int) -> Response:
    """The form of one model with what is stored."""
    entry, found = stored_model(device_type_id, model_id)
    return model_form(device_type_id, model_id, entry, version=found.row_version)


@blueprint.post(f"/{ID}/models/<int:model_id>")
@needs("device_types.edit")
def save_model(device_type_id: int, model_id: int) -> Response:
    """Change a model; its units keep it."""
    entry, version = read_model(), entered.row_version()

    def change(session: Session) -> None:
        device_types.save_model(
            session,
            device_type_id=device_type_id,
            model_id=model_id,
            row_version=version,
            entry=entry,
            actor=current.actor(),
            now=clock.now(),
        )

    def stale(conflict: Conflict) -> Response | None:
        now, found = stored_model(device_type_id, model_id)
        differ = saving.differences(MODEL_LABELS, stored=now, typed=entry)
        said = Stale(conflict.sentence, found.updated_at, differ)
        shown_again = model_form(device_type_id, model_id, entry, stale=said, version=found.row_version)
        return shown_again if differ else None

    return saving.saved(
        change,
        onward=url_for(".show", device_type_id=device_type_id),
        done="The model is saved.",
        refused=lambda problems: model_form(device_type_id, model_id, entry, problems, version=version),
        stale=stale,
    )


def read_model() -> ModelEntry:
    """The model as typed; without the cost where the form has no such field."""
    typed = entered.fields(*ModelEntry.__slots__)
    return ModelEntry(typed["number"], typed["manufacturer"], request.form.get("default_cost"))


def stored_model(device_type_id: int, model_id: int) -> tuple[ModelEntry, ModelRow]:
    """The model as its form shows it, and everything else about it."""
    with reading() as session:
        found = shown.model(session, device_type_id=device_type_id, model_id=model_id, actor=current.actor())
    return ModelEntry(found.number, found.manufacturer, found.default_cost), found


def model_form(
    device_type_id: int,
    model_id: int,
    entry: ModelEntry,
    problems: Mapping[str, str] | None = None,
    *,
    stale: Stale | None = None,
    version: int,
) -> Response:
    """The form of a model; with problems it answers a refused one (422), `stale` one that came too late (409)."""
    actor = current.actor()
    with reading() as session:
        found = shown.detail(session, device_type_id=device_type_id, actor=actor)
    text = render_template(
        "device_types/model.html",
        type=found,
        model_id=model_id,
        values=entry,
        version=version,
        problems=problems or {},
        stale=stale,
        pricing=actor.may("work_orders.pricing"),
    )
    return make_response(text, 422 if problems else 409 if stale else 200)


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
    stale: Stale | None = None,
) -> Response:
    """One device type; with problems it answers a refused form (422), `stale` one that came too late (409)."""
    actor = current.actor()
    with reading() as session:
        found = shown.detail(session, device_type_id=device_type_id, actor=actor)
    text = render_template(
        "device_types/show.html",
        type=found,
        name=found.name if name is None else name,
        model=model or ModelEntry(),
        problems=problems or {},
        stale=stale,
        pricing=actor.may("work_orders.pricing"),
        may_edit=actor.may("device_types.edit"),
    )
    return make_response(text, 422 if problems else 409 if stale else 200)
