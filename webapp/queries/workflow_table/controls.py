"""The fields of one element's form, with what it says now and what may be chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from webapp.queries.workflow_table.options import Choices, Option
from webapp.queries.workflow_table.plain import at, rows, table, text, words
from webapp.queries.workflow_table.sheets import Part, Sheet
from workflow.editing import Model

FAMILY = "f."
"""Every field of an element begins so; then comes the key of its part."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a control that has many: a question, a date to set, a message, a role of the matrix."""

    name: str
    values: Mapping[str, str]
    chosen: tuple[str, ...] = ()
    options: Mapping[str, tuple[Option, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Control:
    """One field of a form: `name` is what it is sent as, `value` its text, `chosen` what is ticked."""

    part: Part
    name: str
    value: str = ""
    chosen: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    lines: tuple[Line, ...] = ()
    problem: str = ""

    @property
    def said(self) -> bool:
        """Whether something stands here: a quiet field that says something is shown at once."""
        return bool(self.value or self.chosen or any(line.name or line.values.get("message") for line in self.lines))


def controls(sheet: Sheet, value: Model, choices: Choices, problems: Mapping[str, str]) -> tuple[Control, ...]:
    """The fields of a form for an element that says `value`."""
    return tuple(_control(part, value, choices, problems.get(part.key, "")) for part in sheet.parts)


def _control(part: Part, element: Model, choices: Choices, problem: str) -> Control:
    name = f"{FAMILY}{part.key or 'value'}"
    value = at(element, part.path)
    match part.control:
        case "one":
            return Control(part, name, text(value), options=choices.of(part.source, value), problem=problem)
        case "many":
            return Control(
                part, name, chosen=tuple(words(value)), options=choices.of(part.source, value), problem=problem
            )
        case "flag":
            return Control(part, name, "true" if value is True else "", problem=problem)
        case "matrix":
            return Control(part, name, options=choices.of("fields"), lines=_matrix(value, choices), problem=problem)
        case "questions":
            return Control(part, name, options=choices.of("asked"), lines=_questions(value), problem=problem)
        case "settings":
            return Control(part, name, lines=_settings(value, element, choices), problem=problem)
        case "notices":
            return Control(
                part,
                name,
                options=choices.of("audiences"),
                lines=_notices(value, choices),
                problem=problem,
            )
        case _:
            return Control(part, name, text(value), problem=problem)


def _matrix(value: Model, choices: Choices) -> tuple[Line, ...]:
    """Every role that a person can have, and the fields it may change."""
    given = table(value)
    return tuple(
        Line(option.value, {"label": option.label}, tuple(words(given.get(option.value))))
        for option in choices.of("roles", list(given))
    )


def _questions(value: Model) -> tuple[Line, ...]:
    found = [
        Line(
            name,
            {
                "label": text(table(one).get("label")),
                "kind": text(table(one).get("kind")),
                "required": text(table(one).get("required")),
                "help": text(table(one).get("help")),
                "choices": "\n".join(text(label) for label in table(table(one).get("choices")).values()),
            },
        )
        for name, one in table(value).items()
    ]
    return (*found, Line("", {}))


def _settings(value: Model, element: Model, choices: Choices) -> tuple[Line, ...]:
    found = []
    for fact, to in (*table(value).items(), ("", "")):
        said = text(table(to).get("to")) if isinstance(to, dict) else text(to)
        when = text(table(to).get("when"))
        answers = choices.answers(element)
        if said and said not in {option.value for option in answers}:
            answers = (*answers, Option(said, said))
        found.append(
            Line(
                fact,
                {"to": said, "when": when},
                options={
                    "fact": choices.of("settable", fact or None),
                    "to": answers,
                    "when": choices.of("guards", when or None),
                },
            )
        )
    return tuple(found)


def _notices(value: Model, choices: Choices) -> tuple[Line, ...]:
    return tuple(
        Line(
            str(number),
            {"message": text(row.get("message"))},
            tuple(words(row.get("to"))),
            {"message": choices.of("messages", row.get("message"))},
        )
        for number, row in enumerate([*rows(value), {}])
    )
