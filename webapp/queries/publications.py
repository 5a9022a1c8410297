"""Everything the page of publishing says: what changes, for whom, where open orders go, and how far a publication is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from webapp.actors import Actor
from webapp.errors import NotFound
from webapp.models import DefinitionVersion, Publication, PublishingRule, Rehearsal, User, WorkOrder
from webapp.queries import lifecycles, open_work, staff, workflows
from webapp.queries.lifecycles import vocabulary
from webapp.queries.rehearsing import LISTED, NEWEST
from webapp.queries.visibility import visible
from webapp.queries.workflows import VersionDetail
from workflow.changes import buttons, differences
from workflow.definition import Definition
from workflow.editing import EditError

PAGE = 50

KINDS = {
    "status": "Statuses",
    "button": "Buttons",
    "automatic rule": "What happens by itself",
    "test": "Tests",
    "role": "Who is who",
    "promise": "Promises",
    "scenario": "Scenarios",
}
"""The headings under which changes stand; everything else is below “Besides”."""


@dataclass(frozen=True, slots=True)
class Source:
    """The text that is to be published, and where it comes from: a person's draft, an older version, or somebody's request."""

    kind: str
    text: str
    base_version_id: int
    base_number: int
    says: str
    number: int | None = None
    request: RequestRow | None = None


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A publication that waits for a second person."""

    id: int
    by_id: int | None
    by: str
    at: datetime
    note: str
    moves: str
    targets: Mapping[str, str]
    hold_messages: bool
    acknowledged: tuple[str, ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class OpenStatus:
    """Open orders in one status; `gone` when the new version does not have it."""

    name: str
    label: str
    color: str
    count: int
    gone: bool


@dataclass(frozen=True, slots=True)
class ButtonRow:
    """Who gains or loses a button; `gained` None: under other conditions."""

    sentence: str
    gained: bool | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What publishing the text would mean; `changes` are sentences under their headings."""

    live: VersionDetail
    changes: tuple[tuple[str, tuple[str, ...]], ...]
    buttons: tuple[ButtonRow, ...]
    statuses: tuple[OpenStatus, ...]
    targets: tuple[tuple[str, str], ...]
    open_orders: int
    next_number: int
    same: bool
    second_person: bool
    requests: tuple[RequestRow, ...]


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a rehearsal and the list behind it."""

    name: str
    count: int
    sentence: str
    tone: str


@dataclass(frozen=True, slots=True)
class RehearsalView:
    """A rehearsal as it is shown: how far it is, or what it found."""

    id: int
    done: bool
    judged: int
    total: int
    at: datetime
    everything: bool
    more: bool
    moves: int
    accepted: int
    open: int
    numbers: tuple[Number, ...]
    reasons: tuple[tuple[str, str, int], ...]
    moving: int
    messages: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the list behind a number: order number, place in its history, button, what is said of it."""

    title: str
    rows: tuple[tuple[int, int | None, str, str], ...]
    hidden: int
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Progress:
    """A publication and how far its orders are."""

    id: int
    lifecycle: str
    state: str
    number: int | None
    note: str
    by: str
    confirmed_by: str
    at: datetime
    moves: str
    held: bool
    total: int
    moved: int
    settled: int
    left: tuple[int, ...]
    finished_at: datetime | None


# What is to be published


def source(
    session: Session, *, name: str, actor: Actor, version: int | None = None, request_id: int | None = None
) -> Source | None:
    """The request or the version asked for, else the actor's draft; None when he has none. Raises NotFound."""
    live = workflows.version(session, lifecycle_name=name)
    if request_id is not None:
        row = next((one for one in requests(session, name) if one.id == request_id), None)
        if row is None:
            raise NotFound("This request was answered already, or taken back.")
        asked = session.execute(
            select(Publication.text, Publication.base_version_id, DefinitionVersion.number)
            .join(DefinitionVersion, DefinitionVersion.id == Publication.base_version_id)
            .where(Publication.id == request_id)
        ).one()
        return Source(
            "request", asked[0] or "", asked[1] or 0, asked[2], f"What {row.by} asked to publish", request=row
        )
    if version is not None:
        older = workflows.version(session, lifecycle_name=name, number=version)
        says = f"Version {version} once more"
        return Source("version", older.text, live.row.id, live.row.number, says, number=version)
    draft = workflows.draft_of(session, lifecycle_name=name, actor=actor)
    if draft is None:
        return None
    base = workflows.version(session, lifecycle_name=name, number=draft.base_number)
    return Source("draft", draft.text, base.row.id, base.row.number, f"Your draft on version {base.row.number}")


def requests(session: Session, name: str) -> tuple[RequestRow, ...]:
    """The publications of a lifecycle that wait for a second person, the newest first."""
    rows = session.execute(
        select(Publication, User.name)
        .outerjoin(User, User.id == Publication.asked_by_id)
        .where(Publication.lifecycle == name, Publication.state == "asked")
        .order_by(Publication.id.desc())
    )
    return tuple(
        RequestRow(
            one.id,
            one.asked_by_id,
            by or "Fieldwright",
            one.asked_at,
            one.note,
            one.moves,
            one.targets,
            one.hold_messages,
            tuple(one.acknowledged),
            one.sha256,
        )
        for one, by in rows
    )


def preview(session: Session, *, name: str, text: str, definition: Definition | None) -> Preview:
    """What publishing the text would mean now; without a definition (the text has errors) only what the text itself says."""
    live = workflows.version(session, lifecycle_name=name)
    rule = session.get(PublishingRule, name)
    statuses = _statuses(session, name, live.definition, definition)
    return Preview(
        live=live,
        changes=_changes(live.text, text),
        buttons=()
        if definition is None
        else tuple(
            ButtonRow(one.sentence, one.gained)
            for one in buttons(live.definition, definition, [each.as_person() for each in staff.active(session)])
        ),
        statuses=statuses,
        targets=()
        if definition is None
        else tuple((one.name, one.label) for one in definition.statuses.values() if one.kind != "closed"),
        open_orders=sum(one.count for one in statuses),
        next_number=workflows.versions(session, lifecycle_name=name)[0].number + 1,
        same=live.text == text,
        second_person=rule is not None and rule.second_person,
        requests=requests(session, name),
    )


@lru_cache(maxsize=16)
def _changes(before: str, after: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    try:
        found = differences(before, after, vocabulary=vocabulary())
    except EditError:
        return ()
    headed: dict[str, list[str]] = {}
    for one in found:
        headed.setdefault(KINDS.get(one.kind, "Besides"), []).append(one.sentence)
    order = [*KINDS.values(), "Besides"]
    return tuple((heading, tuple(headed[heading])) for heading in order if heading in headed)


def _statuses(session: Session, name: str, live: Definition, definition: Definition | None) -> tuple[OpenStatus, ...]:
    """Every status of the live version or of an open order: in the live order, then older ones."""
    counts = open_work.by_status(session, name)
    known = dict(live.statuses)
    if set(counts) - set(known):
        for version in reversed(lifecycles.versions(session, name).values()):
            known |= {key: one for key, one in version.definition.statuses.items() if key not in known}
    wanted = [key for key, one in live.statuses.items() if one.kind != "closed" or key in counts]
    wanted += [key for key in counts if key not in wanted]
    return tuple(
        OpenStatus(
            key,
            known[key].label,
            known[key].color,
            counts.get(key, 0),
            definition is not None and key not in definition.statuses,
        )
        for key in wanted
    )


# What the rehearsal found

SENTENCES = {
    "refused": ("past move would now be refused", "past moves would now be refused", "red"),
    "unjudged": ("past move cannot be judged", "past moves cannot be judged", "yellow"),
    "now_allowed": ("attempt that was refused would be allowed", "attempts that were refused would be allowed", "blue"),
    "still_refused": ("attempt would still be refused", "attempts would still be refused", "grey"),
    "moving": ("open order would move by itself at once", "open orders would move by themselves at once", "yellow"),
    "stuck": (
        "open order would be left with nothing to press",
        "open orders would be left with nothing to press",
        "red",
    ),
    "homeless": (
        "open order stands in a status that disappears",
        "open orders stand in a status that disappears",
        "red",
    ),
    "endless": ("open order would run in a circle", "open orders would run in a circle", "red"),
}
"""Each number of a rehearsal in words: for one, for several, and its tone."""


def rehearsal(found: Rehearsal) -> RehearsalView:
    """A rehearsal as it is shown."""
    result: dict[str, Any] = found.result
    counts = result["counts"]
    messages = vocabulary().messages
    return RehearsalView(
        id=found.id,
        done=found.state == "done",
        judged=found.judged,
        total=found.total,
        at=found.finished_at or found.asked_at,
        everything=found.everything,
        more=not found.everything and found.total >= NEWEST,
        moves=counts.get("moves", 0),
        accepted=counts.get("accepted", 0),
        open=counts.get("open", 0),
        numbers=tuple(
            Number(name, counts[name], one if counts[name] == 1 else many, tone)
            for name, (one, many, tone) in SENTENCES.items()
            if counts.get(name)
        ),
        reasons=tuple((button, reason, count) for button, reason, count in result["reasons"]),
        moving=counts.get("moving", 0),
        messages=tuple(
            (messages[name].label if name in messages else name, count) for name, count in result["messages"].items()
        ),
    )


def listed(session: Session, *, name: str, rehearsal_id: int, of: str, page: int, actor: Actor) -> Listed:
    """A page of the list behind one number; of orders the actor may not see only how many there are. Raises NotFound."""
    found = session.scalars(
        select(Rehearsal).where(Rehearsal.id == rehearsal_id, Rehearsal.lifecycle == name)
    ).one_or_none()
    if found is None or of not in SENTENCES:
        raise NotFound("This rehearsal is not kept any more. Go back to the page of publishing for a new one.")
    rows = found.result["lists"].get(of, [])
    total = found.result["counts"].get(of, 0)
    pages = max(1, -(-len(rows) // PAGE))
    page = min(max(page, 1), pages)
    shown = rows[(page - 1) * PAGE : page * PAGE]
    may_see = set(
        session.scalars(select(WorkOrder.number).where(WorkOrder.number.in_({row[0] for row in shown}), visible(actor)))
    )
    one, many, _ = SENTENCES[of]
    return Listed(
        title=f"{total:,} {one if total == 1 else many}",
        rows=tuple((row[0], row[1], row[2], row[3]) for row in shown if row[0] in may_see),
        hidden=sum(1 for row in shown if row[0] not in may_see) + (max(0, total - LISTED) if page == pages else 0),
        total=total,
        page=page,
        pages=pages,
    )


def newest_rehearsal(session: Session, name: str) -> int | None:
    """The latest rehearsal of a lifecycle."""
    return session.scalars(
        select(Rehearsal.id).where(Rehearsal.lifecycle == name).order_by(Rehearsal.id.desc()).limit(1)
    ).first()


def rehearsal_of(session: Session, *, name: str, rehearsal_id: int) -> RehearsalView:
    """One rehearsal; raises NotFound when it is not kept any more."""
    found = session.get(Rehearsal, rehearsal_id)
    if found is None or found.lifecycle != name:
        raise NotFound("This rehearsal is not kept any more.")
    return rehearsal(found)


# After publishing


def progress(session: Session, *, name: str, publication_id: int | None = None) -> Progress | None:
    """A publication, the latest unless one is named; None when there is none yet. Raises NotFound."""
    author, second = aliased(User), aliased(User)
    wanted = (
        select(Publication, DefinitionVersion.number, author.name, second.name)
        .outerjoin(DefinitionVersion, DefinitionVersion.id == Publication.version_id)
        .outerjoin(author, author.id == Publication.asked_by_id)
        .outerjoin(second, second.id == Publication.published_by_id)
        .where(Publication.lifecycle == name)
        .order_by(Publication.id.desc())
        .limit(1)
    )
    if publication_id is not None:
        wanted = wanted.where(Publication.id == publication_id)
    else:
        wanted = wanted.where(Publication.version_id.is_not(None))
    row = session.execute(wanted).one_or_none()
    if row is None:
        if publication_id is not None:
            raise NotFound("There is no such publication.")
        return None
    found, number, by, confirmed_by = row
    return Progress(
        id=found.id,
        lifecycle=found.lifecycle,
        state=found.state,
        number=number,
        note=found.note,
        by=by or "Fieldwright",
        confirmed_by=confirmed_by if found.published_by_id != found.asked_by_id and confirmed_by else "",
        at=found.published_at or found.asked_at,
        moves=found.moves,
        held=found.hold_messages,
        total=found.total,
        moved=found.moved,
        settled=found.settled,
        left=_left(session, found) if found.state == "done" and found.moves == "all" else (),
        finished_at=found.finished_at,
    )


def published_as(session: Session, *, name: str, sha256: str, base: int | None, actor: Actor) -> int | None:
    """The publication this person has made of this text on this version, or None."""
    return session.scalars(
        select(Publication.id)
        .where(
            Publication.lifecycle == name,
            Publication.sha256 == sha256,
            Publication.base_version_id == base,
            Publication.published_by_id == actor.user_id,
            Publication.version_id.is_not(None),
        )
        .order_by(Publication.id.desc())
        .limit(1)
    ).first()


def _left(session: Session, publication: Publication) -> tuple[int, ...]:
    """The first open orders that could not follow: their status has gone and leads nowhere, or their rules ran in a circle."""
    assert publication.version_id is not None
    return tuple(
        session.scalars(
            select(WorkOrder.number)
            .where(
                open_work.still_open(session, publication.lifecycle),
                WorkOrder.definition_version_id < publication.version_id,
            )
            .order_by(WorkOrder.number)
            .limit(PAGE)
        )
    )
