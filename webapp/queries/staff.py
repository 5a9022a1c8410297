"""Everybody who works here, as proofs, comparisons and rehearsals know them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import User
from webapp.queries.people import actor_of
from workflow.changes import Person
from workflow.proving import StaffMember
from workflow.values import Actor


@dataclass(frozen=True, slots=True)
class Colleague:
    """An active account: who it is and what it may do."""

    id: int
    name: str
    role: str
    permissions: frozenset[str]

    def as_person(self) -> Person:
        """The colleague as the comparison of two definitions names him."""
        return Person(self.name, self.permissions)

    def as_member(self) -> StaffMember:
        """The colleague as a proof counts him."""
        return StaffMember(self.name, self.permissions)

    def as_engine_actor(self) -> Actor:
        """The colleague as the engine sees him."""
        return Actor(id=str(self.id), permissions=self.permissions)


def active(session: Session) -> tuple[Colleague, ...]:
    """All active accounts, by name."""
    people = session.scalars(select(User).where(User.active).order_by(User.name, User.id))
    return tuple(
        Colleague(person.id, person.name, person.role.label, actor_of(person).permissions) for person in people
    )


def known_actors(session: Session) -> dict[int, Actor]:
    """Every account there ever was as the engine would see it today, by its number."""
    return {
        person.id: Actor(id=str(person.id), permissions=actor_of(person).permissions)
        for person in session.scalars(select(User))
    }
