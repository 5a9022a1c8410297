"""Publishing: a proved text becomes the live version, and open orders follow it in chunks that survive any end.

What may stop it is decided under the lock of the live pointer; the proof was made before. Moving goes on in `move_some`, called
once by the request that publishes and then by the clockwork until nothing is left.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from webapp.actors import Actor
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.models import DefinitionVersion, Draft, LiveDefinition, Publication, PublishingRule, User, WorkOrder
from webapp.queries import lifecycles, open_work
from webapp.queries.people import actor_of
from webapp.services import proofs, transitions
from webapp.services.proofs import Verdict, sha256_of
from workflow.definition import Definition
from workflow.errors import EndlessRules

Moves = Literal["all", "new"]

PUBLISH = "workflows.publish"
SECOND_PERSON = "settings.edit"
SYSTEM = Actor(kind="system", user_id=None, name="Fieldwright")
CHUNK = 50
"""Orders moved in one transaction: whoever presses a button of one of them waits that long."""

STRAGGLERS = timedelta(minutes=2)
"""So long after the last move orders are looked for that were being made while the version went live."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to publish, and how; `base_version_id` is the version that was live when he looked."""

    lifecycle: str
    text: str
    base_version_id: int | None
    note: str = ""
    moves: Moves = "all"
    targets: Mapping[str, str] | None = None
    hold_messages: bool = False
    acknowledged: Collection[str] = ()


def publish(session: Session, *, wish: Wish, verdict: Verdict, actor: Actor, now: datetime) -> Publication:
    """Make the text the live version; open orders follow in `move_some`.

    Raises Forbidden, Conflict when another version went live meanwhile or the verdict is not about this text and staff, and
    Invalid with a sentence for everything that stands in the way. Where a second person has to confirm, nothing is published
    yet: the publication comes back as `asked`.
    """
    _permitted(actor)
    live = _lock_pointer(session, wish)
    _check(session, wish=wish, verdict=verdict, actor=actor)
    if live is not None and needs_second_person(session, wish.lifecycle) and actor.kind == "person":
        return _ask(session, wish=wish, actor=actor, now=now)
    publication = _row(wish, actor=actor, now=now)
    session.add(publication)
    _go_live(session, publication, wish=wish, verdict=verdict, author_id=actor.user_id, actor=actor, now=now)
    return publication


def confirm(
    session: Session, *, publication_id: int, sha256: str, verdict: Verdict, actor: Actor, now: datetime
) -> Publication:
    """Publish what somebody else asked to publish, after looking at the same text (`sha256`).

    Raises Forbidden for the one who asked, and whatever `publish` raises.
    """
    _permitted(actor)
    publication = session.scalars(
        select(Publication).where(Publication.id == publication_id).with_for_update()
    ).one_or_none()
    if publication is None:
        raise NotFound("There is no such request to publish.")
    if publication.state != "asked" or publication.text is None:
        raise Conflict("This request was answered already, or taken back.")
    if publication.asked_by_id == actor.user_id:
        raise Invalid({"": "You asked for this yourself: somebody else has to confirm it."})
    if sha256 != publication.sha256 or verdict.sha256 != publication.sha256:
        raise Conflict("The text you looked at is not the one that was asked for. Look at it again.")
    wish = wish_of(publication)
    _lock_pointer(session, wish)
    _check(session, wish=wish, verdict=verdict, actor=actor)
    author_id = publication.asked_by_id
    _go_live(session, publication, wish=wish, verdict=verdict, author_id=author_id, actor=actor, now=now)
    return publication


def withdraw(session: Session, *, publication_id: int, actor: Actor, now: datetime) -> None:
    """Take a request back, or turn it down: anybody who may publish can; nothing happens when it is answered already."""
    _permitted(actor)
    session.execute(
        update(Publication)
        .where(Publication.id == publication_id, Publication.state == "asked")
        .values(state="withdrawn", finished_at=now)
    )


def wish_of(publication: Publication) -> Wish:
    """What a publication was asked with."""
    return Wish(
        lifecycle=publication.lifecycle,
        text=publication.text or "",
        base_version_id=publication.base_version_id,
        note=publication.note,
        moves="all" if publication.moves == "all" else "new",
        targets=publication.targets,
        hold_messages=publication.hold_messages,
        acknowledged=publication.acknowledged,
    )


def needs_second_person(session: Session, lifecycle: str) -> bool:
    """Whether somebody else has to confirm before a version of the lifecycle goes live."""
    rule = session.get(PublishingRule, lifecycle)
    return rule is not None and rule.second_person


def require_second_person(session: Session, *, lifecycle: str, required: bool, actor: Actor) -> None:
    """Set whether somebody else has to confirm; raises Forbidden without `settings.edit`."""
    if not actor.may(SECOND_PERSON):
        raise Forbidden(SECOND_PERSON)
    rule = session.get(PublishingRule, lifecycle)
    if rule is None:
        session.add(PublishingRule(lifecycle=lifecycle, second_person=required))
    else:
        rule.second_person = required
    session.flush()


# What stands in the way


def _permitted(actor: Actor) -> None:
    if actor.kind != "system" and not actor.may(PUBLISH):
        raise Forbidden(PUBLISH)


def _lock_pointer(session: Session, wish: Wish) -> LiveDefinition | None:
    """The live pointer, locked; raises Conflict when it is not where the person who publishes saw it."""
    pointer = session.scalars(
        select(LiveDefinition)
        .where(LiveDefinition.lifecycle == wish.lifecycle)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if (None if pointer is None else pointer.version_id) != wish.base_version_id:
        raise Conflict(
            "Somebody published another version since you began. Merge your text with it, then publish.",
            _published_since(session, wish),
        )
    return pointer


def _published_since(session: Session, wish: Wish) -> tuple[str, ...]:
    rows = session.execute(
        select(DefinitionVersion.number, DefinitionVersion.note, User.name)
        .outerjoin(User, User.id == DefinitionVersion.author_id)
        .where(DefinitionVersion.lifecycle == wish.lifecycle, DefinitionVersion.id > (wish.base_version_id or 0))
        .order_by(DefinitionVersion.number)
    )
    return tuple(
        f"{row.name or 'Fieldwright'} published version {row.number}{f': {row.note}' if row.note else ''}".rstrip(".")
        + "."
        for row in rows
    )


def _check(session: Session, *, wish: Wish, verdict: Verdict, actor: Actor) -> None:
    if verdict.sha256 != sha256_of(wish.text):
        raise Conflict("The text was changed after it was proved. Look at it again.")
    if verdict.key != proofs.question(session, text=wish.text, actor=actor).key:
        raise Conflict("The people or their permissions changed since this was proved. Look at it again.")
    if verdict.stops:
        raise Invalid({f"stop.{number}": sentence for number, sentence in enumerate(verdict.stops)})
    definition = verdict.report.definition
    assert definition is not None
    problems = {
        f"know.{key}": f"Say that you know: {one.message}"
        for key, one in verdict.warnings.items()
        if key not in wish.acknowledged
    }
    if definition.lifecycle != wish.lifecycle:
        problems[""] = f"This text describes “{definition.lifecycle}”, not “{wish.lifecycle}”."
    if wish.moves == "all":
        problems |= _wanting_targets(session, wish, definition)
    if problems:
        raise Invalid(problems)


def _wanting_targets(session: Session, wish: Wish, definition: Definition) -> dict[str, str]:
    """A sentence for every status that disappears, holds open orders, and has no target; and for every target that is none."""
    targets = wish.targets or {}
    problems = {
        f"target.{status}": "This status does not exist in the new version: choose another one."
        for status, target in targets.items()
        if target not in definition.statuses
    }
    labels = open_work.labels(session, wish.lifecycle)
    for status, count in open_work.by_status(session, wish.lifecycle).items():
        if status not in definition.statuses and status not in targets:
            orders = "1 open order is" if count == 1 else f"{count:,} open orders are"
            problems[f"target.{status}"] = f"{orders} in “{labels[status]}”, which disappears. Choose where they go."
    return problems


# Going live


def _row(wish: Wish, *, actor: Actor, now: datetime) -> Publication:
    return Publication(
        lifecycle=wish.lifecycle,
        state="asked",
        sha256=sha256_of(wish.text),
        text=wish.text,
        base_version_id=wish.base_version_id,
        note=wish.note,
        moves=wish.moves,
        targets=dict(wish.targets or {}),
        hold_messages=wish.hold_messages,
        acknowledged=sorted(wish.acknowledged),
        asked_by_id=actor.user_id,
        asked_at=now,
        stayed=[],
    )


def _ask(session: Session, *, wish: Wish, actor: Actor, now: datetime) -> Publication:
    """Keep the wish for a second person; one person has one request, the newest."""
    session.execute(
        update(Publication)
        .where(
            Publication.lifecycle == wish.lifecycle,
            Publication.state == "asked",
            Publication.asked_by_id == actor.user_id,
        )
        .values(state="withdrawn", finished_at=now)
    )
    publication = _row(wish, actor=actor, now=now)
    session.add(publication)
    session.flush()
    return publication


def _go_live(
    session: Session,
    publication: Publication,
    *,
    wish: Wish,
    verdict: Verdict,
    author_id: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    version = add_version(session, wish=wish, verdict=verdict.summary(), author_id=author_id, now=now)
    earlier = Publication.lifecycle == wish.lifecycle, Publication.id != publication.id
    session.execute(update(Publication).where(*earlier, Publication.state == "asked").values(state="overtaken"))
    if wish.moves == "all":
        session.execute(update(Publication).where(*earlier, Publication.state == "moving").values(state="superseded"))
    publication.text = None  # the version holds it from now on
    publication.version_id = version.id
    publication.published_by_id = actor.user_id
    publication.published_at = now
    if wish.moves == "all":
        publication.state = "moving"
        publication.total = sum(open_work.by_status(session, wish.lifecycle).values())
    else:
        publication.state = "done"
        publication.finished_at = now
    if author_id is not None:
        session.execute(delete(Draft).where(Draft.lifecycle == wish.lifecycle, Draft.user_id == author_id))
    session.flush()


def add_version(
    session: Session, *, wish: Wish, verdict: Mapping[str, object], author_id: int | None, now: datetime
) -> DefinitionVersion:
    """The next version of the lifecycle, and the live one."""
    last = session.execute(
        select(func.max(DefinitionVersion.number)).where(DefinitionVersion.lifecycle == wish.lifecycle)
    ).scalar_one()
    version = DefinitionVersion(
        lifecycle=wish.lifecycle,
        number=(last or 0) + 1,
        text=wish.text,
        sha256=sha256_of(wish.text),
        author_id=author_id,
        at=now,
        note=wish.note,
        verdict=dict(verdict),
        based_on_id=wish.base_version_id,
    )
    session.add(version)
    session.flush()
    pointer = session.get(LiveDefinition, wish.lifecycle)
    if pointer is None:
        session.add(LiveDefinition(lifecycle=wish.lifecycle, version_id=version.id))
    else:
        pointer.version_id = version.id
    session.flush()
    return version


# Open orders follow


def due(session: Session, *, now: datetime) -> list[int]:
    """The publications whose orders are still to follow; a finished one a while longer, for orders made while it went live."""
    newest = (
        select(func.max(Publication.id))
        .where(Publication.moves == "all", Publication.version_id.is_not(None))
        .group_by(Publication.lifecycle)
    )
    late = and_(Publication.state == "done", Publication.finished_at > now - STRAGGLERS, Publication.id.in_(newest))
    wanted = or_(Publication.state == "moving", late)
    return list(session.scalars(select(Publication.id).where(wanted).order_by(Publication.id)))


def move_some(session: Session, *, publication_id: int, now: datetime, limit: int = CHUNK) -> int:
    """Let up to `limit` open orders follow the publication's version; returns how many did, 0 when none is left or free.

    Safe to repeat and to run in several processes: the publication is locked, and orders somebody else holds are left for the
    next time.
    """
    publication = session.scalars(
        select(Publication)
        .where(Publication.id == publication_id, Publication.state.in_(("moving", "done")), Publication.moves == "all")
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if publication is None or publication.version_id is None:
        return 0
    chosen = session.scalars(
        select(WorkOrder.id)
        .where(_to_follow(session, publication))
        .order_by(WorkOrder.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=WorkOrder)
    ).all()
    moved = _move(session, publication, chosen, now)
    session.flush()
    at_end = len(chosen) < limit and not _any(session, _to_follow(session, publication))
    if at_end and (moved or publication.state == "moving"):
        publication.state, publication.finished_at = "done", now
    session.flush()
    return moved


def _move(session: Session, publication: Publication, order_ids: Sequence[int], now: datetime) -> int:
    assert publication.version_id is not None
    number = session.execute(
        select(DefinitionVersion.number).where(DefinitionVersion.id == publication.version_id)
    ).scalar_one()
    actor = _publisher(session, publication)
    stayed: list[int] = []
    for order_id in order_ids:
        try:
            with session.begin_nested():
                outcome = transitions.move(
                    session,
                    order_id=order_id,
                    version_id=publication.version_id,
                    targets=publication.targets,
                    note=f"Version {number} was published.",
                    hold_messages=publication.hold_messages,
                    actor=actor,
                    now=now,
                )
        except EndlessRules:
            stayed.append(order_id)
            continue
        publication.settled += bool(outcome.steps)
    publication.moved += len(order_ids) - len(stayed)
    publication.stayed = [*publication.stayed, *stayed]
    publication.total = max(publication.total, publication.moved + len(publication.stayed))
    return len(order_ids)


def _to_follow(session: Session, publication: Publication) -> ColumnElement[bool]:
    """The condition of open orders of earlier versions whose status the version has, or leads somewhere."""
    assert publication.version_id is not None
    target = lifecycles.lifecycle(session, publication.version_id).definition
    return and_(
        open_work.still_open(session, publication.lifecycle),
        WorkOrder.definition_version_id < publication.version_id,
        WorkOrder.status.in_([*target.statuses, *publication.targets]),
        WorkOrder.id.not_in(publication.stayed),
    )


def _any(session: Session, condition: ColumnElement[bool]) -> bool:
    return session.execute(select(WorkOrder.id).where(condition).limit(1)).first() is not None


def _publisher(session: Session, publication: Publication) -> Actor:
    if publication.published_by_id is None:
        return SYSTEM
    return actor_of(session.get_one(User, publication.published_by_id))
