"""The compiled class has exactly the definition's ways, in order, and survives hostile names."""

from __future__ import annotations

from dataclasses import replace

import pytest
from statemachine.exceptions import InvalidDefinition

from tests.workflow.lifecycles import NOW, REPAIR_SHOP, SAM, VOCABULARY, at, facts
from workflow.compiling import Miscompiled, assert_same_graph, compile, drawn_class, edges_of, machine_class
from workflow.definition import AutomaticRule, Status, Transition


def test_every_way_of_the_definition_is_an_edge() -> None:
    edges = edges_of(REPAIR_SHOP)
    assert {(edge.rule, edge.source, edge.target) for edge in edges if edge.rule == "cancel"} == {
        ("cancel", source, "cancelled") for source in ("unassigned", "waiting", "pending", "ongoing", "review")
    }
    assert [edge.rule for edge in edges if edge.automatic and edge.source == "pending"] == ["unassign", "hold"]


def test_a_graph_with_one_way_less_is_noticed() -> None:
    edges = edges_of(REPAIR_SHOP)
    machine = machine_class(REPAIR_SHOP, edges[1:])
    with pytest.raises(Miscompiled):
        assert_same_graph(REPAIR_SHOP, edges, machine)


def test_automatic_rules_in_another_order_are_noticed() -> None:
    edges = edges_of(REPAIR_SHOP)
    machine = machine_class(REPAIR_SHOP, tuple(reversed(edges)))
    with pytest.raises(Miscompiled):
        assert_same_graph(REPAIR_SHOP, edges, machine)


@pytest.mark.parametrize(
    "name", ["name", "send", "model", "state", "states", "saved", "on_transition", "events", "s_x"]
)
def test_no_name_a_person_chooses_reaches_the_library(name: str) -> None:
    definition = replace(
        REPAIR_SHOP,
        first_status=name,
        statuses={name: Status(name, "First", "queue", "grey"), "end": Status("end", "End", "closed", "grey")},
        transitions={name: Transition(name, "Go", (name,), "end", by=("supervisor",))},
        automatic={name: AutomaticRule(name, ("end",), name)},
    )
    lifecycle = compile(definition, VOCABULARY)
    assert lifecycle.begin(facts(), SAM, NOW).status == name
    outcome = lifecycle.press(at(name), name, SAM)
    assert [(step.rule, step.to_status) for step in outcome.steps] == [(name, "end"), (name, name)]


def test_the_twin_for_drawing_keeps_the_librarys_final_statuses() -> None:
    drawn = drawn_class(REPAIR_SHOP)
    assert {state.id for state in drawn.states if state.final} == {"s_completed", "s_cancelled"}


def test_the_twin_refuses_a_status_nobody_reaches() -> None:
    lonely = replace(REPAIR_SHOP, statuses={**REPAIR_SHOP.statuses, "lost": Status("lost", "Lost", "held", "grey")})
    with pytest.raises(InvalidDefinition):
        drawn_class(lonely)
