"""Facts and answers as they were recorded, read back into the values guards judge."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from workflow.values import Facts, Scalar, Value
from workflow.vocabulary import Fact, FactType, Vocabulary


def facts_of(recorded: Mapping[str, Any], vocabulary: Vocabulary) -> Facts:
    """The facts by name; one the vocabulary does not know any more is left as it was written."""
    return {name: value_of(value, vocabulary.facts.get(name)) for name, value in recorded.items()}


def value_of(value: Any, fact: Fact | None) -> Value:
    """One recorded value as a value of its fact."""
    if isinstance(value, list):
        fields = fact.fields if fact is not None else {}
        return tuple({name: scalar_of(one, fields.get(name)) for name, one in row.items()} for row in value)
    return scalar_of(value, fact)


def scalar_of(value: Any, fact: Fact | None) -> Scalar:
    """One recorded value that is no list."""
    return typed(value, "text" if fact is None else fact.type)


def typed(value: Any, kind: FactType) -> Scalar:
    """The value of that type; what was not written as one stays a text."""
    if value is None or isinstance(value, bool):
        return value
    if kind == "number":
        return Decimal(str(value))
    if kind == "time":
        return datetime.fromisoformat(str(value))
    return str(value)
