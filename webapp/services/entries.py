"""What people type into forms, made into values; whatever cannot be right becomes a sentence beside its field."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo, available_timezones

ATOM, LABEL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+", r"[^\W_]([\w-]*[^\W_])?"
EMAIL = re.compile(rf"{ATOM}(\.{ATOM})*@({LABEL}\.)+{LABEL}")
"""An address that can stand in a mail's header (RFC 5322 dot-atom): one that cannot would never go out."""
DECIMAL = re.compile(r"[0-9]+([.,][0-9]+)?")
THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]*)?")
"""What a comma between thousands looks like; "1,250" may mean either."""
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
"""What nobody types; a database refuses the first of them."""
LONGEST_LINE = 200
LONGEST_TEXT = 4000
YEARS = range(1900, 2201)
"""The years a date may lie in; far ones overflow when their zone is changed."""
LARGEST_ID = 2**31 - 1
LARGEST_AMOUNT = Decimal(999_999_999)


def line(text: str) -> str:
    """One line: blanks joined, control characters gone."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def paragraph(text: str) -> str:
    """Several lines, each as `line` would have it, without empty ones at either end."""
    return "\n".join(line(each) for each in text.splitlines()).strip()


def text(typed: str) -> str:
    """Several lines as they were typed, without blank space at either end and without control characters.

    A browser ends each line with CR LF, we with LF.
    """
    return "\n".join(CONTROL.sub("", each) for each in typed.splitlines()).strip()


def lines(text: str) -> tuple[str, ...]:
    """The lines that hold something, each once, in their order."""
    return tuple(dict.fromkeys(each for each in map(line, text.splitlines()) if each))


def identity(text: str) -> int | None:
    """The number of a row, or None when it cannot be one."""
    return int(text) if re.fullmatch(r"[0-9]{1,10}", text) and 0 < int(text) <= LARGEST_ID else None


def too_long(values: dict[str, str], *, longest: int = LONGEST_LINE) -> dict[str, str]:
    """A problem for each value that is longer than fits."""
    return {
        name: f"This is too long: at most {longest} characters."
        for name, value in values.items()
        if len(value) > longest
    }


def amount(text: str, *, places: int, says: str) -> tuple[Decimal | None, str | None]:
    """A decimal of at most `places` places that is not negative, or the sentence why not; empty gives neither.

    A comma is read as a decimal point where it can mean nothing else ("1,5"); "1,250" is asked about.
    """
    typed = line(text).replace(" ", "")
    if not typed:
        return None, None
    if THOUSANDS.fullmatch(typed):
        return None, f"{says} is not clear: is the comma in {typed} between thousands? Write {without_commas(typed)}."
    if not DECIMAL.fullmatch(typed):
        return None, f"{says} must be a number such as 12.5 that is not negative."
    value = Decimal(typed.replace(",", "."))
    if value > LARGEST_AMOUNT:
        return None, f"{says} is too large."
    if -int(value.normalize().as_tuple().exponent) > places:
        return None, f"{says} can have at most {places} decimals."
    return value, None


def without_commas(typed: str) -> str:
    """What to write instead of an unclear number: both readings of "1,250", the only sensible one of "1,250.5"."""
    plain = typed.replace(",", "")
    return plain if typed.count(",") > 1 or "." in typed else f"{plain} or {typed.replace(',', '.')}"


def whole(text: str, *, most: int, says: str) -> tuple[int | None, str | None]:
    """A whole number from 0 to `most`, or the sentence why not; empty gives neither."""
    typed = line(text)
    if not typed:
        return None, None
    if not re.fullmatch(r"[0-9]{1,9}", typed) or int(typed) > most:
        return None, f"{says} must be a whole number from 0 to {most}."
    return int(typed), None


def day(text: str, *, zone: str, says: str) -> tuple[datetime | None, str | None]:
    """The beginning of a day in a zone, or the sentence why not; empty gives neither."""
    typed = line(text)
    if not typed:
        return None, None
    try:
        read = date.fromisoformat(typed)
        if read.year not in YEARS:
            return None, f"{says} must lie between 1900 and 2200."
        return datetime.combine(read, time(), ZoneInfo(zone)).astimezone(UTC), None
    except ValueError:
        return None, f"{says} must be a date such as 2026-11-25."


def zones() -> tuple[str, ...]:
    """The time zones a person may choose: the places of the IANA database, and UTC."""
    return ("UTC", *sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/")))


def local(moment: datetime, zone: str) -> datetime:
    """The moment as a clock in the zone shows it."""
    return moment.astimezone(ZoneInfo(zone))
