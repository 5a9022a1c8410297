"""The form of one element, the form of a new one, and what deleting one would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from webapp.queries.workflow_table.controls import Control, controls
from webapp.queries.workflow_table.options import Choices, Option
from webapp.queries.workflow_table.places import Mention, mentioned
from webapp.queries.workflow_table.plain import at, spoken, table, words
from webapp.queries.workflow_table.sheets import SHEETS, Sheet, sheet_of
from webapp.queries.workflow_table.wording import shape_words, title
from workflow.editing import Delete, EditError, Model, Path, edited, mentions, model_of
from workflow.reading.names import SECTIONS

KIND = {section: kind for kind, section in SECTIONS.items()}


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the table is open: an element's form, a new one's, or the question whether to delete; and what was typed."""

    section: str = ""
    name: str = ""
    what: str = ""
    """open, add, delete, ready, or nothing."""
    shape: str = ""
    start: str = ""
    """The status a new button leads out of."""
    typed: Model = None
    """The element as a refused form said it."""
    renamed: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)
    sentence: str = ""
    moved: str = ""

    def opens(self, section: str, name: str, what: str) -> bool:
        return (self.section, self.name, self.what) == (section, name, what)


@dataclass(frozen=True, slots=True)
class Form:
    """Everything a form shows; `name` is empty for a new element."""

    section: str
    name: str
    one: str
    title: str
    fields: tuple[Control, ...]
    more: tuple[Control, ...]
    renamed: str
    named: bool
    """Whether the name is asked for first, because the element has no label of its own."""
    places: tuple[Option, ...] = ()
    """Before which other a new element may stand."""
    keys: tuple[Option, ...] = ()
    """What a new element may be called where it cannot be called anything."""
    shape: str = ""
    shapes: tuple[tuple[str, str], ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict)
    sentence: str = ""

    @property
    def id(self) -> str:
        return f"{self.section or 'about'}-{self.name or 'new'}"


def form_of(asked: Asked, section: str, name: str, value: Model, choices: Choices) -> Form:
    """The form of an element as it stands, or as it was typed when that was refused."""
    said = value if asked.typed is None else asked.typed
    sheet = sheet_of(section, said, asked.shape)
    return _form(sheet, section, name, said, choices, asked)


def fresh_form(asked: Asked, section: str, choices: Choices) -> Form:
    """The form of a new element."""
    said: Model = dict(SHEETS[section].fresh or {}) if asked.typed is None else asked.typed
    if asked.start and asked.typed is None and isinstance(said, dict):
        said["from"] = [asked.start]
    sheet = sheet_of(section, said, asked.shape or "never")
    return _form(sheet, section, "", said, choices, asked)


def _form(sheet: Sheet, section: str, name: str, said: Model, choices: Choices, asked: Asked) -> Form:
    named = bool(section) and not sheet.titled and section not in ("when_changed", "scenarios")
    fields = controls(sheet, said, choices, asked.problems)
    present = table(choices.model.get(section))
    keys = tuple(one for one in choices.of("fields") if one.value not in present) if section == "when_changed" else ()
    return Form(
        section=section,
        name=name,
        one=sheet.one,
        title=title(section, name, said, choices) if name else f"New {sheet.one}",
        fields=tuple(one for one in fields if not one.part.quiet),
        more=tuple(one for one in fields if one.part.quiet),
        renamed=asked.renamed or (spoken(name) if named else name),
        named=named,
        places=_places(section, choices) if not name else (),
        keys=keys,
        shape=asked.shape or ("never" if section == "promises" and not name else ""),
        shapes=shape_words() if section == "promises" and not name else (),
        problems=asked.problems,
        sentence=asked.sentence,
    )


def _places(section: str, choices: Choices) -> tuple[Option, ...]:
    """The others, where the order means something to people."""
    if section not in ("statuses", "transitions", "automatic"):
        return ()
    return tuple(
        Option(name, title(section, name, value, choices)) for name, value in table(choices.model.get(section)).items()
    )


@dataclass(frozen=True, slots=True)
class Deletion:
    """What deleting an element does: which lists lose it, and which elements would be left with something to mend."""

    loses: tuple[Mention, ...]
    broken: tuple[Mention, ...]
    sentence: str = ""

    @property
    def along(self) -> tuple[Mention, ...]:
        """Those that can be deleted along with it."""
        found = {(one.section, one.name): one for one in self.broken if one.section and one.section != "scenarios"}
        return tuple(found.values())


def deletion_of(text_: str, model: dict[str, Model], section: str, name: str, choices: Choices) -> Deletion:
    """What deleting would do, found out by doing it to a copy."""
    if section not in KIND:
        return Deletion((), ())
    before = mentions(model, KIND[section], name)
    try:
        after = model_of(edited(text_, Delete(section, name, mentions=True)))
    except EditError as error:
        return Deletion(mentioned(model, before, choices), (), str(error))
    broken = tuple(path for path in before if _left(after, path, name))
    loses = mentioned(model, [path for path in before if path not in broken], choices)
    return Deletion(loses, mentioned(model, broken, choices))


NEEDED = frozenset({"from", "in", "status", "never_reach", "always_reach", "without_pressing"})
"""Lists that must not be empty."""


def _left(after: dict[str, Model], path: Path, name: str) -> bool:
    """Whether the place still says the name, or is a list that lost its last."""
    holder = path[:-1] if isinstance(path[-1], int) else path
    value: Model = after
    for key in holder:
        value = (
            value[key]
            if isinstance(value, list) and isinstance(key, int) and key < len(value)
            else at(value, (str(key),))
        )
    if isinstance(value, dict):
        return False
    return name in words(value) or (value == [] and str(holder[-1]) in NEEDED)


def uses(model: dict[str, Model], section: str, name: str, choices: Choices) -> tuple[str, ...]:
    """What mentions an element, in words; scenarios are left out."""
    if section not in KIND:
        return ()
    found = mentioned(model, mentions(model, KIND[section], name), choices)
    return tuple(dict.fromkeys(one.title for one in found if one.section != "scenarios"))
