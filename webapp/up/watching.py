"""Notices a worker or a clock that lives and does nothing, by the signs of life in the database, and has it replaced.

A silence counts only while database and broker answer, and is measured from the moment a new sign was last seen, so that
neither an outage nor a clock that is put forward ends a healthy process.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from webapp import clock
from webapp.db import db, reading, unit_of_work
from webapp.models import Heartbeat
from webapp.services import heartbeats
from webapp.up import broker
from webapp.up.children import Child

WATCHED = {"worker": heartbeats.WORKER, "beat": heartbeats.BEAT}
"""The programs that sign, and as what."""
MOST_PATIENT = 4
"""A part that falls silent again and again is given twice the time each time, so many times at most."""


@dataclass(slots=True)
class Pulse:
    """The last sign seen of one process, and when it was seen, in monotonic seconds."""

    seen: float
    at: datetime | None = None


class Watch:
    """Looks at the signs of life now and then."""

    def __init__(self, application: Flask, *, redis_url: str) -> None:
        self._application = application
        self._redis_url = redis_url
        silent_after: float = application.config["SETTINGS"].silent_after
        self._pause = silent_after / heartbeats.SIGNS_PER_SILENCE
        self._patience = silent_after * heartbeats.TAKE_OVER
        self._next = 0.0
        self._pulses: dict[int, Pulse] = {}
        self._silences: dict[str, int] = {}

    def tend(self, children: Iterable[Child], *, now: float) -> None:
        """Replace whoever has been silent too long; does nothing between two looks."""
        if now < self._next:
            return
        self._next = now + self._pause
        signs = self._signs()
        for child in children:
            kind = WATCHED.get(child.program.name)
            if kind is not None and child.process is not None:
                self._judge(child, kind, signs, now=now)

    def _judge(self, child: Child, kind: str, signs: Mapping[str, datetime] | None, *, now: float) -> None:
        assert child.process is not None
        name, pid = child.program.name, child.process.pid
        pulse = self._pulses.setdefault(pid, Pulse(seen=now))
        if signs is None:
            pulse.seen = now
            return
        at = signs.get(heartbeats.name_of(kind, pid))
        if at is not None and at != pulse.at:
            pulse.at, pulse.seen = at, now
            self._silences[name] = 0
            return
        times = self._silences.get(name, 0)
        silence = now - pulse.seen
        if silence <= self._patience * 2 ** min(times, MOST_PATIENT):
            return
        del self._pulses[pid]
        self._silences[name] = times + 1
        child.replace()
        self._say(name, f"The {name} gave no sign of life for {silence:.0f} seconds; it was ended and started again.")

    def _signs(self) -> dict[str, datetime] | None:
        """Return when each process signed last; None while database or broker is away."""
        if not broker.answers(self._redis_url):
            return None
        try:
            with self._application.app_context(), reading() as session:
                rows = session.execute(
                    select(Heartbeat.name, Heartbeat.at).where(Heartbeat.kind.in_(tuple(WATCHED.values())))
                )
                return {row.name: row.at for row in rows}
        except SQLAlchemyError:
            return None
        finally:
            self._let_go()

    def _say(self, part: str, sentence: str) -> None:
        print(sentence, file=sys.stderr, flush=True)
        try:
            with self._application.app_context(), unit_of_work() as session:
                heartbeats.replaced(session, part=part, sentence=sentence, now=clock.now())
        except SQLAlchemyError as error:
            print(f"The database could not be told: {type(error).__name__}.", file=sys.stderr, flush=True)
        finally:
            self._let_go()

    def _let_go(self) -> None:
        """Keep no connection: the supervisor starts programs that must not inherit one."""
        with self._application.app_context():
            db.session.remove()
            db.engine.dispose()
