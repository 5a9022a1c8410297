"""Lifecycles, their versions and a person's draft as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import NotFound
from webapp.models import DefinitionVersion, Draft, LiveDefinition, User
from webapp.queries.lifecycles import lifecycle
from workflow.definition import Definition


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One published version; `author` is empty for what the program itself imported."""

    id: int
    number: int
    author: str
    at: datetime
    note: str
    verdict: dict[str, Any]
    live: bool


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A person's draft; `behind` when another version went live since it was begun."""

    text: str
    row_version: int
    saved_at: datetime
    base_number: int
    behind: bool


@dataclass(frozen=True, slots=True)
class WorkflowRow:
    """A lifecycle of the list: its live version, and the reader's own draft of it."""

    lifecycle: str
    name: str
    live: VersionRow
    draft: DraftRow | None


@dataclass(frozen=True, slots=True)
class VersionDetail:
    """One version with its text, and what the text says."""

    row: VersionRow
    text: str
    definition: Definition


@dataclass(frozen=True, slots=True)
class Parting:
    """A draft that fell behind: the text it began from, what it says itself, and the version that is live by now."""

    base_number: int
    base_text: str
    draft: DraftRow
    live_id: int
    live: VersionRow
    live_text: str


def listing(session: Session, *, actor: Actor) -> tuple[WorkflowRow, ...]:
    """Every lifecycle that has a live version, by name."""
    names = session.scalars(select(LiveDefinition.lifecycle).order_by(LiveDefinition.lifecycle)).all()
    return tuple(_row(session, name, actor) for name in names)


def _row(session: Session, name: str, actor: Actor) -> WorkflowRow:
    live = next(version for version in versions(session, lifecycle_name=name) if version.live)
    definition = lifecycle(session, live.id).definition
    return WorkflowRow(name, definition.name, live, draft_of(session, lifecycle_name=name, actor=actor))


def versions(session: Session, *, lifecycle_name: str) -> tuple[VersionRow, ...]:
    """The versions of a lifecycle, newest first; raises NotFound for a lifecycle nobody published."""
    found = session.execute(
        select(
            DefinitionVersion.id,
            DefinitionVersion.number,
            User.name,
            DefinitionVersion.at,
            DefinitionVersion.note,
            DefinitionVersion.verdict,
            LiveDefinition.version_id,
        )
        .outerjoin(User, User.id == DefinitionVersion.author_id)
        .outerjoin(LiveDefinition, LiveDefinition.version_id == DefinitionVersion.id)
        .where(DefinitionVersion.lifecycle == lifecycle_name)
        .order_by(DefinitionVersion.number.desc())
    ).all()
    if not found:
        raise NotFound("There is no such workflow.")
    return tuple(
        VersionRow(row.id, row.number, row.name or "", row.at, row.note, row.verdict, row.version_id is not None)
        for row in found
    )


def version(session: Session, *, lifecycle_name: str, number: int | None = None) -> VersionDetail:
    """One version, the live one unless a number is given; raises NotFound."""
    rows = versions(session, lifecycle_name=lifecycle_name)
    row = next((row for row in rows if (row.live if number is None else row.number == number)), None)
    if row is None:
        raise NotFound("There is no such version of this workflow.")
    text = session.execute(select(DefinitionVersion.text).where(DefinitionVersion.id == row.id)).scalar_one()
    return VersionDetail(row, text, lifecycle(session, row.id).definition)


def draft_of(session: Session, *, lifecycle_name: str, actor: Actor) -> DraftRow | None:
    """The actor's own draft, or None."""
    found = session.execute(
        select(Draft.text, Draft.row_version, Draft.saved_at, Draft.base_version_id, DefinitionVersion.number)
        .join(DefinitionVersion, DefinitionVersion.id == Draft.base_version_id)
        .where(Draft.lifecycle == lifecycle_name, Draft.user_id == actor.user_id)
    ).one_or_none()
    if found is None:
        return None
    live = session.execute(
        select(LiveDefinition.version_id).where(LiveDefinition.lifecycle == lifecycle_name)
    ).scalar_one()
    return DraftRow(found.text, found.row_version, found.saved_at, found.number, found.base_version_id != live)


def parting(session: Session, *, lifecycle_name: str, actor: Actor) -> Parting | None:
    """The actor's draft beside the live version when another one than his base is live; None otherwise."""
    draft = draft_of(session, lifecycle_name=lifecycle_name, actor=actor)
    if draft is None or not draft.behind:
        return None
    base = version(session, lifecycle_name=lifecycle_name, number=draft.base_number)
    live = version(session, lifecycle_name=lifecycle_name)
    return Parting(base.row.number, base.text, draft, live.row.id, live.row, live.text)
