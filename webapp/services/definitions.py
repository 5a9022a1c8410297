"""Published definitions: importing a checked text, and the starting stock of a new installation."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from ruamel.yaml import YAML
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.config import DEFINITIONS
from webapp.errors import Invalid
from webapp.models import Counter, DefinitionVersion, Firm, LiveDefinition, Role
from webapp.queries.lifecycles import lifecycle, live, vocabulary
from workflow.reading import check

__all__ = ["ensure_stock", "import_text", "lifecycle", "live", "vocabulary"]

SYSTEM = Actor(kind="system", user_id=None, name="Fieldwright")
FIRST_NUMBER = 1001


def import_text(session: Session, *, text: str, actor: Actor, now: datetime, note: str = "") -> DefinitionVersion:
    """Make the text the next version and the live one; raises Invalid with every problem, by its line and column."""
    report = check(text, vocabulary(), play=True)
    problems = {
        f"{problem.at.line}:{problem.at.column} {problem.code}": problem.message
        for problem in report.problems
        if problem.stops
    }
    failed = {
        f"{one.at.line}:{one.at.column} scenario": f"This scenario went otherwise: {one.says}"
        for one in report.scenarios
        if not one.ok
    }
    definition = report.definition
    if definition is None or problems or failed:
        raise Invalid({**problems, **failed})
    name = definition.lifecycle
    last = session.execute(
        select(func.max(DefinitionVersion.number)).where(DefinitionVersion.lifecycle == name)
    ).scalar_one()
    version = DefinitionVersion(
        lifecycle=name,
        number=(last or 0) + 1,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        author_id=actor.user_id,
        at=now,
        note=note,
        verdict={"scenarios": len(report.scenarios), "proved": None},
    )
    session.add(version)
    session.flush()
    pointer = session.get(LiveDefinition, name)
    if pointer is None:
        session.add(LiveDefinition(lifecycle=name, version_id=version.id))
    else:
        pointer.version_id = version.id
    session.flush()
    return version


def ensure_stock(session: Session, *, now: datetime) -> None:
    """Give a new installation its firm, its roles, its number counter and version 1 of the work order; else nothing."""
    if session.get(Firm, 1) is None:
        session.add(Firm(id=1, name="Fieldwright"))
    if session.get(Counter, "work_order") is None:
        session.add(Counter(name="work_order", next=FIRST_NUMBER))
    if session.execute(select(func.count()).select_from(Role)).scalar_one() == 0:
        session.add_all(
            Role(name=name, label=role["label"], is_technician=role["is_technician"], permissions=role["permissions"])
            for name, role in stock_roles().items()
        )
    session.flush()
    if session.get(LiveDefinition, "work_order") is None:
        text = (DEFINITIONS / "work_order.yaml").read_text(encoding="utf-8")
        import_text(session, text=text, actor=SYSTEM, now=now, note="The starting stock.")


def stock_roles() -> dict[str, Any]:
    """The roles of definitions/roles.yaml by name."""
    loaded: dict[str, Any] = YAML(typ="safe").load((DEFINITIONS / "roles.yaml").read_text(encoding="utf-8"))
    return dict(loaded["roles"])
