"""A trial in sentences: who did what, what happened by itself, what a step led to before the text was changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from webapp.queries.fact_words import FactWords
from webapp.queries.trying import Cast, Recorded
from workflow.definition import Timer
from workflow.engine import Lifecycle
from workflow.offers import Taken
from workflow.trying import Tried
from workflow.values import Value
from workflow.vocabulary import Fact

UNITS = (("week", timedelta(weeks=1)), ("day", timedelta(days=1)), ("hour", timedelta(hours=1)))


@dataclass(frozen=True, slots=True)
class Speech:
    """Says everything of one trial: with the names of its people, times on the firm's clock."""

    lifecycle: Lifecycle
    cast: Cast
    zone: ZoneInfo

    def step(self, tried: Tried) -> str:
        """What was done: “Tom Becker presses “Start”.”"""
        step = tried.step
        who = self.cast.name(step.by)
        who = who[:1].upper() + who[1:]
        if step.wait is not None:
            return f"{lasting(step.wait)} by."
        if step.press is not None:
            known = self.lifecycle.definition.transitions.get(step.press)
            label = known.label if known is not None else step.press
            answers = "; ".join(self._answers(step.press, step.answers))
            return f"{who} presses “{label}”{f' ({answers})' if answers else ''}."
        said = "; ".join(self._saved(step.save or {}))
        made = bool(tried.taken) and tried.taken[0].rule is None
        if made:
            return f"{who} makes the order."
        return f"{who} changes {said}." if said else f"{who} saves without a change."

    def taken(self, taken: Taken) -> str:
        """A change of status that followed by itself, or that the clock caused."""
        label = self.lifecycle.definition.statuses[taken.to_status].label
        if taken.automatic:
            return f"By itself it becomes {label}: {taken.note or taken.rule}"
        pressed = self.lifecycle.definition.transitions[str(taken.rule)]
        return f"The clock presses “{pressed.label}”: it becomes {label}."

    def forbidden(self, tried: Tried) -> str:
        """Which fields the person may not change here, and who may."""
        definition, vocabulary = self.lifecycle.definition, self.lifecycle.vocabulary
        status = definition.statuses[tried.before.status]
        words = [field for field in vocabulary.fields.values() if tried.forbidden.intersection(field.changes)]
        labels = ", ".join(field.label for field in words) or "this"
        who = [
            definition.roles[role].label
            for role, named in status.may_edit.items()
            if any(field.name in named for field in words)
        ]
        may = f"Here {' or '.join(who)} may." if who else "Nobody may, in this status."
        return f"{self.cast.name(tried.step.by)} may not change {labels} while the order is {status.label}. {may}"

    def timer(self, timer: Timer) -> str:
        """What falls due."""
        if timer.take is not None:
            return f"“{self.lifecycle.definition.transitions[timer.take].label}” is pressed by the clock"
        labels = [self.lifecycle.vocabulary.messages[notice.message].label for notice in timer.notify]
        return "; ".join(labels) or timer.name

    def differs(self, recorded: Recorded, tried: Tried) -> str:
        """Where a step led when it was taken, and where it leads with the text as it is now."""
        return f"When you tried it, {self._led(recorded.status, recorded.refused)}. Now {self._led(tried.after.status, tried.refused)}."

    def _led(self, status: str, refused: Iterable[str]) -> str:
        names = ", ".join(refused)
        if names:
            return f"it is refused ({names})" if status in self.lifecycle.definition.statuses else f"refused ({names})"
        known = self.lifecycle.definition.statuses.get(status)
        return f"the order is {known.label if known is not None else status} after it"

    def _answers(self, press: str, answers: Mapping[str, object]) -> Iterable[str]:
        known = self.lifecycle.definition.transitions.get(press)
        for name, value in answers.items():
            question = known.ask.get(name) if known is not None else None
            if question is None:
                yield f"{name}: {value}"
            elif question.kind == "date":
                yield (
                    f"{question.label}: {self.moment(datetime.fromisoformat(str(value)))}" if value else question.label
                )
            elif question.kind != "position":
                yield f"{question.label}: {question.choices.get(str(value), str(value))}"

    def _saved(self, save: Mapping[str, object]) -> Iterable[str]:
        facts = self.lifecycle.vocabulary.facts
        for name, value in save.items():
            fact = facts.get(name)
            if fact is None or fact.given is not None:
                continue
            if isinstance(value, list):
                key = next(iter(fact.fields))
                for row in value:
                    told = ", ".join(
                        f"{fact.fields[column].label.lower()} {self._text(fact.fields[column], one)}"
                        for column, one in row.items()
                        if column != key and one is not None
                    )
                    yield f"{row.get(key)}: {told}"
            else:
                yield f"{fact.label}: {self._text(fact, value)}"

    def _text(self, fact: Fact, value: object) -> str:
        """A value as a step keeps it."""
        if fact.type == "time" and value:
            return self.moment(datetime.fromisoformat(str(value)))
        if isinstance(value, bool):
            return "yes" if value else "no"
        return self.value(fact, None if value is None else str(value))

    def value(self, fact: Fact, value: Value) -> str:
        """A fact's value as people read it."""
        return FactWords(self.cast.name, self.zone).value(fact, value)

    def moment(self, moment: datetime) -> str:
        """A moment on the firm's clock."""
        return f"{moment.astimezone(self.zone):%-d %b %Y, %H:%M}"

    def typed(self, value: Value) -> str:
        """A value as a form field holds it."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, Decimal):
            return f"{value.normalize():f}"
        if isinstance(value, datetime):
            return f"{value.astimezone(self.zone):%Y-%m-%dT%H:%M}"
        return value if isinstance(value, str) else ""


def lasting(length: timedelta) -> str:
    """A length of time as the beginning of “… by”: “2 days go”, “1 hour goes”."""
    for word, unit in UNITS:
        if length >= unit and length % unit == timedelta(0):
            number = length // unit
            return f"{number} {word} goes" if number == 1 else f"{number} {word}s go"
    minutes = max(1, round(length / timedelta(minutes=1)))
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    parts = [
        f"{number} {word}{'' if number == 1 else 's'}"
        for number, word in ((days, "day"), (hours, "hour"), (left, "minute"))
        if number
    ]
    return f"{' '.join(parts)} {'goes' if minutes == 1 else 'go'}"
