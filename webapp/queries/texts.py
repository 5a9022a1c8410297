"""Texts of definitions that are not published: read, their scenarios played, compiled, each once per process."""

from __future__ import annotations

from functools import lru_cache

from webapp.queries.lifecycles import vocabulary
from workflow.compiling import compile
from workflow.engine import Lifecycle
from workflow.errors import Unsound
from workflow.reading import Report, check


@lru_cache(maxsize=32)
def checked(text: str) -> Report:
    """What is known of a text without its proof: read, and its scenarios played."""
    return check(text, vocabulary(), play=True)


@lru_cache(maxsize=8)
def compiled(text: str) -> Lifecycle:
    """The text compiled; raises Unsound."""
    report = checked(text)
    if report.definition is None:
        raise Unsound(report.problems)
    return compile(report.definition, vocabulary())
