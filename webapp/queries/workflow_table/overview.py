"""The workflow at a glance: every status with the buttons, rules and timers that lead out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.queries.workflow_table.options import KIND_WORDS, Choices
from webapp.queries.workflow_table.plain import spoken, table, text, words
from webapp.queries.workflow_table.wording import conditions, listed
from workflow.coverage import Coverage
from workflow.editing import Model


@dataclass(frozen=True, slots=True)
class Badge:
    """A status as its badge shows it."""

    name: str
    label: str
    color: str


@dataclass(frozen=True, slots=True)
class Way:
    """A way out of a status: a button and who presses it, or an automatic rule and when it fits."""

    name: str
    label: str
    to: Badge
    who: str
    passes: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """One status with its ways out."""

    badge: Badge
    kind: str
    help: str
    first: bool
    final: bool
    passes: int | None
    buttons: tuple[Way, ...]
    rules: tuple[Way, ...]
    problems: int


def overview(
    choices: Choices, coverage: Coverage | None, troubled: Mapping[tuple[str, str], object]
) -> tuple[Standing, ...]:
    """The statuses in their order. Without `coverage` nothing is counted."""
    model = choices.model
    return tuple(
        Standing(
            badge=badge(model, name),
            kind=KIND_WORDS.get(text(table(one).get("kind")), ("No kind", ""))[0],
            help=text(table(one).get("help")),
            first=model.get("first_status") == name,
            final=table(one).get("final") is True,
            passes=coverage.statuses.get(name, 0) if coverage else None,
            buttons=tuple(_buttons(choices, name, coverage)),
            rules=tuple(_rules(choices, name, coverage)),
            problems=int(("statuses", name) in troubled),
        )
        for name, one in table(model.get("statuses")).items()
    )


def badge(model: Mapping[str, Model], name: str) -> Badge:
    """A status by its name; one that does not exist is red."""
    found = table(model.get("statuses")).get(name)
    if found is None:
        return Badge(name, f"“{name}” does not exist" if name else "Nothing is chosen", "red")
    return Badge(name, text(table(found).get("label")) or spoken(name), text(table(found).get("color")) or "grey")


def _buttons(choices: Choices, status: str, coverage: Coverage | None) -> list[Way]:
    return [
        Way(
            name,
            text(table(one).get("label")) or spoken(name),
            badge(choices.model, text(table(one).get("to"))),
            listed(choices.labels("roles", table(one).get("by")), "or"),
            coverage.transitions.get(name, 0) if coverage else None,
        )
        for name, one in table(choices.model.get("transitions")).items()
        if status in words(table(one).get("from"))
    ]


def _rules(choices: Choices, status: str, coverage: Coverage | None) -> list[Way]:
    return [
        Way(
            name,
            spoken(name),
            badge(choices.model, text(table(one).get("to"))),
            conditions(table(one), choices),
            coverage.automatic.get(name, 0) if coverage else None,
        )
        for name, one in table(choices.model.get("automatic")).items()
        if status in words(table(one).get("from"))
    ]
