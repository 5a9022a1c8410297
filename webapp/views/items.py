"""Settings → Items: the catalogue of materials and services."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import Invalid
from webapp.queries import items as shown
from webapp.services import items
from webapp.services.items import ItemEntry
from webapp.views import current, entered
from webapp.views.access import needs

blueprint = Blueprint("items", __name__, url_prefix="/settings/items")

ID = "<int:item_id>"


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
    entry, actor, now = read(), current.actor(), clock.now()

    try:
        with unit_of_work() as session:
            onward = entered.once(
                session,
                lambda: url_for(".index", q=items.create(session, entry=entry, actor=actor, now=now).name),
                actor=actor,
                now=now,
            )
    except Invalid as refusal:
        return form(entry, refusal.problems)
    flash("The item is saved.", "done")
    return redirect(onward, code=303)


@blueprint.get(f"/{ID}")
@needs("items.edit", "items.delete")
def edit(item_id: int) -> Response:
    """The form with what is stored."""
    with reading() as session:
        found = shown.detail(session, item_id=item_id, actor=current.actor())
    entry = ItemEntry(
        name=found.name,
        kind=found.kind,
        unit_of_measure=found.unit_of_measure,
        approval_quantity_limit=found.approval_quantity_limit,
        unit_cost=found.unit_cost,
    )
    return form(entry, item_id=item_id, active=found.active)


@blueprint.post(f"/{ID}")
@needs("items.edit")
def save(item_id: int) -> Response:
    """Change the item."""
    entry, actor = read(), current.actor()
    try:
        with unit_of_work() as session:
            active = items.save(session, item_id=item_id, entry=entry, actor=actor, now=clock.now()).active
    except Invalid as refusal:
        with reading() as session:
            active = shown.detail(session, item_id=item_id, actor=actor).active
        return form(entry, refusal.problems, item_id=item_id, active=active)
    flash("The item is saved.", "done")
    return redirect(url_for(".index"), code=303)


@blueprint.post(f"/{ID}/retirement")
@needs("items.delete")
def retire(item_id: int) -> Response:
    """Take the item out of use, or bring it back."""
    active = entered.fields("active")["active"] == "yes"
    with unit_of_work() as session:
        name = items.retire(session, item_id=item_id, active=active, actor=current.actor(), now=clock.now()).name
    flash(f"{name} is in use again." if active else f"{name} is out of use; orders that hold it keep it.", "done")
    return redirect(url_for(".index"), code=303)


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
    item_id: int | None = None,
    active: bool = True,
) -> Response:
    """The form; with problems it is the answer to a refused one (422)."""
    actor = current.actor()
    text = render_template(
        "items/form.html",
        values=entry,
        problems=problems or {},
        kinds=tuple(items.KINDS.items()),
        item_id=item_id,
        active=active,
        pricing=actor.may("work_orders.pricing"),
        may_save=actor.may("items.create") if item_id is None else actor.may("items.edit"),
        may_retire=item_id is not None and actor.may("items.delete"),
    )
    return make_response(text, 422 if problems else 200)
