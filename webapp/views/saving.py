"""What every form of master data does with what was sent: make it once, or save it unless somebody else was faster."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import unit_of_work
from webapp.errors import Conflict, Invalid
from webapp.views import current, entered

Refused = Callable[[Mapping[str, str]], Response]


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that holds something else than the person typed."""

    label: str
    now: str
    typed: str


@dataclass(frozen=True, slots=True)
class Stale:
    """What a page says when somebody else was faster: who and when, and every field that differs."""

    sentence: str
    at: datetime | None
    differences: tuple[Difference, ...]


def made(make: Callable[[Session], str], *, done: str, refused: Refused) -> Response:
    """Make something once per form and go to the address it returns, saying `done`; or show the form again."""
    try:
        with unit_of_work() as session:
            onward = entered.once(session, lambda: make(session), actor=current.actor(), now=clock.now())
    except Invalid as refusal:
        return refused(refusal.problems)
    flash(done, "done")
    return redirect(onward, code=303)


def saved(
    change: Callable[[Session], object],
    *,
    onward: str,
    done: str,
    refused: Refused,
    stale: Callable[[Conflict], Response | None],
) -> Response:
    """Save something and go `onward`, saying `done`; or show the form again, with what changed meanwhile.

    `stale` answers None when everything typed is stored already: the same form sent twice has succeeded.
    """
    try:
        with unit_of_work() as session:
            change(session)
    except Invalid as refusal:
        return refused(refusal.problems)
    except Conflict as conflict:
        answer = stale(conflict)
        if answer is not None:
            return answer
    flash(done, "done")
    return redirect(onward, code=303)


def differences(
    labels: Mapping[str, str],
    *,
    stored: object,
    typed: object,
    choices: Mapping[str, Sequence[tuple[object, str]]] | None = None,
) -> tuple[Difference, ...]:
    """The labelled fields in which two entries differ, in words; `choices` says what a field's values are called."""
    found = []
    for name, label in labels.items():
        now, wanted = flat(getattr(stored, name)), flat(getattr(typed, name))
        if now.split() != wanted.split():
            called = {str(value): words for value, words in (choices or {}).get(name, ())}
            found.append(Difference(label, called.get(now, now), called.get(wanted, wanted)))
    return tuple(found)


def flat(value: object) -> str:
    """A value of an entry as one text."""
    if isinstance(value, tuple):
        return ", ".join(sorted(map(str, value)))
    return "" if value is None else str(value).strip()
