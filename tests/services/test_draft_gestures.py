"""Gestures on a draft: small edits that can be undone and done again, and never on a text that changed meanwhile."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.services.firm import NOW, World
from webapp.actors import Actor
from webapp.errors import Conflict
from webapp.models.definitions import Draft, DraftStep
from webapp.services import draft_gestures, drafts
from workflow.editing import EditError, Put


@pytest.fixture
def ada(session: Session, world: World) -> Actor:
    drafts.begin(session, lifecycle="work_order", actor=world.ada, now=NOW)
    return world.ada


def draft(session: Session) -> Draft:
    return session.scalars(select(Draft)).one()


def relabel(session: Session, actor: Actor, label: str) -> bool:
    return draft_gestures.make(
        session,
        lifecycle="work_order",
        gestures=(Put(("name",), label),),
        says=f"Named {label}",
        row_version=draft(session).row_version,
        actor=actor,
        now=NOW,
    )


def go(session: Session, actor: Actor, *, redo: bool = False) -> str:
    version = draft(session).row_version
    return draft_gestures.go(session, lifecycle="work_order", redo=redo, row_version=version, actor=actor, now=NOW)


def test_gestures_are_undone_and_done_again_in_order(session: Session, ada: Actor) -> None:
    texts = [draft(session).text]
    for label in ("One", "Two"):
        assert relabel(session, ada, label)
        texts.append(draft(session).text)
    assert go(session, ada) == "Named Two"
    assert draft(session).text == texts[1]
    assert go(session, ada) == "Named One"
    assert draft(session).text == texts[0]
    with pytest.raises(Conflict, match="nothing to undo"):
        go(session, ada)
    go(session, ada, redo=True)
    go(session, ada, redo=True)
    assert draft(session).text == texts[2]
    assert draft(session).row_version == 7


def test_a_new_gesture_forgets_what_was_undone_and_one_that_changes_nothing_is_no_step(
    session: Session, ada: Actor
) -> None:
    relabel(session, ada, "One")
    go(session, ada)
    assert relabel(session, ada, "Two")
    assert not relabel(session, ada, "Two")
    with pytest.raises(Conflict):
        go(session, ada, redo=True)
    assert go(session, ada) == "Named Two"


def test_what_was_typed_since_is_not_undone(session: Session, ada: Actor) -> None:
    relabel(session, ada, "One")
    typed = draft(session).text + "# typed\n"
    drafts.save(session, lifecycle="work_order", text=typed, row_version=2, actor=ada, now=NOW)
    with pytest.raises(Conflict, match="changed since"):
        go(session, ada)
    assert draft(session).text == typed


def test_a_gesture_on_an_old_text_or_one_that_cannot_be_made_changes_nothing(session: Session, ada: Actor) -> None:
    before = draft(session).text
    relabel(session, ada, "One")
    with pytest.raises(Conflict, match="another window"):
        draft_gestures.make(
            session, lifecycle="work_order", gestures=(), says="", row_version=1, actor=ada, now=NOW
        )  # fmt: skip
    go(session, ada)
    with pytest.raises(EditError):
        draft_gestures.make(
            session,
            lifecycle="work_order",
            gestures=(Put(("name",), "Two"), Put(("roles", "nobody", "label"), "x")),
            says="",
            row_version=3,
            actor=ada,
            now=NOW,
        )
    assert draft(session).text == before


def test_only_the_last_twenty_steps_are_kept_and_they_go_with_the_draft(session: Session, ada: Actor) -> None:
    for number in range(draft_gestures.KEPT + 3):
        relabel(session, ada, f"Number {number}")
    steps = session.scalars(select(DraftStep).order_by(DraftStep.id)).all()
    assert len(steps) == draft_gestures.KEPT
    assert steps[0].says == "Named Number 3"
    drafts.discard(session, lifecycle="work_order", actor=ada)
    session.expire_all()
    assert session.scalars(select(DraftStep)).all() == []
