"""The lifecycles in force: each published text compiled once per process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from sqlalchemy import and_, false, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from webapp.actors import Actor
from webapp.config import DEFINITIONS
from webapp.errors import NotFound
from webapp.models import DefinitionVersion, LiveDefinition, WorkOrder
from webapp.queries.facts import Standing
from webapp.queries.visibility import known_by
from workflow.compiling import compile
from workflow.definition import Status
from workflow.engine import Lifecycle
from workflow.reading import read, read_vocabulary
from workflow.vocabulary import Vocabulary

StatusTest = Callable[[Lifecycle, Status], bool]

COMPILED: dict[str, Lifecycle] = {}
"""By the text's SHA-256: a version never changes, and a test's other database may hold another text under its id."""


@cache
def vocabulary() -> Vocabulary:
    """What a work order's definition may mention, as this program supplies it."""
    return read_vocabulary((DEFINITIONS / "vocabulary.yaml").read_text(encoding="utf-8"))


def lifecycle(session: Session, version_id: int) -> Lifecycle:
    """The compiled version; raises NotFound for a version that does not exist."""
    sha256 = session.execute(
        select(DefinitionVersion.sha256).where(DefinitionVersion.id == version_id)
    ).scalar_one_or_none()
    if sha256 is None:
        raise NotFound("There is no such version of the workflow.")
    return lifecycle_of(session, version_id, sha256)


def lifecycle_of(session: Session, version_id: int, sha256: str) -> Lifecycle:
    """The compiled version whose text has this hash, for who has just read the hash with something else."""
    known = COMPILED.get(sha256)
    if known is None:
        text = session.execute(select(DefinitionVersion.text).where(DefinitionVersion.id == version_id)).scalar_one()
        known = COMPILED[sha256] = compile(read(text, vocabulary()), vocabulary())
    return known


def live(session: Session, name: str = "work_order") -> tuple[int, Lifecycle]:
    """The id of the version new orders follow, and the version; raises NotFound before the first import."""
    version_id = session.execute(
        select(LiveDefinition.version_id).where(LiveDefinition.lifecycle == name)
    ).scalar_one_or_none()
    if version_id is None:
        raise NotFound("No workflow has been published yet.")
    return version_id, lifecycle(session, version_id)


def status_of(session: Session, order: WorkOrder | Standing) -> Status:
    """The order's status as its version describes it."""
    return lifecycle(session, order.definition_version_id).definition.statuses[order.status]


def status_label(session: Session, *, number: int, actor: Actor) -> str:
    """How people read where the order stands now; raises NotFound when it is not for the actor."""
    row = session.execute(
        select(WorkOrder.status, WorkOrder.definition_version_id).where(known_by(actor, number))
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such work order.")
    return lifecycle(session, row.definition_version_id).definition.statuses[row.status].label


def of_kinds(session: Session, *kinds: str) -> ColumnElement[bool]:
    """The condition that an order's status is of one of the kinds, in whichever version the order follows."""
    return statuses_where(session, of_kind(*kinds))


def waiting_for_approval(session: Session) -> ColumnElement[bool]:
    """The condition that an order's status is one that an approval leads out of."""
    return statuses_where(session, in_approval)


def in_approval(lifecycle: Lifecycle, status: Status) -> bool:
    """The test of a status that an approval leads out of it."""
    return awaits_approval(lifecycle, status.name)


def of_kind(*kinds: str) -> StatusTest:
    """The test of a status that it is of one of the kinds."""
    return lambda _lifecycle, status: status.kind in kinds


def awaits_approval(lifecycle: Lifecycle, status: str) -> bool:
    """Whether a button that approves lines leads out of the status."""
    return any(
        lifecycle.vocabulary.effects[verb].approves
        for transition in lifecycle.definition.transitions.values()
        if status in transition.from_
        for verb in transition.lines
    )


def versions(session: Session, name: str = "work_order") -> dict[int, Lifecycle]:
    """Every version of a lifecycle by its id, for a page whose orders follow several."""
    rows = session.execute(
        select(DefinitionVersion.id, DefinitionVersion.sha256).where(DefinitionVersion.lifecycle == name)
    ).all()
    return {row.id: lifecycle_of(session, row.id, row.sha256) for row in rows}


def statuses_where(session: Session, fits: StatusTest) -> ColumnElement[bool]:
    """The condition that an order stands in a status of its version that fits."""
    return standing_in(versions(session), fits)


def standing_in(known: Mapping[int, Lifecycle], fits: StatusTest) -> ColumnElement[bool]:
    """The same, for who has all versions at hand. Where they agree, only the status is compared: that is one index."""
    ways: dict[tuple[str, ...], list[int]] = {}
    for version_id, compiled in known.items():
        names = [name for name, status in compiled.definition.statuses.items() if fits(compiled, status)]
        ways.setdefault(tuple(sorted(names)), []).append(version_id)
    if len(ways) == 1:
        return WorkOrder.status.in_(next(iter(ways)))
    return or_(
        false(),
        *(
            and_(WorkOrder.definition_version_id.in_(ids), WorkOrder.status.in_(names))
            for names, ids in ways.items()
            if names
        ),
    )
