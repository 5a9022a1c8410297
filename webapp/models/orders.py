"""Work orders, their lines and everything that is remembered about them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Model, Money, Quantity


class WorkOrder(Model):
    """One job at one unit. Nothing but services.transitions writes `status`."""

    __tablename__ = "work_orders"
    __table_args__ = (
        Index("ix_work_orders_status_due", "status", "due_at", "id"),
        Index("ix_work_orders_technician", "technician_id", "status", "due_at", "id"),
        Index("ix_work_orders_unit", "unit_id", "due_at", "id"),
        Index("ix_work_orders_creator", "created_by_id", "id"),
        Index("ix_work_orders_entered", "status", "entered_at", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    type: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    technician_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    due_at: Mapped[datetime | None]
    duration_minutes: Mapped[int] = mapped_column(default=60)
    request: Mapped[str] = mapped_column(default="")
    status: Mapped[str]
    definition_version_id: Mapped[int] = mapped_column(ForeignKey("definition_versions.id"), index=True)
    row_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_by_plan_id: Mapped[int | None] = mapped_column(ForeignKey("maintenance_plans.id", use_alter=True))
    arrived_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    resume_at: Mapped[datetime | None]
    unit_stamp_before: Mapped[dict[str, Any] | None]
    stay: Mapped[int] = mapped_column(default=0, server_default="0")
    """The sequence of the history row with which it came into its status, and when that was."""
    entered_at: Mapped[datetime | None]
    history_length: Mapped[int] = mapped_column(default=0)
    history_hash: Mapped[str] = mapped_column(default="")


class OrderLine(Model):
    """A quantity of one item on one order, with the limit as it was when the quantity was set."""

    __tablename__ = "work_order_lines"
    __table_args__ = (UniqueConstraint("order_id", "item_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("work_orders.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    name: Mapped[str]
    unit_cost: Mapped[Decimal] = mapped_column(Money)
    unit_of_measure: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    used: Mapped[Decimal | None] = mapped_column(Quantity)
    approval_quantity_limit: Mapped[Decimal | None] = mapped_column(Quantity)
    approved_quantity: Mapped[Decimal | None] = mapped_column(Quantity)
    quantity_set_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class OrderWorker(Model):
    """A person who started, resumed or submitted the order: he may not complete it."""

    __tablename__ = "work_order_workers"
    order_id: Mapped[int] = mapped_column(ForeignKey("work_orders.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)


class StatusHistory(Model):
    """One status change; append-only, each row hashing the one before it on the same order."""

    __tablename__ = "work_order_status_histories"
    __table_args__ = (UniqueConstraint("order_id", "sequence"), Index("ix_work_order_status_histories_at", "at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("work_orders.id"))
    sequence: Mapped[int]
    from_status: Mapped[str | None]
    to_status: Mapped[str]
    rule: Mapped[str | None]
    automatic: Mapped[bool]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    actor_kind: Mapped[str]
    actor_name: Mapped[str]
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(default="")
    definition_version_id: Mapped[int] = mapped_column(ForeignKey("definition_versions.id"))
    facts: Mapped[dict[str, Any]]
    guards: Mapped[dict[str, Any]]
    answers: Mapped[dict[str, Any]]
    previous_hash: Mapped[str]
    hash: Mapped[str]


class Refusal(Model):
    """An attempt the definition refused, with every reason and the facts it was judged by."""

    __tablename__ = "work_order_refusals"
    __table_args__ = (Index("ix_work_order_refusals_at", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("work_orders.id"), index=True)
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    actor_kind: Mapped[str]
    actor_name: Mapped[str]
    status: Mapped[str]
    transition: Mapped[str]
    definition_version_id: Mapped[int] = mapped_column(ForeignKey("definition_versions.id"))
    blockers: Mapped[list[Any]]
    facts: Mapped[dict[str, Any]]


class OrderChange(Model):
    """One field of an order changed by one save; values as people read them."""

    __tablename__ = "work_order_changes"
    __table_args__ = (Index("ix_work_order_changes_version", "order_id", "row_version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("work_orders.id"))
    row_version: Mapped[int]
    field: Mapped[str]
    old: Mapped[str | None]
    new: Mapped[str | None]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    actor_name: Mapped[str]
    at: Mapped[datetime]


class Note(Model):
    """A remark on an order."""

    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("work_orders.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    text: Mapped[str]
    at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    edited_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class Photo(Model):
    """A picture on an order; the bytes, re-encoded, lie in the data folder under `file`."""

    __tablename__ = "photos"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("work_orders.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    file: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    caption: Mapped[str] = mapped_column(default="")
    width: Mapped[int]
    height: Mapped[int]
    at: Mapped[datetime]


class ApprovalRequest(Model):
    """A question to the customer: `asked` holds the exact lines, quantities and who set each.

    state: open, approved, declined, superseded, withdrawn.
    """

    __tablename__ = "approval_requests"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("work_orders.id"), index=True)
    state: Mapped[str] = mapped_column(default="open")
    asked: Mapped[list[Any]]
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(default="")


class CustomerLink(Model):
    """A signed link for one approval request; only a hash of its secret is kept."""

    __tablename__ = "customer_links"
    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("approval_requests.id"), index=True)
    nonce: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
