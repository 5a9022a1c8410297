"""Every status, button and automatic rule says how many scenarios pass through it."""

from pathlib import Path

from workflow.compiling import compile
from workflow.coverage import covered, untried
from workflow.engine import Lifecycle
from workflow.reading import read, read_vocabulary

HOME = Path(__file__).parents[2] / "definitions"
VOCABULARY = read_vocabulary((HOME / "vocabulary.yaml").read_bytes())
SHIPPED = (HOME / "work_order.yaml").read_text()


def lifecycle(text: str) -> Lifecycle:
    return compile(read(text, VOCABULARY), VOCABULARY)


def test_every_scenario_counts_once_where_it_passes_through() -> None:
    coverage = covered(lifecycle(SHIPPED))
    count = SHIPPED.count("  - says:")
    assert coverage.statuses["unassigned"] == count
    assert coverage.transitions["bill"] == 1
    assert coverage.transitions["start"] > 5
    assert coverage.automatic["unassign"] == 1


def test_a_refused_press_tries_nothing() -> None:
    text = SHIPPED.replace(
        "      - {by: bea, press: bill, then: billed}\n", "      - {by: sam, press: bill, refused: by}\n"
    )
    text = text.replace(
        "      - {by: bea, press: take_back_billing, answers: {reason: Wrong address}, then: completed}\n", ""
    )
    there = lifecycle(text)
    problems = untried(there.definition, covered(there))
    told = {(problem.code, problem.severity, problem.message) for problem in problems}
    assert ("untried", "warning", "No scenario presses the button “Bill”.") in told
    assert ("untried", "warning", "No scenario passes through the status “Billed”.") in told
    assert [problem.at for problem in problems] == sorted(problem.at for problem in problems)
    line = next(problem.at.line for problem in problems if "“Bill”" in problem.message)
    assert text.split("\n")[line - 1] == "  bill:"


def test_an_automatic_rule_nobody_tried_is_named() -> None:
    text = SHIPPED.partition("\nscenarios:")[0] + "\nscenarios: []\n"
    there = lifecycle(text)
    problems = untried(there.definition, covered(there))
    assert "No scenario makes the automatic rule “hold_work” fire." in {problem.message for problem in problems}
    parts = len(there.definition.statuses) + len(there.definition.transitions) + len(there.definition.automatic)
    assert len(problems) == parts
