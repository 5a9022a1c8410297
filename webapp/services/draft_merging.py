"""A draft that fell behind is brought onto the live version; the text it had can be taken back with Undo."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Conflict
from webapp.models import Draft, DraftStep, LiveDefinition
from webapp.services import draft_gestures, drafts


def merge(
    session: Session,
    *,
    lifecycle: str,
    text: str,
    version_id: int,
    says: str,
    row_version: int,
    actor: Actor,
    now: datetime,
) -> Draft:
    """Give the actor's draft the merged text and the version it was merged with as its base.

    Raises Conflict when the draft was saved from another window since `row_version`, or when yet another version went live,
    and NotFound when the draft is gone.
    """
    draft = draft_gestures.fresh(session, lifecycle=lifecycle, row_version=row_version, actor=actor)
    live = session.scalars(select(LiveDefinition.version_id).where(LiveDefinition.lifecycle == lifecycle)).one()
    if live != version_id:
        raise Conflict("Yet another version went live in the meantime. Look at what it changed, and merge again.")
    before = draft.text
    drafts.save(session, lifecycle=lifecycle, text=text, row_version=row_version, actor=actor, now=now)
    if draft.text != before:
        session.execute(delete(DraftStep).where(DraftStep.draft_id == draft.id, DraftStep.redo))
        draft_gestures.remember(session, draft, redo=False, says=says, text=before, leaving=draft.text)
    draft.base_version_id = version_id
    session.flush()
    return draft
