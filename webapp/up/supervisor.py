"""The order of things in `fieldwright up`: lock, broker, migrate, web, worker, beat, ready, keep, end."""

import os
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from webapp import clock
from webapp.errors import ApplicationError
from webapp.up import broker, lock, programs
from webapp.up.children import Child, Guard, Program
from webapp.up.signals import Signals, Stop

STARTING = 120.0
"""Seconds everything has to answer before we give up."""
PAUSE = 0.5
"""Seconds between two looks when no signal comes; a child's death wakes us at once."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run, decided before anything runs."""

    folder: Path
    host: str
    port: int
    sqlite: bool
    demo: bool
    redis_url: str | None

    @property
    def address(self) -> str:
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


class Supervisor:
    """Starts the children, the broker first, keeps them running, and ends them, the broker last."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.signals = Signals()
        self.children: list[Child] = []
        self.environment: Mapping[str, str] = os.environ

    def run(self) -> None:
        """Run until asked to stop; raise ApplicationError when it cannot start."""
        held = lock.take(self.plan.folder)
        held.say(self.plan.address)
        self.guard = Guard(held.fd)
        try:
            with listening(self.plan) as web:
                self._start(web)
                self._keep()
        except Stop:
            return
        finally:
            self._end()
            held.release()

    def _start(self, web: socket.socket) -> None:
        began = clock.now()
        redis_url = self.plan.redis_url
        if redis_url is None:
            redis_url = broker.url(self.plan.folder)
            self._launch(broker.program(self.plan.folder))
        self.environment = {**os.environ, "REDIS_URL": redis_url}
        os.environ["REDIS_URL"] = redis_url
        with self.signals:
            # here: a start that finds the folder locked need not pay for them
            from webapp.up import preparing, readiness, watching

            if self.plan.demo:
                preparing.only_loopback(self.plan.host)
            application = preparing.prepare()
            if self.plan.demo:
                preparing.load_demo(application)
            self._until(lambda: broker.answers(redis_url), f"The broker at {redis_url} does not answer.")
        for program in (
            programs.worker(),
            programs.beat(),
            programs.web(f"fd://{web.fileno()}", sqlite=self.plan.sqlite, sockets=(web.fileno(),)),
        ):
            self._launch(program)
        self.watch = watching.Watch(application, redis_url=redis_url)
        ready = readiness.Readiness(application, address=self.plan.address, since=began)
        with self.signals:
            self._until(ready, ready.missing)
        accounts = preparing.accounts() if self.plan.demo else ()
        print(
            "", f"Fieldwright is ready at {self.plan.address}", *accounts, "Press Ctrl-C to stop.", sep="\n", flush=True
        )

    def _launch(self, program: Program) -> None:
        child = Child(program, self.environment, self.guard)
        self.children.append(child)
        child.start()

    def _tend(self) -> None:
        self.guard.keep()
        for child in self.children:
            child.keep()

    def _until(self, done: Callable[[], bool], sentence: str | Callable[[], str]) -> None:
        deadline = time.monotonic() + STARTING
        while not done():
            self._tend()
            for child in self.children:
                if child.failures >= 3:
                    raise ApplicationError(
                        f"The {child.program.name} stopped three times while starting; see above why."
                    )
            if time.monotonic() > deadline:
                raise ApplicationError(sentence if isinstance(sentence, str) else sentence())
            time.sleep(0.05)

    def _keep(self) -> None:
        while not self.signals.stopping:
            self._tend()
            with self.signals:
                self.watch.tend(self.children, now=time.monotonic())
            self.signals.wait(PAUSE)

    def _end(self) -> None:
        brokers, others = self.children[:1], self.children[1:]
        if self.plan.redis_url is not None:
            brokers, others = [], self.children
        for some in (others, brokers):
            for child in some:
                child.ask()
            for child in some:
                child.stop()
        self.guard.dismiss()


def listening(plan: Plan) -> socket.socket:
    """Return the bound socket the web server inherits, so that requests queue while gunicorn restarts."""
    family = socket.AF_INET6 if ":" in plan.host else socket.AF_INET
    web = socket.socket(family, socket.SOCK_STREAM)
    web.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        web.bind((plan.host, plan.port))
    except OSError as error:
        web.close()
        raise ApplicationError(
            f"Port {plan.port} on {plan.host} cannot be used ({error.strerror}); choose another with PORT=…"
        ) from error
    web.listen(1024)
    return web
