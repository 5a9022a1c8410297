"""The command lines of the long-running programs, the same under `up` and on their own."""

import os
import sys

from webapp.up.children import Program


def web(bind: str, *, sqlite: bool, sockets: tuple[int, ...] = ()) -> Program:
    """Return gunicorn serving the application.

    On SQLite one process with threads: a second writer gains nothing and makes the slowest request 6–8 times slower.
    """
    workers = os.environ.get("WEB_CONCURRENCY") or ("1" if sqlite else str(min(os.cpu_count() or 1, 4)))
    return Program(
        name="web",
        command=(
            *(sys.executable, "-m", "gunicorn", "webapp.app:create_app()"),
            *("--bind", bind),
            *("--workers", workers, "--worker-class", "gthread", "--threads", "8"),
            *("--timeout", "60", "--graceful-timeout", "8", "--keep-alive", "5"),
            *("--log-level", "warning"),
            "--no-control-socket",
        ),
        sockets=sockets,
    )


def worker() -> Program:
    """Return a Celery worker; gossip and mingling would only slow its start."""
    return Program(
        name="worker",
        command=(
            *(sys.executable, "-m", "celery", "--app", "workers.app", "--quiet", "worker"),
            *("--hostname", f"worker-{os.getpid()}@%h"),  # two on one machine must not share their queue
            *("--concurrency", os.environ.get("WORKER_CONCURRENCY") or "2", "--loglevel", "WARNING"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ),
    )


def beat() -> Program:
    """Return Celery's own scheduler, its schedule in memory: ticks are harmless to repeat, so nothing is remembered."""
    return Program(
        name="beat",
        command=(
            *(sys.executable, "-m", "celery", "--app", "workers.app", "--quiet", "beat"),
            *("--scheduler", "workers.signing:SigningScheduler", "--loglevel", "WARNING"),
        ),
    )
