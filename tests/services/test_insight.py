"""How a workflow does: what the days add up to is what a plain look at every row says, whatever was computed when."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from tests.services.firm import World, repair
from webapp.models import InsightDay, Refusal, StatusHistory, WorkOrder
from webapp.queries import insight as page
from webapp.queries.lifecycles import live
from webapp.services import insight

NOW = datetime(2026, 7, 20, 15, 30, tzinfo=UTC)
WORK = "work_order"
STATUSES = ("unassigned", "pending", "ongoing", "paused", "waiting_review")
BUTTONS = ("start", "pause", "submit")


@dataclass(frozen=True, slots=True)
class Move:
    """One row of a made-up history."""

    order: int
    sequence: int
    came_from: str | None
    to: str
    rule: str | None
    automatic: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Denied:
    """One refused attempt."""

    order: int
    transition: str
    at: datetime
    blockers: tuple[str, ...]


def a_history(chance: random.Random, order: int) -> tuple[list[Move], list[Denied]]:
    """Some months of one order: statuses at random, now and then one into itself, and refusals between."""
    at = NOW - timedelta(days=chance.uniform(0, 100))
    moves = [Move(order, 1, None, "unassigned", None, False, at)]
    denied = []
    for sequence in range(2, chance.randint(3, 14)):
        at += timedelta(seconds=chance.choice((0, 1, 3600, 86400, 86400 * 5)) * chance.uniform(0.5, 1.5))
        if at >= NOW:
            break
        if chance.random() < 0.5:
            names = tuple(chance.sample(("used_filled_in", "technician_assigned", "by"), k=chance.randint(1, 2)))
            denied.append(Denied(order, chance.choice(BUTTONS), at, names))
        automatic = chance.random() < 0.3
        rule = chance.choice(("assign", "start")) if automatic else chance.choice(BUTTONS)
        moves.append(Move(order, sequence, moves[-1].to, chance.choice(STATUSES), rule, automatic, at))
    return moves, denied


def written(session: Session, order: int, version: int, moves: list[Move], denied: list[Denied]) -> None:
    """The made-up rows of an order."""
    session.execute(
        insert(StatusHistory),
        [
            {
                "order_id": order, "sequence": one.sequence, "from_status": one.came_from, "to_status": one.to,
                "rule": one.rule, "automatic": one.automatic, "user_id": None, "actor_kind": "system",
                "actor_name": "", "at": one.at, "reason": "", "definition_version_id": version, "facts": {},
                "guards": {}, "answers": {}, "previous_hash": "", "hash": "",
            }
            for one in moves
        ],
    )  # fmt: skip
    if denied:
        session.execute(
            insert(Refusal),
            [
                {
                    "order_id": order, "at": one.at, "user_id": None, "actor_kind": "system", "actor_name": "",
                    "status": "ongoing", "transition": one.transition, "definition_version_id": version, "facts": {},
                    "blockers": [{"code": "guard", "name": name, "sentence": f"{name}!"} for name in one.blockers],
                }
                for one in denied
            ],
        )  # fmt: skip


def made(session: Session, world: World, seed: int) -> tuple[list[Move], list[Denied]]:
    """A random world in the database, and the same as plain values."""
    chance = random.Random(seed)
    moves: list[Move] = []
    denied: list[Denied] = []
    first = repair(session, world)
    session.execute(delete(StatusHistory).where(StatusHistory.order_id == first.id))
    like = {column.name: getattr(first, column.name) for column in WorkOrder.__table__.columns}
    orders = [like | {"id": first.id + more, "number": first.number + more} for more in range(1, 60)]
    session.execute(insert(WorkOrder), orders)
    for order in orders:
        some, others = a_history(chance, order["id"])
        written(session, order["id"], first.definition_version_id, some, others)
        moves += some
        denied += others
    session.flush()
    return moves, denied


def in_days(at: datetime, first: int, last: int) -> bool:
    """Whether the moment lies in the days that are `first` to `last` days back."""
    back = (NOW.date() - at.date()).days
    return first <= back <= last


def plain_stays(moves: list[Move], status: str, first: int, last: int) -> list[int]:
    """Every stay in the status that ended in these days, one order after another."""
    found = []
    for order in {move.order for move in moves}:
        came: datetime | None = None
        for move in sorted((one for one in moves if one.order == order), key=lambda one: one.sequence):
            if move.came_from == move.to:
                continue
            if move.came_from == status and came is not None and in_days(move.at, first, last):
                found.append(int((move.at - came).total_seconds()))
            came = move.at
    return found


def plain_waits(moves: list[Move], denied: list[Denied], button: str, first: int, last: int) -> list[int]:
    """From each refusal to the first press that succeeded, for those that did in these days."""
    found = []
    for refusal in denied:
        if refusal.transition != button:
            continue
        after = [
            one
            for one in sorted(moves, key=lambda one: one.sequence)
            if one.order == refusal.order and one.rule == button and not one.automatic and one.at >= refusal.at
        ]
        if after and in_days(after[0].at, first, last):
            found.append(int((after[0].at - refusal.at).total_seconds()))
    return found


def add_up(session: Session, now: datetime = NOW, most: int = 1000) -> int:
    """What the clockwork does in one tick; returns how many days were due."""
    days = insight.due(session, lifecycle=WORK, now=now)
    for day in days[:most]:
        insight.compute(session, lifecycle=WORK, day=day, now=now)
    session.flush()
    return len(days)


def shown(session: Session) -> page.Insight:
    _, lifecycle = live(session)
    return page.insight(session, lifecycle_name=WORK, definition=lifecycle.definition, now=NOW)


def agrees(session: Session, moves: list[Move], denied: list[Denied]) -> None:
    """Every number of the page is what a plain look at every row says."""
    told = shown(session)
    assert told.missing == 0
    for one in told.statuses:
        now, before = plain_stays(moves, one.name, 0, 29), plain_stays(moves, one.name, 30, 59)
        assert one.stays == len(now)
        assert one.median == (median(now) if now else None), one.name
        assert one.before == (median(before) if before else None), one.name
    buttons = {one.name: one for one in told.buttons}
    for name in BUTTONS:
        refused = [one for one in denied if one.transition == name and in_days(one.at, 0, 29)]
        former = [one for one in denied if one.transition == name and in_days(one.at, 30, 59)]
        waits = plain_waits(moves, denied, name, 0, 29)
        if name not in buttons:
            assert not refused
            assert not former
            assert not waits
            continue
        button = buttons[name]
        assert (button.refused, button.before, button.satisfied) == (len(refused), len(former), len(waits))
        assert button.wait == (median(waits) if waits else None)
        counts = {
            reason: sum(reason in each.blockers for each in refused) for each in refused for reason in each.blockers
        }
        assert button.reason_times == max(counts.values(), default=0)
        assert not counts or counts[button.reason.rstrip("!")] == button.reason_times


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_numbers_are_those_of_a_plain_look_at_every_row(session: Session, world: World, seed: int) -> None:
    moves, denied = made(session, world, seed)
    add_up(session)
    agrees(session, moves, denied)


def test_it_does_not_matter_in_how_many_pieces_or_how_often_it_was_added_up(session: Session, world: World) -> None:
    moves, denied = made(session, world, 4)
    assert add_up(session, most=7) == insight.WINDOW
    assert add_up(session, most=0) == insight.WINDOW - 7
    add_up(session)
    assert add_up(session) == 0
    for day in [row.day for row in session.scalars(select(InsightDay))][:20]:
        insight.compute(session, lifecycle=WORK, day=day, now=NOW)
    agrees(session, moves, denied)
    insight.anew(session, lifecycle=WORK)
    assert add_up(session) == insight.WINDOW
    agrees(session, moves, denied)


def test_a_day_that_was_not_over_is_added_up_again_and_one_that_was_is_not(session: Session, world: World) -> None:
    made(session, world, 5)
    add_up(session, NOW)
    assert insight.due(session, lifecycle=WORK, now=NOW + timedelta(minutes=4)) == []
    assert insight.due(session, lifecycle=WORK, now=NOW + timedelta(minutes=5)) == [NOW.date()]
    tomorrow = NOW + timedelta(days=1)
    assert insight.due(session, lifecycle=WORK, now=tomorrow) == [tomorrow.date(), NOW.date()]
    add_up(session, tomorrow)
    assert insight.due(session, lifecycle=WORK, now=tomorrow + timedelta(minutes=10)) == [tomorrow.date()]


def test_days_nobody_looks_back_at_are_let_go_of(session: Session, world: World) -> None:
    add_up(session)
    insight.forget(session, lifecycle=WORK, now=NOW + timedelta(days=20))
    days = session.scalars(select(InsightDay.day)).all()
    assert min(days) == (NOW + timedelta(days=20) - insight.KEPT).date()
