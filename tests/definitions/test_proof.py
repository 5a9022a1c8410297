"""What the proof says of the shipped life of a work order, and of forty mistakes planted in it."""

import pytest

from tests.definitions.defects import DEFECTS, Defect
from workflow.definition import Definition
from workflow.proving import Limits, Proof, prove
from workflow.reading import read
from workflow.vocabulary import Vocabulary

PATIENT = Limits(seconds=120)
"""Tests run beside others; the limits themselves are tested on their own."""

SEVERE = ("error", "warning")


@pytest.fixture(scope="module")
def proof(work_order: Definition, vocabulary: Vocabulary) -> Proof:
    return prove(work_order, vocabulary, limits=PATIENT)


def test_every_promise_of_the_shipped_definition_is_proved(proof: Proof, work_order: Definition) -> None:
    assert {verdict.name: verdict.proved for verdict in proof.promises} == dict.fromkeys(work_order.promises, True)


def test_the_shipped_definition_has_no_finding_above_info(proof: Proof) -> None:
    assert [problem for problem in proof.problems if problem.severity in SEVERE] == []


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.says.replace(" ", "_"))
def test_a_planted_defect_is_found_where_it_is(defect: Defect, vocabulary: Vocabulary) -> None:
    definition = read(defect.text, vocabulary)
    proof = prove(definition, vocabulary, limits=PATIENT)
    found = {(problem.code, problem.at.line) for problem in proof.problems}
    assert (defect.code, defect.line) in found
    assert not proof.too_large
    for problem in proof.problems:
        assert problem.message.endswith((".", "?"))
    for story in proof.stories.values():
        assert story.replayed
