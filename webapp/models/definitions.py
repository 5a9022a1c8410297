"""Published versions of a lifecycle, which of them is live, and the drafts people edit and try."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Model


class DefinitionVersion(Model):
    """One immutable published text of a lifecycle; `based_on_id` is the version its draft began from."""

    __tablename__ = "definition_versions"
    __table_args__ = (UniqueConstraint("lifecycle", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    lifecycle: Mapped[str]
    number: Mapped[int]
    text: Mapped[str]
    sha256: Mapped[str]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")
    verdict: Mapped[dict[str, Any]]
    based_on_id: Mapped[int | None] = mapped_column(ForeignKey("definition_versions.id"))


class LiveDefinition(Model):
    """Which version of a lifecycle is live: the pointer that publishing moves."""

    __tablename__ = "live_definitions"
    lifecycle: Mapped[str] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("definition_versions.id"))


class Draft(Model):
    """One person's text of a lifecycle that is not published yet, and the version it began from."""

    __tablename__ = "definition_drafts"
    __table_args__ = (UniqueConstraint("lifecycle", "user_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    lifecycle: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    base_version_id: Mapped[int] = mapped_column(ForeignKey("definition_versions.id"))
    text: Mapped[str]
    row_version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]


class DraftStep(Model):
    """A text the draft can go to in one step: back to before a gesture, or (`redo`) forth again.

    It may be taken only while the draft still says what the step begins from, which `from_sha256` tells.
    """

    __tablename__ = "definition_draft_steps"
    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("definition_drafts.id", ondelete="CASCADE"), index=True)
    redo: Mapped[bool]
    says: Mapped[str]
    text: Mapped[str]
    from_sha256: Mapped[str]


class Trial(Model):
    """One person's trial of a lifecycle: the order it begins with, as it was then, and the steps taken so far.

    `order_number` and `status` are empty for a made-up order, which its first step makes. Each step keeps where it led when it was
    taken (`led`), so that a text that was changed since can be compared.
    """

    __tablename__ = "definition_trials"
    __table_args__ = (UniqueConstraint("lifecycle", "user_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    lifecycle: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    order_number: Mapped[int | None]
    status: Mapped[str | None]
    facts: Mapped[dict[str, Any]]
    began_at: Mapped[datetime]
    since: Mapped[datetime]
    steps: Mapped[list[Any]]
    row_version: Mapped[int] = mapped_column(default=1)
