"""Values of facts as people read them: names for identities, lists record by record, times on a clock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from workflow.expressions import plain
from workflow.values import Scalar, Value
from workflow.vocabulary import Fact

THINGS = ("order.unit", "unit.customer")
"""Identities that are no person's."""


@dataclass(frozen=True, slots=True)
class FactWords:
    """Says values; `name` says who an identity is."""

    name: Callable[[str], str]
    zone: ZoneInfo

    def value(self, fact: Fact, value: Value, columns: Collection[str] | None = None) -> str:
        """A fact's value; of a list's records the `columns` besides its first, or all."""
        if isinstance(value, tuple):
            return "; ".join(self._record(fact, row, columns) for row in value) or "none"
        if value is None:
            return "—"
        if isinstance(value, datetime):
            return self.moment(value)
        if fact.type == "identity" and isinstance(value, str):
            return self.identity(fact.name, value)
        if fact.type == "enumeration":
            return str(value).capitalize()
        return plain(fact, value)

    def identity(self, fact: str, value: str) -> str:
        """Whom or what an identity means."""
        return f"no. {value}" if fact in THINGS else self.name(value)

    def moment(self, moment: datetime) -> str:
        """A moment on the clock."""
        return f"{moment.astimezone(self.zone):%-d %b %Y, %H:%M}"

    def _record(self, fact: Fact, row: Mapping[str, Scalar], columns: Collection[str] | None) -> str:
        if not fact.fields:
            return ", ".join(f"{name}: {value}" for name, value in row.items())
        key, *rest = fact.fields
        first = row.get(key)
        name = self.value(fact.fields[key], first)
        told = ", ".join(
            f"{fact.fields[column].label.lower()} {self.value(fact.fields[column], row[column])}"
            for column in rest
            if (row.get(column) is not None if columns is None else column in columns and column in row)
        )
        return f"{name}: {told}" if told else name
