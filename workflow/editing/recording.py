"""What was tried on a made-up order, written as a scenario at the end of the text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from workflow.editing.errors import EditError
from workflow.editing.gestures import Add, edited
from workflow.editing.layout import Model, model_of
from workflow.offers import Blocker
from workflow.reading.names import bare
from workflow.staging import START
from workflow.values import Facts, Scalar, Value
from workflow.vocabulary import Fact, Vocabulary

UNITS = (("week", timedelta(weeks=1)), ("day", timedelta(days=1)), ("hour", timedelta(hours=1)))


@dataclass(frozen=True, slots=True)
class RecordedStep:
    """One thing tried: exactly one of `save`, `press`, `wait`; then where it led, or what refused it.

    `by` is a person of the scenarios, or a role that is no person. `save` holds only the facts that were changed.
    """

    by: str | None = None
    save: Facts | None = None
    press: str | None = None
    answers: Mapping[str, Scalar] = field(default_factory=dict)
    wait: timedelta | None = None
    then: str | None = None
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """A session: the facts it began with, its steps, who the people are (`people`: name and roles)."""

    says: str
    order: Facts
    steps: tuple[RecordedStep, ...]
    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    """By identity as facts hold it, the person of the scenarios who stands for it."""
    began: datetime | None = None
    """When it was tried, if not when scenarios begin: every date is moved by as many days."""


def kept(text: str, recorded: Recorded, vocabulary: Vocabulary) -> str:
    """The text with the session as its last scenario, and its people where they were missing; raises EditError."""
    if not recorded.says.strip():
        raise EditError("Say in a sentence what this scenario shows.")
    if not recorded.steps:
        raise EditError("Nothing was done yet. Save, press or wait, then keep it.")
    model = model_of(text)
    people = model.get("people")
    present = people if isinstance(people, dict) else {}
    for name, roles in recorded.people.items():
        if name not in present:
            text = edited(text, Add("people", name, list(roles) if len(roles) != 1 else roles[0]))
    days = (START.date() - recorded.began.date()).days if recorded.began is not None else 0
    write = _Writing(recorded.names, vocabulary, timedelta(days=days))
    scenario: Model = {
        "says": recorded.says.strip(),
        "order": write.facts(recorded.order, begin=True),
        "steps": [write.step(step) for step in recorded.steps],
    }
    return edited(text, Add("scenarios", "", scenario))


def refusals(blockers: Iterable[Blocker]) -> tuple[str, ...]:
    """How `refused:` names these blockers: a guard by its name, the others by their code."""
    return tuple(dict.fromkeys(one.name if one.code == "guard" else one.code for one in blockers))


@dataclass(frozen=True, slots=True)
class _Writing:
    """Values as a scenario writes them."""

    names: Mapping[str, str]
    vocabulary: Vocabulary
    shift: timedelta

    def step(self, step: RecordedStep) -> Model:
        written: dict[str, Model] = {}
        if step.by is not None:
            written["by"] = step.by
        if step.save is not None:
            written["save"] = self.facts(step.save, begin=False)
        if step.press is not None:
            written["press"] = step.press
            if step.answers:
                written["answers"] = {name: self.plain(answer) for name, answer in step.answers.items()}
        if step.wait is not None:
            written["wait"] = _duration(step.wait)
        if step.refused:
            written["refused"] = list(step.refused) if len(step.refused) > 1 else step.refused[0]
        elif step.then is not None:
            written["then"] = step.then
        return written

    def facts(self, facts: Facts, *, begin: bool) -> dict[str, Model]:
        """Facts by the short names scenarios use. At the beginning what is empty or follows from others is left out."""
        written: dict[str, Model] = {}
        for name, value in facts.items():
            fact = self.vocabulary.facts.get(name)
            if fact is None:
                raise EditError(f"There is no fact “{name}”.")
            if begin and (value is None or value == () or fact.given is not None):
                continue
            written[bare(name)] = self.value(value, fact)
        return written

    def value(self, value: Value, fact: Fact) -> Model:
        if isinstance(value, tuple):
            return [
                {
                    name: self.value(one, fact.fields[name])
                    for name, one in record.items()
                    if one is not None and name in fact.fields
                }
                for record in value
            ]
        if fact.type == "identity" and isinstance(value, str):
            return self.names.get(value, value)
        return self.plain(value)

    def plain(self, value: Scalar) -> Model:
        if isinstance(value, Decimal):
            written = format(value, "f")
            return written.rstrip("0").rstrip(".") if "." in written else written
        if isinstance(value, datetime):
            moment = value.astimezone(UTC).replace(tzinfo=None) + self.shift
            return moment.date().isoformat() if moment.time() == time() else moment.isoformat(" ", "minutes")
        return value


def _duration(length: timedelta) -> str:
    """A length of time in the largest unit that fits, at least a minute."""
    for word, unit in UNITS:
        if length >= unit and length % unit == timedelta(0):
            return _counted(length // unit, word)
    return _counted(max(1, -(-length // timedelta(minutes=1))), "minute")


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
