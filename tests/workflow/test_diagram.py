"""The diagram says every status and every way, and marks where one order came through."""

import json
from datetime import UTC, datetime, timedelta

from tests.workflow.test_coverage import SHIPPED, lifecycle
from workflow.compiling import edges_of
from workflow.diagram import Visit, drawn, graph

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DEFINITION = lifecycle(SHIPPED).definition


def test_every_status_and_every_way_of_the_engine_is_drawn() -> None:
    diagram = drawn(DEFINITION)
    assert [node.name for node in diagram.nodes] == list(DEFINITION.statuses)
    assert {(edge.rule, edge.kind == "automatic", edge.source, edge.target) for edge in diagram.edges} == {
        (edge.rule, edge.automatic, edge.source, edge.target) for edge in edges_of(DEFINITION)
    }
    assert len({edge.id for edge in diagram.edges}) == len(diagram.edges)
    assert [node.name for node in diagram.nodes if node.first] == ["unassigned"]
    assert [node.name for node in diagram.nodes if node.final] == ["cancelled"]


def test_a_path_is_marked_with_its_times() -> None:
    path = [
        Visit("unassigned", NOON),
        Visit("pending", NOON + timedelta(hours=1), "assign"),
        Visit("ongoing", NOON + timedelta(hours=2), "start"),
        Visit("gone_since", NOON + timedelta(hours=3), "leave"),
        Visit("ongoing", NOON + timedelta(hours=4), "resume"),
    ]
    diagram = drawn(DEFINITION, path)
    ongoing = next(node for node in diagram.nodes if node.name == "ongoing")
    assert ongoing.visited == (NOON + timedelta(hours=2), NOON + timedelta(hours=4))
    assert [node.name for node in diagram.nodes if node.current] == ["ongoing"]
    assert {edge.id for edge in diagram.edges if edge.taken} == {"automatic-assign-unassigned", "button-start-pending"}


def test_a_timer_that_presses_a_button_is_a_way() -> None:
    text = SHIPPED.replace(
        "  customer: {label: the customer", "  clock: {label: the clock, clock: true}\n  customer: {label: the customer"
    )
    text = text.replace(
        "    from: paused\n    to: ongoing\n    by: [technician,",
        "    from: paused\n    to: ongoing\n    by: [clock, technician,",
    )
    text = text.replace("    plus: 1 day\n", "    plus: 1 day\n    take: resume\n    by: clock\n")
    edges = drawn(lifecycle(text).definition).edges
    assert [(edge.source, edge.target, edge.label) for edge in edges if edge.kind == "timer"] == [
        ("paused", "ongoing", "Resume")
    ]


def test_the_table_says_who_leads_an_order_where() -> None:
    rows = {row.status.name: row.ways for row in drawn(DEFINITION).rows}
    assert "“Complete” leads to Completed; for a supervisor." in rows["waiting_review"]
    assert "By itself to Pending: A technician was assigned." in rows["unassigned"]
    assert rows["cancelled"] == ()


def test_a_program_gets_plain_data() -> None:
    data = json.loads(json.dumps(graph(drawn(DEFINITION, [Visit("unassigned", NOON)]))))
    assert data["nodes"][0]["visited"] == ["2026-03-02T12:00:00+00:00"]
    assert {"id", "source", "target", "kind", "who", "guards"} <= set(data["edges"][0])
