"""One change to many plans: each says for itself what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import ApplicationError, Forbidden, Invalid
from webapp.models import MaintenancePlan, User
from webapp.queries.technicians import technician_ids
from webapp.services import maintenance, versions
from webapp.services.maintenance_entries import LONGEST_LEAD
from webapp.services.maintenance_ledger import locked, replan

CHUNK = 50
"""Plans of one step; the page goes on with the rest."""
ACTIONS = {"rest": "Pause", "go_on": "Resume", "technician": "Change technician", "lead_days": "Change days before"}


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one plan."""

    plan_id: int
    name: str
    ok: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """The change: an action, and the value it needs."""

    action: str
    technician_id: int | None = None
    lead_days: int | None = None


def check(session: Session, wanted: Wanted) -> None:
    """Raise Invalid when the change itself cannot be right."""
    if wanted.action not in ACTIONS:
        raise Invalid({"action": "Choose what to do with the plans."})
    chosen = wanted.technician_id if wanted.action == "technician" else None
    if chosen is not None and chosen not in technician_ids(session):
        raise Invalid({"technician_id": "Choose an active person whose role is marked as a technician's role."})
    if wanted.action == "lead_days" and (wanted.lead_days is None or not 0 <= wanted.lead_days <= LONGEST_LEAD):
        raise Invalid({"lead_days": f"Enter a number of days from 0 to {LONGEST_LEAD}."})


def apply(
    session: Session, *, plan_ids: Sequence[int], wanted: Wanted, actor: Actor, now: datetime
) -> tuple[Result, ...]:
    """Change each plan, in the order of their ids; one that cannot be changed stays as it is and says why."""
    if not actor.may("maintenance.edit"):
        raise Forbidden("maintenance.edit")
    check(session, wanted)
    return tuple(_one(session, plan_id, wanted, actor, now) for plan_id in sorted(set(plan_ids))[:CHUNK])


def _one(session: Session, plan_id: int, wanted: Wanted, actor: Actor, now: datetime) -> Result:
    name = session.execute(select(MaintenancePlan.name).where(MaintenancePlan.id == plan_id)).scalar_one_or_none() or ""
    try:
        with session.begin_nested():
            return Result(plan_id, name, ok=True, sentence=_change(session, plan_id, wanted, actor, now))
    except ApplicationError as refused:
        return Result(plan_id, name, ok=False, sentence=refused.sentence)


def _change(session: Session, plan_id: int, wanted: Wanted, actor: Actor, now: datetime) -> str:
    plan = locked(session, plan_id)
    if plan.ended_at is not None:
        raise Invalid({"": f"The plan has ended. {plan.ended_because}"})
    if wanted.action in ("rest", "go_on"):
        active = wanted.action == "go_on"
        if plan.active == active:
            return "It was running already." if active else "It was paused already."
        maintenance.set_active(session, actor=actor, plan_id=plan_id, active=active, now=now)
        return "It goes on." if active else "It is paused."
    if wanted.action == "technician":
        plan.technician_id = wanted.technician_id
        who = session.get_one(User, wanted.technician_id).name if wanted.technician_id is not None else "nobody"
        said = f"Its orders go to {who}."
    else:
        plan.lead_days = wanted.lead_days or 0
        said = f"Its orders are made {plan.lead_days} days before the visit."
    plan.own, plan.edited_by_id = plan.rule_id is not None, actor.user_id
    versions.touch(plan, actor=actor, now=now)
    session.flush()
    replan(session, plan, now=now, because=f"{actor.name} changed the plan on {now:%-d %B %Y}.")
    return said
