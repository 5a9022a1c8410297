"""The tick that shows the clock runs: beat sent it, a worker performed it, so both are alive."""

from celery import shared_task

from webapp import clock
from webapp.db import unit_of_work
from webapp.services import heartbeats


@shared_task(name="clock.tick")
def tick() -> None:
    """Sign for beat and worker."""
    with unit_of_work() as session:
        heartbeats.sign(session, names=(heartbeats.BEAT, heartbeats.WORKER), now=clock.now())
