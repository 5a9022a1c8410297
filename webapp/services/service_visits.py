"""The one service visit an installation earns, as a maintenance plan with a single slot."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.models import Firm, MaintenancePlan, WorkOrder
from webapp.services import maintenance_ledger


def plan(session: Session, *, order: WorkOrder, actor: Actor, now: datetime) -> None:
    """Plan the one service visit an installation earns when it is completed, as the settings say: a plan with a single slot.

    Completing it again after a reopening plans nothing more: one plan an installation, held by the unique column.
    """
    if order.type != "installation":
        return
    exists = session.scalar(select(MaintenancePlan.id).where(MaintenancePlan.installation_id == order.id))
    firm = session.get_one(Firm, 1)
    if exists is not None or not firm.service_visits:
        return
    after, until = firm.service_visit_after_days, firm.service_visit_window_days
    visit = MaintenancePlan(
        unit_id=order.unit_id,
        name=f"Service visit after installation {order.number}",
        order_type="service",
        first_due_at=(order.done_at or now) + timedelta(days=after),
        window_days=max(0, until - after),
        lead_days=after,
        request=f"First service visit after installation {order.number}; until day {until}.",
        installation_id=order.id,
        edited_by_id=actor.user_id,
        created_at=now,
    )
    maintenance_ledger.add(session, visit, now=now)
