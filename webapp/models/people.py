"""Accounts, their roles and sessions."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.db import Model
from webapp.models.columns import Searched, Versioned


class Role(Model):
    """A named set of permissions; `is_technician` marks the roles whose holders can be given orders."""

    __tablename__ = "roles"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    label: Mapped[str]
    is_technician: Mapped[bool] = mapped_column(default=False)
    permissions: Mapped[list[str]]


class User(Versioned, Searched, Model):
    """A person who signs in: one role, and extra permissions that add and never subtract."""

    __tablename__ = "users"
    SEARCHED: ClassVar[tuple[str, ...]] = ("name", "email")
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str | None]
    role_id: Mapped[int] = mapped_column(ForeignKey("roles.id"), index=True)
    extra_permissions: Mapped[list[str]] = mapped_column(default=list)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    role: Mapped[Role] = relationship(lazy="joined", innerjoin=True)


class UserSession(Model):
    """One signed-in browser; only a hash of its secret is kept."""

    __tablename__ = "user_sessions"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    begun_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[str]


class LoginFailure(Model):
    """One wrong password, for the brake on guessing."""

    __tablename__ = "login_failures"
    __table_args__ = (
        Index("ix_login_failures_email_at", "email", "at"),
        Index("ix_login_failures_address_at", "address", "at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    address: Mapped[str]
    at: Mapped[datetime]


class FormToken(Model):
    """The one-time token of a creating form, and where its first use led."""

    __tablename__ = "form_tokens"
    token: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    result_url: Mapped[str | None]
    spent_at: Mapped[datetime]
