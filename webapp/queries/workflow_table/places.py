"""Which element a line of a text belongs to, and in which words people are told of a place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from webapp.queries.workflow_table.options import Choices
from webapp.queries.workflow_table.plain import at, table
from webapp.queries.workflow_table.sheets import SHEETS
from webapp.queries.workflow_table.wording import title
from workflow.editing import Model, Path
from workflow.editing.layout import Collection, layout
from workflow.problems import Problem

Owner = tuple[str, str]
"""A section and the name of an element in it; a number as its name for a scenario, nothing for the section itself."""


def owners(text: str, problems: Sequence[Problem]) -> dict[Owner, tuple[Problem, ...]]:
    """The problems of each element of a readable text, by their lines."""
    begins: list[tuple[int, Owner]] = [(0, ("", ""))]
    for entry in layout(text).root.entries:
        section = str(entry.key.model) if entry.key else ""
        begins.append((_line(text, entry.start), (section if section in SHEETS else "", "")))
        if section in SHEETS and isinstance(entry.value, Collection):
            begins += [
                (_line(text, one.start), (section, str(one.key.model) if one.key else str(number)))
                for number, one in enumerate(entry.value.entries)
            ]
    lines = [line for line, _ in begins]
    found: dict[Owner, tuple[Problem, ...]] = {}
    for problem in problems:
        owner = begins[bisect_right(lines, problem.at.line) - 1][1]
        found[owner] = (*found.get(owner, ()), problem)
    return found


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


KEYS = {
    "from": "is shown in it", "to": "leads to it", "by": "may be pressed by it", "needs": "needs it", "when": "asks it",
    "unless": "asks it", "and": "is narrowed by it", "may_edit": "says what it may change", "in": "runs in it",
    "take": "presses it", "press": "presses it", "then": "comes to it", "refused": "is refused by it",
    "first_status": "begins with it", "set": "asks it", "without": "is about it", "never": "is about it",
    "never_reach": "is about it", "always_reach": "is about it", "without_pressing": "is about it",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mention:
    """Something that mentions an element: which section and element, and how, in words."""

    section: str
    name: str
    one: str
    title: str
    how: str


def mentioned(model: dict[str, Model], paths: Sequence[Path], choices: Choices) -> tuple[Mention, ...]:
    """The places in words, each element once for each way it mentions."""
    found: dict[tuple[str, str, str], Mention] = {}
    for path in paths:
        section = str(path[0])
        if section not in SHEETS:
            found["", "", section] = Mention("", "", "workflow", "A new order", KEYS.get(section, "mentions it"))
            continue
        name = str(path[1])
        key = next((str(one) for one in reversed(path[2:]) if str(one) in KEYS), "")
        value: Model = at(model, (section, name)) if section != "scenarios" else _scenario(model, path[1])
        mention = Mention(section, name, SHEETS[section].one, title(section, name, value, choices), _how(section, key))
        found[section, name, mention.how] = mention
    return tuple(found.values())


def _how(section: str, key: str) -> str:
    return "leads out of it" if (section, key) == ("automatic", "from") else KEYS.get(key, "mentions it")


def _scenario(model: dict[str, Model], number: str | int) -> Model:
    listed = table(model).get("scenarios")
    return listed[number] if isinstance(listed, list) and isinstance(number, int) and number < len(listed) else None
