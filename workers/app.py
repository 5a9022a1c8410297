"""The Celery application: which broker, which settings, and the Flask application every task runs in.

The settings are those of docs/adr: the database is the truth and Celery carries ticks, so a lost message costs one tick.
"""

import importlib
import pkgutil
import warnings
from typing import Any

from celery import Celery, Task, signals
from celery.platforms import SecurityWarning
from flask import Flask

from webapp.app import create_app
from webapp.db import db
from workers import tasks
from workers.schedule import SCHEDULE

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
    "beat_schedule": SCHEDULE,
}


def broker_url(redis_url: str) -> str:
    """Return the address as kombu spells it; redis-py says `unix://`, kombu `redis+socket://`."""
    return redis_url.replace("unix://", "redis+socket://", 1)


def make(application: Flask) -> Celery:
    """Return a Celery application whose tasks run inside the Flask application's context."""

    class InContext(Task):
        """A task inside an application context of its own (Flask's documentation, "Background Tasks with Celery")."""

        abstract = True

        def __call__(self, *arguments: object, **keywords: object) -> object:
            with application.app_context():
                return self.run(*arguments, **keywords)

    celery = Celery("fieldwright", task_cls=InContext, set_as_current=True)
    celery.conf.update(SETTINGS, broker_url=broker_url(application.config["REDIS_URL"] or "redis://"))
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
