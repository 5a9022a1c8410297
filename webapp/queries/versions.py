"""Published versions: what each was told of when it went live, who is still on it, and what differs between two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.models import WorkOrder
from webapp.queries import open_work, workflows
from webapp.queries.lifecycles import vocabulary
from webapp.queries.workflows import VersionDetail, VersionRow
from workflow.changes import differences
from workflow.definition import Definition, Timer
from workflow.editing import EditError

CONTEXT = 3
"""So many unchanged lines stand around a changed one."""


@dataclass(frozen=True, slots=True)
class VersionEntry:
    """A version of the list: `verdict` in words, and how many open orders follow it."""

    row: VersionRow
    verdict: str
    open_orders: int


@dataclass(frozen=True, slots=True)
class DiffRow:
    """A line of two texts beside each other; a number of 0: there is none at that side. `gap`: lines left out before it."""

    kind: Literal["same", "changed", "gone", "new"]
    left_number: int
    left: str
    right_number: int
    right: str
    gap: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions: what changed in sentences (`unreadable` says why there are none), then line by line."""

    before: VersionDetail
    after: VersionDetail
    sentences: tuple[str, ...]
    unreadable: str
    lines: tuple[DiffRow, ...]


@dataclass(frozen=True, slots=True)
class RuleView:
    """An automatic rule or a timer in words."""

    name: str
    where: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ButtonView:
    """A button in words: where it stands, who presses it, what has to hold, what it asks."""

    name: str
    label: str
    where: tuple[str, ...]
    to: str
    who: tuple[str, ...]
    needs: tuple[str, ...]
    asks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A definition as sentences for whoever reads it without changing it."""

    buttons: tuple[ButtonView, ...]
    automatic: tuple[RuleView, ...]
    timers: tuple[RuleView, ...]


def listing(session: Session, *, lifecycle_name: str) -> tuple[VersionEntry, ...]:
    """Every version, newest first."""
    rows = workflows.versions(session, lifecycle_name=lifecycle_name)
    counts = open_by_version(session, lifecycle_name)
    return tuple(VersionEntry(row, verdict(row.verdict), counts.get(row.id, 0)) for row in rows)


def open_by_version(session: Session, lifecycle_name: str) -> dict[int, int]:
    """How many open orders follow each version, by its id."""
    rows = session.execute(
        select(WorkOrder.definition_version_id, func.count())
        .where(open_work.still_open(session, lifecycle_name))
        .group_by(WorkOrder.definition_version_id)
    )
    return {row[0]: row[1] for row in rows}


def verdict(kept: Mapping[str, Any]) -> str:
    """What the checks said when the version was published."""
    told = []
    scenarios = kept.get("scenarios", 0)
    told.append(f"{_counted(scenarios, 'scenario')} came true" if scenarios else "no scenarios")
    promises = kept.get("promises")
    if kept.get("proved"):
        told.append("every promise proved" if promises is None else f"{_counted(promises, 'promise')} proved")
    else:
        told.append("promises not proved")
    warnings = len(kept.get("warnings") or ())
    if warnings:
        told.append(f"{_counted(warnings, 'warning')} acknowledged")
    sentence = "; ".join(told)
    return f"{sentence[:1].upper()}{sentence[1:]}."


def comparison(session: Session, *, lifecycle_name: str, before: int, after: int) -> Comparison:
    """What differs between two versions, by their numbers; raises NotFound."""
    one = workflows.version(session, lifecycle_name=lifecycle_name, number=before)
    other = workflows.version(session, lifecycle_name=lifecycle_name, number=after)
    sentences, unreadable = _told(one.text, other.text)
    return Comparison(one, other, sentences, unreadable, line_by_line(one.text, other.text))


@lru_cache(maxsize=32)
def _told(before: str, after: str) -> tuple[tuple[str, ...], str]:
    try:
        return tuple(change.sentence for change in differences(before, after, vocabulary=vocabulary())), ""
    except EditError as why:
        return (), str(why)


@lru_cache(maxsize=32)
def line_by_line(before: str, after: str) -> tuple[DiffRow, ...]:
    """The changed lines of two texts beside each other, with a few unchanged ones around them."""
    old, new = before.splitlines(), after.splitlines()
    rows = list(_rows(old, new))
    near = [
        any(rows[at].kind != "same" for at in range(max(0, index - CONTEXT), min(len(rows), index + CONTEXT + 1)))
        for index in range(len(rows))
    ]
    shown: list[DiffRow] = []
    gap = 0
    for row, wanted in zip(rows, near, strict=True):
        if not wanted:
            gap += 1
            continue
        shown.append(DiffRow(row.kind, row.left_number, row.left, row.right_number, row.right, gap))
        gap = 0
    return tuple(shown)


def _rows(old: list[str], new: list[str]) -> Iterator[DiffRow]:
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            for offset in range(b - a):
                yield DiffRow("same", a + offset + 1, old[a + offset], c + offset + 1, new[c + offset])
            continue
        both = min(b - a, d - c)
        for offset in range(both):
            yield DiffRow("changed", a + offset + 1, old[a + offset], c + offset + 1, new[c + offset])
        for number in range(a + both, b):
            yield DiffRow("gone", number + 1, old[number], 0, "")
        for number in range(c + both, d):
            yield DiffRow("new", 0, "", number + 1, new[number])


def told(definition: Definition) -> Told:
    """The definition's buttons, automatic rules and timers in words."""
    labels = {name: status.label for name, status in definition.statuses.items()}

    def said(guard: str) -> str:
        return definition.guards[guard].otherwise.text

    buttons = tuple(
        ButtonView(
            one.name,
            one.label,
            tuple(labels[name] for name in one.from_),
            labels[one.to],
            tuple(definition.roles[role].label for role in one.by),
            tuple(said(guard) for guard in one.needs),
            tuple(question.label + ("" if question.required else " (optional)") for question in one.ask.values()),
        )
        for one in definition.transitions.values()
    )
    automatic = tuple(
        RuleView(
            rule.name,
            ", ".join(labels[name] for name in rule.from_),
            f"becomes {labels[rule.to]}"
            + (f" when {_names(rule.when)} holds" if rule.when else "")
            + (" and" if rule.when and rule.unless else "")
            + (f" unless {_names(rule.unless)} holds" if rule.unless else "")
            + (f": {rule.note}" if rule.note else "."),
        )
        for rule in definition.automatic.values()
    )
    timers = tuple(
        RuleView(one.name, ", ".join(labels[name] for name in one.in_), _timer(definition, one))
        for one in definition.timers.values()
    )
    return Told(buttons, automatic, timers)


def _timer(definition: Definition, timer: Timer) -> str:
    if timer.after is not None:
        when = f"{_length(timer.after.total_seconds())} after the order came there"
    else:
        later = timer.plus.total_seconds()
        when = f"{_length(later)} after {timer.at_fact}" if later else f"at {timer.at_fact}"
    does = [f"“{definition.transitions[timer.take].label}” is pressed by the clock"] if timer.take else []
    does += [f"{notice.message} goes to {', '.join(notice.to)}" for notice in timer.notify]
    return f"{when}: {'; '.join(does)}."


def _length(seconds: float) -> str:
    for word, length in (("week", 604800), ("day", 86400), ("hour", 3600)):
        if seconds >= length and seconds % length == 0:
            return _counted(int(seconds // length), word)
    return _counted(int(seconds // 60), "minute")


def _names(guards: tuple[str, ...]) -> str:
    return " and ".join(guard.replace("_", " ") for guard in guards)


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
