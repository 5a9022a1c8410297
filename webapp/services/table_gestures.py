"""What a person does in the table view, turned into gestures on the text of his draft."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Invalid
from webapp.queries.lifecycles import vocabulary
from webapp.queries.workflow_table.building import shelf
from webapp.queries.workflow_table.forms import KIND
from webapp.queries.workflow_table.options import Choices
from webapp.queries.workflow_table.plain import at, slug, spoken, table, text, words
from webapp.queries.workflow_table.sheets import SHEETS, Sheet, sheet_of
from webapp.queries.workflow_table.wording import title
from webapp.services import draft_gestures
from webapp.services.element_entries import Entered, Said, changes, said
from workflow.editing import Add, Delete, Duplicate, EditError, Gesture, Model, Move, Path, Put, Rename, model_of
from workflow.editing.gestures import KEYS
from workflow.reading.shapes import NAME


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing wanted: `gesture` is save, add, ready, up, down, duplicate or delete; `name` a number for a scenario."""

    gesture: str
    section: str
    name: str = ""
    renamed: str = ""
    shape: str = ""
    before: str = ""
    ready: str = ""
    along: tuple[str, ...] = ()
    entered: Entered = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, in a sentence, and the element to go on with."""

    says: str
    section: str
    name: str
    changed: bool = True


@dataclass(frozen=True, slots=True)
class Planned:
    """The gestures that do it."""

    gestures: tuple[Gesture, ...]
    says: str
    name: str


def perform(session: Session, *, lifecycle: str, wanted: Wanted, row_version: int, actor: Actor, now: datetime) -> Done:
    """Do what is wanted to the actor's draft.

    Raises Invalid with a sentence per field, EditError when the text does not allow it, Conflict when the draft was changed
    in another window since `row_version`, and NotFound when there is none any more.
    """
    draft = draft_gestures.fresh(session, lifecycle=lifecycle, row_version=row_version, actor=actor)
    plan = planned(draft.text, wanted)
    changed = bool(plan.gestures) and draft_gestures.make(
        session,
        lifecycle=lifecycle,
        gestures=plan.gestures,
        says=plan.says,
        row_version=row_version,
        actor=actor,
        now=now,
    )
    return Done(plan.says if changed else "Nothing was changed.", wanted.section, plan.name, changed)


def planned(source: str, wanted: Wanted) -> Planned:
    """The gestures for one wanted thing on this text; raises Invalid and EditError."""
    _known(wanted)
    planner = PLANNERS.get(wanted.gesture)
    if planner is None:
        raise EditError("The table view does not know this gesture.")
    return planner(_Text(model_of(source)), wanted)


def typed(source: str, wanted: Wanted) -> Said:
    """The element as a form says it, for showing the form again; raises EditError when the text cannot be read."""
    _known(wanted)
    if wanted.gesture == "add":
        _addable(wanted.section)
    found = _Text(model_of(source))
    old: Model = {} if wanted.gesture == "add" else found.value(wanted.section, wanted.name)
    return said(sheet_of(wanted.section, old, _shape(wanted)), wanted.entered, old)


def _known(wanted: Wanted) -> None:
    if wanted.section and wanted.section not in SHEETS:
        raise EditError("There is no such part of a workflow.")


def _addable(section: str) -> None:
    if section not in SHEETS or SHEETS[section].fresh is None:
        raise EditError("Nothing can be added here.")


def _shape(wanted: Wanted) -> str:
    return wanted.shape if wanted.gesture == "add" else ""


@dataclass(frozen=True, slots=True)
class _Text:
    model: dict[str, Model]

    def names(self, section: str) -> list[str]:
        found = self.model.get(section)
        if section == "scenarios":
            return [str(number) for number in range(len(found))] if isinstance(found, list) else []
        return list(table(found))

    def value(self, section: str, name: str) -> Model:
        """The element, or the whole definition for no section; raises EditError when it is gone."""
        if not section:
            return dict(self.model)
        if name not in self.names(section):
            raise EditError(f"This {SHEETS[section].one} does not exist any more.")
        found = self.model.get(section)
        return found[int(name)] if isinstance(found, list) else table(found).get(name)

    def called(self, section: str, name: str) -> str:
        """The element in a sentence: the status “Open”."""
        words_of = title(section, name, self.value(section, name), Choices(self.model, vocabulary()))
        return f"the {SHEETS[section].one} “{words_of if len(words_of) < 70 else f'{words_of[:66]}…'}”"


def _key(section: str, name: str) -> str | int:
    return int(name) if section == "scenarios" else name


def _save(found: _Text, wanted: Wanted) -> Planned:
    section, name = wanted.section, wanted.name
    old = found.value(section, name)
    sheet = sheet_of(section, old)
    new = _checked(said(sheet, wanted.entered, old))
    if not section:
        return Planned(changes(sheet, (), old, new), "The workflow is changed.", "")
    renamed = _renamed(found, section, name, wanted.renamed)
    gestures: list[Gesture] = [Rename(section, name, renamed)] if renamed != name else []
    place: Path = (section, _key(section, renamed))
    gestures += changes(sheet, place, old, new)
    return Planned(tuple(gestures), f"Changed {found.called(section, name)}.", renamed)


def _renamed(found: _Text, section: str, name: str, wanted: str) -> str:
    """The technical name after the form: as typed, or made from what was typed."""
    if section in ("scenarios", "when_changed") or wanted.strip() in ("", name, spoken(name)):
        return name
    return _new_name(found, section, wanted)


def _new_name(found: _Text, section: str, wanted: str) -> str:
    plain = wanted.strip()
    return plain if re.fullmatch(NAME, plain) else slug(plain, found.names(section))


def _add(found: _Text, wanted: Wanted) -> Planned:
    section = wanted.section
    _addable(section)
    sheet = sheet_of(section, None, wanted.shape or "never")
    heard = said(sheet, wanted.entered, {})
    problems = dict(heard.problems)
    name = _name_of_new(found, sheet, wanted, heard.value, problems)
    if problems:
        raise Invalid(problems)
    value = _written(sheet, heard.value)
    before = wanted.before if wanted.before in found.names(section) else None
    words_of = title(section, name, value, Choices(found.model, vocabulary()))
    return Planned((Add(section, name, value, before),), f"Added the {sheet.one} “{words_of}”.", name)


def _name_of_new(found: _Text, sheet: Sheet, wanted: Wanted, value: Model, problems: dict[str, str]) -> str:
    if wanted.renamed.strip():
        return _new_name(found, sheet.section, wanted.renamed)
    if sheet.titled:
        return slug(text(table(value).get(sheet.titled)), found.names(sheet.section))
    problems["name"] = "Choose what is watched." if sheet.section == "when_changed" else f"Give the {sheet.one} a name."
    return ""


def _checked(heard: Said) -> Model:
    if heard.problems:
        raise Invalid(heard.problems)
    return heard.value


def _written(sheet: Sheet, value: Model) -> Model:
    """A new element as a person would write it: keys in their usual order, one word without brackets."""
    if not isinstance(value, dict):
        return value
    single = {part.path for part in sheet.parts if part.control == "many"}

    def plain(one: Model, path: tuple[str, ...]) -> Model:
        if isinstance(one, dict) and any(each[: len(path)] == path for each in single):
            return {key: plain(inner, (*path, key)) for key, inner in one.items()}
        return one[0] if path in single and isinstance(one, list) and len(one) == 1 else one

    order = {key: number for number, key in enumerate(KEYS.get(sheet.section, ()))}
    keys = sorted(value, key=lambda key: order.get(key, len(order)))
    return {key: plain(value[key], (key,)) for key in keys}


def _ready(found: _Text, wanted: Wanted) -> Planned:
    guard = next((one for one in shelf() if one.name == wanted.ready), None)
    if guard is None:
        raise EditError("Choose one of the ready tests.")
    asked = {one.name: wanted.parameters.get(one.name, one.value) for one in guard.parameters}
    value = guard.filled(asked)
    extra = "_".join(word for one in guard.parameters if (word := asked[one.name]) != one.value)
    name = slug(f"{guard.name}_{extra}" if extra else guard.name, found.names("guards"))
    return Planned((Add("guards", name, value),), f"Added the test “{guard.label}”.", name)


def _up(found: _Text, wanted: Wanted) -> Planned:
    return _moved(found, wanted, -1)


def _down(found: _Text, wanted: Wanted) -> Planned:
    return _moved(found, wanted, 2)


def _moved(found: _Text, wanted: Wanted, to: int) -> Planned:
    section, name = wanted.section, wanted.name
    says = f"Moved {found.called(section, name)} {'up' if to < 0 else 'down'}."
    names = found.names(section)
    place = names.index(name) + to
    if place < 0 or place > len(names):
        return Planned((), says, name)
    before = names[place] if place < len(names) else None
    gesture = Move(section, _key(section, name), None if before is None else _key(section, before))
    after = str(int(name) + (1 if to > 0 else -1)) if section == "scenarios" else name
    return Planned((gesture,), says, after)


def _duplicate(found: _Text, wanted: Wanted) -> Planned:
    section, name = wanted.section, wanted.name
    says = f"Duplicated {found.called(section, name)}."
    value = found.value(section, name)
    if section == "scenarios":
        copied = Duplicate(section, int(name), f"{text(at(value, ('says',)))} (copy)")
        return Planned((copied,), says, str(int(name) + 1))
    if section == "when_changed":
        raise EditError("A field has one list of messages; there is nothing to duplicate.")
    copy = slug(f"{name[:34]}_copy", found.names(section))
    gestures: list[Gesture] = [Duplicate(section, name, copy)]
    if label := text(at(value, ("label",))):
        gestures.append(Put((section, copy, "label"), f"{label[:50]} (copy)"))
    return Planned(tuple(gestures), says, copy)


def _delete(found: _Text, wanted: Wanted) -> Planned:
    section, name = wanted.section, wanted.name
    says = f"Deleted {found.called(section, name)}."
    gestures: list[Gesture] = [Delete(section, _key(section, name), mentions=section in KIND)]
    for other in words(list(wanted.along)):
        where, _, which = other.partition(".")
        if where in KIND and which in found.names(where) and (where, which) != (section, name):
            gestures.append(Delete(where, which, mentions=True))
    return Planned(tuple(gestures), says, "")


PLANNERS = {
    "save": _save,
    "add": _add,
    "ready": _ready,
    "up": _up,
    "down": _down,
    "duplicate": _duplicate,
    "delete": _delete,
}
