"""Signs of life of the clockwork: who last said it is alive, and who has been silent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.models import Heartbeat

WORKER = "worker"
BEAT = "beat"


def sign(session: Session, *, names: Iterable[str], now: datetime) -> None:
    """Note that these parts of the clockwork are alive at this moment."""
    for name in names:
        session.merge(Heartbeat(name=name, at=now))
    session.flush()
