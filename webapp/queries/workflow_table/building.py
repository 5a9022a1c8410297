"""The whole table view of one text: the overview, a group for each section, and the form that is open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from webapp.config import DEFINITIONS
from webapp.queries.lifecycles import vocabulary
from webapp.queries.workflow_table.forms import Asked, Deletion, Form, deletion_of, form_of, fresh_form, uses
from webapp.queries.workflow_table.options import Choices
from webapp.queries.workflow_table.overview import Badge, Standing, badge, overview
from webapp.queries.workflow_table.places import Owner, owners
from webapp.queries.workflow_table.plain import at, table
from webapp.queries.workflow_table.plain import text as word
from webapp.queries.workflow_table.sheets import SHEETS, Sheet
from webapp.queries.workflow_table.wording import title, told
from workflow.compiling import compile
from workflow.coverage import Coverage, covered
from workflow.definition import Definition
from workflow.editing import EditError, Model, model_of
from workflow.editing.library import ReadyGuard, ready_guards
from workflow.problems import Problem
from workflow.reading import Report


@dataclass(frozen=True, slots=True)
class Row:
    """One element: what it says, what is wrong with it, how many scenarios pass through it, and the form when it is open."""

    section: str
    name: str
    title: str
    badge: Badge | None
    told: tuple[str, ...]
    test: str
    used: tuple[str, ...] | None
    passes: int | None
    came_true: bool | None
    problems: tuple[Problem, ...]
    form: Form | None
    deletion: Deletion | None
    top: bool
    bottom: bool
    focus: str

    @property
    def id(self) -> str:
        return f"{self.section}-{self.name}"


@dataclass(frozen=True, slots=True)
class Group:
    """One section with its elements."""

    sheet: Sheet
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    form: Form | None
    ready: tuple[tuple[ReadyGuard, str], ...] | None
    """The ready tests, each with its sentence as it would read."""

    @property
    def open(self) -> bool:
        """Whether a form stands in it."""
        return self.form is not None or self.ready is not None or any(row.form or row.deletion for row in self.rows)


@dataclass(frozen=True, slots=True)
class Table:
    """The view; `unreadable` says why a text has none, and then nothing else is in it."""

    groups: tuple[Group, ...] = ()
    overview: tuple[Standing, ...] = ()
    about: Form | None = None
    first: Badge | None = None
    problems: tuple[Problem, ...] = ()
    counted: bool = False
    unreadable: str = ""


def build(text: str, report: Report, asked: Asked) -> Table:
    """The table of a text of which this is known."""
    try:
        model = model_of(text)
    except EditError as error:
        return Table(unreadable=str(error))
    choices = Choices(model, vocabulary())
    coverage = coverage_of(report.definition) if report.definition else None
    troubled = owners(text, report.problems)
    building = _Building(text, model, report, asked, choices, coverage, troubled)
    return Table(
        groups=tuple(building.group(sheet) for sheet in SHEETS.values()),
        overview=overview(choices, coverage, troubled),
        about=form_of(asked, "", "", dict(model), choices) if asked.opens("", "", "open") else None,
        first=badge(model, word(model.get("first_status"))),
        problems=troubled.get(("", ""), ()),
        counted=coverage is not None,
    )


COUNTED: dict[str, Coverage] = {}
"""The counts of the texts looked at last: the same text is shown again and again while somebody reads it."""


def coverage_of(definition: Definition) -> Coverage:
    """How many scenarios pass through each part."""
    found = COUNTED.get(definition.text)
    if found is None:
        if len(COUNTED) >= 8:
            COUNTED.clear()
        found = COUNTED[definition.text] = covered(compile(definition, vocabulary()))
    return found


def shelf() -> tuple[ReadyGuard, ...]:
    """The ready tests that fit the vocabulary."""
    return ready_guards((DEFINITIONS / "guards.yaml").read_text(encoding="utf-8"), vocabulary())


@dataclass(frozen=True, slots=True)
class _Building:
    text: str
    model: dict[str, Model]
    report: Report
    asked: Asked
    choices: Choices
    coverage: Coverage | None
    troubled: Mapping[Owner, tuple[Problem, ...]]

    def group(self, sheet: Sheet) -> Group:
        elements = list(_elements(self.model.get(sheet.section)))
        asked = self.asked
        return Group(
            sheet,
            tuple(
                self.row(sheet.section, name, value, number == 0, number == len(elements) - 1)
                for number, (name, value) in enumerate(elements)
            ),
            self.troubled.get((sheet.section, ""), ()),
            fresh_form(asked, sheet.section, self.choices)
            if asked.opens(sheet.section, "", "add") and sheet.fresh is not None
            else None,
            tuple((guard, word(guard.filled()["otherwise"])) for guard in shelf())
            if sheet.section == "guards" and asked.what == "ready"
            else None,
        )

    def row(self, section: str, name: str, value: Model, top: bool, bottom: bool) -> Row:
        asked = self.asked
        return Row(
            section=section,
            name=name,
            title=title(section, name, value, self.choices),
            badge=badge(self.model, name) if section == "statuses" else None,
            told=told(section, value, self.choices),
            test=word(at(value, ("check",))) if section == "guards" else "",
            used=uses(self.model, section, name, self.choices) if section == "guards" else None,
            passes=self._passes(section, name),
            came_true=self._came_true(name) if section == "scenarios" else None,
            problems=self.troubled.get((section, name), ()),
            form=form_of(asked, section, name, value, self.choices) if asked.opens(section, name, "open") else None,
            deletion=deletion_of(self.text, self.model, section, name, self.choices)
            if asked.opens(section, name, "delete")
            else None,
            top=top,
            bottom=bottom,
            focus=asked.moved if (asked.section, asked.name) == (section, name) else "",
        )

    def _passes(self, section: str, name: str) -> int | None:
        if self.coverage is None:
            return None
        counts = {
            "statuses": self.coverage.statuses,
            "transitions": self.coverage.transitions,
            "automatic": self.coverage.automatic,
        }.get(section)
        return None if counts is None else counts.get(name, 0)

    def _came_true(self, number: str) -> bool | None:
        played = self.report.scenarios
        return played[int(number)].ok if number.isdecimal() and int(number) < len(played) else None


def _elements(section: Model) -> Iterator[tuple[str, Model]]:
    if isinstance(section, list):
        yield from ((str(number), value) for number, value in enumerate(section))
    else:
        yield from table(section).items()
