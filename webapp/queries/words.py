"""How values of an order read on a page."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

TYPES = {
    "installation": "Installation",
    "repair": "Repair",
    "maintenance": "Maintenance",
    "service": "Service",
    "other": "Other",
}
"""The types of work in the order of the page, with their labels."""


def plain(quantity: Decimal | None) -> str:
    """A quantity as people write it: no zeros at its end; empty for none."""
    return "" if quantity is None else f"{quantity.normalize():f}"


def local(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    """The moment on the clock of a zone."""
    return None if moment is None else moment.astimezone(zone)
