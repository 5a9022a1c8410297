"""Ready guards, read from a text like `definitions/guards.yaml`; only those are offered whose facts the vocabulary has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workflow.editing.errors import EditError
from workflow.editing.layout import Model, model_of
from workflow.errors import Unsound
from workflow.expressions import parse, sentence
from workflow.spelling import shown
from workflow.vocabulary import Vocabulary

FORMAT = "fieldwright-guards/1"


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something asked when a ready guard is picked: a number, or one of `choices` (the value and its label)."""

    name: str
    label: str
    choices: Mapping[str, str] = field(default_factory=dict)
    value: str = ""

    def accepted(self, given: str) -> str:
        """The value as it may stand in a test; raises EditError."""
        if self.choices and given not in self.choices:
            raise EditError(f"“{shown(given)}” is no value of “{self.label}”.")
        if not self.choices and not (
            given.isascii() and given.isdecimal() and len(given) <= 6 and given == str(int(given))
        ):
            raise EditError(f"“{self.label}” must be a whole number.")
        return given


@dataclass(frozen=True, slots=True)
class ReadyGuard:
    """A guard on the shelf: its name, what it is for, and its words with `$name` where a parameter goes."""

    name: str
    label: str
    check: str
    otherwise: str
    parameters: tuple[Parameter, ...] = ()

    def filled(self, given: Mapping[str, str] | None = None) -> dict[str, Model]:
        """The guard as it goes into a definition; raises EditError for a parameter that does not fit."""
        check, otherwise = self.check, self.otherwise
        for parameter in self.parameters:
            value = parameter.accepted((given or {}).get(parameter.name, parameter.value))
            check = check.replace(f"${parameter.name}", value)
            otherwise = otherwise.replace(f"${parameter.name}", parameter.choices.get(value, value))
        return {"check": check, "otherwise": otherwise}


def ready_guards(text: str, vocabulary: Vocabulary) -> tuple[ReadyGuard, ...]:
    """The guards that fit this vocabulary, in the order of the text; raises EditError for a text of another kind."""
    model = model_of(text)
    listed = model.get("guards")
    if model.get("format") != FORMAT or not isinstance(listed, dict):
        raise EditError(f"Ready guards begin with “format: {FORMAT}”.")
    found = [_guard(name, part, vocabulary) for name, part in listed.items()]
    return tuple(guard for guard in found if guard is not None and _fits(guard, vocabulary))


def _guard(name: str, part: Model, vocabulary: Vocabulary) -> ReadyGuard | None:
    if not isinstance(part, dict) or not {"label", "check", "otherwise"} <= set(part):
        raise EditError(f"The ready guard “{shown(name)}” needs label, check and otherwise.")
    asked = part.get("parameters")
    parameters = [_parameter(key, one, vocabulary) for key, one in (asked if isinstance(asked, dict) else {}).items()]
    known = tuple(one for one in parameters if one is not None)
    if len(known) < len(parameters):
        return None
    return ReadyGuard(name, str(part["label"]), str(part["check"]), str(part["otherwise"]), known)


def _parameter(name: str, part: Model, vocabulary: Vocabulary) -> Parameter | None:
    """None when nothing could be chosen: its fact is not declared, or none of its choices is."""
    table = part if isinstance(part, dict) else {}
    choices: dict[str, str] = {}
    if table.get("kind") == "choice":
        fact = vocabulary.facts.get(str(table.get("of")))
        listed = table.get("choices")
        if fact is not None:
            choices = {value: value for value in fact.values}
        elif isinstance(listed, dict):
            choices = {key: str(label) for key, label in listed.items() if key in vocabulary.facts}
        if not choices:
            return None
    value = str(table.get("value", ""))
    if choices and value not in choices:
        value = next(iter(choices))
    return Parameter(name, str(table.get("label", name)), choices, value)


def _fits(guard: ReadyGuard, vocabulary: Vocabulary) -> bool:
    """Whether the guard can be read with this vocabulary."""
    filled = guard.filled()
    try:
        check = parse(str(filled["check"]), vocabulary.facts)
        sentence(str(filled["otherwise"]), vocabulary.facts, check=check)
    except Unsound:
        return False
    return True
