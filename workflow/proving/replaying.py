"""Plays a story on the engine itself: only what the engine does too is told as certain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from workflow.definition import Step
from workflow.effects import without_orphans
from workflow.engine import Lifecycle
from workflow.errors import EndlessRules
from workflow.proving.values import Story, StoryStep
from workflow.scenarios import Otherwise, Stage
from workflow.staging import Misstaged, converted
from workflow.values import Facts, Situation


def replayed(lifecycle: Lifecycle, story: Story, *, endless: bool = False) -> Situation | None:
    """Where the engine leaves the story's order; None when it goes another way than the story says.

    With `endless` the last step must be refused because the automatic rules run in a circle.
    """
    people = {**lifecycle.definition.people, **story.people}
    cast = Lifecycle(
        definition=replace(lifecycle.definition, people=people),
        vocabulary=lifecycle.vocabulary,
        machines=lifecycle.machines,
    )
    steps = list(_merged(story.steps))
    try:
        stage = Stage(cast, story.order)
        for number, (step, status) in enumerate(steps, start=1):
            try:
                _go(stage, step, status)
            except EndlessRules:
                return stage.situation if endless and number == len(steps) else None
    except (Otherwise, Misstaged):
        return None
    return None if endless else stage.situation


def _merged(steps: tuple[StoryStep, ...]) -> Iterator[tuple[StoryStep, str]]:
    """Each thing done, with the status after the rules that follow it."""
    for number, step in enumerate(steps):
        if step.rule is None:
            status = step.status
            for follower in steps[number + 1 :]:
                if follower.rule is None:
                    break
                status = follower.status
            yield step, status


def _go(stage: Stage, step: StoryStep, status: str) -> None:
    if step.world is not None:
        stage.situation = replace(stage.situation, facts=_turned(stage, step.world))
        return
    stage.go(Step(by=step.by, save=step.save, press=step.press, answers=step.answers, wait=step.wait, then=status))


def _turned(stage: Stage, world: Mapping[str, object]) -> Facts:
    vocabulary = stage.lifecycle.vocabulary
    facts = dict(stage.situation.facts)
    for name, value in world.items():
        fact = vocabulary.facts[name]
        if fact.type == "list":
            raise Misstaged(f"“{fact.label}” changes by itself, which cannot be played.")
        facts[name] = converted(fact, value)
    return without_orphans(facts, vocabulary)
