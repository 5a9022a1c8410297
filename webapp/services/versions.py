"""Row versions of what forms change: a stale page is told who was faster, and every change says who made it."""

from __future__ import annotations

from datetime import datetime

from webapp.actors import Actor
from webapp.errors import Conflict
from webapp.models.columns import Versioned


def check(row: Versioned, row_version: int, *, what: str) -> None:
    """Raise Conflict when somebody changed the locked row since the page was made; `what` names it: "this unit"."""
    if row.row_version != row_version:
        who = row.updated_by or "Somebody else"
        raise Conflict(f"{who} changed {what} while you had the page open.")


def touch(row: Versioned, *, actor: Actor, now: datetime) -> None:
    """Note on the row that the actor changes it now."""
    row.row_version += 1
    row.updated_at, row.updated_by = now, actor.name
