"""Compiles a checked definition into a python-statemachine class, once per version."""

from __future__ import annotations

from typing import Any

from statemachine import StateChart
from statemachine.io import create_machine_class_from_definition

from workflow.definition import Definition
from workflow.engine import Lifecycle
from workflow.errors import WorkflowError
from workflow.machines import Edge, Machines, cursor_class
from workflow.vocabulary import Vocabulary


class Miscompiled(WorkflowError):
    """The library's graph is not the definition's: a mistake of this program, never of the supervisor."""

    def __init__(self, status: str, wanted: tuple[Any, ...], found: tuple[Any, ...]) -> None:
        self.status = status
        self.wanted = wanted
        self.found = found
        super().__init__(f"The compiled machine leaves {status} by other ways than the definition says.")


def compile(definition: Definition, vocabulary: Vocabulary) -> Lifecycle:
    """A lifecycle ready to decide; costs milliseconds, so keep one per version.

    Raises Miscompiled when the library understood another graph than ours, and InvalidDefinition (the library's) for
    a structure the reader should have refused.
    """
    edges = edges_of(definition)
    machine = machine_class(definition, edges)
    assert_same_graph(definition, edges, machine)
    return Lifecycle(
        definition=definition,
        vocabulary=vocabulary,
        machines=Machines(machine, cursor_class(edges), definition.first_status),
    )


def edges_of(definition: Definition) -> tuple[Edge, ...]:
    """Every edge in the order it is tried: buttons as people see them, then automatic rules top to bottom."""
    buttons = [
        Edge(rule=transition.name, automatic=False, source=source, target=transition.to)
        for transition in definition.transitions.values()
        for source in transition.from_
    ]
    rules = [
        Edge(rule=rule.name, automatic=True, source=source, target=rule.to)
        for rule in definition.automatic.values()
        for source in rule.from_
    ]
    return (*buttons, *rules)


def machine_class(definition: Definition, edges: tuple[Edge, ...]) -> type[StateChart[Any]]:
    """The class that decides. Its statuses are never final to the library: such an instance could not be used again."""
    states: dict[str, Any] = {
        f"s_{name}": {"name": status.label, "initial": name == definition.first_status, "on": {}}
        for name, status in definition.statuses.items()
    }
    for edge in edges:
        ways = states[f"s_{edge.source}"]["on"].setdefault(edge.event, [])
        ways.append({"target": f"s_{edge.target}", "cond": edge.guard, "on": edge.witness})
    return create_machine_class_from_definition(
        "CompiledLifecycle",
        states=states,
        catch_errors_as_events=False,
        allow_event_without_transition=False,
        atomic_configuration_update=True,
        validate_disconnected_states=False,
        validate_trap_states=False,
        validate_final_reachability=False,
    )


def drawn_class(definition: Definition) -> type[StateChart[Any]]:
    """A twin with the library's final states and every structural check on: for drawing, never for deciding.

    Raises InvalidDefinition when the library finds a status that cannot be reached or left.
    """
    edges = edges_of(definition)
    left = {edge.source for edge in edges}
    states: dict[str, Any] = {
        f"s_{name}": {
            "name": status.label,
            "initial": name == definition.first_status,
            "final": name not in left,
            "on": {},
        }
        for name, status in definition.statuses.items()
    }
    for edge in edges:
        states[f"s_{edge.source}"]["on"].setdefault(edge.event, []).append({"target": f"s_{edge.target}"})
    return create_machine_class_from_definition("DrawnLifecycle", states=states)


def assert_same_graph(definition: Definition, edges: tuple[Edge, ...], machine: type[StateChart[Any]]) -> None:
    """Compares every way out of every status, in order, with what the library holds; raises Miscompiled."""
    found = {state.id: _ways_of(state) for state in machine.states}
    for name in definition.statuses:
        wanted = tuple(
            (edge.event, f"s_{edge.source}", f"s_{edge.target}", (edge.guard,), (edge.witness,))
            for edge in edges
            if edge.source == name
        )
        # The library keeps one order per event, which is all that decides.
        if sorted(wanted, key=_event) != sorted(found.pop(f"s_{name}"), key=_event):
            raise Miscompiled(name, wanted, ())
    if found:
        raise Miscompiled(", ".join(found), (), tuple(found))


def _event(way: tuple[Any, ...]) -> str:
    return str(way[0])


def _ways_of(state: Any) -> tuple[tuple[Any, ...], ...]:
    return tuple(
        (
            str(transition.event),
            transition.source.id,
            transition.target.id,
            tuple(spec.func for spec in transition.cond),
            tuple(spec.func for spec in transition.on if not spec.is_convention),
        )
        for transition in state.transitions
    )
