"""Refusals and faults as pages: one table from what went wrong to the answer a browser gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from flask import Response, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from webapp.errors import ApplicationError, Conflict, Forbidden, Gone, Invalid, NotFound, Refused
from webapp.views import current

if TYPE_CHECKING:
    from flask import Flask

log = structlog.get_logger(__name__)

RETRY_SECONDS = 5
UNCERTAIN = (
    "We cannot tell whether what you sent was saved. Wait a few seconds and send it once more: what was saved already is "
    "recognised, and nothing is done twice."
)
UNCERTAIN_GO_BACK = (
    "We cannot tell whether what you sent was saved. Go back in a few seconds and send it once more: what was saved "
    "already is recognised, and nothing is done twice."
)


@dataclass(frozen=True, slots=True)
class Page:
    """What an error page says; `sentence` is used when the error has none of its own."""

    code: int
    title: str
    sentence: str


ANSWERS: dict[type[ApplicationError], int] = {
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Refused: 409,
    Gone: 410,
    Invalid: 422,
}

PAGES = {
    400: Page(400, "This request could not be read", "Go back, reload the page and try once more."),
    403: Page(
        403, "You may not do this", "Your account lacks the permission. An admin can grant it in Settings → Users."
    ),
    404: Page(404, "There is nothing at this address", "It may have moved, or your account may not see it."),
    405: Page(405, "This address cannot be used like that", "Go back and use the buttons of the page."),
    409: Page(
        409, "This is not possible now", "Something changed in the meantime. Reload the page and look at it again."
    ),
    410: Page(410, "This is no longer available", "The link has been used, withdrawn or has expired."),
    413: Page(413, "The file is too large", "Choose a smaller file and try once more."),
    422: Page(422, "Something is missing or cannot be right", "Go back and check what you entered."),
    429: Page(429, "Too many attempts", "Wait a few minutes, then try again."),
    500: Page(
        500, "Something went wrong on our side", "Nothing was saved. The fault is recorded; try again in a moment."
    ),
    503: Page(503, "The system is busy or being restarted", "Try again in a few seconds."),
}


def answer(
    code: int,
    sentence: str | None = None,
    details: tuple[str, ...] = (),
    again: tuple[tuple[str, str], ...] = (),
) -> Response:
    """The page of one error; a sentence of the error's own replaces the general one. `again`: a form to send once more."""
    page = PAGES.get(code, PAGES[500] if code >= 500 else PAGES[400])
    if code >= 500:
        current.forget()  # the database may be what failed: the page must not ask it who is reading
    retry = request.full_path.rstrip("?") if code == 503 and request.method == "GET" else None
    text = render_template(
        "errors/error.html",
        code=code,
        title=page.title,
        sentence=sentence or page.sentence,
        details=details,
        retry=retry,
        again=again,
    )
    response = make_response(text, code)
    response.headers["Cache-Control"] = "no-store"
    return response


def refused(error: ApplicationError) -> Response:
    """An expected refusal: its own sentence, and every reason it carries."""
    code = next((ANSWERS[kind] for kind in type(error).__mro__ if kind in ANSWERS), 500)
    details: tuple[str, ...] = ()
    if isinstance(error, Invalid):
        details = tuple(error.problems.values())
    elif isinstance(error, Refused):
        details = tuple(blocker.sentence for blocker in error.blockers)
    elif isinstance(error, Conflict):
        details = error.changes
    return answer(code, None if details and not isinstance(error, Conflict) else error.sentence, details)


def out_of_date(error: CSRFError) -> Response:
    """A form without its token: the page was open too long, or was not ours."""
    return answer(400, "This page was open too long. Go back, reload it and send it once more.")


def known(error: HTTPException) -> Response | HTTPException:
    """What the web framework refuses; redirects pass through."""
    code = error.code or 500
    return answer(code) if code >= 400 else error


def place() -> str:
    """The address pattern of the request: a real address may hold the secret of a customer's link."""
    return request.url_rule.rule if request.url_rule else "unknown"


def database_trouble(error: Exception) -> Response:
    """The database is away or too busy, and the browser is told when to come again.

    Whether a change was written nobody knows: its answer may be what got lost. Sending it once more is safe, because
    every form carries a one-time token or the version it was made from; so the page offers to.
    """
    log.error("database_unavailable", error=type(error).__name__, path=place())
    if request.method in ("GET", "HEAD"):
        response = answer(503)
    else:
        again = sendable()
        response = answer(503, UNCERTAIN if again else UNCERTAIN_GO_BACK, again=again)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def sendable() -> tuple[tuple[str, str], ...]:
    """What was sent, to be sent once more from a page; nothing where it holds a password or a file."""
    if request.files or any("password" in name for name in request.form):
        return ()
    return tuple(request.form.items(multi=True))


def fault(error: Exception) -> Response:
    """Anything nobody expected: recorded with its traceback, never shown."""
    log.exception("unexpected_error", path=place(), method=request.method)
    return answer(500)


def install(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(ApplicationError, refused)
    app.register_error_handler(CSRFError, out_of_date)
    app.register_error_handler(HTTPException, known)
    for kind in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(kind, database_trouble)
    app.register_error_handler(Exception, fault)
