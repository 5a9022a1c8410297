"""What a run need not pay for again and again: costly passwords, reading the shipped texts, building addresses nobody asks for.

Nothing here changes what the product answers: a password is verified at the cost its own hash names, a system started as a
process hashes at full cost, the same text read twice under one vocabulary is the same report twice, and an address is built
by the same code, compiled when it is first asked for.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from argon2 import PasswordHasher
from werkzeug.routing import Rule

from webapp import security
from webapp.services import definitions
from workflow.reading import Report
from workflow.vocabulary import Vocabulary

FULL_COST = security.HASHER
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def spare() -> None:
    """Hash cheaply in this process, read each imported text and the stock of roles once, compile an address when it is built."""
    security.HASHER = CHEAP
    for name, make in (("check", reading_once), ("stock_roles", answering_once)):
        setattr(definitions, name, make(getattr(definitions, name)))
    Rule._compile_builder = compiling_late(Rule._compile_builder)  # type: ignore[method-assign]


def reading_once(check: Callable[..., Report]) -> Callable[..., Report]:
    """The same reader, remembering its reports, which cannot change."""
    known: dict[tuple[str, bool], tuple[Vocabulary, Report]] = {}

    def remembered(text: str, vocabulary: Vocabulary, *, play: bool) -> Report:
        under, report = known.get((text, play), (None, None))
        if report is None or under is not vocabulary:
            report = check(text, vocabulary, play=play)
            known[text, play] = vocabulary, report
        return report

    return remembered


def answering_once(answer: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    """The same function of nothing, whose first answer is copied."""
    first: list[dict[str, Any]] = []

    def copied() -> dict[str, Any]:
        if not first:
            first.append(answer())
        return deepcopy(first[0])

    return copied


def compiling_late(compile_builder: Callable[[Rule, bool], Callable[..., Any]]) -> Callable[..., Callable[..., Any]]:
    """The same compiler of a rule's two builders, at work when one is first called: most tests build few addresses."""

    def later(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        compiled: list[Callable[..., Any]] = []

        def build(*values: Any, **more: Any) -> Any:
            if not compiled:
                compiled.append(compile_builder(rule, append_unknown))
            return compiled[0](*values, **more)

        return build

    return later
