"""Lifecycles with random mistakes: each is answered, in time, and every story told of one can be replayed.

The ordinary run reads eight hundred, most of them small ones, and proves a share. FIELDWRIGHT_MUTATIONS=2000 reads and
proves as many (tests/README.md).
"""

import os
import time

import pytest

from tests.definitions.mutations import mutated
from tests.support.parcels import DEFINITION_TEXT, VOCABULARY
from workflow.proving import Limits, Proof, prove
from workflow.reading import check
from workflow.vocabulary import Vocabulary

SHARES = 4
"""Parts that run in different workers."""

PROVED = int(os.environ.get("FIELDWRIGHT_MUTATIONS", "40"))
READ_SHIPPED, READ_SMALL = max(200, PROVED // 4), max(600, PROVED * 3 // 4)

READING, PROVING = 0.25, 10.0
"""Seconds of the processor that reading and proving with stories may take."""

BUSY = 4.0
"""Factor for a machine that runs other tests beside."""


def read_in_time(text: str, vocabulary: Vocabulary) -> bool:
    """Reads a text, timed; returns whether it can be proved."""
    begin = time.process_time()
    report = check(text, vocabulary, play=False)
    assert time.process_time() - begin < READING * BUSY
    lines = text.count("\n") + 2
    for problem in report.problems:
        assert 1 <= problem.at.line <= lines
    assert report.definition is not None or not report.ok
    return report.definition is not None


def proved_in_time(text: str, vocabulary: Vocabulary) -> Proof:
    definition = check(text, vocabulary, play=False).definition
    assert definition is not None
    begin = time.process_time()
    proof = prove(definition, vocabulary, limits=Limits(seconds=PROVING * BUSY * 4))
    assert time.process_time() - begin < PROVING * BUSY
    return proof


@pytest.mark.parametrize("share", range(SHARES))
def test_every_mutated_definition_is_read_in_time(share: int, vocabulary: Vocabulary) -> None:
    readable = sum(read_in_time(mutated(seed), vocabulary) for seed in range(share, READ_SHIPPED, SHARES))
    readable += sum(
        read_in_time(mutated(seed, DEFINITION_TEXT), VOCABULARY) for seed in range(share, READ_SMALL, SHARES)
    )
    assert readable > 40


@pytest.mark.parametrize("share", range(SHARES))
def test_every_mutated_definition_is_proved_in_time_and_every_story_of_it_can_be_replayed(
    share: int, vocabulary: Vocabulary
) -> None:
    proved = 0
    for seed in range(share, PROVED, SHARES):
        text = mutated(seed)
        if check(text, vocabulary, play=False).definition is None:
            continue
        proof = proved_in_time(text, vocabulary)
        proved += not proof.too_large
        assert all(story.replayed for story in proof.stories.values()), seed
        broken = {verdict.name for verdict in proof.promises if verdict.proved is False}
        assert broken <= proof.stories.keys(), seed
        assert all(verdict.proved is not None for verdict in proof.promises) or proof.problems, seed
    assert proved
