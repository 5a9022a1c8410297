"""Reading what a browser sends: numbers, moments in a zone, choices; and the words values are shown in."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Blueprint, request

from webapp.errors import Invalid
from webapp.queries.words import plain
from webapp.services import entries

LARGEST = 999_999_999
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
    return entries.whole(text or "", most=LARGEST, says="This")[0]


def decimal(text: str) -> Decimal | None:
    """A quantity as people type it ("2", "1,5"), at most three places, or None when it is not one, or not clearly."""
    return entries.amount(text, places=3, says="The quantity")[0]


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
    return plain(value)


@blueprint.app_template_filter("money")
def money(value: Decimal | None) -> str:
    """An amount with two places: 1,250.00."""
    return "" if value is None else f"{value:,.2f}"
