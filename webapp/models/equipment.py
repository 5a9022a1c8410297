"""Customers, the units they own, and the catalogue of types, models and items."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import Column, ForeignKey, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.db import Model, Money, Quantity, db
from webapp.models.columns import Searched, Versioned


class Customer(Versioned, Model):
    """Whom the firm works for; `display_name` is computed by the service that writes the names."""

    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(default="residential")
    first_name: Mapped[str] = mapped_column(default="")
    last_name: Mapped[str] = mapped_column(default="")
    company_name: Mapped[str] = mapped_column(default="")
    display_name: Mapped[str] = mapped_column(index=True)
    search_text: Mapped[str]
    approval_email: Mapped[str] = mapped_column(default="")
    emails: Mapped[list[str]] = mapped_column(default=list)
    phones: Mapped[list[str]] = mapped_column(default=list)
    billing_address: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    """The code of the language his messages are written in; empty: English, the language of the stock."""
    created_at: Mapped[datetime]


device_type_items = Table(
    "device_type_items",
    db.metadata,
    Column("device_type_id", ForeignKey("device_types.id"), primary_key=True),
    Column("item_id", ForeignKey("items.id"), primary_key=True, index=True),
)


class DeviceType(Versioned, Searched, Model):
    """A category of equipment; its items pre-load on every order for a unit of it."""

    __tablename__ = "device_types"
    SEARCHED: ClassVar[tuple[str, ...]] = ("name",)
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class DeviceModel(Versioned, Searched, Model):
    """A manufacturer's model of a device type."""

    __tablename__ = "device_models"
    SEARCHED: ClassVar[tuple[str, ...]] = ("manufacturer", "number")
    id: Mapped[int] = mapped_column(primary_key=True)
    device_type_id: Mapped[int] = mapped_column(ForeignKey("device_types.id"), index=True)
    number: Mapped[str]
    manufacturer: Mapped[str] = mapped_column(default="")
    default_cost: Mapped[Decimal | None] = mapped_column(Money)
    device_type: Mapped[DeviceType] = relationship(lazy="raise")


class Item(Versioned, Searched, Model):
    """A material or service; `approval_quantity_limit` None: no limit, 0: every use needs approval."""

    __tablename__ = "items"
    SEARCHED: ClassVar[tuple[str, ...]] = ("name",)
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(default="material")
    unit_cost: Mapped[Decimal] = mapped_column(Money)
    unit_of_measure: Mapped[str] = mapped_column(default="piece")
    approval_quantity_limit: Mapped[Decimal | None] = mapped_column(Quantity)
    active: Mapped[bool] = mapped_column(default=True)


class Unit(Versioned, Searched, Model):
    """A piece of equipment at an address; model and customer may be unknown."""

    __tablename__ = "units"
    SEARCHED: ClassVar[tuple[str, ...]] = ("serial_number", "service_address")
    id: Mapped[int] = mapped_column(primary_key=True)
    device_model_id: Mapped[int | None] = mapped_column(ForeignKey("device_models.id"), index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    serial_number: Mapped[str] = mapped_column(default="", index=True)
    service_address: Mapped[str] = mapped_column(default="")
    time_zone: Mapped[str | None]
    warranty_months: Mapped[int | None]
    installed_at: Mapped[datetime | None]
    serviced_at: Mapped[datetime | None]
    maintained_at: Mapped[datetime | None]
    archived: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    device_model: Mapped[DeviceModel | None] = relationship(lazy="raise")
    customer: Mapped[Customer | None] = relationship(lazy="raise")
