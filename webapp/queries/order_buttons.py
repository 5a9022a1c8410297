"""The buttons of one work order: what each would do, why not, what would help, and who can do that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import User, WorkOrder
from workflow.definition import Definition, Question
from workflow.engine import Lifecycle
from workflow.offers import Blocker, Offer, Remedy


@dataclass(frozen=True, slots=True)
class RemedyView:
    """What would remove a blocker, and the people who can do it."""

    kind: str
    sentence: str
    people: tuple[str, ...]
    fields: tuple[str, ...]
    until: datetime | None


@dataclass(frozen=True, slots=True)
class BlockerView:
    """One reason why a button cannot be pressed now."""

    code: str
    name: str
    sentence: str
    remedies: tuple[RemedyView, ...]


@dataclass(frozen=True, slots=True)
class OfferView:
    """A button: pressable when `allowed`, else grey with its blockers."""

    transition: str
    label: str
    help: str
    to_label: str
    look: str
    confirm: str
    ask: tuple[Question, ...]
    blockers: tuple[BlockerView, ...]

    @property
    def allowed(self) -> bool:
        """Whether nothing is in its way."""
        return not self.blockers


class Naming(Protocol):
    """Whoever knows the people behind a remedy."""

    def of(self, remedy: Remedy) -> tuple[str, ...]:
        """Their names in order; empty when anybody or nobody can be named."""


class People:
    """Finds the people behind a remedy: the holders of a permission, or of the words for "who"."""

    def __init__(self, session: Session, definition: Definition, order: WorkOrder, names: Mapping[int, str]) -> None:
        self.session = session
        self.definition = definition
        self.order = order
        self.names = names
        self.users: tuple[User, ...] | None = None

    def of(self, remedy: Remedy) -> tuple[str, ...]:
        """Their names in order; empty when anybody or nobody can be named."""
        found: set[str] = set()
        for name in remedy.roles:
            role = self.definition.roles[name]
            if role.link is not None:
                found.add("the customer")
            elif role.permission is not None:
                found |= self._holders(role.permission, role.and_guard)
        if not remedy.roles and remedy.permission is not None:
            found |= self._holders(remedy.permission, None)
        return tuple(sorted(found))

    def _holders(self, permission: str, guard: str | None) -> set[str]:
        if self.users is None:
            self.users = tuple(self.session.scalars(select(User).where(User.active)))
        holders = {
            user.id
            for user in self.users
            if permission in user.role.permissions or permission in user.extra_permissions
        }
        if guard is not None:
            read = self.definition.guards[guard].check.facts
            if "order.technician" in read:
                holders &= {self.order.technician_id or 0}
            if "order.creator" in read:
                holders &= {self.order.created_by_id or 0}
        return {self.names[holder] for holder in holders}


def button(compiled: Lifecycle, offer: Offer, people: Naming) -> OfferView:
    """One offer of the engine, with names for its remedies."""
    return OfferView(
        transition=offer.transition,
        label=offer.label,
        help=compiled.definition.transitions[offer.transition].help,
        to_label=compiled.definition.statuses[offer.to].label,
        look=offer.look,
        confirm=offer.confirm,
        ask=offer.ask,
        blockers=tuple(reason(blocker, people) for blocker in offer.blockers),
    )


def reason(blocker: Blocker, people: Naming) -> BlockerView:
    """One blocker of the engine, with names for its remedies."""
    return BlockerView(
        code=blocker.code,
        name=blocker.name,
        sentence=blocker.sentence,
        remedies=tuple(
            RemedyView(remedy.kind, remedy.sentence, people.of(remedy), remedy.fields, remedy.until)
            for remedy in blocker.remedies
        ),
    )
