"""Drafts of definitions: begun from the live version, saved as often as a person types, thrown away or published."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.models import DefinitionVersion, Draft, LiveDefinition

EDIT = "workflows.edit"
LARGEST = 500_000
"""Characters of a draft: more than the reader takes, so that what is too long can be kept and shortened."""
TOO_LARGE = "This text is too large to be kept: a workflow may have 200,000 bytes. Take something out."


def begin(session: Session, *, lifecycle: str, actor: Actor, now: datetime) -> Draft:
    """The actor's draft of the lifecycle; when there is none yet, a new one that is the live text.

    Raises Forbidden without `workflows.edit` and NotFound for an unknown lifecycle.
    """
    person = editor(actor)
    found = locked(session, lifecycle=lifecycle, user_id=person)
    if found is not None:
        return found
    live = session.execute(
        select(DefinitionVersion.id, DefinitionVersion.text)
        .join(LiveDefinition, LiveDefinition.version_id == DefinitionVersion.id)
        .where(LiveDefinition.lifecycle == lifecycle)
    ).one_or_none()
    if live is None:
        raise NotFound("There is no such workflow.")
    draft = Draft(
        lifecycle=lifecycle, user_id=person, base_version_id=live.id, text=live.text, row_version=1, saved_at=now
    )
    session.add(draft)
    session.flush()
    return draft


def save(session: Session, *, lifecycle: str, text: str, row_version: int, actor: Actor, now: datetime) -> Draft:
    """Keep the text, whatever is wrong with it.

    Line ends follow the draft's own: a browser sends every line with CR LF. Raises Conflict when the draft was saved from
    another window since `row_version`, NotFound when it was thrown away, and Invalid for more text than is kept.
    """
    if len(text) > LARGEST:
        raise Invalid({"text": TOO_LARGE})
    draft = locked(session, lifecycle=lifecycle, user_id=editor(actor))
    if draft is None:
        raise NotFound("This draft does not exist any more: it was published or thrown away in another window.")
    kept = text.replace("\r\n", "\n")
    if "\r\n" in draft.text:
        kept = kept.replace("\n", "\r\n")
    if kept == draft.text:
        return draft
    if row_version != draft.row_version:
        raise Conflict("This draft was changed in another window since you opened it here.")
    draft.text = kept
    draft.row_version += 1
    draft.saved_at = now
    session.flush()
    return draft


def replace(session: Session, *, lifecycle: str, text: str, actor: Actor, now: datetime) -> Draft:
    """Make the text of a file the actor's draft, begun if there is none: every byte of it, line ends included.

    Raises Invalid for more text than is kept.
    """
    if len(text) > LARGEST:
        raise Invalid({"text": TOO_LARGE})
    draft = begin(session, lifecycle=lifecycle, actor=actor, now=now)
    if draft.text != text:
        draft.text = text
        draft.row_version += 1
        draft.saved_at = now
        session.flush()
    return draft


def discard(session: Session, *, lifecycle: str, actor: Actor) -> None:
    """Throw the actor's draft away; nothing happens when there is none."""
    session.execute(delete(Draft).where(Draft.lifecycle == lifecycle, Draft.user_id == editor(actor)))
    session.flush()


def locked(session: Session, *, lifecycle: str, user_id: int) -> Draft | None:
    """A person's draft, locked until the end of the transaction and as it is now."""
    return session.scalars(
        select(Draft)
        .where(Draft.lifecycle == lifecycle, Draft.user_id == user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def editor(actor: Actor) -> int:
    """The account that may edit drafts; raises Forbidden."""
    if actor.user_id is None or not actor.may(EDIT):
        raise Forbidden(EDIT)
    return actor.user_id
