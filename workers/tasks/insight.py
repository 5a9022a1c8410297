"""Adding up the history for whoever asks how a workflow does."""

import time

from celery import shared_task

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.services import insight

ENOUGH = 20.0
"""Seconds after which a run begins no further day; the next tick goes on."""


@shared_task(name="insight.tick")
def tick() -> None:
    """Compute the days that are due, each in a transaction of its own; running it twice computes the same."""
    began, now = time.monotonic(), clock.now()
    with reading() as session:
        days = [
            (name, day) for name in insight.lifecycles(session) for day in insight.due(session, lifecycle=name, now=now)
        ]
    for name, day in days:
        if time.monotonic() - began > ENOUGH:
            break
        with unit_of_work() as session:
            insight.compute(session, lifecycle=name, day=day, now=clock.now())
    if days:
        with unit_of_work() as session:
            for name in {name for name, _ in days}:
                insight.forget(session, lifecycle=name, now=now)
