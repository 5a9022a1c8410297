"""Rehearsals: a text replayed against the past and the open orders, slice by slice, each slice kept when it is done.

`ask` writes down what is wanted, `claim` takes it, then `rehearsing.part` and `keep` alternate: at once in a request when it is
small, else in a worker, where another goes on when one dies.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.models import Rehearsal
from webapp.queries import rehearsing
from webapp.queries.rehearsing import LISTED, PHASES, SLICE, Part, Task

FRESH = timedelta(minutes=10)
"""How long a rehearsal is shown before it is made anew by itself."""

KEPT_FOR = timedelta(days=1)
LEASE = timedelta(seconds=60)
REASONS = 50
"""Different reasons that are told apart; more are counted with the last."""


@dataclass(frozen=True, slots=True)
class Job:
    """A rehearsal somebody is at work on, until `lease`."""

    id: int
    task: Task
    lease: datetime


def key_of(text: str, targets: Mapping[str, str], *, everything: bool) -> str:
    """The same for the same rehearsal."""
    asked = json.dumps([text, sorted(targets.items()), everything])
    return hashlib.sha256(asked.encode()).hexdigest()


def ask(
    session: Session,
    *,
    lifecycle: str,
    text: str,
    targets: Mapping[str, str],
    everything: bool,
    again: bool,
    actor: Actor,
    now: datetime,
) -> Rehearsal:
    """The rehearsal of this text: the one that is under way or fresh, else (or `again`) a new one that waits to be claimed."""
    key = key_of(text, targets, everything=everything)
    found = newest(session, key)
    if found is not None and (found.state != "done" or (not again and found.asked_at > now - FRESH)):
        return found
    session.execute(delete(Rehearsal).where(Rehearsal.asked_at < now - KEPT_FOR))
    made = Rehearsal(
        key=key,
        lifecycle=lifecycle,
        text=text,
        everything=everything,
        targets=dict(targets),
        asked_by_id=actor.user_id,
        asked_at=now,
        state="waiting",
        total=rehearsing.to_judge(session, lifecycle, everything=everything),
        result={"phase": PHASES[0], "counts": {}, "lists": {}, "messages": {}, "reasons": []},
    )
    session.add(made)
    session.flush()
    return made


def newest(session: Session, key: str) -> Rehearsal | None:
    """The latest rehearsal of this key."""
    return session.scalars(select(Rehearsal).where(Rehearsal.key == key).order_by(Rehearsal.id.desc()).limit(1)).first()


def is_small(rehearsal: Rehearsal) -> bool:
    """Whether a request can do it at once."""
    return rehearsal.total <= SLICE and not rehearsal.judged


def waiting(session: Session, *, now: datetime) -> list[int]:
    """The rehearsals nobody is at work on."""
    return list(session.scalars(select(Rehearsal.id).where(_free(now)).order_by(Rehearsal.id)))


def _free(now: datetime) -> Any:
    return or_(Rehearsal.state == "waiting", and_(Rehearsal.state == "running", Rehearsal.lease_until < now))


def claim(session: Session, *, rehearsal_id: int, now: datetime) -> Job | None:
    """Take a rehearsal that nobody is at work on; None when somebody is, or it is done."""
    found = session.scalars(
        select(Rehearsal).where(Rehearsal.id == rehearsal_id, _free(now)).with_for_update(skip_locked=True)
    ).one_or_none()
    if found is None:
        return None
    found.state = "running"
    return _leased(session, found, now)


def keep(session: Session, *, job: Job, part: Part, now: datetime) -> Job | None:
    """Add what a slice found; returns how it goes on, None when all is done or another took the rehearsal over."""
    found = session.scalars(
        select(Rehearsal).where(Rehearsal.id == job.id, Rehearsal.lease_until == job.lease).with_for_update()
    ).one_or_none()
    if found is None:
        return None
    found.result = _added(found.result, part)
    found.judged += part.rows if part.phase == PHASES[0] else 0
    found.total = max(found.total, found.judged)
    found.cursor = part.cursor
    if part.cursor is None:
        following = PHASES.index(part.phase) + 1
        if following == len(PHASES):
            found.state, found.finished_at, found.lease_until = "done", now, None
            session.flush()
            return None
        found.result = {**found.result, "phase": PHASES[following]}
    return _leased(session, found, now)


def let_go(session: Session, *, job: Job) -> None:
    """Leave the rest of a rehearsal to whoever comes next."""
    found = session.scalars(
        select(Rehearsal).where(Rehearsal.id == job.id, Rehearsal.lease_until == job.lease).with_for_update()
    ).one_or_none()
    if found is not None:
        found.state, found.lease_until = "waiting", None
        session.flush()


def _leased(session: Session, rehearsal: Rehearsal, now: datetime) -> Job:
    rehearsal.lease_until = now + LEASE
    session.flush()
    task = Task(
        lifecycle=rehearsal.lifecycle,
        text=rehearsal.text,
        targets=rehearsal.targets,
        everything=rehearsal.everything,
        phase=rehearsal.result["phase"],
        cursor=rehearsal.cursor,
        judged=rehearsal.judged,
    )
    return Job(rehearsal.id, task, rehearsal.lease_until)


def _added(result: Mapping[str, Any], part: Part) -> dict[str, Any]:
    lists = dict(result["lists"])
    for name, rows in part.lists.items():
        lists[name] = [*lists.get(name, ()), *rows][:LISTED]
    reasons = Counter({(button, reason): count for button, reason, count in result["reasons"]})
    if part.phase == PHASES[0]:
        reasons.update((row[2], row[3]) for row in part.lists["refused"])
    return {
        "phase": result["phase"],
        "counts": dict(Counter(result["counts"]) + Counter({**part.counts})),
        "lists": lists,
        "messages": dict(Counter(result["messages"]) + Counter({**part.messages})),
        "reasons": [[*key, count] for key, count in reasons.most_common(REASONS)],
    }
