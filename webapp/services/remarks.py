"""What notes and photos of a work order have in common: the order is asked whether it takes them, and changes are kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Conflict, Forbidden
from webapp.models import OrderChange, WorkOrder
from webapp.queries.facts import situation
from webapp.queries.lifecycles import lifecycle
from webapp.queries.order_remarks import SUPERVISING, changeable, refusal


def editable(
    session: Session, order: WorkOrder, *, word: str, actor: Actor, now: datetime, author_id: int | None = None
) -> None:
    """Return when the actor may add a note or photo, or change the one of `author_id`.

    Raises Forbidden for who lacks a permission, Conflict with the reason when the order's status takes none from him.
    """
    compiled = lifecycle(session, order.definition_version_id)
    may_edit = compiled.may_edit(situation(session, order, now), actor.as_engine_actor())
    if word not in may_edit:
        needed = compiled.vocabulary.fields[word].permission
        if needed is not None and not actor.may(needed):
            raise Forbidden(needed)
        raise Conflict(refusal(compiled, order.status, word))
    if author_id is not None and not changeable(word, author_id=author_id, actor=actor, may_edit=may_edit):
        raise Forbidden(SUPERVISING)


def remember(
    session: Session, order: WorkOrder, *, field: str, old: str, new: str | None, actor: Actor, now: datetime
) -> None:
    """Keep what a note or caption said before. The order itself stays at its version: nobody's open page is out of date."""
    session.add(
        OrderChange(
            order_id=order.id,
            row_version=order.row_version,
            field=field,
            old=old or None,
            new=new or None,
            user_id=actor.user_id,
            actor_name=actor.name,
            at=now,
        )
    )
    session.flush()
