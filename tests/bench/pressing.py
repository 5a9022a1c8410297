"""A process that presses Start, Pause and Resume on its share of the orders: `python -m tests.bench.pressing`."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from tests.bench import rounds, world
from webapp import clock
from webapp.actors import Actor
from webapp.db import reading, unit_of_work
from webapp.models import WorkOrder
from webapp.services import transitions

NEXT = {"pending": "start", "ongoing": "pause", "paused": "resume"}
ANSWERS: dict[str, dict[str, str]] = {"pause": {"reason": "parts"}}


class Presser:
    """Goes round its orders and presses on each two buttons, so that every second press is a Pause."""

    def __init__(self, app: Flask, statuses: dict[int, str], actor: Actor) -> None:
        self.app = app
        self.statuses = statuses
        self.actor = actor
        self.round = itertools.cycle([number for number in statuses for _ in range(2)])

    def step(self) -> None:
        """One transition: the whole unit of work with its commit."""
        number = next(self.round)
        button = NEXT[self.statuses[number]]
        with self.app.app_context(), unit_of_work() as session:
            outcome = transitions.press(
                session,
                number=number,
                transition=button,
                answers=ANSWERS.get(button, {}),
                row_version=None,
                actor=self.actor,
                now=clock.now(),
            )
        self.statuses[number] = outcome.status


def main(url: str, folder: str, share: str, threads: str, which: str, size: str) -> None:
    """Press on every `size`th order of a share, beginning with the `which`th, with so many threads at once."""
    with world.application(url, Path(folder)) as app:
        with reading() as session:
            actor = world.technician(session)
            rows = session.execute(select(WorkOrder.number, WorkOrder.status).order_by(WorkOrder.number)).all()
        shared = rows[int(share) * world.SHARE :][: world.SHARE]
        mine = shared[int(which) :: int(size)]
        rounds.serve(
            [
                Presser(app, {row.number: row.status for row in mine[thread :: int(threads)]}, actor).step
                for thread in range(int(threads))
            ]
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
