"""What publishing leaves to do: open orders that are still to follow, and rehearsals too large for a request."""

import time

from celery import shared_task

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.queries import rehearsing
from webapp.services import publications, rehearsals

ENOUGH = 25.0
"""Seconds after which a run starts no further chunk; the next tick goes on."""


@shared_task(name="workflows.tick")
def tick() -> None:
    """Let open orders follow what was published; running it twice, or two at once, moves nothing twice."""
    began = time.monotonic()
    with reading() as session:
        due = publications.due(session, now=clock.now())
    for publication_id in due:
        moved = 1
        while moved and time.monotonic() - began < ENOUGH:
            with unit_of_work() as session:
                moved = publications.move_some(session, publication_id=publication_id, now=clock.now())


@shared_task(name="workflows.rehearse")
def rehearse() -> None:
    """Go on with what is to be rehearsed, slice by slice; each slice is kept, so another may go on after any."""
    began = time.monotonic()
    with reading() as session:
        waiting = rehearsals.waiting(session, now=clock.now())
    for rehearsal_id in waiting:
        with unit_of_work() as session:
            job = rehearsals.claim(session, rehearsal_id=rehearsal_id, now=clock.now())
        while job is not None and time.monotonic() - began < ENOUGH:
            with reading() as session:
                part = rehearsing.part(session, job.task, clock.now())
            with unit_of_work() as session:
                job = rehearsals.keep(session, job=job, part=part, now=clock.now())
        if job is not None:
            with unit_of_work() as session:
                rehearsals.let_go(session, job=job)
