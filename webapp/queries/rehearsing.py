"""What happened and what is open, replayed against a text: a slice at a time, written nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal, cast

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from webapp.models import DefinitionVersion, Refusal, StatusHistory, WorkOrder
from webapp.queries import open_work, staff
from webapp.queries.facts import gather
from webapp.queries.lifecycles import vocabulary
from webapp.queries.texts import compiled
from workflow.engine import Lifecycle
from workflow.rehearsal import Judged, OpenOrder, PastMove, open_orders, rehearse
from workflow.values import Actor, Scalar, Situation, Value
from workflow.vocabulary import Fact

Phase = Literal["moves", "attempts", "open"]
PHASES: tuple[Phase, ...] = ("moves", "attempts", "open")

NEWEST = 20_000
"""Past moves that are replayed unless all are asked for."""

ATTEMPTS = 2_000
"""Refused attempts that are replayed, the newest."""

SLICE = 2_000
"""Rows judged between two looks at the clock."""

LISTED = 5_000
"""Orders listed behind one number; more are counted."""

PUBLISHED = "published"
"""The automatic rule of a history row that only lets an order follow another version (services/transitions.py)."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be rehearsed, and how far it is: `cursor` is the last row's id of the phase."""

    lifecycle: str
    text: str
    targets: Mapping[str, str]
    everything: bool
    phase: Phase = "moves"
    cursor: int | None = None
    judged: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """What one slice found; `cursor` None: the phase is at its end."""

    phase: Phase
    rows: int
    cursor: int | None
    counts: Mapping[str, int]
    lists: Mapping[str, list[list[Any]]] = field(default_factory=dict)
    messages: Mapping[str, int] = field(default_factory=dict)


def to_judge(session: Session, lifecycle: str, *, everything: bool, most: int = NEWEST) -> int:
    """How many past moves there are to replay, counted up to `most` unless everything is."""
    wanted = select(StatusHistory.id).where(_past(lifecycle))
    if not everything:
        wanted = wanted.limit(most)
    return session.execute(select(func.count()).select_from(wanted.subquery())).scalar_one()


def part(session: Session, task: Task, now: datetime) -> Part:
    """The next slice."""
    if task.phase == "moves":
        return _moves(session, task)
    if task.phase == "attempts":
        return _attempts(session, task)
    return _open(session, task, now)


# The past


def _past(lifecycle: str) -> ColumnElement[bool]:
    return and_(
        StatusHistory.definition_version_id.in_(
            select(DefinitionVersion.id).where(DefinitionVersion.lifecycle == lifecycle)
        ),
        or_(StatusHistory.rule.is_(None), StatusHistory.rule != PUBLISHED, StatusHistory.automatic.is_(False)),
    )


def _moves(session: Session, task: Task) -> Part:
    size = SLICE if task.everything else min(SLICE, NEWEST - task.judged)
    wanted = select(StatusHistory, WorkOrder.number).join(WorkOrder, WorkOrder.id == StatusHistory.order_id)
    wanted = wanted.where(_past(task.lifecycle))
    if task.cursor is not None:
        wanted = wanted.where(StatusHistory.id < task.cursor)
    rows = session.execute(wanted.order_by(StatusHistory.id.desc()).limit(size)).all()
    draft = compiled(task.text)
    actors = staff.known_actors(session)
    places = {row.id: (number, row.sequence) for row, number in rows}
    moves = [
        PastMove(
            id=row.id,
            status=row.from_status or "",
            rule=row.rule,
            to=row.to_status,
            facts=typed(row.facts),
            at=row.at,
            automatic=row.automatic,
            actor=_who(row, actors),
            answers=_answers(draft, row.rule, row.answers),
        )
        for row, _ in rows
    ]
    found = rehearse(draft, moves)
    at_end = len(rows) < size or (not task.everything and task.judged + len(rows) >= NEWEST)
    return Part(
        "moves",
        len(rows),
        None if at_end else rows[-1][0].id,
        {
            "moves": found.moves,
            "accepted": found.accepted,
            "refused": len(found.refused),
            "unjudged": len(found.unjudged),
        },
        {
            "refused": [[*places[int(one.move.id)], _button(draft, one), _reason(one)] for one in found.refused],
            "unjudged": [[*places[int(one.move.id)], _button(draft, one), _missing(one)] for one in found.unjudged],
        },
    )


def _attempts(session: Session, task: Task) -> Part:
    """What was refused then, judged by the draft; the answers given were not kept, so a question is not judged."""
    versions = select(DefinitionVersion.id).where(DefinitionVersion.lifecycle == task.lifecycle)
    rows = session.execute(
        select(Refusal, WorkOrder.number)
        .join(WorkOrder, WorkOrder.id == Refusal.order_id)
        .where(Refusal.definition_version_id.in_(versions))
        .order_by(Refusal.id.desc())
        .limit(ATTEMPTS)
    ).all()
    draft = compiled(task.text)
    actors = staff.known_actors(session)
    numbers = {row.id: number for row, number in rows}
    then = {row.id: row.blockers[0]["sentence"] if row.blockers else "" for row, _ in rows}
    moves = [
        PastMove(row.id, row.status, row.transition, "", typed(row.facts), row.at, actor=_who(row, actors))
        for row, _ in rows
    ]
    found = rehearse(draft, moves)
    others = {one.move.id for one in (*found.refused, *found.unjudged)}
    allowed = [move for move in moves if move.id not in others]
    return Part(
        "attempts",
        len(rows),
        None,
        {"attempts": len(rows), "still_refused": len(found.refused), "now_allowed": len(allowed)},
        {
            "still_refused": [
                [numbers[int(one.move.id)], None, _button(draft, one), _reason(one)] for one in found.refused
            ],
            "now_allowed": [
                [numbers[int(one.id)], None, _label(draft, one), f"Refused then: {then[int(one.id)]}"]
                for one in allowed
            ],
        },
    )


def _label(draft: Lifecycle, move: PastMove) -> str:
    if move.rule is None:
        return "Created"
    known = draft.definition.transitions.get(move.rule)
    return "By itself" if move.automatic else known.label if known else move.rule


def _button(draft: Lifecycle, judged: Judged) -> str:
    return _label(draft, judged.move)


def _reason(judged: Judged) -> str:
    return " ".join(blocker.sentence for blocker in judged.blockers)


def _missing(judged: Judged) -> str:
    facts = vocabulary().facts
    names = [facts[name].label if name in facts else name for name in judged.missing]
    return f"Not recorded then: {', '.join(names)}."


def _who(row: StatusHistory | Refusal, actors: Mapping[int, Actor]) -> Actor | None:
    """Who pressed, with what he may do today; what he might do then was not recorded."""
    if row.actor_kind == "person":
        return actors.get(row.user_id or 0)
    return Actor(link="customer" if row.actor_kind == "link" else None, clock=row.actor_kind == "timer")


def _answers(draft: Lifecycle, rule: str | None, recorded: Mapping[str, Any]) -> dict[str, Scalar]:
    transition = draft.definition.transitions.get(rule or "")
    asked = transition.ask if transition is not None else {}
    kinds = {name: ANSWERED.get(question.kind, _as_it_is) for name, question in asked.items()}
    return {name: kinds.get(name, _as_it_is)(value) for name, value in recorded.items()}


def typed(recorded: Mapping[str, Any]) -> dict[str, Value]:
    """Facts as guards read them, from how history keeps them; facts that are not known any more are left out."""
    readers = _readers()
    return {name: readers[name](value) for name, value in recorded.items() if name in readers}


@lru_cache(maxsize=1)
def _readers() -> Mapping[str, Callable[[Any], Value]]:
    return {name: _reader(fact) for name, fact in vocabulary().facts.items()}


def _reader(fact: Fact) -> Callable[[Any], Value]:
    if fact.type != "list":
        return SCALARS.get(fact.type, _as_it_is)
    inner = {name: SCALARS.get(one.type, _as_it_is) for name, one in fact.fields.items()}
    return lambda rows: tuple({name: inner[name](row[name]) for name in row if name in inner} for row in rows)


def _as_it_is(value: Any) -> Scalar:
    return cast(Scalar, value)


def _number(value: Any) -> Scalar:
    return None if value is None else Decimal(value)


def _time(value: Any) -> Scalar:
    return None if value is None else datetime.fromisoformat(value)


SCALARS: Mapping[str, Callable[[Any], Scalar]] = {"number": _number, "time": _time}
ANSWERED: Mapping[str, Callable[[Any], Scalar]] = {"number": _number, "date": _time}
"""How the kinds of facts and of questions are read back; all others are kept as they are."""


# What is open


def _open(session: Session, task: Task, now: datetime) -> Part:
    rows = session.execute(
        select(WorkOrder.id, WorkOrder.number, WorkOrder.status)
        .where(open_work.still_open(session, task.lifecycle), WorkOrder.id > (task.cursor or 0))
        .order_by(WorkOrder.id)
        .limit(SLICE)
    ).all()
    facts = gather(session, [row.id for row in rows])
    draft = compiled(task.text)
    numbers = {row.id: row.number for row in rows}
    crew = [one.as_engine_actor() for one in staff.active(session)]
    found = open_orders(
        draft,
        [OpenOrder(row.id, Situation(row.status, facts[row.id], now)) for row in rows],
        staff=crew,
        targets=task.targets,
    )
    statuses = draft.definition.statuses
    labels = open_work.labels(session, task.lifecycle)
    homeless = [(status, order) for status, orders in found.homeless.items() for order in orders]

    def listed(orders: Iterator[tuple[Any, str]]) -> list[list[Any]]:
        return [[numbers[int(order)], None, "", said] for order, said in orders]

    return Part(
        "open",
        len(rows),
        rows[-1].id if len(rows) == SLICE else None,
        {
            "open": found.orders,
            "moving": len(found.moving),
            "stuck": len(found.stuck),
            "homeless": len(homeless),
            "endless": len(found.endless),
        },
        {
            "moving": listed(
                (one.id, f"From {labels[one.status]} to {statuses[one.to].label}.") for one in found.moving
            ),
            "stuck": listed((one, "Nobody would see a button.") for one in found.stuck),
            "homeless": listed((one, f"Its status “{labels[status]}” disappears.") for status, one in homeless),
            "endless": listed((one, "The automatic rules would run in a circle.") for one in found.endless),
        },
        found.messages,
    )
