"""Before a definition is published it can be read who will be told, by name, and what would change about that."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.services.firm import World
from webapp.models import User
from webapp.queries import told
from webapp.queries.lifecycles import live, vocabulary
from workflow.reading import read


def test_each_notice_says_its_cause_and_the_people_it_means_today(session: Session, world: World) -> None:
    _, lifecycle = live(session)
    said = [one.sentence for one in told.told(session, lifecycle.definition)]
    assert any("“Work is done and waits for review” goes to all supervisors (Ada, Sam, Sue)." in one for one in said)
    assert any("“A work order was assigned” goes to the assigned technician." in one for one in said)
    session.execute(update(User).where(User.id == world.sue.user_id).values(active=False))
    again = [one.sentence for one in told.told(session, lifecycle.definition)]
    assert any("all supervisors (Ada, Sam)" in one for one in again)


def test_what_a_draft_changes_is_said_and_nothing_else(session: Session, world: World) -> None:
    _, lifecycle = live(session)
    text = lifecycle.definition.text
    draft = text.replace(
        "notify: [{message: WorkOrderCancelled, to: [technician, customer]}]",
        "notify: [{message: WorkOrderCancelled, to: [customer]}]",
    ).replace(
        "notify: [{message: WorkOrderQuantitiesDeclined, to: [technician, supervisors]}]",
        "notify: [{message: WorkOrderQuantitiesDeclined, to: [supervisors]}, {message: WorkOrderPaused, to: [supervisors]}]",
    )
    after = read(draft, vocabulary())
    said = told.changes(session, before=lifecycle.definition, after=after)
    assert any("“A work order was cancelled” no longer goes to the assigned technician." in one for one in said)
    assert any("“Work was paused” now goes to all supervisors (Ada, Sam, Sue)." in one for one in said)
    assert len(said) == 3
    assert told.changes(session, before=after, after=after) == ()
