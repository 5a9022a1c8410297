"""The ticks that show the clockwork runs."""

from celery import shared_task

from webapp import clock
from webapp.db import unit_of_work
from webapp.services import heartbeats


@shared_task(name="clock.tick")
def tick() -> None:
    """Tidy up after processes that ended; that it ran at all is written down as for every tick."""
    with unit_of_work() as session:
        heartbeats.forget(session, now=clock.now())


@shared_task(name="clock.answer")
def answer(name: str) -> None:
    """Sign for the worker whose loop asked its pool: both are alive."""
    with unit_of_work() as session:
        heartbeats.sign(session, kind=heartbeats.WORKER, name=name, now=clock.now())
