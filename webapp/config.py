"""The settings, read once from the environment; production refuses to start without its secrets."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from webapp.errors import ApplicationError

DEFINITIONS = Path(__file__).resolve().parent.parent / "definitions"
"""The starting stock of definitions, roles and the vocabulary."""


LONGEST_SILENCE = 45.0
"""Seconds; a silence must be seen within a minute, and signs come a few seconds apart."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and what kind of installation this is."""

    folder: Path
    database_url: str
    secret_key: str
    redis_url: str | None
    base_url: str
    smtp_url: str | None
    env: Literal["production", "demo"]
    silent_after: float = LONGEST_SILENCE
    """Seconds without a sign of life after which a clock or a worker counts as silent."""
    reply_to: str | None = None
    """Where answers to our mails go."""
    webhooks_to_loopback: bool = False
    """Whether webhooks may go to this machine itself, for trying them out."""

    @property
    def demo(self) -> bool:
        """Whether this is the demo: known accounts, an example firm."""
        return self.env == "demo"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings; raises ApplicationError with one sentence when something is missing or wrong."""
        given = os.environ if environment is None else environment
        folder = Path(given.get("FIELDWRIGHT_DATA") or "var").resolve()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        env = given.get("FIELDWRIGHT_ENV") or "demo"
        if env not in ("production", "demo"):
            raise ApplicationError(f"FIELDWRIGHT_ENV must be production or demo, not {env!r}.")
        if env == "production":
            missing = [name for name in ("SECRET_KEY", "BASE_URL") if not given.get(name)]
            if missing:
                raise ApplicationError(f"In production set {' and '.join(missing)} in the environment.")
            if len(given["SECRET_KEY"]) < 32:
                raise ApplicationError("SECRET_KEY is too short: use at least 32 random characters.")
        return cls(
            folder=folder,
            database_url=given.get("DATABASE_URL") or f"sqlite:///{folder}/fieldwright.sqlite",
            secret_key=given.get("SECRET_KEY") or own_secret(folder),
            redis_url=given.get("REDIS_URL") or None,
            base_url=(given.get("BASE_URL") or f"http://127.0.0.1:{given.get('PORT') or 8000}").rstrip("/"),
            smtp_url=given.get("SMTP_URL") or None,
            env="production" if env == "production" else "demo",
            reply_to=given.get("REPLY_TO") or None,
            webhooks_to_loopback=given.get("FIELDWRIGHT_WEBHOOKS_TO_LOOPBACK") == "allow",
            silent_after=silence(given.get("FIELDWRIGHT_SILENT_AFTER") or str(LONGEST_SILENCE)),
        )


def silence(text: str) -> float:
    """Return the seconds after which a part counts as silent; ApplicationError unless the text is from 1 to 45."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds <= LONGEST_SILENCE:
        raise ApplicationError(f"FIELDWRIGHT_SILENT_AFTER must be a number of seconds from 1 to 45, not {text!r}.")
    return seconds


def own_secret(folder: Path) -> str:
    """The demo's secret, made once and kept in the data folder, readable by its owner only."""
    file = folder / "secret"
    try:
        with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(32))
    except FileExistsError:
        pass  # another process of the same start was faster: its secret is the one
    return file.read_text()
