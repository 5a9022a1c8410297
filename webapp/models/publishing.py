"""Publishing a definition: what was proved of a text, each publication and how far its orders are moved, and rehearsals."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Model


class DefinitionProof(Model):
    """What was proved of a text against the staff there was: kept by a key of everything the proof was asked with."""

    __tablename__ = "definition_proofs"
    key: Mapped[str] = mapped_column(primary_key=True)
    proof: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(index=True)


class PublishingRule(Model):
    """How a lifecycle is published: `second_person` when somebody else has to confirm."""

    __tablename__ = "publishing_rules"
    lifecycle: Mapped[str] = mapped_column(primary_key=True)
    second_person: Mapped[bool] = mapped_column(default=False)


class Publication(Model):
    """One publication, asked for or done.

    state: `asked` (waits for a second person), `withdrawn`, `overtaken` (somebody published in between), `moving` (live, and open
    orders are still to follow), `done`, `superseded` (live once; a later one took over moving its orders). `stayed` are ids of
    orders that could not follow.
    """

    __tablename__ = "publications"
    __table_args__ = (Index("ix_publications_lifecycle_state", "lifecycle", "state"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    lifecycle: Mapped[str]
    state: Mapped[str]
    sha256: Mapped[str]
    text: Mapped[str | None]
    base_version_id: Mapped[int | None] = mapped_column(ForeignKey("definition_versions.id"))
    note: Mapped[str] = mapped_column(default="")
    moves: Mapped[str]
    targets: Mapped[dict[str, Any]]
    hold_messages: Mapped[bool] = mapped_column(default=False)
    acknowledged: Mapped[list[str]]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    published_at: Mapped[datetime | None]
    version_id: Mapped[int | None] = mapped_column(ForeignKey("definition_versions.id"), unique=True)
    total: Mapped[int] = mapped_column(default=0)
    moved: Mapped[int] = mapped_column(default=0)
    settled: Mapped[int] = mapped_column(default=0)
    stayed: Mapped[list[Any]]
    finished_at: Mapped[datetime | None]


class Rehearsal(Model):
    """A text replayed against what happened and what is open; done at once when it is small, else slice by slice by a worker.

    state: `waiting`, `running`, `done`. `cursor` is the id of the oldest history row judged so far, `result` what was found.
    """

    __tablename__ = "rehearsals"
    __table_args__ = (Index("ix_rehearsals_key", "key", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    lifecycle: Mapped[str]
    text: Mapped[str]
    everything: Mapped[bool] = mapped_column(default=False)
    targets: Mapped[dict[str, Any]]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(index=True)
    total: Mapped[int] = mapped_column(default=0)
    judged: Mapped[int] = mapped_column(default=0)
    cursor: Mapped[int | None]
    lease_until: Mapped[datetime | None]
    result: Mapped[dict[str, Any]]
    finished_at: Mapped[datetime | None]
