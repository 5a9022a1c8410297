"""Commits that succeed and whose answer never arrives: the connection dies between the two, as a network does it."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine


class LostAnswers:
    """Which commits lose their answer: each by chance, or the next one for certain; counts those it took."""

    def __init__(self, share: float, seed: int) -> None:
        self.share = share
        self.next = False
        self.taken = 0
        self._chance = random.Random(seed)

    def strikes(self) -> bool:
        """Whether this commit's answer is lost."""
        struck = self.next or self._chance.random() < self.share
        self.next = False
        self.taken += struck
        return struck


@contextlib.contextmanager
def losing_answers(engine: Engine, *, share: float = 0.0, seed: int = 1) -> Iterator[LostAnswers]:
    """Let a share of an engine's commits reach the database and then end the connection instead of answering."""
    lost, dialect = LostAnswers(share, seed), engine.dialect
    genuine = dialect.do_commit

    def commit(connection: Any) -> None:
        genuine(connection)
        if lost.strikes():
            if dialect.name != "sqlite":  # a file has no connection that could break
                connection.driver_connection.close()
            assert dialect.dbapi is not None
            raise dialect.dbapi.OperationalError("server closed the connection unexpectedly")

    dialect.do_commit = commit  # type: ignore[method-assign, assignment]
    try:
        yield lost
    finally:
        dialect.do_commit = genuine  # type: ignore[method-assign]
