"""The application: settings, database and views put together."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from webapp import logs, views
from webapp.config import Settings
from webapp.db import db, prepare
from webapp.services import sessions

MEGABYTE = 1024 * 1024


class Identity(IntegerConverter):
    """A number in an address; one that no row can have is no address of ours."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=2**31 - 1)


def create_app(settings: Settings | None = None) -> Flask:
    """Make the application; settings come from the environment unless given."""
    chosen = settings or Settings.from_environment()
    logs.configure(demo=chosen.demo)
    app = Flask("webapp")
    https = chosen.base_url.startswith("https://")
    app.config.update(
        SETTINGS=chosen,
        DEMO=chosen.demo,
        SECRET_KEY=chosen.secret_key,
        REDIS_URL=chosen.redis_url,
        SQLALCHEMY_DATABASE_URI=chosen.database_url,
        SESSION_COOKIE_NAME="fieldwright",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        PERMANENT_SESSION_LIFETIME=sessions.LIFE,
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,  # the token dies with the session; a form left open over lunch can still be sent
        MAX_CONTENT_LENGTH=25 * MEGABYTE,
        MAX_FORM_MEMORY_SIZE=2 * MEGABYTE,
        TEMPLATES_AUTO_RELOAD=False,
    )
    if https:
        # A TLS proxy stands before us: without this every visitor would have its address, and share one brake on guessing.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    app.url_map.converters["int"] = Identity
    db.init_app(app)
    with app.app_context():
        for engine in db.engines.values():
            prepare(engine)
    views.register(app, https=https)
    return app
