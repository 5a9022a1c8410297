"""Texts to publish, and publishing them with a proof that is given: proving itself has tests of its own."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.services.firm import NOW
from webapp.actors import Actor
from webapp.config import DEFINITIONS
from webapp.models import LiveDefinition, Publication
from webapp.services import proofs, publications
from webapp.services.proofs import Verdict
from webapp.services.publications import Wish
from workflow.problems import Position, Problem
from workflow.proving import Proof
from workflow.proving import Verdict as Promise

SHIPPED = (DEFINITIONS / "work_order.yaml").read_text(encoding="utf-8")
BARE = SHIPPED[: SHIPPED.index("\nscenarios:")] + "\n"
"""The shipped lifecycle without its scenarios, which would have to follow every change of these tests."""
RENAMED = re.sub(r"\bpaused\b", "on_hold", BARE)
"""`paused` is gone; `on_hold` stands where it stood."""
PARKING = BARE.replace(
    "\n# Notices about changes that move no status.",
    "  park:\n    from: pending\n    to: paused\n    when: technician_assigned\n    note: Parked.\n"
    "    notify: [{message: WorkOrderPaused, to: [supervisors]}]\n\n# Notices about changes that move no status.",
)
"""Whatever is pending becomes paused by itself, and supervisors are told."""
PLAINER = BARE.replace("label: Unassigned", "label: Nobody yet")
WARNING = Problem("always-true", "The test “x” is always true.", Position(3, 1), "warning")


def proof_of(text: str, *problems: Problem, broken: str = "", unproved: str = "") -> Proof:
    """A proof in which every promise holds but the ones named."""
    definition = proofs.checked(text).definition
    assert definition is not None, proofs.checked(text).problems
    promises = tuple(Promise(name, None if name == unproved else name != broken) for name in definition.promises)
    return Proof(problems=problems, promises=promises)


def verdict_of(session: Session, text: str, actor: Actor, proof: Proof | None = None) -> Verdict:
    return proofs.verdict(proofs.question(session, text=text, actor=actor), proof or proof_of(text))


def wish_for(session: Session, text: str, **more: Any) -> Wish:
    """The wish of somebody who looks now."""
    live = session.scalars(select(LiveDefinition.version_id)).one()
    return Wish(lifecycle="work_order", text=text, base_version_id=live, **more)


def publish(
    session: Session, text: str, actor: Actor, *, proof: Proof | None = None, now: datetime = NOW, **more: Any
) -> Publication:
    """Publish the text from what is live now; orders have not followed yet."""
    return publications.publish(
        session,
        wish=wish_for(session, text, **more),
        verdict=verdict_of(session, text, actor, proof),
        actor=actor,
        now=now,
    )
