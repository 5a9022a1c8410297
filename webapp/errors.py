"""The application's small tree of errors; each carries its data and a sentence a person may read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workflow.offers import Blocker


class ApplicationError(Exception):
    """The root: anything the application refuses, said in one sentence."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(sentence)


class NotFound(ApplicationError):
    """There is no such thing, or the actor may not know of it."""

    def __init__(self, sentence: str = "There is nothing at this address.") -> None:
        super().__init__(sentence)


class Forbidden(ApplicationError):
    """The actor lacks a permission; `permission` names it."""

    def __init__(self, permission: str) -> None:
        self.permission = permission
        super().__init__(f"This needs the permission {permission}. An admin can grant it in Settings → Users.")


class Invalid(ApplicationError):
    """What was entered cannot be right; `problems` holds a sentence per field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(" ".join(self.problems.values()))


class Conflict(ApplicationError):
    """Somebody else was faster; `changes` tells what he changed, one sentence each, `former` how each field read before."""

    def __init__(
        self, sentence: str, changes: Sequence[str] = (), former: Mapping[str, str | None] | None = None
    ) -> None:
        self.changes = tuple(changes)
        self.former = dict(former or {})
        super().__init__(sentence)


class Refused(ApplicationError):
    """The definition does not allow it now; `blockers` holds every reason at once."""

    def __init__(self, blockers: Sequence[Blocker]) -> None:
        self.blockers = tuple(blockers)
        super().__init__(" ".join(blocker.sentence for blocker in self.blockers))


class Gone(ApplicationError):
    """A link that was used, withdrawn or has expired."""
