"""Settings → Messages: what each message says over each channel, with a preview on a real order."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import Invalid, NotFound
from webapp.queries import message_texts as queries
from webapp.queries.facts import standing
from webapp.queries.lifecycles import vocabulary
from webapp.services import entries, firm_texts, message_texts, notifications
from webapp.services.message_texts import Text
from webapp.views import current, entered
from webapp.views.access import needs

blueprint = Blueprint("message_texts", __name__, url_prefix="/settings/messages")

ONE = "/<message>/<channel>"
EXAMPLE = {"reason": "Waiting for parts", "phone": "+44 20 7946 0000"}
"""What stands for answers that only a real change gives."""


@blueprint.get("")
@needs("settings.view")
def index() -> str:
    """Every message, in one language."""
    return overview({})


@blueprint.post("/languages")
@needs("settings.edit")
def add_language() -> Response:
    """Add a language with a copy of the stock."""
    typed = entered.fields("code", "name")
    try:
        with unit_of_work() as session:
            firm_texts.add_language(
                session, code=typed["code"], name=typed["name"], actor=current.actor(), now=clock.now()
            )
    except Invalid as refusal:
        return make_response(overview(refusal.problems, typed), 422)
    flash("The language is added with the stock texts, ready to be translated.", "done")
    return redirect(url_for(".index", language=typed["code"].strip()), code=303)


@blueprint.get(ONE)
@needs("settings.view")
def show(message: str, channel: str) -> Response:
    """One text with its placeholders, its preview and its history."""
    with reading() as session:
        known(message, channel)
        text = firm_texts.in_force(session).of(message, channel, request.args.get("language", ""))
    return page(message, channel, request.args.get("language", "en"), text, order=request.args.get("order", ""))


@blueprint.post(ONE)
@needs("settings.edit")
def save(message: str, channel: str) -> Response:
    """Put a text in force, or only show how it would read."""
    known(message, channel)
    typed = entered.fields("subject", "body", "language", "order", "preview")
    language, text = typed["language"] or "en", Text(typed["subject"], typed["body"])
    if typed["preview"]:
        return page(message, channel, language, text, order=typed["order"])
    try:
        with unit_of_work() as session:
            firm_texts.save(
                session,
                message=message,
                channel=channel,
                language=language,
                text=text,
                actor=current.actor(),
                now=clock.now(),
            )
    except Invalid as refusal:
        return page(message, channel, language, text, refusal.problems, order=typed["order"])
    flash("The text is in force.", "done")
    return redirect(url_for(".show", message=message, channel=channel, language=language), code=303)


@blueprint.post(f"{ONE}/stock")
@needs("settings.edit")
def reset(message: str, channel: str) -> Response:
    """Take a text back to the stock."""
    known(message, channel)
    language = entered.fields("language")["language"] or "en"
    with unit_of_work() as session:
        firm_texts.reset(
            session, message=message, channel=channel, language=language, actor=current.actor(), now=clock.now()
        )
    flash("The stock text is in force again.", "done")
    return redirect(url_for(".show", message=message, channel=channel, language=language), code=303)


def known(message: str, channel: str) -> None:
    """Raise NotFound for what is no message, or does not go over that channel."""
    if message not in vocabulary().messages or channel not in queries.channels(message):
        raise NotFound("There is no such message.")


def overview(problems: Mapping[str, str], typed: Mapping[str, str] | None = None) -> str:
    """The list, and the form for another language."""
    language = request.args.get("language", "en")
    with reading() as session:
        languages = queries.languages(session)
        if language not in dict(languages):
            raise NotFound("There are no texts in this language.")
        rows = queries.messages(session, language=language)
    return render_template(
        "messages/index.html",
        rows=rows,
        language=language,
        languages=languages,
        channels=firm_texts.CHANNELS,
        problems=problems,
        typed=typed or {"code": "", "name": ""},
        may_edit=current.actor().may("settings.edit"),
    )


def page(
    message: str,
    channel: str,
    language: str,
    text: Text,
    problems: Mapping[str, str] | None = None,
    *,
    order: str = "",
) -> Response:
    """One text; with problems it is the answer to a refused one (422)."""
    wrong = dict(problems or {})
    for name in ("subject", "body"):
        sentence = message_texts.problem(message, getattr(text, name))
        if sentence:
            wrong.setdefault(name, sentence)
    actor, number = current.actor(), entries.identity(order.strip())
    with reading() as session:
        languages = queries.languages(session)
        if language not in dict(languages):
            raise NotFound("There are no texts in this language.")
        found = queries.sample(session, number=number, actor=actor)
        preview = None
        if found is not None and not wrong:
            told = notifications.Told(status_label=found[1], reason=EXAMPLE["reason"])
            of_order = standing(session, found[0])
            context = notifications.context_of(of_order, actor, told) | {"phone": EXAMPLE["phone"]}
            url = f"{current_app.config['SETTINGS'].base_url}/work-orders/{of_order.number}"
            preview = (of_order.number, message_texts.fill(text, {**context, "url": url}))
        versions = queries.history(session, message=message, channel=channel, language=language)
    if order.strip() and found is None:
        wrong["order"] = "There is no such work order."
    answer = render_template(
        "messages/show.html",
        message=message,
        label=vocabulary().messages[message].label,
        channel=channel,
        channel_label=firm_texts.CHANNELS[channel],
        language=language,
        language_label=dict(languages)[language],
        values=text,
        problems=wrong,
        order=order,
        placeholders=tuple(message_texts.placeholders(message).items()),
        preview=preview,
        versions=versions,
        own=bool(versions) and not versions[0].stock,
        may_edit=actor.may("settings.edit"),
    )
    return make_response(answer, 422 if problems else 200)
