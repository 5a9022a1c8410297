"""The one service visit an installation earns, as a maintenance plan with a single slot."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.models import Firm, MaintenancePlan, WorkOrder


def plan(session: Session, *, order: WorkOrder, actor: Actor, now: datetime) -> None:
    """Plan the one service visit an installation earns when it is completed: a plan with a single slot.

    Completing it again after a reopening plans nothing more: one plan an installation, held by the unique column.
    """
    exists = session.scalar(select(MaintenancePlan.id).where(MaintenancePlan.installation_id == order.id))
    if order.type != "installation" or exists is not None:
        return
    firm = session.get_one(Firm, 1)
    due = (order.done_at or now) + timedelta(days=firm.service_visit_after_days)
    session.add(
        MaintenancePlan(
            unit_id=order.unit_id,
            name=f"Service visit after installation {order.number}",
            order_type="service",
            every=1,
            period="once",
            first_due_at=due,
            next_slot_at=due,
            lead_days=firm.service_visit_after_days,
            request=f"First service visit after installation {order.number}; until day {firm.service_visit_window_days}.",
            installation_id=order.id,
            edited_by_id=actor.user_id,
            created_at=now,
        )
    )
    session.flush()
