"""Maintenance plans, the rules of device types that make plans, and the ledger of their slots."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Model, Quantity
from webapp.models.columns import Versioned


class Recurring(Versioned):
    """What comes again, and what its orders hold.

    `rrule` is the value of an RFC 5545 RRULE, empty for what happens once. anchor: fixed, floating. season: empty, or
    "04-01/10-31". shift (from days off and holidays): keep, before, after, skip. `excluded` holds ISO dates. policy (while
    an order has not begun): merge, skip, create. catch_up (after an outage): latest, all, none. A slot more than
    `window_days` ago is not caught up at all.
    """

    name: Mapped[str]
    order_type: Mapped[str] = mapped_column(default="maintenance")
    rrule: Mapped[str] = mapped_column(default="")
    first_due_at: Mapped[datetime]
    anchor: Mapped[str] = mapped_column(default="fixed")
    season: Mapped[str] = mapped_column(default="")
    shift: Mapped[str] = mapped_column(default="keep")
    excluded: Mapped[list[str]] = mapped_column(default=list)
    policy: Mapped[str] = mapped_column(default="merge")
    catch_up: Mapped[str] = mapped_column(default="latest")
    window_days: Mapped[int | None]
    lead_days: Mapped[int] = mapped_column(default=14)
    duration_minutes: Mapped[int] = mapped_column(default=60)
    technician_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    request: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    edited_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]


class MaintenanceRule(Recurring, Model):
    """A plan for every unit of a device type; each unit gets a plan of its own, which follows the rule."""

    __tablename__ = "maintenance_rules"
    id: Mapped[int] = mapped_column(primary_key=True)
    device_type_id: Mapped[int] = mapped_column(ForeignKey("device_types.id"), index=True)


class MaintenanceRuleItem(Model):
    """A quantity of an item the rule's plans put on each order."""

    __tablename__ = "maintenance_rule_items"
    rule_id: Mapped[int] = mapped_column(ForeignKey("maintenance_rules.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    quantity: Mapped[Decimal] = mapped_column(Quantity)


class MaintenancePlan(Recurring, Model):
    """What is due at one unit.

    A plan of a rule (`rule_id`) follows it, as of `rule_version`, until it gets values of its own (`own`). `next_slot_at` is the slot that comes
    next; `wake_at` when the clockwork has to look at the plan, nothing when there is nothing to wait for: paused, ended, or
    a floating plan whose order (`waits_for_id`) is not done.
    """

    __tablename__ = "maintenance_plans"
    __table_args__ = (UniqueConstraint("rule_id", "unit_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("maintenance_rules.id"), index=True)
    rule_version: Mapped[int | None]
    own: Mapped[bool] = mapped_column(default=False)
    installation_id: Mapped[int | None] = mapped_column(ForeignKey("work_orders.id"), unique=True)
    waits_for_id: Mapped[int | None] = mapped_column(ForeignKey("work_orders.id"), index=True)
    next_slot_at: Mapped[datetime | None] = mapped_column(index=True)
    wake_at: Mapped[datetime | None] = mapped_column(index=True)
    paused_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[str] = mapped_column(default="")


class MaintenancePlanItem(Model):
    """A quantity of an item the plan puts on each order it makes."""

    __tablename__ = "maintenance_plan_items"
    plan_id: Mapped[int] = mapped_column(ForeignKey("maintenance_plans.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    quantity: Mapped[Decimal] = mapped_column(Quantity)


class MaintenanceSlot(Model):
    """One due date of a plan and what became of it: planned, created, merged, moved, skipped, missed, blocked.

    `slot` is the moment the rule names, `due_at` the one after the calendar moved it (nothing when it fell away). A slot is
    `moved` when its order stands on another day, or when the plan was changed before it came.
    """

    __tablename__ = "maintenance_slots"
    __table_args__ = (UniqueConstraint("plan_id", "slot"), Index("ix_maintenance_slots_outcome", "outcome", "slot"))
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("maintenance_plans.id"))
    slot: Mapped[datetime]
    due_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="planned")
    reason: Mapped[str] = mapped_column(default="")
    order_id: Mapped[int | None] = mapped_column(ForeignKey("work_orders.id"))
    at: Mapped[datetime]
