"""The pool of library machines that decide: one event is sent, and the edge taken comes back."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from statemachine import StateChart
from statemachine.exceptions import TransitionNotAllowed

from workflow.errors import WorkflowError

SAVED = "e_saved"
"""The one event of all automatic rules; a button's event is `e_press_` and its name, so the two never meet."""

KEPT = 32
"""Idle machines kept for the next caller; each costs about 40 KiB."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One way from one status to another: a button's, or an automatic rule's."""

    rule: str
    automatic: bool
    source: str
    target: str

    @property
    def event(self) -> str:
        return SAVED if self.automatic else f"e_press_{self.rule}"

    @property
    def guard(self) -> str:
        """The property of the cursor that answers whether this edge may be taken."""
        return f"g_rule_{self.rule}" if self.automatic else f"g_press_{self.rule}"

    @property
    def witness(self) -> str:
        """The method of the cursor that writes this edge into the trail."""
        return f"took_{'rule' if self.automatic else 'press'}_{self.rule}_from_{self.source}"


Judge = Callable[[str, bool], bool]
"""Answers for a rule's name, and whether it is automatic, if it may be taken now."""


class SilentMachine(WorkflowError):
    """A machine that accepted an event and left no trail, another than its status says, or one nobody asked for."""

    def __init__(self, event: str, trail: tuple[Edge, ...]) -> None:
        self.event = event
        self.trail = trail
        super().__init__(
            f"The state machine accepted {event} but did not report the one step of it: {len(trail)} steps."
        )


def _nothing(rule: str, automatic: bool) -> bool:
    return False


class Cursor:
    """The model of a machine: where it stands, who judges, and which edges it took. Points at one order at a time."""

    def __init__(self, state: str) -> None:
        self.state = state
        self.judge: Judge = _nothing
        self.trail: list[Edge] = []


def cursor_class(edges: tuple[Edge, ...]) -> type[Cursor]:
    """A cursor with one guard property per rule and one witness per edge, for the library to find by name."""
    members: dict[str, object] = {}
    for edge in edges:
        members[edge.guard] = _guard(edge)
        members[edge.witness] = _witness(edge)
    return type("CompiledCursor", (Cursor,), members)


def _guard(edge: Edge) -> property:
    def may_be_taken(cursor: Cursor) -> bool:
        return cursor.judge(edge.rule, edge.automatic)

    return property(may_be_taken)


def _witness(edge: Edge) -> Callable[[Cursor], None]:
    def took(self: Cursor) -> None:
        self.trail.append(edge)

    return took


class Machines:
    """Instances of one compiled machine class, taken one per call and given back only unharmed."""

    def __init__(self, machine: type[StateChart[Any]], cursor: type[Cursor], first_status: str) -> None:
        self.machine = machine
        self._cursor = cursor
        self._first = f"s_{first_status}"
        self._idle: deque[StateChart[Any]] = deque(maxlen=KEPT)

    @property
    def idle(self) -> int:
        """How many machines wait for a caller."""
        return len(self._idle)

    def send(self, event: str, *, status: str, judge: Judge) -> Edge | None:
        """The edge the library takes from `status` on `event`, or None when it refuses.

        A machine interrupted by anything but a refusal is thrown away: kept, it would swallow or block the next event.
        """
        machine = self._taken()
        cursor: Cursor = machine.model
        cursor.state = f"s_{status}"
        cursor.judge = judge
        cursor.trail.clear()
        edge: Edge | None = None
        try:
            machine.send(event)
        except TransitionNotAllowed:
            pass
        else:
            edge = self._witnessed(event, status, cursor)
        cursor.judge = _nothing
        self._idle.append(machine)
        return edge

    def _taken(self) -> StateChart[Any]:
        try:
            return self._idle.pop()
        except IndexError:
            return self.machine(model=self._cursor(self._first))

    def _witnessed(self, event: str, status: str, cursor: Cursor) -> Edge:
        if len(cursor.trail) == 1:
            (edge,) = cursor.trail
            if (edge.event, edge.source, f"s_{edge.target}") == (event, status, cursor.state):
                return edge
        raise SilentMachine(event, tuple(cursor.trail))
