"""Reading what a browser sends: numbers, moments in a zone, choices; and the words values are shown in."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Blueprint, request

from webapp.errors import Invalid
from webapp.services import entries

LARGEST = Decimal("999999999")
OF_EVERY_FORM = frozenset({"csrf_token", "form_token", "row_version"})
"""What every form may send beside its fields."""

blueprint = Blueprint("forms", __name__)


def only(*names: str, families: tuple[str, ...] = ()) -> None:
    """Refuse a form that holds a field its page does not have: raises Invalid naming every one of them.

    `names` are the page's fields; `families` the beginnings of fields of which there are many (`"quantity."` admits
    `quantity.7`). Call it before anything of the form is read; whatever stays unread cannot be assigned by surprise.
    """
    known = OF_EVERY_FORM.union(names)
    unknown = sorted(name for name in request.form if name not in known and not name.startswith(families))
    if unknown:
        raise Invalid({"": f"The form holds fields this page does not have: {', '.join(unknown)}."})


def whole(text: str | None) -> int | None:
    """The whole number, or None when there is none."""
    stripped = (text or "").strip()
    return int(stripped) if stripped.isascii() and stripped.isdigit() and len(stripped) < 10 else None


def decimal(text: str) -> Decimal | None:
    """A quantity as people type it ("2", "1,5"), at most three places, or None when it is not one."""
    try:
        value = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    if not value.is_finite() or value < 0 or value > LARGEST:
        return None
    rounded = value.quantize(Decimal("0.001"))
    return rounded if rounded == value else None


def zone(name: str | None) -> ZoneInfo:
    """The time zone of that name; UTC when there is none of that name."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def moment(text: str, zone_name: str | None) -> datetime | None:
    """What a datetime-local field holds, as an aware moment of that zone; None when it is not one."""
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return read.replace(tzinfo=zone(zone_name)) if read.year in entries.YEARS else None


@blueprint.app_template_filter("local")
def local(value: datetime | None, zone_name: str | None = None) -> datetime | None:
    """The moment on the clocks of that zone."""
    return None if value is None else value.astimezone(zone(zone_name))


@blueprint.app_template_filter("moment")
def said(value: datetime | None, zone_name: str | None = None) -> str:
    """A moment in words: 25 Nov 2026, 07:00."""
    return "" if value is None else f"{value.astimezone(zone(zone_name)):%-d %b %Y, %H:%M}"


@blueprint.app_template_filter("quantity")
def quantity(value: Decimal | None) -> str:
    """A quantity without idle zeros: 2, 1.5."""
    return "" if value is None else f"{value.normalize():f}"


@blueprint.app_template_filter("money")
def money(value: Decimal | None) -> str:
    """An amount with two places: 1,250.00."""
    return "" if value is None else f"{value:,.2f}"
