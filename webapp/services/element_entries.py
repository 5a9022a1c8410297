"""What a form of the table view says about one element, and the small edits that make the text say the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from webapp.queries.workflow_table.controls import FAMILY
from webapp.queries.workflow_table.plain import at, rows, slug, table, text, words
from webapp.queries.workflow_table.sheets import Part, Sheet
from workflow.editing import Gesture, Model, Path, Put, Remove

Entered = Mapping[str, Sequence[str]]
"""The fields of a form; one name may have been sent several times."""

PLAIN = "plain"
"""The look of a button whose text says none."""

MOST_ROWS = 40
"""Rows of one control that are read; a person's form has a handful."""


@dataclass(frozen=True, slots=True)
class Said:
    """The element as the form says it, and a sentence for each part that cannot be right."""

    value: Model
    problems: Mapping[str, str]


def said(sheet: Sheet, entered: Entered, old: Model) -> Said:
    """The element after this form; what the form does not ask stays as it was."""
    value: Model = dict(table(old))
    problems: dict[str, str] = {}
    for part in sheet.parts:
        found = _entered(part, entered, at(old, part.path), problems)
        if part.required and found in (None, "", []):
            problems[part.key] = MISSING[part.control].format(part.label.strip("… ").lower())
        value = found if not part.path else _with(table(value), part.path, found)
    return Said(value, problems)


MISSING = {
    "line": "Fill in: {}.",
    "lines": "Fill in: {}.",
    "code": "Fill in: {}.",
    "one": "Choose: {}.",
    "many": "Choose at least one: {}.",
}


def changes(sheet: Sheet, place: Path, old: Model, new: Model) -> tuple[Gesture, ...]:
    """The edits that lead from one to the other, one for each part that changed."""
    found: list[Gesture] = []
    for part in sheet.parts:
        before, after = at(old, part.path), at(new, part.path)
        if before == after:
            continue
        path = (*place, *part.path)
        found.append(Remove(path) if after is None else Put(path, after))
    return tuple(found)


def _with(value: Mapping[str, Model], path: tuple[str, ...], found: Model) -> Model:
    """The table with one value set at a place; None takes it out."""
    key, rest = path[0], path[1:]
    inner = _with(table(value.get(key)), rest, found) if rest else found
    if inner is None or (rest and not inner):
        return {name: one for name, one in value.items() if name != key}
    return {**value, key: inner}


def _entered(part: Part, entered: Entered, old: Model, problems: dict[str, str]) -> Model:
    name = f"{FAMILY}{part.key or 'value'}"
    match part.control:
        case "many":
            chosen = [word for word in entered.get(name, ()) if word]
            kept = _kept(old, chosen)
            return kept if chosen or part.key in ALWAYS else None
        case "flag":
            return (old if old is True else True) if entered.get(name) else (False if old is False else None)
        case "matrix":
            return _matrix(name, entered, old)
        case "questions":
            return _questions(part, name, entered, old, problems)
        case "settings":
            return _settings(part, name, entered, old, problems)
        case "notices":
            return _notices(part, name, entered, old, problems)
        case _:
            typed = _line(entered, name)
            return None if part.source == "looks" and old is None and typed == PLAIN else _typed(typed, old)


ALWAYS = frozenset({"by", "from", "in"})
"""Lists that are written down though they are empty."""


def _line(entered: Entered, name: str) -> str:
    """One line: what was typed in several goes on with a space."""
    return " ".join((list(entered.get(name, ())) or [""])[0].split())


def _typed(typed: str, old: Model) -> Model:
    """The line, or the old text when only its breaks and spaces differ."""
    if isinstance(old, str) and " ".join(old.split()) == typed:
        return old
    return typed or None


def _kept(old: Model, chosen: list[str]) -> Model:
    """What was chosen, in the old order and form as far as it stood there."""
    before = words(old)
    if set(before) == set(chosen) and old is not None:
        return old
    return [*(word for word in before if word in chosen), *(word for word in chosen if word not in before)]


def _matrix(name: str, entered: Entered, old: Model) -> Model:
    """Who may change what: roles that may change nothing are left out, unless the text says so itself."""
    before = table(old)
    begin = f"{name}."
    sent = {key.removeprefix(begin): list(values) for key, values in entered.items() if key.startswith(begin)}
    found: dict[str, Model] = {}
    for role, fields in before.items():
        if role in sent or not words(fields):
            found[role] = _kept(fields, sent.get(role, []))
    for role, chosen in sent.items():
        if role not in before:
            found[role] = list(chosen)
    return found or (old if old == {} else None)


def _numbers(name: str, entered: Entered) -> list[str]:
    """The rows that were sent, in their order."""
    begin = f"{name}."
    found = {key.removeprefix(begin).partition(".")[0] for key in entered if key.startswith(begin)}
    return sorted((one for one in found if one.isascii() and one.isdecimal() and len(one) < 4), key=int)[:MOST_ROWS]


def _questions(part: Part, name: str, entered: Entered, old: Model, problems: dict[str, str]) -> Model:
    before = table(old)
    found: dict[str, Model] = {}
    for number in _numbers(name, entered):
        row = f"{name}.{number}."
        known, label = _line(entered, f"{row}name"), _line(entered, f"{row}label")
        if entered.get(f"{row}gone") or (not known and not label):
            continue
        if not label:
            problems[part.key] = "Give every question a label, or take it out."
        stood = table(before.get(known))
        key = known if known in before else slug(label, {*before, *found})
        found[key] = _question(row, label, stood, entered)
        if text(table(found[key]).get("kind")) == "choice" and not table(found[key]).get("choices"):
            problems[part.key] = f"Write down the choices of “{label}”, one on each line."
    return found or None


def _question(row: str, label: str, stood: Mapping[str, Model], entered: Entered) -> Model:
    asked: dict[str, Model] = {**stood, "label": label, "kind": _line(entered, f"{row}kind") or "text"}
    for key, value in (
        ("required", True if entered.get(f"{row}required") else (False if stood.get("required") is False else None)),
        ("choices", _choices(row, stood, entered) if asked["kind"] == "choice" else None),
        ("help", _line(entered, f"{row}help") or None),
    ):
        if value is None:
            asked.pop(key, None)
        else:
            asked[key] = value
    return asked


def _choices(row: str, stood: Mapping[str, Model], entered: Entered) -> Model:
    """A label on each line. The word that is stored stays with its label, or with its line when the label was reworded."""
    before = table(stood.get("choices"))
    by_label = {text(label): word for word, label in before.items()}
    lines = [" ".join(line.split()) for line in (list(entered.get(f"{row}choices", ())) or [""])[0].splitlines()]
    labels = [line for line in dict.fromkeys(lines) if line]
    taken = {by_label[label] for label in labels if label in by_label}
    found: dict[str, Model] = {}
    old_words = list(before)
    for number, label in enumerate(labels):
        word = by_label.get(label)
        if word is None and len(labels) == len(old_words) and old_words[number] not in taken:
            word = old_words[number]
        if word is None:
            word = slug(label, {*taken, *before, *found})
        taken.add(word)
        found[word] = label
    return found or None


def _settings(part: Part, name: str, entered: Entered, old: Model, problems: dict[str, str]) -> Model:
    before = table(old)
    found: dict[str, Model] = {}
    for number in _numbers(name, entered):
        row = f"{name}.{number}."
        fact, to, when = (_line(entered, f"{row}{key}") for key in ("fact", "to", "when"))
        if not fact:
            continue
        if fact in found:
            problems[part.key] = "Set every date only once."
        if not to:
            problems[part.key] = "Say what the date becomes."
        stood = before.get(fact)
        if when:
            found[fact] = {"to": to, "when": when}
        else:
            found[fact] = {"to": to} if isinstance(stood, dict) and "when" not in stood else to
    return found or None


def _notices(part: Part, name: str, entered: Entered, old: Model, problems: dict[str, str]) -> Model:
    before = rows(old)
    found: list[Model] = []
    for number in _numbers(name, entered):
        message = _line(entered, f"{name}.{number}.message")
        chosen = [word for word in entered.get(f"{name}.{number}.to", ()) if word]
        if not message:
            continue
        if not chosen:
            problems[part.key] = "Say for every message whom it goes to."
        stood = before[int(number)] if int(number) < len(before) else {}
        found.append({**stood, "message": message, "to": _kept(stood.get("to"), chosen)})
    if not found:
        return [] if old == [] else None
    return found[0] if isinstance(old, dict) and len(found) == 1 else found
