"""The vocabulary lists exactly what the application supplies and performs."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

import webapp
from webapp.actors import Actor
from webapp.models import DefinitionVersion, Item, OrderLine, OrderWorker, Role, Unit, User, WorkOrder
from webapp.queries.facts import gather
from webapp.services import effects, transitions
from webapp.services.message_texts import STOCK
from workflow.vocabulary import Vocabulary

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
AREAS = "work_orders|customers|units|device_types|items|quotations|maintenance|workflows|users|settings|photos|notes"


def strings_of_the_program() -> Iterator[str]:
    """Every text in the application's modules, and every quoted text in its templates."""
    home = Path(str(webapp.__file__)).parent
    for module in home.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
    for template in home.rglob("*.html"):
        yield from re.findall(r"""["']([a-z_.]+)["']""", template.read_text())


def test_every_permission_the_program_asks_for_exists(vocabulary: Vocabulary) -> None:
    key = re.compile(rf"(?:{AREAS})\.(?:view|create|edit|delete|supervise|perform|pricing|bill|send|run|publish)")
    asked = {text for text in strings_of_the_program() if key.fullmatch(text)}
    assert asked <= set(vocabulary.permissions)
    assert "work_orders.create" in asked


def test_every_message_has_a_text(vocabulary: Vocabulary) -> None:
    assert set(STOCK) == set(vocabulary.messages)


def test_every_fact_a_transition_may_set_has_a_column(vocabulary: Vocabulary) -> None:
    settable = {fact.name for fact in vocabulary.facts.values() if fact.settable}
    assert set(transitions.COLUMNS) == settable


def test_an_effect_nobody_performs_is_not_passed_over(session: Session) -> None:
    with pytest.raises(AssertionError, match="no program performs the effect plant_a_tree"):
        effects.perform(session, "plant_a_tree", order=an_order(session), actor=SYSTEM, now=NOW)


def test_every_effect_is_performed(session: Session, vocabulary: Vocabulary) -> None:
    order = an_order(session)
    for effect in vocabulary.effects.values():
        if effect.kind == "do":
            effects.perform(session, effect.name, order=order, actor=SYSTEM, now=NOW)


def test_every_fact_is_gathered_and_no_other(session: Session, vocabulary: Vocabulary) -> None:
    order = an_order(session)
    facts = gather(session, [order.id])[order.id]
    assert set(facts) == set(vocabulary.facts)


def test_every_field_of_a_list_is_gathered_and_no_other(session: Session, vocabulary: Vocabulary) -> None:
    order = an_order(session)
    facts = gather(session, [order.id])[order.id]
    for name in ("items", "workers"):
        rows = facts[name]
        assert isinstance(rows, tuple)
        assert [set(row) for row in rows] == [set(vocabulary.facts[name].fields)]


SYSTEM = Actor(kind="system", user_id=None, name="Fieldwright")


def an_order(session: Session) -> WorkOrder:
    """A row with one line and one worker, of a type that no effect has anything to do for."""
    role = Role(name="technician", label="Technician", is_technician=True, permissions=[])
    version = DefinitionVersion(lifecycle="work_order", number=1, text="", sha256="", at=NOW, verdict={})
    unit = Unit(service_address="1 Mill Lane", created_at=NOW)
    session.add_all([role, version, unit])
    session.flush()
    user = User(email="ana@firm.test", name="Ana", password_hash="", role_id=role.id, created_at=NOW)
    item = Item(name="Cable", kind="material", unit_cost=Decimal(1), unit_of_measure="m")
    session.add_all([user, item])
    session.flush()
    order = WorkOrder(
        number=1001,
        type="other",
        unit_id=unit.id,
        technician_id=user.id,
        status="pending",
        definition_version_id=version.id,
        created_at=NOW,
    )
    session.add(order)
    session.flush()
    session.add(
        OrderLine(
            order_id=order.id,
            item_id=item.id,
            name="Cable",
            unit_cost=Decimal(1),
            unit_of_measure="m",
            quantity=Decimal(1),
        )
    )
    session.add(OrderWorker(order_id=order.id, user_id=user.id))
    session.flush()
    return order
