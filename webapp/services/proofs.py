"""What is known of a text before it is published: its problems, its scenarios, and its proof, kept so that it is made once.

Proving takes seconds and happens in a child process, outside every transaction: ask `question`, look it up with `known`, else
`prove` it and `keep` it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from sqlalchemy import delete, or_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import workflow
from webapp.actors import Actor
from webapp.config import DEFINITIONS
from webapp.models import DefinitionProof
from webapp.queries import staff
from webapp.queries.texts import checked as checked
from workflow.problems import Problem
from workflow.proving import Proof, StaffMember, prove_apart
from workflow.proving.exchange import proof_data, proof_from
from workflow.reading import Report
from workflow.reading.reports import Proved

KEPT_FOR = timedelta(days=7)
"""How long a proof is kept that nobody asks for."""

TRIED_AGAIN = timedelta(minutes=1)
"""So long “too large” stands: perhaps the machine was busy, and the same text can be proved a little later."""


@dataclass(frozen=True, slots=True)
class Question:
    """Everything a proof is asked with; `key` is a digest of all of it."""

    text: str
    staff: tuple[StaffMember, ...]
    publisher: StaffMember | None

    @property
    def key(self) -> str:
        """The same for the same text, vocabulary, staff and publisher, as long as the same program proves."""
        people = sorted((one.name, sorted(one.permissions)) for one in self.staff)
        publisher = None if self.publisher is None else sorted(self.publisher.permissions)
        asked = json.dumps([self.text, vocabulary_text(), people, publisher, program()])
        return hashlib.sha256(asked.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that is known of a text: `key` says of which question the proof is the answer."""

    key: str
    sha256: str
    report: Report

    @property
    def warnings(self) -> dict[str, Problem]:
        """What has to be acknowledged before publishing, by a key that stays while the finding stays."""
        return {finding_key(one): one for one in self.report.problems if one.severity == "warning"}

    @property
    def stops(self) -> tuple[str, ...]:
        """A sentence for everything that stops publishing whatever anybody acknowledges."""
        report = self.report
        problems = [f"Line {one.at.line}: {one.message}" for one in report.problems if one.stops]
        known = "\n".join(problems)
        return (
            *problems,
            *(
                f"This scenario went otherwise: {one.says}"
                for one in report.scenarios
                if not one.ok and one.says not in known
            ),
            *(
                f"The promise “{one.name}” is broken."
                for one in report.promises
                if one.proved is False and not problems
            ),
            *(
                f"The promise “{one.name}” is not proved."
                for one in report.promises
                if one.proved is None and not problems
            ),
        )

    def summary(self) -> dict[str, object]:
        """What a version keeps of it."""
        report = self.report
        return {
            "scenarios": len(report.scenarios),
            "proved": all(one.proved for one in report.promises),
            "promises": len(report.promises),
            "warnings": [one.message for one in self.warnings.values()],
        }


def sha256_of(text: str) -> str:
    """The hash a text is known by."""
    return hashlib.sha256(text.encode()).hexdigest()


def finding_key(problem: Problem) -> str:
    """A name of the finding that does not depend on the line it stands at."""
    return f"{problem.code}-{hashlib.sha256(problem.message.encode()).hexdigest()[:12]}"


def question(session: Session, *, text: str, actor: Actor) -> Question:
    """The question whether the text holds its promises, with the staff of this moment and the actor as its publisher."""
    publisher = StaffMember(actor.name, actor.permissions) if actor.user_id is not None else None
    return Question(text, tuple(one.as_member() for one in staff.active(session)), publisher)


def known(session: Session, asked: Question, *, now: datetime) -> Proof | None:
    """The proof when it was made before."""
    found = session.get(DefinitionProof, asked.key)
    if found is None:
        return None
    proof = proof_from(found.proof)
    return None if proof.too_large and found.at <= now - TRIED_AGAIN else proof


def prove(asked: Question, *, unwanted: Callable[[], bool] = lambda: False) -> Proof:
    """The proof, made now in a child process: up to eleven seconds; never call it inside a transaction.

    It is given up, and then worth nothing, as soon as it is `unwanted`.
    """
    return prove_apart(asked.text, vocabulary_text(), staff=asked.staff, publisher=asked.publisher, unwanted=unwanted)


def keep(session: Session, *, asked: Question, proof: Proof, now: datetime) -> None:
    """Remember a proof in place of an earlier one, and forget old ones."""
    session.execute(
        delete(DefinitionProof).where(or_(DefinitionProof.at < now - KEPT_FOR, DefinitionProof.key == asked.key))
    )
    try:
        with session.begin_nested():
            session.add(DefinitionProof(key=asked.key, proof=proof_data(proof), at=now))
    except IntegrityError:
        return  # somebody else has just proved the same


def verdict(asked: Question, proof: Proof) -> Verdict:
    """Everything that is known of the text once it is proved."""
    report = checked(asked.text)
    if report.definition is not None:
        problems = sorted(dict.fromkeys((*report.problems, *proof.problems)), key=lambda one: one.at)
        sound = not any(one.stops for one in problems)
        report = replace(
            report,
            definition=report.definition if sound else None,
            problems=tuple(problems),
            promises=tuple(Proved(one.name, one.proved) for one in proof.promises),
            proof=proof,
        )
    return Verdict(asked.key, sha256_of(asked.text), report)


@lru_cache(maxsize=1)
def vocabulary_text() -> str:
    """The vocabulary as the prover's child process reads it."""
    return (DEFINITIONS / "vocabulary.yaml").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def program() -> str:
    """What proves: a hash of the engine as it is installed, for another one may find otherwise."""
    home = Path(workflow.__file__).parent
    told = hashlib.sha256()
    for file in sorted(home.rglob("*.py")):
        told.update(file.relative_to(home).as_posix().encode() + b"\0" + file.read_bytes())
    return told.hexdigest()
