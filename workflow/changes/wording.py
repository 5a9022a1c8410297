"""The words for a change: what a part of a definition is called, and what it means that a key of it changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from workflow.editing import Model, Path
from workflow.spelling import shown
from workflow.vocabulary import Vocabulary

PARTS = {
    "roles": "role", "statuses": "status", "guards": "test", "transitions": "button", "automatic": "automatic rule",
    "when_changed": "notice about", "timers": "timer", "promises": "promise", "people": "person of the scenarios",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """Labels of both sides, the new one first, and the program's own."""

    before: Mapping[str, Model]
    after: Mapping[str, Model]
    vocabulary: Vocabulary | None = None

    def label(self, section: str, name: str, key: str = "label") -> str:
        """What people see of a part, its name when they see nothing."""
        for side in (self.after, self.before):
            part = _at(side, (section, name))
            if isinstance(part, dict) and isinstance(part.get(key), str):
                return shown(str(part[key]))
        return shown(name)

    def status(self, name: Model) -> str:
        return self.label("statuses", str(name))

    def role(self, name: Model) -> str:
        return self.label("roles", str(name))

    def guard(self, name: Model) -> str:
        said = self.label("guards", str(name), "otherwise")
        return f"{name} (else: “{said}”)" if said != name else str(name)

    def button(self, name: Model) -> str:
        return f"“{self.label('transitions', str(name))}”"

    def field(self, name: Model) -> str:
        known = self.vocabulary.fields.get(str(name)) if self.vocabulary is not None else None
        return known.label if known is not None else str(name)

    def effect(self, name: Model) -> str:
        known = self.vocabulary.effects.get(str(name)) if self.vocabulary is not None else None
        return f"“{known.label}”" if known is not None else str(name)

    def permission(self, name: Model) -> str:
        known = self.vocabulary.permissions.get(str(name)) if self.vocabulary is not None else None
        return f"“{known}” ({name})" if known is not None else str(name)

    def notice(self, row: Model) -> str:
        if not isinstance(row, dict):
            return value(row)
        message, to = str(row.get("message")), row.get("to")
        known = self.vocabulary.messages.get(message) if self.vocabulary is not None else None
        names = to if isinstance(to, list) else [to]
        audiences = self.vocabulary.audiences if self.vocabulary is not None else {}
        return f"“{known.label if known else message}” to {spoken(audiences.get(str(one), str(one)) for one in names)}"


def _at(model: Model | Mapping[str, Model], path: Path) -> Model:
    found: object = model
    for name in path:
        found = found.get(str(name)) if isinstance(found, Mapping) else None
    return found if found is None or isinstance(found, (str, bool, list, dict)) else None


Say = Callable[[Words, Model], str]

LISTS: Mapping[tuple[str, str], tuple[Say, str, str]] = {
    ("transitions", "by"): (Words.role, "may now also be pressed by {}.", "may no longer be pressed by {}."),
    ("transitions", "from"): (Words.status, "may now also be pressed while an order is {}.",
                              "may no longer be pressed while an order is {}."),
    ("transitions", "needs"): (Words.guard, "now also needs: {}.", "no longer needs: {}."),
    ("transitions", "do"): (Words.effect, "now also does: {}.", "no longer does: {}."),
    ("transitions", "lines"): (Words.effect, "now also does to the items: {}.", "no longer does to the items: {}."),
    ("transitions", "notify"): (Words.notice, "now sends {}.", "no longer sends {}."),
    ("automatic", "from"): (Words.status, "now also acts on orders that are {}.", "no longer acts on orders that are {}."),
    ("automatic", "when"): (Words.guard, "now also asks that this holds: {}.", "no longer asks that this holds: {}."),
    ("automatic", "unless"): (Words.guard, "now stays still when this holds: {}.", "no longer stays still when this holds: {}."),
    ("automatic", "do"): (Words.effect, "now also does: {}.", "no longer does: {}."),
    ("automatic", "notify"): (Words.notice, "now sends {}.", "no longer sends {}."),
    ("timers", "in"): (Words.status, "now also runs while an order is {}.", "no longer runs while an order is {}."),
    ("timers", "notify"): (Words.notice, "now sends {}.", "no longer sends {}."),
    ("promises", "without_pressing"): (Words.button, "now leaves {} out of what may be pressed.", "no longer leaves {} out."),
    ("promises", "without"): (Words.role, "now supposes that {} does nothing.", "no longer supposes that {} does nothing."),
    ("promises", "never_reach"): (Words.status, "now forbids {}.", "no longer forbids {}."),
    ("promises", "always_reach"): (Words.status, "may now also be kept by {}.", "can no longer be kept by {}."),
    ("statuses", "may_edit"): (Words.field, "{role} may now also change {} there.", "{role} may no longer change {} there."),
}  # fmt: skip
"""For keys that hold several names: how a name is said, what a new one means, what a missing one means."""

SCALARS: Mapping[tuple[str, str], tuple[Say, str, str]] = {
    ("transitions", "to"): (Words.status, "now leads to {}", "leads nowhere any more."),
    ("transitions", "confirm"): (lambda words, text: value(text), "now asks before it is done: {}", "no longer asks before it is done."),
    ("transitions", "look"): (lambda words, text: value(text), "now looks {}", "now looks plain."),
    ("automatic", "to"): (Words.status, "now leads to {}", "leads nowhere any more."),
    ("automatic", "note"): (lambda words, text: value(text), "now writes into the history: {}", "no longer writes a note into the history."),
    ("statuses", "color"): (lambda words, text: str(text), "is now {} on the board", "has no colour any more."),
    ("statuses", "kind"): (lambda words, text: str(text), "is now of the kind {}", "has no kind any more."),
    ("statuses", "final"): (lambda words, text: "final", "is now {}: nothing leads out of it", "is no longer final."),
    ("guards", "check"): (lambda words, text: value(text), "now asks: {}", "asks nothing any more."),
    ("guards", "otherwise"): (lambda words, text: value(text), "now says when it fails: {}", "says nothing any more."),
    ("roles", "permission"): (Words.permission, "is now whoever has the permission {}", "no longer follows a permission."),
    ("roles", "and"): (Words.guard, "now needs besides: {}", "no longer needs a test besides its permission."),
    ("roles", "link"): (lambda words, text: value(text), "now comes by a signed link: {}", "no longer comes by a signed link."),
    ("roles", "clock"): (lambda words, text: "the clock", "is now {}", "is no longer the clock."),
    ("timers", "after"): (lambda words, text: str(text), "now falls due after {}", "no longer counts from the change of status."),
    ("timers", "at"): (lambda words, text: str(text), "now falls due at {}", "no longer goes by a date."),
    ("timers", "plus"): (lambda words, text: str(text), "now falls due {} later", "no longer waits beyond its date."),
    ("timers", "take"): (Words.button, "now presses {}", "no longer presses a button."),
    ("timers", "by"): (Words.role, "now acts as {}", "acts as nobody any more."),
    ("promises", "says"): (lambda words, text: value(text), "now says: {}", "says nothing any more."),
}  # fmt: skip
"""For keys that hold one value: how it is said, what it means when it changed, and when it is gone."""


def subject(words: Words, section: str, name: str) -> str:
    """A part as it begins a sentence."""
    if section == "transitions":
        return f"The button {words.button(name)}"
    if section in ("statuses", "roles"):
        return f"The {PARTS[section]} “{words.label(section, name)}”"
    if section == "when_changed":
        return f"The notice about {words.field(name)}"
    if section == "promises":
        return f"The promise “{words.label(section, name, 'says').rstrip('.')}”"
    if section == "automatic":
        return f"The automatic rule {name}"
    return f"The {PARTS.get(section, section)} {shown(name)}"


def value(model: Model) -> str:
    """A value as it may stand in a sentence."""
    if model is None:
        return "nothing"
    if isinstance(model, bool):
        return "true" if model else "false"
    if isinstance(model, str):
        return f"“{model}”"
    if isinstance(model, list):
        return spoken(value(one) for one in model) if model else "nothing"
    return "; ".join(f"{key}: {value(one)}" for key, one in model.items()) or "nothing"


def spoken(names: object) -> str:
    """“a, b and c”."""
    listed = [str(name) for name in names] if not isinstance(names, str) else [names]  # type: ignore[attr-defined]
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} and {listed[-1]}" if listed else "nobody"
