"""The starting stock of a new installation, and importing a text."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.services.firm import NOW, World, repair
from webapp.config import DEFINITIONS
from webapp.errors import Invalid
from webapp.models import DefinitionVersion, Firm, Role
from webapp.services import definitions


def test_a_new_installation_gets_its_stock_once(session: Session) -> None:
    definitions.ensure_stock(session, now=NOW)
    definitions.ensure_stock(session, now=NOW)
    version = session.scalars(select(DefinitionVersion)).one()
    assert (version.lifecycle, version.number) == ("work_order", 1)
    assert version.text == (DEFINITIONS / "work_order.yaml").read_text(encoding="utf-8")
    assert session.get(Firm, 1) is not None
    roles = {role.name: role for role in session.scalars(select(Role))}
    assert set(roles) == {"admin", "supervisor", "office", "estimator", "technician", "viewer"}
    assert [name for name, role in roles.items() if role.is_technician] == ["technician"]


def test_a_text_with_problems_is_not_imported_and_every_problem_is_said(session: Session, world: World) -> None:
    text = (
        (DEFINITIONS / "work_order.yaml")
        .read_text(encoding="utf-8")
        .replace("first_status: unassigned", "first_status: x")
    )
    with pytest.raises(Invalid) as refused:
        definitions.import_text(session, text=text, actor=world.ada, now=NOW)
    assert refused.value.problems
    assert len(session.scalars(select(DefinitionVersion)).all()) == 1


def test_an_imported_text_is_the_live_version_and_begun_orders_keep_theirs(session: Session, world: World) -> None:
    old = repair(session, world)
    text = (
        (DEFINITIONS / "work_order.yaml").read_text(encoding="utf-8").replace("label: Unassigned", "label: Nobody yet")
    )
    version = definitions.import_text(session, text=text, actor=world.ada, now=NOW, note="Plainer words")
    assert version.number == 2
    new = repair(session, world)
    assert (old.definition_version_id, new.definition_version_id) == (version.id - 1, version.id)
    assert (
        definitions.lifecycle(session, new.definition_version_id).definition.statuses[new.status].label == "Nobody yet"
    )
    assert (
        definitions.lifecycle(session, old.definition_version_id).definition.statuses[old.status].label == "Unassigned"
    )
