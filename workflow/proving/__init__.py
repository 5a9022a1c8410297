"""Proves what a definition promises, before it is published, and tells what it finds as stories to replay.

`prove_apart` is for texts of people; `workflow.proving.prover.prove` works in this process, and loads z3 into it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workflow.proving.apart import prove_apart
from workflow.proving.values import Limits, Proof, StaffMember, Story, StoryStep, Verdict, story_key

if TYPE_CHECKING:
    from workflow.definition import Definition
    from workflow.vocabulary import Vocabulary

__all__ = ["prove", "prove_apart", "Limits", "Proof", "StaffMember", "Story", "StoryStep", "Verdict", "story_key"]


def prove(
    definition: Definition,
    vocabulary: Vocabulary,
    *,
    staff: Sequence[StaffMember] = (),
    publisher: StaffMember | None = None,
    limits: Limits | None = None,
) -> Proof:
    """Everything that can be proved about a definition, in this process."""
    from workflow.proving import prover  # z3 is large: a web process that only asks a child never loads it

    return prover.prove(definition, vocabulary, staff=staff, publisher=publisher, limits=limits)
