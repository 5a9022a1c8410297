"""Gestures of the editor on a person's draft: made as small edits of its text, and undone and redone one by one."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Conflict, NotFound
from webapp.models.definitions import Draft, DraftStep
from webapp.services import drafts
from workflow.editing import Gesture, edited

KEPT = 20
"""Steps that can be undone; older ones are forgotten."""


def make(
    session: Session,
    *,
    lifecycle: str,
    gestures: tuple[Gesture, ...],
    says: str,
    row_version: int,
    actor: Actor,
    now: datetime,
) -> bool:
    """Make the gestures in the actor's draft, all or none; `says` names them for Undo. False when the text stays as it was.

    Raises Conflict when the draft was saved from another window since `row_version`, NotFound when there is none any more,
    and EditError when a gesture cannot be made.
    """
    draft = fresh(session, lifecycle=lifecycle, row_version=row_version, actor=actor)
    before = draft.text
    after = edited(before, *gestures)
    if after == before:
        return False
    session.execute(delete(DraftStep).where(DraftStep.draft_id == draft.id, DraftStep.redo))
    remember(session, draft, redo=False, says=says, text=before, leaving=after)
    drafts.save(session, lifecycle=lifecycle, text=after, row_version=row_version, actor=actor, now=now)
    old = session.scalars(
        select(DraftStep.id)
        .where(DraftStep.draft_id == draft.id, DraftStep.redo.is_(False))
        .order_by(DraftStep.id.desc())
        .offset(KEPT)
    ).all()
    session.execute(delete(DraftStep).where(DraftStep.id.in_(old)))
    return True


def go(session: Session, *, lifecycle: str, redo: bool, row_version: int, actor: Actor, now: datetime) -> str:
    """Undo the last gesture of the actor's draft, or do the one that was undone last again; returns what it said.

    Raises Conflict when there is nothing to undo, or when the text was changed otherwise since.
    """
    draft = fresh(session, lifecycle=lifecycle, row_version=row_version, actor=actor)
    step = session.scalars(
        select(DraftStep)
        .where(DraftStep.draft_id == draft.id, DraftStep.redo.is_(redo))
        .order_by(DraftStep.id.desc())
        .limit(1)
    ).one_or_none()
    if step is None or step.from_sha256 != hashed(draft.text):
        raise Conflict("There is nothing to undo here: the text was changed since." if not redo else
                       "There is nothing to do again here: the text was changed since.")  # fmt: skip
    says = step.says
    remember(session, draft, redo=not redo, says=says, text=draft.text, leaving=step.text)
    drafts.save(session, lifecycle=lifecycle, text=step.text, row_version=row_version, actor=actor, now=now)
    session.delete(step)
    session.flush()
    return says


def fresh(session: Session, *, lifecycle: str, row_version: int, actor: Actor) -> Draft:
    """The actor's draft, locked and not changed since `row_version`; raises NotFound and Conflict."""
    draft = drafts.locked(session, lifecycle=lifecycle, user_id=drafts.editor(actor))
    if draft is None:
        raise NotFound("This draft does not exist any more: it was published or thrown away in another window.")
    if draft.row_version != row_version:
        raise Conflict("This draft was changed in another window since you opened it here.")
    return draft


def hashed(text: str) -> str:
    """By which a step knows the text it may be taken from."""
    return sha256(text.encode()).hexdigest()


def remember(session: Session, draft: Draft, *, redo: bool, says: str, text: str, leaving: str) -> None:
    """Let the draft go to `text` in one step, from `leaving` alone."""
    session.add(DraftStep(draft_id=draft.id, redo=redo, says=says, text=text, from_sha256=hashed(leaving)))
    session.flush()
