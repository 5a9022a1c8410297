"""The library's machine decides, and nothing else does: broken, no button of the application works, and none pretends to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from statemachine import StateChart
from statemachine.exceptions import TransitionNotAllowed

from tests.views import order_world as world
from webapp.db import reading
from webapp.models import Delivery, StatusHistory, User, WorkOrder
from webapp.services import history
from workflow.machines import Edge

Send = Callable[..., Any]
GENUINE: Send = StateChart.send


def does_nothing(machine: StateChart[Any], event: str, *args: object, **kwargs: object) -> None:
    """Accepts every event and stays where it is."""


def refuses(machine: StateChart[Any], event: str, *args: object, **kwargs: object) -> None:
    """Allows no event at all."""
    raise TransitionNotAllowed(None, machine.configuration)


def breaks(machine: StateChart[Any], event: str, *args: object, **kwargs: object) -> None:
    """Dies of a fault of its own."""
    raise RuntimeError("the machine is broken")


def ends_elsewhere(machine: StateChart[Any], event: str, *args: object, **kwargs: object) -> None:
    """Takes the step, and stands in another status than the step leads to."""
    GENUINE(machine, event, *args, **kwargs)
    machine.model.state = "s_billed"


def jumps(machine: StateChart[Any], event: str, *args: object, **kwargs: object) -> None:
    """Stands in another status without having taken any step."""
    machine.model.state = "s_billed"


def steps_twice(machine: StateChart[Any], event: str, *args: object, **kwargs: object) -> None:
    """Reports one step too many."""
    GENUINE(machine, event, *args, **kwargs)
    machine.model.trail.append(machine.model.trail[-1])


def takes_the_wrong_edge(machine: StateChart[Any], event: str, *args: object, **kwargs: object) -> None:
    """Takes a step nobody asked for, and reports it faithfully."""
    machine.model.trail.append(Edge(rule="cancel", automatic=False, source="pending", target="cancelled"))
    machine.model.state = "s_cancelled"


@pytest.fixture
def number(client: FlaskClient) -> int:
    """An order that the technician, who is signed in, could start."""
    world.found_firm()
    world.as_person(client, world.OFFICE)
    made = world.make_order(client)
    world.as_person(client, world.SUPERVISOR)
    with reading() as session:
        tom = session.scalars(select(User.id).where(User.email == world.TECHNICIAN)).one()
    assert world.save_order(client, made, technician_id=str(tom)).status_code == 303
    world.as_person(client, world.TECHNICIAN)
    return made


def stored(number: int) -> tuple[object, ...]:
    """Everything a press may change: the order's place and version, its history, and what is to be sent."""
    with reading() as session:
        order = session.scalars(select(WorkOrder).where(WorkOrder.number == number)).one()
        rows = session.scalars(select(StatusHistory).where(StatusHistory.order_id == order.id)).all()
        sent = session.scalars(select(Delivery.key).where(Delivery.order_id == order.id).order_by(Delivery.id)).all()
        assert history.verify(session) is None
        return (
            order.status,
            order.row_version,
            order.arrived_at,
            order.history_hash,
            [(row.sequence, row.rule, row.to_status) for row in rows],
            list(sent),
        )


ANSWERS: dict[Send, int] = {
    does_nothing: 500,
    refuses: 409,
    breaks: 500,
    ends_elsewhere: 500,
    jumps: 500,
    steps_twice: 500,
    takes_the_wrong_edge: 500,
}


def test_with_a_broken_machine_a_button_changes_nothing_and_says_so(
    app: Flask, client: FlaskClient, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.testing = False  # as in production: a fault becomes a page
    before = stored(number)
    for broken, answer in ANSWERS.items():
        with monkeypatch.context() as broken_world:
            broken_world.setattr(StateChart, "send", broken)
            pressed = world.press(client, number, "start")
        assert pressed.status_code == answer, broken.__name__
        assert f"Work order {number} is now" not in pressed.text
        assert stored(number) == before, broken.__name__
    assert "is now" not in client.get(f"/work-orders/{number}").text  # no success waits to be said either

    assert world.press(client, number, "start").status_code == 303  # whole again it works: the press was legal
    assert stored(number) != before


def test_with_a_broken_machine_no_automatic_rule_runs_and_the_save_around_it_is_undone(
    app: Flask, client: FlaskClient, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.testing = False
    world.as_person(client, world.SUPERVISOR)
    before = stored(number)
    for broken in (does_nothing, breaks, jumps, takes_the_wrong_edge):
        with monkeypatch.context() as broken_world:
            broken_world.setattr(StateChart, "send", broken)
            assert world.save_order(client, number, technician_id="").status_code == 500, broken.__name__
        assert stored(number) == before, broken.__name__
    assert world.save_order(client, number, technician_id="").status_code == 303
    assert stored(number)[0] == "unassigned"
