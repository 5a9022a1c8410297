"""Maintenance plans and the ledger of their slots."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Model, Quantity


class MaintenancePlan(Model):
    """What is due at a unit, and how often: every `every` `period`s from `first_due_at`; `period` once: one slot only."""

    __tablename__ = "maintenance_plans"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    name: Mapped[str]
    order_type: Mapped[str] = mapped_column(default="maintenance")
    every: Mapped[int]
    period: Mapped[str]
    first_due_at: Mapped[datetime]
    lead_days: Mapped[int] = mapped_column(default=14)
    duration_minutes: Mapped[int] = mapped_column(default=60)
    technician_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    request: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    installation_id: Mapped[int | None] = mapped_column(ForeignKey("work_orders.id"), unique=True)
    edited_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    next_slot_at: Mapped[datetime | None] = mapped_column(index=True)
    row_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]


class MaintenancePlanItem(Model):
    """A quantity of an item the plan puts on each order it makes."""

    __tablename__ = "maintenance_plan_items"
    plan_id: Mapped[int] = mapped_column(ForeignKey("maintenance_plans.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    quantity: Mapped[Decimal] = mapped_column(Quantity)


class MaintenanceSlot(Model):
    """One due date of a plan and what became of it: planned, created, merged, moved, skipped, missed, blocked."""

    __tablename__ = "maintenance_slots"
    __table_args__ = (UniqueConstraint("plan_id", "slot"), Index("ix_maintenance_slots_outcome", "outcome", "slot"))
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("maintenance_plans.id"))
    slot: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(default="planned")
    reason: Mapped[str] = mapped_column(default="")
    order_id: Mapped[int | None] = mapped_column(ForeignKey("work_orders.id"))
    at: Mapped[datetime]
