"""A proof is made once and kept, as long as its answer would be the same."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.services.firm import NOW, World
from tests.services.publishing import BARE, proof_of
from webapp.services import proofs
from workflow.proving import Limits, Proof
from workflow.proving.values import refused


def test_a_proof_is_known_again_for_a_week(session: Session, world: World) -> None:
    asked = proofs.question(session, text=BARE, actor=world.sam)
    proofs.keep(session, asked=asked, proof=proof_of(BARE), now=NOW)
    assert proofs.known(session, asked, now=NOW + timedelta(days=6)) == proof_of(BARE)


def test_a_proof_that_ran_out_of_time_is_tried_again_after_a_minute(session: Session, world: World) -> None:
    """The machine may have been busy: nobody has to change his text to be heard again."""
    asked = proofs.question(session, text=BARE, actor=world.sam)
    given_up = refused(Proof(), None, Limits())
    proofs.keep(session, asked=asked, proof=given_up, now=NOW)
    assert proofs.known(session, asked, now=NOW + timedelta(seconds=50)) == given_up
    assert proofs.known(session, asked, now=NOW + timedelta(seconds=70)) is None


def test_another_program_proves_anew(session: Session, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an earlier release has proved says nothing about what this one would find."""
    asked = proofs.question(session, text=BARE, actor=world.sam)
    proofs.keep(session, asked=asked, proof=proof_of(BARE), now=NOW)
    monkeypatch.setattr(proofs, "program", lambda: "another release")
    assert proofs.known(session, asked, now=NOW) is None
