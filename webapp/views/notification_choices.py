"""My notifications: what a person gets by mail, his quiet hours and daily mail, and his calendar address."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import Invalid
from webapp.queries import notification_choices as queries
from webapp.queries.lifecycles import vocabulary
from webapp.queries.notification_choices import Chosen
from webapp.services import entries, message_texts, notification_choices
from webapp.services.notification_choices import Entry
from webapp.views import current, entered
from webapp.views.access import signed_in

blueprint = Blueprint("notification_choices", __name__, url_prefix="/notifications/choices")


@blueprint.get("")
@signed_in
def show() -> Response:
    """The form with what is chosen."""
    with reading() as session:
        chosen = queries.chosen(session, actor=current.actor())
    return page(as_entry(chosen))


@blueprint.post("")
@signed_in
def save() -> Response:
    """Keep what is chosen."""
    typed = entered.fields("quiet_from", "quiet_until", "time_zone", "digest", "digest_at", lists=("mail",))
    entry = Entry(
        mail=tuple(request.form.getlist("mail")),
        quiet_from=typed["quiet_from"],
        quiet_until=typed["quiet_until"],
        time_zone=typed["time_zone"],
        digest=typed["digest"] == "yes",
        digest_at=typed["digest_at"],
    )
    try:
        with unit_of_work() as session:
            notification_choices.save(session, entry=entry, actor=current.actor(), now=clock.now())
    except Invalid as refusal:
        return page(entry, refusal.problems)
    flash("Your choices are saved. They count for everything from now on.", "done")
    return redirect("/notifications/choices", code=303)


def as_entry(chosen: Chosen) -> Entry:
    """What is stored, as the form shows it."""
    return Entry(
        mail=tuple(message for message in message_texts.STOCK if message not in chosen.mail_off),
        quiet_from=chosen.quiet_from,
        quiet_until=chosen.quiet_until,
        time_zone=chosen.time_zone,
        digest=bool(chosen.digest_at),
        digest_at=chosen.digest_at,
    )


def page(entry: Entry, problems: Mapping[str, str] | None = None) -> Response:
    """The page; with problems it is the answer to a refused form (422)."""
    actor = current.actor()
    with reading() as session:
        chosen = queries.chosen(session, actor=actor)
        link = queries.link(session, actor=actor)
    staff = [
        (name, message.label)
        for name, message in vocabulary().messages.items()
        if set(message.audiences) - {"customer"}
    ]
    text = render_template(
        "notifications/choices.html",
        values=entry,
        problems=problems or {},
        messages=staff,
        zones=[(zone, zone) for zone in entries.zones()],
        firm_zone_name=chosen.firm_zone,
        link=link,
    )
    return make_response(text, 422 if problems else 200)
