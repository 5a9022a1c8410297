"""Ready means that web, worker and beat have each answered since we started."""

import urllib.error
import urllib.request
from datetime import datetime

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from webapp.db import reading
from webapp.models import Heartbeat

CLOCKWORK = {"worker": "the worker", "beat": "the clock"}


class Readiness:
    """Calling it looks again; `missing` says in one sentence who has not answered yet."""

    def __init__(self, application: Flask, *, address: str, since: datetime) -> None:
        self._application = application
        self._address = address
        self._since = since
        self._silent: list[str] = []

    def __call__(self) -> bool:
        self._silent = [] if self._web_answers() else ["the web server"]
        signed = self._signed()
        self._silent += [label for name, label in CLOCKWORK.items() if name not in signed]
        return not self._silent

    def missing(self) -> str:
        return f"Fieldwright did not start: no answer from {' and '.join(self._silent)}."

    def _web_answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self._address}/healthz", timeout=2):
                return True
        except urllib.error.HTTPError as error:
            error.close()
            return True  # it answers; what it complains of is the clockwork, which we ask ourselves
        except OSError:
            return False

    def _signed(self) -> set[str]:
        try:
            with self._application.app_context(), reading() as session:
                return set(session.scalars(select(Heartbeat.kind).where(Heartbeat.at >= self._since).distinct()))
        except OperationalError:
            return set()
