"""Notifications: the outbox of deliveries, their attempts, and what a person finds in his feed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Model
from webapp.models.columns import Searched, Versioned


class Delivery(Searched, Model):
    """One message to one recipient over one channel, written with the change and delivered later.

    channel: in_app, mail, webhook. state: waiting, delivered, kept (no SMTP_URL: readable in the app), undeliverable, dead.
    Deliveries of one `lane` (a mail domain, an endpoint) may hold each other up, those of two lanes never do.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_due", "state", "next_at", "id"),
        Index("ix_deliveries_lane", "state", "channel", "lane", "next_at"),
    )
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
    lane: Mapped[str] = mapped_column(default="")
    endpoint_id: Mapped[int | None] = mapped_column(ForeignKey("webhook_endpoints.id"), index=True)


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
    digest_id: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id"))
    """The daily mail that told of it."""


class KeptMail(Model):
    """A mail as it was, or would have been, sent; secrets of links masked outside the demo."""

    __tablename__ = "kept_mails"
    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id"), unique=True)
    to: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    at: Mapped[datetime]


class WebhookEndpoint(Versioned, Model):
    """An integrator's address that is told of some messages; its secret is derived from a nonce and never stored.

    While a secret is being replaced, deliveries are signed with the former one too, until `former_until`.
    """

    __tablename__ = "webhook_endpoints"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    url: Mapped[str]
    messages: Mapped[list[str]]
    active: Mapped[bool] = mapped_column(default=True)
    removed: Mapped[bool] = mapped_column(default=False)
    nonce: Mapped[str]
    former_nonce: Mapped[str | None]
    former_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class NotificationChoices(Model):
    """What a person chose: messages he wants no mail of, quiet hours and a daily digest; minutes count from midnight."""

    __tablename__ = "notification_choices"
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    mail_off: Mapped[list[str]] = mapped_column(default=list)
    quiet_from: Mapped[int | None]
    quiet_until: Mapped[int | None]
    time_zone: Mapped[str] = mapped_column(default="")
    digest_at: Mapped[int | None]
    digest_since: Mapped[datetime | None]
    digest_on: Mapped[str] = mapped_column(default="")
    """The day, in the person's zone, of the last digest."""


class CalendarLink(Model):
    """A person's secret calendar address; only a hash of the secret is kept, and its last letters to recognise it by."""

    __tablename__ = "calendar_links"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    ending: Mapped[str]
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class MessageLanguage(Model):
    """A language the firm's texts exist in; English is the stock and needs no row."""

    __tablename__ = "message_languages"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    added_at: Mapped[datetime]


class MessageText(Model):
    """One version of a message's text for one channel and language; the newest row is in force, `stock` ends the firm's own."""

    __tablename__ = "message_texts"
    __table_args__ = (Index("ix_message_texts_of", "message", "channel", "language", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    message: Mapped[str]
    channel: Mapped[str]
    language: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    stock: Mapped[bool] = mapped_column(default=False)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    actor_name: Mapped[str]
    at: Mapped[datetime]
