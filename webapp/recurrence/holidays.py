"""The public holidays of a country or one of its regions, by date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

NOWHERE: Mapping[date, str] = {}


@cache
def public(country: str, region: str = "") -> Mapping[date, str]:
    """The holidays of every year one asks about; none for a country or region nobody knows."""
    if country not in dict(countries()) or region not in ("", *regions(country)):
        return NOWHERE
    from holidays import country_holidays  # here: few installations need its tables, and no start does

    return country_holidays(country, subdiv=region or None, language="en_US")


@cache
def countries() -> tuple[tuple[str, str], ...]:
    """Pairs of ISO 3166 code and name, by name."""
    from holidays.registry import COUNTRIES

    named = {names[1]: names[0].replace("_", " ").title() for names in COUNTRIES.values() if len(names[1]) == 2}
    return tuple(sorted(named.items(), key=lambda pair: pair[1]))


@cache
def regions(country: str) -> tuple[str, ...]:
    """The regions of a country that have holidays of their own, as ISO 3166-2 writes them behind the dash."""
    from holidays import list_supported_countries

    return tuple(list_supported_countries(include_aliases=False).get(country, ()))
