"""Every difference between two definitions, part by part, each with a sentence; works on unsound drafts too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workflow.changes.meaning import meaning
from workflow.changes.wording import LISTS, PARTS, SCALARS, Words, spoken, subject, value
from workflow.editing import Model, Path, model_of, same
from workflow.editing.references import renamed
from workflow.reading.names import SECTIONS
from workflow.vocabulary import Vocabulary

HEAD = {"name": "The workflow is now called {}.", "first_status": "New orders now begin as {}."}
ORDERED = {
    "statuses": "The statuses stand in another order.",
    "transitions": "The buttons stand in another order.",
    "automatic": "The automatic rules are tried in another order: {}.",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: `kind` and `name` of the part, `what` of it changed (`new`, `gone`, `name`, `order` or a key)."""

    kind: str
    name: str
    what: str
    before: Model
    after: Model
    sentence: str


def differences(before: str, after: str, *, vocabulary: Vocabulary | None = None) -> tuple[Change, ...]:
    """Everything that means something else, in the order of a definition; raises EditError for an unreadable text."""
    return compared(model_of(before), model_of(after), vocabulary)


def compared(before: dict[str, Model], after: dict[str, Model], vocabulary: Vocabulary | None) -> tuple[Change, ...]:
    """The same for what two texts say."""
    old, new = meaning(before), meaning(after)
    found: list[Change] = []
    old = _with_new_names(old, new, found)
    words = Words(old, new, vocabulary)
    for key in dict.fromkeys((*old, *new)):
        one, other = old.get(key), new.get(key)
        if key == "scenarios":
            found += _scenarios(_list(one), _list(other))
        elif key in PARTS:
            found += _section(words, key, _table(one), _table(other))
        elif not same(one, other):
            said = words.status(other) if key == "first_status" else value(other)
            sentence = HEAD.get(key, f"“{key}” is now {{}}.").format(said)
            found.append(Change("definition", key, key, one, other, sentence))
    return tuple(found)


def _with_new_names(old: dict[str, Model], new: dict[str, Model], found: list[Change]) -> dict[str, Model]:
    """A part that only got another name is followed, so that not everything that mentions it seems changed."""
    for kind, section in SECTIONS.items():
        before, after = _table(old.get(section)), _table(new.get(section))
        gone = [name for name in before if name not in after]
        fresh = [name for name in after if name not in before]
        for name in gone:
            to = next((one for one in fresh if same(before[name], after[one])), None)
            if to is None:
                continue
            fresh.remove(to)
            part = subject(Words(old, new), section, name)
            found.append(Change(PARTS[section], to, "name", name, to, f"{part} has the name {to} in the text now."))
            parts = {to if key == name else key: one for key, one in _table(old.get(section)).items()}
            old, _ = renamed({**old, section: parts}, kind, name, to)
    return old


def _section(words: Words, section: str, old: Mapping[str, Model], new: Mapping[str, Model]) -> Iterator[Change]:
    kind = PARTS[section]
    for name in dict.fromkeys((*old, *new)):
        part = subject(words, section, name)
        if name not in new:
            yield Change(kind, name, "gone", old[name], None, f"{part} is gone.")
        elif name not in old:
            more = _of_the_new(words, section, new[name])
            yield Change(kind, name, "new", None, new[name], f"{part} is new.{more}")
        elif isinstance(old[name], dict) and isinstance(new[name], dict):
            yield from _keys(words, section, name, _table(old[name]), _table(new[name]))
        elif not same(old[name], new[name]):
            yield _whole(words, section, name, old[name], new[name])
    kept_old, kept_new = [name for name in old if name in new], [name for name in new if name in old]
    if kept_old != kept_new and section in ORDERED:
        sentence = ORDERED[section].format(", ".join(new))
        yield Change(kind, section, "order", list(old), list(new), sentence)


def _of_the_new(words: Words, section: str, part: Model) -> str:
    """What a new button or rule leads to, and for whom."""
    if section not in ("transitions", "automatic") or not isinstance(part, dict):
        return ""
    from_ = spoken(words.status(one) for one in _list(part.get("from")))
    who = f" It is for {spoken(words.role(one) for one in _list(part.get('by')))}." if section == "transitions" else ""
    return f" It leads from {from_} to {words.status(part.get('to'))}.{who}"


def _whole(words: Words, section: str, name: str, old: Model, new: Model) -> Change:
    part = subject(words, section, name)
    if section == "when_changed":
        sentence = f"{part} now sends {spoken(words.notice(row) for row in _list(new))}."
    elif section == "people":
        sentence = f"{part} is now {spoken(words.role(role) for role in _list(new))}."
    else:
        sentence = f"{part} is now {value(new)}."
    return Change(PARTS[section], name, "to" if section == "when_changed" else "is", old, new, sentence)


def _keys(
    words: Words, section: str, name: str, old: Mapping[str, Model], new: Mapping[str, Model]
) -> Iterator[Change]:
    for key in dict.fromkeys((*old, *new)):
        before, after = old.get(key), new.get(key)
        if same(before, after):
            continue
        for what, one, other, sentence in _said(words, section, name, key, before, after):
            yield Change(PARTS[section], name, what, one, other, sentence)


Told = tuple[str, Model, Model, str]


def _said(words: Words, section: str, name: str, key: str, before: Model, after: Model) -> Iterator[Told]:
    part = subject(words, section, name)
    if key == "label" and isinstance(before, str) and isinstance(after, str):
        was = "button" if section == "transitions" else PARTS[section]
        yield key, before, after, f"The {was} “{before}” is now called “{after}”."
    elif key == "may_edit":
        old, new = _table(before), _table(after)
        for role in dict.fromkeys((*old, *new)):
            yield from _lists(words, section, part, key, _list(old.get(role)), _list(new.get(role)), role)
    elif (section, key) in LISTS:
        yield from _lists(words, section, part, key, _list(before), _list(after), None)
    elif (section, key) in SCALARS:
        say, changed, gone = SCALARS[section, key]
        if after is None:
            yield key, before, None, f"{part} {gone}"
        else:
            instead = f" instead of {say(words, before)}" if before is not None else ""
            yield key, before, after, f"{part} {changed.format(say(words, after))}{instead}."
    elif isinstance(before, dict) or isinstance(after, dict):
        yield from _deep(part, (key,), before, after)
    elif after is None:
        yield key, before, after, f"{part} has no “{key}” any more; it was {value(before)}."
    else:
        yield key, before, after, f"{part}: “{key}” is now {value(after)}" + _was(before)


def _lists(
    words: Words, section: str, part: str, key: str, old: list[Model], new: list[Model], role: str | None
) -> Iterator[Told]:
    say, more, less = LISTS[section, key]
    who = words.role(role) if role is not None else ""
    begin = f"{part}: " if role is not None else f"{part} "
    what = key if role is None else f"{key}.{role}"
    added = [one for one in new if one not in old]
    lost = [one for one in old if one not in new]
    for names, sentence in ((added, more), (lost, less)):
        if names:
            told = sentence.format(spoken(say(words, one) for one in names), role=who)
            yield what, list(old), list(new), f"{begin}{told}"
    if not added and not lost:
        yield what, list(old), list(new), f"{part}: “{what}” stands in another order."


def _deep(part: str, path: Path, before: Model, after: Model) -> Iterator[Told]:
    """Questions, settings and the like, key by key."""
    what = ".".join(map(str, path))
    if isinstance(before, dict) and isinstance(after, dict):
        changed = [key for key in dict.fromkeys((*before, *after)) if not same(before.get(key), after.get(key))]
        for key in changed:
            yield from _deep(part, (*path, key), before.get(key), after.get(key))
        if not changed:
            yield what, before, after, f"{part}: “{' › '.join(map(str, path))}” stands in another order."
        return
    where = " › ".join(map(str, path))
    if after is None:
        yield what, before, after, f"{part} has no “{where}” any more; it was {value(before)}."
    elif before is None:
        yield what, before, after, f"{part} now has “{where}”: {value(after)}."
    else:
        yield what, before, after, f"{part}: “{where}” is now {value(after)}" + _was(before)


def _was(before: Model) -> str:
    return f"; it was {value(before)}." if before is not None else "."


def _scenarios(old: list[Model], new: list[Model]) -> Iterator[Change]:
    before, after = _by_sentence(old), _by_sentence(new)
    for says in dict.fromkeys((*before, *after)):
        one, other = before.get(says), after.get(says)
        if one is None:
            yield Change("scenario", says, "new", one, other, f"The scenario “{says}” is new.")
        elif other is None:
            yield Change("scenario", says, "gone", one, other, f"The scenario “{says}” is gone.")
        elif not same(one, other):
            yield Change("scenario", says, "steps", one, other, f"The scenario “{says}” goes differently now.")


def _by_sentence(rows: list[Model]) -> dict[str, Model]:
    found: dict[str, Model] = {}
    for row in rows:
        says = str(row.get("says")) if isinstance(row, dict) else value(row)
        number = 2
        name = says
        while name in found:
            name = f"{says} ({number})"
            number += 1
        found[name] = row
    return found


def _table(model: Model) -> dict[str, Model]:
    return model if isinstance(model, dict) else {}


def _list(model: Model) -> list[Model]:
    return model if isinstance(model, list) else [] if model is None else [model]
