"""The customer's link: looking shows what is asked, sending the form answers it, once."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import Gone, Refused
from webapp.services import approvals
from webapp.views import current
from webapp.views.access import public

blueprint = Blueprint("links", __name__)


@blueprint.get("/a/<token>")
@public
def show(token: str) -> Response:
    """What is asked; answers nothing, whoever opens it."""
    return page(token)


@blueprint.post("/a/<token>")
@public
def answer(token: str) -> Response:
    """Approve or decline; staff who are signed in cannot answer in the customer's place."""
    choice, reason = request.form.get("answer"), request.form.get("reason", "").strip()
    if current.holder() is not None:
        return page(token, code=403)
    if choice not in ("approve", "decline"):
        return page(token, reason=reason, problem="Choose Approve or Decline.", code=422)
    try:
        with unit_of_work() as session:
            approvals.answer(session, token=token, approve=choice == "approve", reason=reason, now=clock.now())
    except Refused as refused:
        return page(token, reason=reason, problem=" ".join(blocker.sentence for blocker in refused.blockers), code=422)
    return private(render_template("links/answered.html", approved=choice == "approve"), 200)


@blueprint.errorhandler(Gone)
def over(gone: Gone) -> Response:
    """A link that was answered, replaced or has expired: the customer is told so in its own words, not as an error."""
    return private(render_template("links/gone.html", sentence=gone.sentence), 410)


def page(token: str, *, reason: str = "", problem: str | None = None, code: int = 200) -> Response:
    """The question, with what was typed and what is wrong with it."""
    with reading() as session:
        asked = approvals.open_link(session, token=token, now=clock.now())
    text = render_template(
        "links/asked.html",
        asked=asked,
        token=token,
        reason=reason,
        problem=problem,
        staff=current.holder() is not None,
    )
    return private(text, code)


def private(text: str, code: int) -> Response:
    """An answer nobody keeps and no search engine lists."""
    response = make_response(text, code)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "same-origin"
    return response
