"""The timers' tick: what is due by time alone rings, some orders a transaction."""

import time

from celery import shared_task

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.queries import timers as queries
from webapp.services import timers

ENOUGH = 25.0
"""Seconds after which a run starts no further chunk; the next tick goes on."""
FOUND_AT_ONCE = 500


@shared_task(name="timers.tick")
def tick() -> None:
    """Ring what is due; running it twice, or two at once, rings nothing twice."""
    began = time.monotonic()
    last = 0
    while time.monotonic() - began < ENOUGH:
        with reading() as session:
            due = queries.due(session, now=clock.now(), limit=FOUND_AT_ONCE, after=last)
        for start in range(0, len(due), timers.CHUNK):
            with unit_of_work() as session:
                timers.ring(session, order_ids=due[start : start + timers.CHUNK], now=clock.now())
            if time.monotonic() - began >= ENOUGH:
                return
        if len(due) < FOUND_AT_ONCE:
            return
        last = due[-1]
