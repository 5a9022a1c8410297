"""Light, dark or as the device says: kept in a cookie, so that the server renders it and nothing flashes."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from webapp.views.access import public
from webapp.views.own_paths import own_path

COOKIE = "theme"
THEMES = ("light", "dark", "system")
YEAR = 365 * 24 * 3600

blueprint = Blueprint("appearance", __name__)


@blueprint.post("/appearance")
@public
def choose() -> Response:
    """Remember the choice in this browser and go back to where it was made."""
    answer = redirect(own_path(request.form.get("back")) or "/", code=303)
    theme = request.form.get("theme", "system")
    if theme in ("light", "dark"):
        answer.set_cookie(COOKIE, theme, max_age=YEAR, samesite="Lax", secure=request.is_secure, httponly=True)
    else:
        answer.delete_cookie(COOKIE)
    return answer


def chosen() -> str:
    """What this browser chose; anything unknown in the cookie counts as "system"."""
    theme = request.cookies.get(COOKIE, "system")
    return theme if theme in THEMES else "system"
