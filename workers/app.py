"""The Celery application: which broker, which settings, and the Flask application every task runs in.

The settings are those of docs/adr: the database is the truth and Celery carries ticks, so a lost message costs one tick.
"""

import importlib
import pkgutil
import time
import warnings
from typing import Any

import kombu.connection
import structlog
from celery import Celery, Task, signals
from celery.app.amqp import AMQP
from celery.platforms import SecurityWarning
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from webapp import clock
from webapp.app import create_app
from webapp.db import db, unit_of_work
from webapp.services import heartbeats
from workers import tasks
from workers.schedule import SCHEDULE
from workers.signing import StandIn, sign_interval

log = structlog.get_logger(__name__)

SETTINGS: dict[str, Any] = {
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "worker_prefetch_multiplier": 1,
    "task_ignore_result": True,
    "task_serializer": "json",
    "accept_content": ["json"],
    "task_soft_time_limit": 50,
    "task_time_limit": 60,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "broker_transport_options": {"visibility_timeout": 180, "socket_timeout": 30, "socket_connect_timeout": 5},
    "worker_cancel_long_running_tasks_on_connection_loss": True,  # a task is one transaction: it rolls back and comes again
    "worker_redirect_stdouts": False,
    "worker_hijack_root_logger": False,
    "timezone": "UTC",
    "beat_max_loop_interval": 5,
    "worker_direct": True,  # each worker also has a queue of its own, over which it asks its pool for a sign of life
    "beat_schedule": SCHEDULE,
}


EVERY = {entry["task"]: entry["schedule"] for entry in SCHEDULE.values()}
"""Seconds between two runs of each task of the beat table."""


LOOK_FOR_BROKER = 3.0
"""The longest wait between two attempts to reach a lost broker, seconds."""


class Connection(kombu.connection.Connection):
    """Looks for a lost broker every few seconds; kombu would wait longer each time, up to half a minute."""

    def _ensure_connection(
        self,
        errback: Any = None,
        max_retries: int | None = None,
        interval_start: float = 2,
        interval_step: float = 2,
        interval_max: float = LOOK_FOR_BROKER,
        *arguments: Any,
        **options: Any,
    ) -> Any:
        longest = min(interval_max, LOOK_FOR_BROKER)
        return super()._ensure_connection(  # type: ignore[no-untyped-call]
            errback, max_retries, interval_start, interval_step, longest, *arguments, **options
        )


class Messages(AMQP):
    """Celery's messages over our connection."""

    Connection = Connection


def broker_url(redis_url: str) -> str:
    """Return the address as kombu spells it; redis-py says `unix://`, kombu `redis+socket://`."""
    return redis_url.replace("unix://", "redis+socket://", 1)


def make(application: Flask) -> Celery:
    """Return a Celery application whose tasks run inside the Flask application's context."""

    class InContext(Task):
        """A task inside an application context of its own (Flask's documentation, "Background Tasks with Celery").

        What came of a task of the beat table is written down, at most every few seconds while all is well.
        """

        abstract = True
        signed = float("-inf")

        def __call__(self, *arguments: object, **keywords: object) -> object:
            with application.app_context():
                try:
                    done = self.run(*arguments, **keywords)
                except Exception as error:
                    self.note(type(error).__name__)
                    raise
                self.note("")
                return done

        def note(self, fault: str) -> None:
            every = EVERY.get(self.name)
            often = sign_interval(application.config["SETTINGS"].silent_after)
            if every is None or (not fault and time.monotonic() - self.signed < often):
                return
            self.signed = float("-inf") if fault else time.monotonic()
            try:
                with unit_of_work() as session:
                    if fault:
                        heartbeats.failed(session, name=self.name, every=every, fault=fault, now=clock.now())
                    else:
                        heartbeats.ticked(session, name=self.name, every=every, now=clock.now())
            except SQLAlchemyError as error:
                log.warning("database_unavailable", error=type(error).__name__)

    celery = Celery("fieldwright", task_cls=InContext, amqp=Messages, set_as_current=True)
    celery.conf.update(SETTINGS, broker_url=broker_url(application.config["REDIS_URL"] or "redis://"))
    celery.flask_app = application
    celery.steps["consumer"].add(StandIn)
    for module in pkgutil.iter_modules(tasks.__path__, "workers.tasks."):
        importlib.import_module(module.name)
    return celery


warnings.filterwarnings("ignore", category=SecurityWarning)  # a container's only user is root; the messages are JSON

flask_app = create_app()
app = make(flask_app)


@signals.beat_init.connect
def tick_at_once(**_: object) -> None:
    """The first tick of a schedule comes one interval late; whoever waits for the clock to start should not."""
    app.send_task("clock.tick", expires=30)


@signals.worker_process_init.connect
def leave_the_parents_sockets(**_: object) -> None:
    """A forked pool process never shares a database socket with its parent."""
    with flask_app.app_context():
        for engine in db.engines.values():
            engine.dispose(close=False)
