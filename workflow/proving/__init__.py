"""Proves what a definition promises, before it is published, and tells what it finds as stories to replay."""

from workflow.proving.prover import prove
from workflow.proving.values import Limits, Proof, StaffMember, Story, StoryStep, Verdict, story_key

__all__ = ["prove", "Limits", "Proof", "StaffMember", "Story", "StoryStep", "Verdict", "story_key"]
