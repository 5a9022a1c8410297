"""What the pickers of the table view offer: words people read, with the technical name beside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from webapp.queries.workflow_table.plain import rows, spoken, table, text, words
from workflow.editing import Model
from workflow.vocabulary import COLORS, QUESTION_KINDS, Vocabulary


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose; `note` explains it, `name` is its technical name where people do not read it already."""

    value: str
    label: str
    note: str = ""
    name: str = ""


KIND_WORDS = {
    "queue": ("In a queue", "Nobody has it yet."),
    "ready": ("Ready", "Somebody has it and can begin."),
    "working": ("At work", "Somebody works on it."),
    "held": ("Held", "It waits for something."),
    "review": ("In review", "Somebody looks at what was done."),
    "done": ("Done", "The work is finished."),
    "closed": ("Closed", "Nothing is to be done any more."),
}
LOOKS = (
    Option("plain", "Plain"),
    Option("primary", "Primary", "The usual next step, filled."),
    Option("danger", "Danger", "Outlined in red."),
)
ASKED = {
    "text": "Text",
    "choice": "One of several choices",
    "date": "Date",
    "number": "Number",
    "position": "Position of the device",
}


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything that can be chosen in one text with one vocabulary, by the name of the source."""

    model: Mapping[str, Model]
    vocabulary: Vocabulary

    def of(self, source: str, value: Model = None) -> tuple[Option, ...]:
        """The options of a source; what the element already says stays choosable though there is no such thing."""
        found = SOURCES[source](self)
        known = {option.value for option in found}
        strange = [word for word in words(value) if word not in known]
        return (*found, *(Option(word, f"“{word}”", "There is no such thing.") for word in strange))

    def label(self, source: str, value: str) -> str:
        """The words for one value."""
        return next((option.label for option in SOURCES[source](self) if option.value == value), f"“{value}”")

    def labels(self, source: str, value: Model) -> list[str]:
        """The words for the values of a list."""
        known = {option.value: option.label for option in SOURCES[source](self)}
        return [known.get(word, f"“{word}”") for word in words(value)]

    def labelled(self, section: str) -> tuple[Option, ...]:
        return tuple(
            Option(name, text(table(part).get("label")) or spoken(name), name=name)
            for name, part in table(self.model.get(section)).items()
        )

    def guards(self) -> tuple[Option, ...]:
        return tuple(
            Option(name, spoken(name), text(table(part).get("otherwise")), name)
            for name, part in table(self.model.get("guards")).items()
        )

    def effects(self, kind: str) -> tuple[Option, ...]:
        return tuple(
            Option(one.name, one.label, name=one.name) for one in self.vocabulary.effects.values() if one.kind == kind
        )

    def times(self, *, settable: bool = False) -> tuple[Option, ...]:
        return tuple(
            Option(fact.name, fact.label, name=fact.name)
            for fact in self.vocabulary.facts.values()
            if (fact.settable if settable else fact.type == "time")
        )

    def answers(self, element: Model) -> tuple[Option, ...]:
        """What a date may be set to: now, nothing, an answer, another date."""
        asked = [
            Option(f"answer.{name}", f"The answer to “{text(table(one).get('label')) or spoken(name)}”")
            for name, one in table(table(element).get("ask")).items()
            if text(table(one).get("kind")) != "choice"
        ]
        return (Option("now", "Now"), Option("null", "Nothing: it is emptied"), *asked, *self.times())


SOURCES: Mapping[str, Callable[[Choices], tuple[Option, ...]]] = {
    "statuses": lambda choices: choices.labelled("statuses"),
    "transitions": lambda choices: choices.labelled("transitions"),
    "roles": lambda choices: choices.labelled("roles"),
    "guards": lambda choices: choices.guards(),
    "kinds": lambda _: tuple(Option(name, label, note) for name, (label, note) in KIND_WORDS.items()),
    "colors": lambda _: tuple(Option(name, spoken(name)) for name in COLORS),
    "looks": lambda _: LOOKS,
    "asked": lambda _: tuple(Option(kind, ASKED[kind]) for kind in QUESTION_KINDS),
    "permissions": lambda choices: tuple(
        Option(name, label, name=name) for name, label in choices.vocabulary.permissions.items()
    ),
    "links": lambda choices: tuple(Option(name, spoken(name)) for name in choices.vocabulary.links),
    "fields": lambda choices: tuple(
        Option(one.name, one.label, name=one.name) for one in choices.vocabulary.fields.values()
    ),
    "messages": lambda choices: tuple(
        Option(one.name, one.label, " ".join(one.audiences), one.name) for one in choices.vocabulary.messages.values()
    ),
    "audiences": lambda choices: tuple(Option(name, label) for name, label in choices.vocabulary.audiences.items()),
    "effects": lambda choices: choices.effects("do"),
    "lines": lambda choices: choices.effects("lines"),
    "times": lambda choices: choices.times(),
    "settable": lambda choices: choices.times(settable=True),
}


def notices_in_words(choices: Choices, value: Model) -> list[str]:
    """Messages and whom they go to, one line each."""
    return [
        f"{choices.label('messages', text(row.get('message')))} → {', '.join(choices.labels('audiences', row.get('to')))}"
        for row in rows(value)
    ]
