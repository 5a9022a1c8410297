"""What can be undone and done again in a person's draft."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.models.definitions import Draft, DraftStep


@dataclass(frozen=True, slots=True)
class Steps:
    """What the next step back and the next step forth would do, in words; empty when there is none."""

    undo: str = ""
    redo: str = ""


def steps_of(session: Session, *, lifecycle_name: str, actor: Actor, text: str) -> Steps:
    """The steps that may be taken from this text of the actor's draft."""
    here = sha256(text.encode()).hexdigest()
    found = session.execute(
        select(DraftStep.redo, DraftStep.says, DraftStep.from_sha256)
        .join(Draft, Draft.id == DraftStep.draft_id)
        .where(Draft.lifecycle == lifecycle_name, Draft.user_id == actor.user_id)
        .order_by(DraftStep.id)
    ).all()
    last = {row.redo: row for row in found}
    said = {redo: row.says for redo, row in last.items() if row.from_sha256 == here}
    return Steps(said.get(False, ""), said.get(True, ""))
