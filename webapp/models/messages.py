"""Notifications: the outbox of deliveries, their attempts, and what a person finds in his feed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Model
from webapp.models.columns import Searched


class Delivery(Searched, Model):
    """One message to one recipient over one channel, written with the change and delivered later.

    state: waiting, delivered, kept (no SMTP_URL: readable in the app), undeliverable, dead.
    """

    __tablename__ = "deliveries"
    __table_args__ = (Index("ix_deliveries_due", "state", "next_at", "id"),)
    SEARCHED: ClassVar[tuple[str, ...]] = ("recipient_name", "address")
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    message: Mapped[str]
    audience: Mapped[str]
    channel: Mapped[str]
    order_id: Mapped[int | None] = mapped_column(ForeignKey("work_orders.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    address: Mapped[str | None]
    recipient_name: Mapped[str] = mapped_column(default="")
    context: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default="waiting")
    reason: Mapped[str] = mapped_column(default="")
    next_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_token: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    message_id: Mapped[str]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class DeliveryAttempt(Model):
    """One try to deliver, and what the other side answered."""

    __tablename__ = "delivery_attempts"
    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id"), index=True)
    at: Mapped[datetime]
    outcome: Mapped[str]
    answer: Mapped[str] = mapped_column(default="")


class Notification(Model):
    """An entry of a person's feed; one per delivery, whatever crashes."""

    __tablename__ = "notifications"
    __table_args__ = (Index("ix_notifications_user", "user_id", "read_at", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id"), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("work_orders.id"))
    title: Mapped[str]
    body: Mapped[str]
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class KeptMail(Model):
    """A mail as it was, or would have been, sent; secrets of links masked outside the demo."""

    __tablename__ = "kept_mails"
    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id"), unique=True)
    to: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    at: Mapped[datetime]
