"""Texts to values: lengths of time, and the facts and answers a scenario writes down."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from workflow.problems import Position
from workflow.reading.names import bare, full
from workflow.reading.nodes import List, Node, Table, Text
from workflow.spelling import did_you_mean, shown
from workflow.vocabulary import Fact, Vocabulary

Report = Callable[[str, str, Position], None]

DURATION = r"[1-9][0-9]{0,4} (?:minute|hour|day|week)s?"
_DURATION = re.compile(r"([1-9][0-9]{0,4}) (minute|hour|day|week)s?")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,6})?")
_UNITS = {"minute": 1, "hour": 60, "day": 24 * 60, "week": 7 * 24 * 60}

NOT_A_VALUE = object()
"""Stands where a mistake was reported."""


def duration(text: str) -> timedelta | None:
    """The length of time a text says, as in `2 days`; None when it says none."""
    match = _DURATION.fullmatch(text)
    return timedelta(minutes=int(match[1]) * _UNITS[match[2]]) if match else None


def facts(node: Node, vocabulary: Vocabulary, people: tuple[str, ...], report: Report) -> dict[str, object]:
    """The facts a scenario gives an order, by full name."""
    if not isinstance(node, Table):
        report("wrong-kind", "Here must stand facts and their values, as in {type: repair}.", node.at)
        return {}
    given: dict[str, object] = {}
    for key, value in node.entries:
        fact = vocabulary.facts.get(full(key.value, vocabulary))
        if fact is None:
            known = (*vocabulary.facts, *(bare(name) for name in vocabulary.facts))
            report("unknown-fact", f"There is no fact “{shown(key.value)}”.{did_you_mean(key.value, known)}", key.at)
        elif fact.name in given:
            report("duplicate-key", f"“{fact.name}” is given twice here. Keep one.", key.at)
        else:
            given[fact.name] = (
                records(value, fact, people, report) if fact.type == "list" else scalar(value, fact, people, report)
            )
    return given


def records(node: Node, fact: Fact, people: tuple[str, ...], report: Report) -> object:
    """The records of a list, each with only the fields that were written."""
    if not isinstance(node, List):
        report("wrong-kind", f"“{bare(fact.name)}” is a list. Write [ ] around its records.", node.at)
        return NOT_A_VALUE
    rows: list[dict[str, object]] = []
    for item in node.items:
        if not isinstance(item, Table):
            report("wrong-kind", "Here must stand one record, as in {name: Cable, quantity: 3}.", item.at)
            continue
        row: dict[str, object] = {}
        for key, value in item.entries:
            field = fact.fields.get(key.value)
            if field is None:
                report(
                    "unknown-fact",
                    f"“{fact.name}” has no field “{shown(key.value)}”.{did_you_mean(key.value, fact.fields)}",
                    key.at,
                )
            else:
                row[key.value] = scalar(value, field, people, report)
        rows.append(row)
    return tuple(rows)


def scalar(node: Node, fact: Fact, people: tuple[str, ...], report: Report) -> object:
    """One value of the fact's type."""
    if not isinstance(node, Text):
        report("wrong-kind", f"Here must stand one value for “{fact.name}”.", node.at)
        return NOT_A_VALUE
    text = node.value
    if node.plain and text in ("null", ""):
        if fact.nullable:
            return None
        report("value", f"“{fact.name}” cannot be empty.", node.at)
        return NOT_A_VALUE
    found, instead = _typed(text, fact, people)
    if found is NOT_A_VALUE:
        report("value", f"“{shown(text)}” cannot be “{fact.name}”. {instead}", node.at)
    return found


def _typed(text: str, fact: Fact, people: tuple[str, ...]) -> tuple[object, str]:
    match fact.type:
        case "boolean":
            return {"true": True, "false": False}.get(text, NOT_A_VALUE), "Write true or false."
        case "number":
            return (Decimal(text) if _NUMBER.fullmatch(text) else NOT_A_VALUE), "Write a number such as 3 or 2.5."
        case "enumeration":
            hint = f"Write one of: {', '.join(fact.values)}.{did_you_mean(text, fact.values)}"
            return (text if text in fact.values else NOT_A_VALUE), hint
        case "time":
            return moment(text), "Write a day such as 2026-11-25, or a time such as 2026-11-25 14:30."
        case "identity":
            hint = did_you_mean(text, people)
            return (text if text in people or not hint else NOT_A_VALUE), f"It is none of the people.{hint}"
        case _:
            return text, ""


def moment(text: str) -> object:
    """A moment; without an hour the day's first, without a zone UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return NOT_A_VALUE
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
