"""Settings → Items: the catalogue of materials and services."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import Conflict
from webapp.queries import items as shown
from webapp.queries.items import ItemRow
from webapp.services import items
from webapp.services.items import ItemEntry
from webapp.views import current, entered, saving
from webapp.views.access import needs
from webapp.views.saving import Stale

blueprint = Blueprint("items", __name__, url_prefix="/settings/items")

ID = "<int:item_id>"
LABELS = {
    "name": "Name",
    "kind": "Kind",
    "unit_of_measure": "Counted in",
    "approval_quantity_limit": "Approval limit",
    "unit_cost": "Unit Cost",
}


@blueprint.get("")
@needs("items.view")
def index() -> str:
    """The list, with its search."""
    actor, search = current.actor(), request.args.get("q", "")
    with reading() as session:
        page = shown.page(session, actor=actor, search=search, after=entered.cursor())
    return render_template(
        "items/index.html",
        page=page,
        search=search,
        kinds=items.KINDS,
        pricing=actor.may("work_orders.pricing"),
        may_create=actor.may("items.create"),
        may_edit=actor.may("items.edit") or actor.may("items.delete"),
        onward=url_for(".index", q=search or None, after=page.next) if page.next else None,
    )


@blueprint.get("/new")
@needs("items.create")
def new() -> Response:
    """An empty form."""
    return form(ItemEntry(unit_cost=""))


@blueprint.post("")
@needs("items.create")
def create() -> Response:
    """Add the item."""
    entry = read()

    def make(session: Session) -> str:
        return url_for(".index", q=items.create(session, entry=entry, actor=current.actor(), now=clock.now()).name)

    return saving.made(make, done="The item is saved.", refused=lambda problems: form(entry, problems))


@blueprint.get(f"/{ID}")
@needs("items.edit", "items.delete")
def edit(item_id: int) -> Response:
    """The form with what is stored."""
    entry, found = stored(item_id)
    return form(entry, item_id=item_id, version=found.row_version, active=found.active)


@blueprint.post(f"/{ID}")
@needs("items.edit")
def save(item_id: int) -> Response:
    """Change the item."""
    entry, version = read(), entered.row_version()

    def change(session: Session) -> None:
        items.save(session, item_id=item_id, row_version=version, entry=entry, actor=current.actor(), now=clock.now())

    def refused(problems: Mapping[str, str]) -> Response:
        _, found = stored(item_id)
        return form(entry, problems, item_id=item_id, version=version, active=found.active)

    def stale(conflict: Conflict) -> Response | None:
        now, found = stored(item_id)
        differ = saving.differences(LABELS, stored=now, typed=entry, choices={"kind": tuple(items.KINDS.items())})
        said = Stale(conflict.sentence, found.updated_at, differ)
        shown_again = form(entry, stale=said, item_id=item_id, version=found.row_version, active=found.active)
        return shown_again if differ else None

    return saving.saved(change, onward=url_for(".index"), done="The item is saved.", refused=refused, stale=stale)


@blueprint.post(f"/{ID}/retirement")
@needs("items.delete")
def retire(item_id: int) -> Response:
    """Take the item out of use, or bring it back."""
    active = entered.fields("active")["active"] == "yes"
    with unit_of_work() as session:
        name = items.retire(session, item_id=item_id, active=active, actor=current.actor(), now=clock.now()).name
    flash(f"{name} is in use again." if active else f"{name} is out of use; orders that hold it keep it.", "done")
    return redirect(url_for(".index"), code=303)


def stored(item_id: int) -> tuple[ItemEntry, ItemRow]:
    """The item as the form shows it, and everything else about it."""
    with reading() as session:
        found = shown.detail(session, item_id=item_id, actor=current.actor())
    entry = ItemEntry(
        name=found.name,
        kind=found.kind,
        unit_of_measure=found.unit_of_measure,
        approval_quantity_limit=found.approval_quantity_limit,
        unit_cost=found.unit_cost,
    )
    return entry, found


def read() -> ItemEntry:
    """The form as typed; without the cost where the form has no such field."""
    typed = entered.fields(*ItemEntry.__slots__)
    return ItemEntry(
        name=typed["name"],
        kind=typed["kind"],
        unit_of_measure=typed["unit_of_measure"],
        approval_quantity_limit=typed["approval_quantity_limit"],
        unit_cost=request.form.get("unit_cost"),
    )


def form(
    entry: ItemEntry,
    problems: Mapping[str, str] | None = None,
    *,
    stale: Stale | None = None,
    item_id: int | None = None,
    version: int | None = None,
    active: bool = True,
) -> Response:
    """The form; with problems it is the answer to a refused one (422), `stale` to one that came too late (409)."""
    actor = current.actor()
    text = render_template(
        "items/form.html",
        values=entry,
        problems=problems or {},
        stale=stale,
        version=version,
        kinds=tuple(items.KINDS.items()),
        item_id=item_id,
        active=active,
        pricing=actor.may("work_orders.pricing"),
        may_save=actor.may("items.create") if item_id is None else actor.may("items.edit"),
        may_retire=item_id is not None and actor.may("items.delete"),
    )
    return make_response(text, 422 if problems else 409 if stale else 200)
