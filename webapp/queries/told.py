"""Who will be told, of what and why, under a definition: each notice with the people its words mean today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import Role, User
from webapp.queries.lifecycles import vocabulary
from workflow.definition import Definition, Notice

SUPERVISING = "work_orders.supervise"
SHOWN = 8
"""Names written out of one audience."""


@dataclass(frozen=True, slots=True)
class Audience:
    """One word of a notice, as people read it, and the people it means today; nobody by name where each order has its own."""

    word: str
    label: str
    people: tuple[str, ...]
    each_order: bool
    """Whether every order has somebody else: its technician, its customer, whoever made it."""

    @property
    def says(self) -> str:
        """As a part of a sentence: "all supervisors (Sam, Sue)"."""
        label = f"{self.label[:1].lower()}{self.label[1:]}"
        if self.each_order:
            return label
        if not self.people:
            return f"{label} (today nobody)"
        more = len(self.people) - SHOWN
        names = ", ".join(self.people[:SHOWN]) + (f" and {more} more" if more > 0 else "")
        return f"{label} ({names})"


@dataclass(frozen=True, slots=True)
class Telling:
    """One notice: what happens, which message it sends, and to whom."""

    cause: str
    message: str
    label: str
    to: tuple[Audience, ...]

    @property
    def sentence(self) -> str:
        """The notice as a person reads it."""
        return f"{self.cause}: “{self.label}” goes to {joined([one.says for one in self.to])}."


def told(session: Session, definition: Definition) -> tuple[Telling, ...]:
    """Every notice of the definition in its order: buttons, automatic rules, changed fields, timers."""
    audiences = _audiences(session)
    words = vocabulary()
    return tuple(
        Telling(
            cause=cause,
            message=notice.message,
            label=words.messages[notice.message].label,
            to=tuple(audiences[word] for word in notice.to),
        )
        for cause, notice in notices(definition)
    )


def changes(session: Session, *, before: Definition, after: Definition) -> tuple[str, ...]:
    """What publishing changes about who is told, a sentence each; empty when nothing does."""
    old, new = _by_cause(told(session, before)), _by_cause(told(session, after))
    said = []
    for key in dict.fromkeys((*old, *new)):
        cause, label = _cause_and_label(old.get(key) or new[key])
        was = {one.word: one for one in _recipients(old, key)}
        now = {one.word: one for one in _recipients(new, key)}
        if gained := [one.says for word, one in now.items() if word not in was]:
            also = " also" if was else ""
            said.append(f"{cause}: “{label}” now{also} goes to {joined(gained)}.")
        if lost := [one.says for word, one in was.items() if word not in now]:
            said.append(f"{cause}: “{label}” no longer goes to {joined(lost)}.")
    return tuple(said)


def notices(definition: Definition) -> Iterator[tuple[str, Notice]]:
    """Every notice with what causes it, in words."""
    fields = vocabulary().fields
    for transition in definition.transitions.values():
        for notice in transition.notify:
            yield f"When “{transition.label}” is pressed", notice
    for rule in definition.automatic.values():
        place = definition.statuses[rule.to].label
        for notice in rule.notify:
            yield f"When an order becomes {place} by itself ({rule.name})", notice
    for word, changed in definition.when_changed.items():
        label = fields[word].label if word in fields else word
        for notice in changed:
            yield f"When {label} is changed", notice
    for timer in definition.timers.values():
        for notice in timer.notify:
            yield f"When the time comes ({timer.name})", notice


def joined(parts: Sequence[str]) -> str:
    """Several things as people list them."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _audiences(session: Session) -> Mapping[str, Audience]:
    rows = session.execute(
        select(User.name, User.extra_permissions, Role.permissions)
        .join(Role, Role.id == User.role_id)
        .where(User.active)
        .order_by(User.name, User.id)
    )
    supervisors = tuple(row.name for row in rows if SUPERVISING in {*row.permissions, *row.extra_permissions})
    return {
        word: Audience(word, label, supervisors if word == "supervisors" else (), word != "supervisors")
        for word, label in vocabulary().audiences.items()
    }


def _by_cause(tellings: Sequence[Telling]) -> dict[tuple[str, str], list[Telling]]:
    found: dict[tuple[str, str], list[Telling]] = {}
    for one in tellings:
        found.setdefault((one.cause, one.message), []).append(one)
    return found


def _recipients(found: Mapping[tuple[str, str], Sequence[Telling]], key: tuple[str, str]) -> Iterator[Audience]:
    for telling in found.get(key, ()):
        yield from telling.to


def _cause_and_label(tellings: Sequence[Telling]) -> tuple[str, str]:
    return tellings[0].cause, tellings[0].label
