"""The maintenance tick: what is due becomes orders, one chunk of plans a transaction."""

import time

from celery import shared_task

from webapp import clock
from webapp.db import unit_of_work
from webapp.services import maintenance

ENOUGH = 25.0
"""Seconds after which a run begins no further chunk; the next tick goes on."""


@shared_task(name="maintenance.tick")
def tick() -> None:
    """Give every due slot its outcome; running it twice, or two at once, makes nothing twice."""
    began = time.monotonic()
    found = 1
    while found and time.monotonic() - began < ENOUGH:
        with unit_of_work() as session:
            found = maintenance.tick(session, now=clock.now())
