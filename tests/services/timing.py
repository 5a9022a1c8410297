"""A lifecycle with timers of every kind, and the tick that rings them with a moved clock."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from tests.services.firm import NOW
from tests.services.publishing import BARE
from webapp.actors import Actor
from webapp.queries import timers as queries
from webapp.services import definitions, timers

HEAD, _, REST = BARE.partition("\ntimers:")
TAIL = REST[REST.index("\n# What must hold") :]
TIMERS = """
timers:
  approval_reminder:
    in: waiting_approval
    after: 2 days
    notify: [{message: WorkOrderApprovalReminder, to: [customer]}]
  overdue:
    in: [unassigned, waiting_approval, pending, paused]
    at: order.due_date
    plus: 1 hour
    notify: [{message: WorkOrderOverdue, to: [supervisors]}]
  resume: {in: paused, at: order.resume_at, take: resume, by: clock}
"""
CLOCKED = (HEAD + "\n" + TIMERS + TAIL).replace(
    "  customer: {label: the customer, link: customer}\n",
    "  customer: {label: the customer, link: customer}\n  clock: {label: the clock, clock: true}\n",
)
RESUMING = CLOCKED.replace(
    "    from: paused\n    to: ongoing\n    by: [technician, supervisor]",
    "    from: paused\n    to: ongoing\n    by: [technician, supervisor, clock]",
)
"""The shipped lifecycle, in which an order resumes by itself on its date."""


def clockwork(session: Session, text: str = RESUMING, *, actor: Actor) -> None:
    """Make the text the live version."""
    definitions.import_text(session, text=text, actor=actor, now=NOW)


def tick(session: Session, now: datetime) -> int:
    """What the timers' tick does, in the test's own transaction; returns how many rang."""
    due = queries.due(session, now=now, limit=1000)
    return timers.ring(session, order_ids=due, now=now)
