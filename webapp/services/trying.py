"""Trying a workflow on one order: begun with a real or a made-up one, gone on step by step, taken back, begun anew.

Nothing but the list of steps is written; what comes of them is played again each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Conflict, Invalid, NotFound
from webapp.models import StatusHistory, WorkOrder
from webapp.models.definitions import Trial
from webapp.queries import trying
from webapp.queries.facts import gather
from webapp.queries.lifecycles import vocabulary
from webapp.queries.trying import Tested
from webapp.queries.visibility import known_by
from webapp.services.drafts import editor
from webapp.services.history import as_json
from workflow.engine import Lifecycle
from workflow.staging import Misstaged, first_facts
from workflow.trying import Tried
from workflow.values import Facts

MOST_STEPS = 60
"""A trial of more steps is played again too slowly, and nobody reads it as a scenario."""
LONGEST_WAIT = timedelta(days=3660)


def with_order(session: Session, *, lifecycle: str, number: int, actor: Actor, now: datetime) -> Trial:
    """Begin a trial with an order as it stands now; raises NotFound when it is not for the actor."""
    order = session.scalars(select(WorkOrder).where(known_by(actor, number))).one_or_none()
    if order is None:
        raise NotFound("There is no such work order.")
    since = session.scalar(
        select(func.max(StatusHistory.at)).where(
            StatusHistory.order_id == order.id, StatusHistory.to_status == order.status
        )
    )
    return _begun(
        session,
        lifecycle=lifecycle,
        order_number=order.number,
        status=order.status,
        facts=gather(session, [order.id])[order.id],
        since=since or order.created_at,
        actor=actor,
        now=now,
    )


def with_made_up(
    session: Session, *, lifecycle: str, order: Mapping[str, object], by: str, actor: Actor, now: datetime
) -> Trial:
    """Begin a trial with an order that `by` makes now; `order` says its facts as a scenario does, the others are samples.

    Raises Invalid where a value does not fit.
    """
    tested = trying.tested(session, lifecycle_name=lifecycle, actor=actor)
    compiled = playable(tested)
    people = trying.cast(session).people
    try:
        facts = dict(first_facts(compiled.definition, vocabulary(), order))
    except Misstaged as why:
        raise Invalid({"": str(why)}) from None
    technician = people.get(str(facts.get("order.technician")))
    if technician is not None:
        facts["order.technician.is_technician"] = technician.technician
    _begun(
        session,
        lifecycle=lifecycle,
        order_number=None,
        status=None,
        facts=facts,
        since=now,
        actor=actor,
        now=now,
    )
    return go_on(session, lifecycle=lifecycle, step={"by": by, "save": {}}, row_version=1, actor=actor, now=now)


def go_on(
    session: Session, *, lifecycle: str, step: Mapping[str, Any], row_version: int, actor: Actor, now: datetime
) -> Trial:
    """Take one step more, as a scenario writes it (`by`, and one of `save`, `press` with `answers`, `wait` in seconds).

    A refused step is kept too: that it is refused is worth showing. Raises Invalid for a step that cannot be played, and Conflict
    when the trial went on in another window.
    """
    trial = _locked(session, lifecycle=lifecycle, actor=actor, row_version=row_version)
    if len(trial.steps) >= MOST_STEPS:
        raise Invalid({"": f"A trial has at most {MOST_STEPS} steps. Start anew, or undo some."})
    if step.get("wait") is not None and not 0 < step["wait"] <= LONGEST_WAIT.total_seconds():
        raise Invalid({"amount": "The clock can be moved by at least a second and at most ten years."})
    kept = [*trial.steps, dict(step)]
    tried = _play(session, trial, kept, actor)[-1]
    if tried.problem:
        raise Invalid({"": tried.problem})
    trial.steps = [*trial.steps, {**step, "led": led(tried)}]
    trial.row_version += 1
    session.flush()
    return trial


def take_back(session: Session, *, lifecycle: str, row_version: int, actor: Actor, now: datetime) -> Trial:
    """Undo the last step. A made-up order keeps the step that makes it."""
    trial = _locked(session, lifecycle=lifecycle, actor=actor, row_version=row_version)
    if len(trial.steps) > (0 if trial.status is not None else 1):
        trial.steps = trial.steps[:-1]
        trial.row_version += 1
        session.flush()
    return trial


def accept(session: Session, *, lifecycle: str, row_version: int, actor: Actor, now: datetime) -> Trial:
    """Take what the steps lead to now for what they should lead to, after the text was changed."""
    trial = _locked(session, lifecycle=lifecycle, actor=actor, row_version=row_version)
    tried = _play(session, trial, trial.steps, actor)
    trial.steps = [{**step, "led": led(one)} for step, one in zip(trial.steps, tried, strict=True)]
    trial.row_version += 1
    session.flush()
    return trial


def end(session: Session, *, lifecycle: str, actor: Actor) -> None:
    """Forget the trial, to begin another; nothing happens when there is none."""
    session.execute(delete(Trial).where(Trial.lifecycle == lifecycle, Trial.user_id == editor(actor)))
    session.flush()


def led(tried: Tried) -> dict[str, Any]:
    """Where a step led, as it is kept beside it."""
    return {"status": tried.after.status, "refused": list(tried.refused)}


def playable(tested: Tested) -> Lifecycle:
    """The text ready to be played; raises Invalid when it has errors."""
    if tested.lifecycle is None:
        raise Invalid({"": "This text cannot be tried yet: it has errors. Repair them first."})
    return tested.lifecycle


def _play(session: Session, trial: Trial, steps: list[Any], actor: Actor) -> tuple[Tried, ...]:
    compiled = playable(trying.tested(session, lifecycle_name=trial.lifecycle, actor=actor))
    whole = trying.row_of(trial, trying.zone_of(session))
    row = trying.TrialRow(whole.row_version, whole.order_number, whole.beginning, tuple(map(trying.recorded, steps)))
    try:
        done, _ = trying.played(session, compiled, row)
    except Misstaged as why:
        raise Invalid({"": str(why)}) from None
    return done.tried


def _begun(
    session: Session,
    *,
    lifecycle: str,
    order_number: int | None,
    status: str | None,
    facts: Facts,
    since: datetime,
    actor: Actor,
    now: datetime,
) -> Trial:
    end(session, lifecycle=lifecycle, actor=actor)
    trial = Trial(
        lifecycle=lifecycle,
        user_id=editor(actor),
        order_number=order_number,
        status=status,
        facts=as_json(facts),
        began_at=now.astimezone(UTC).replace(second=0, microsecond=0),
        since=since,
        steps=[],
        row_version=1,
    )
    session.add(trial)
    session.flush()
    return trial


def _locked(session: Session, *, lifecycle: str, actor: Actor, row_version: int) -> Trial:
    trial = session.scalars(
        select(Trial)
        .where(Trial.lifecycle == lifecycle, Trial.user_id == editor(actor))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if trial is None:
        raise NotFound("This trial does not exist any more: it was ended in another window.")
    if trial.row_version != row_version:
        raise Conflict("This trial went on in another window. Here is where it stands now.")
    return trial
