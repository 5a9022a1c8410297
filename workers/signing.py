"""Signs of life of beat and worker, and the worker that sends the ticks while no beat signs.

Beat signs from its own loop. A worker sends itself a message over a queue of its own and signs when a process of its pool
performs it: that shows the broker, the loop and the pool at once. A worker that finds every beat silent sends the ticks
itself; ticks are harmless to repeat, so any number of workers may do so.
"""

import time
from typing import Any

import structlog
from celery import bootsteps
from celery.beat import Scheduler
from celery.utils.nodenames import worker_direct
from flask import Flask
from kombu.exceptions import OperationalError
from sqlalchemy.exc import SQLAlchemyError

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.queries.health import beat_signed
from webapp.services import heartbeats
from workers.schedule import SCHEDULE

log = structlog.get_logger(__name__)


def sign_interval(silent_after: float) -> float:
    """Return the seconds between two signs of life."""
    return silent_after / heartbeats.SIGNS_PER_SILENCE


class SigningScheduler(Scheduler):
    """Celery's own scheduler with its schedule in memory, signing in the database as long as its loop turns."""

    signed = 0.0

    def setup_schedule(self) -> None:
        super().setup_schedule()
        self.flask: Flask = self.app.flask_app
        try:
            with self.flask.app_context(), unit_of_work() as session:
                for entry in SCHEDULE.values():
                    heartbeats.expected(session, name=entry["task"], every=entry["schedule"])
        except SQLAlchemyError as error:
            log.warning("database_unavailable", error=type(error).__name__)

    def tick(self, *arguments: Any, **keywords: Any) -> float:
        pause = sign_interval(self.flask.config["SETTINGS"].silent_after)
        if time.monotonic() - self.signed >= pause:
            self.signed = time.monotonic()
            sign(self.flask, heartbeats.BEAT)
        wait: float = super().tick(*arguments, **keywords)
        return min(wait, pause)


def sign(application: Flask, kind: str) -> None:
    """Sign for this process; a database that is away costs one sign."""
    try:
        with application.app_context(), unit_of_work() as session:
            heartbeats.sign(session, kind=kind, name=heartbeats.name_of(kind), now=clock.now())
    except SQLAlchemyError as error:
        log.warning("database_unavailable", error=type(error).__name__)


class StandIn(bootsteps.StartStopStep):
    """Part of every worker's loop: asks its own pool for a sign of life, and sends the ticks while no beat signs."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **options: Any) -> None:
        super().__init__(consumer, **options)
        self.flask: Flask = consumer.app.flask_app
        self.silent_after = self.flask.config["SETTINGS"].silent_after
        self.began = time.monotonic()
        self.standing_in = False
        self.sent: dict[str, float] = {}

    def start(self, consumer: Any) -> None:
        self.entry = consumer.timer.call_repeatedly(sign_interval(self.silent_after), self.look, (consumer,))

    def stop(self, consumer: Any) -> None:
        self.entry.cancel()

    def look(self, consumer: Any) -> None:
        """Called every few seconds in the worker's loop."""
        try:
            consumer.app.send_task(
                "clock.answer",
                (heartbeats.name_of(heartbeats.WORKER),),
                exchange=worker_direct(consumer.hostname).exchange,
                routing_key=consumer.hostname,
                expires=self.silent_after,
            )
            if self.beats_are_silent():
                self.send_ticks(consumer.app)
        except (OperationalError, SQLAlchemyError) as error:
            log.warning("clockwork_waits", error=type(error).__name__)

    def beats_are_silent(self) -> bool:
        """Return whether no beat has signed for so long that somebody else must send the ticks."""
        patience = self.silent_after * heartbeats.TAKE_OVER
        if time.monotonic() - self.began < patience:
            return False
        with self.flask.app_context(), reading() as session:
            silent = not beat_signed(session, now=clock.now(), within=patience)
        if silent != self.standing_in:
            self.standing_in = silent
            log.warning("no_beat_signs_a_worker_sends_the_ticks" if silent else "a_beat_signs_again")
        return silent

    def send_ticks(self, app: Any) -> None:
        """Send every tick that is due by our own count, and sign as the one who does."""
        now = time.monotonic()
        for entry in SCHEDULE.values():
            if now - self.sent.get(entry["task"], 0.0) >= entry["schedule"]:
                self.sent[entry["task"]] = now
                app.send_task(entry["task"], **entry["options"])
        sign(self.flask, heartbeats.STAND_IN)
