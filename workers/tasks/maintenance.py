"""The maintenance tick: what is due becomes orders, one plan a transaction."""

from celery import shared_task

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.services import maintenance


@shared_task(name="maintenance.tick")
def tick() -> None:
    """Create the orders of every plan that is due; running it twice, or two at once, makes nothing twice."""
    with reading() as session:
        due = maintenance.due_plans(session, now=clock.now())
    for plan_id in due:
        with unit_of_work() as session:
            maintenance.create_due(session, plan_id=plan_id, now=clock.now())
