"""The lifecycles in force: each published text compiled once per process."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from sqlalchemy import and_, false, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from webapp.config import DEFINITIONS
from webapp.errors import NotFound
from webapp.models import DefinitionVersion, LiveDefinition, WorkOrder
from webapp.queries.facts import Standing
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


def of_kinds(session: Session, *kinds: str) -> ColumnElement[bool]:
    """The condition that an order's status is of one of the kinds, in whichever version the order follows."""
    return statuses_where(session, lambda _lifecycle, status: status.kind in kinds)


def waiting_for_approval(session: Session) -> ColumnElement[bool]:
    """The condition that an order's status is one that an approval leads out of."""
    return statuses_where(session, lambda lifecycle, status: awaits_approval(lifecycle, status.name))


def awaits_approval(lifecycle: Lifecycle, status: str) -> bool:
    """Whether a button that approves lines leads out of the status."""
    return any(
        lifecycle.vocabulary.effects[verb].approves
        for transition in lifecycle.definition.transitions.values()
        if status in transition.from_
        for verb in transition.lines
    )


def statuses_where(session: Session, fits: StatusTest) -> ColumnElement[bool]:
    """The condition that an order stands in a status of its version that fits."""
    ways = []
    for version_id in session.scalars(
        select(DefinitionVersion.id).where(DefinitionVersion.lifecycle == "work_order")
    ).all():
        compiled = lifecycle(session, version_id)
        names = [name for name, status in compiled.definition.statuses.items() if fits(compiled, status)]
        ways.append(and_(WorkOrder.definition_version_id == version_id, WorkOrder.status.in_(names)))
    return or_(false(), *ways)
