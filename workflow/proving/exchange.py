"""A proof as JSON and back: it is made in a child process, and shown on pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from workflow.problems import Position, Problem
from workflow.proving.values import Limits, Proof, StaffMember, Story, StoryStep, Verdict

Data = dict[str, Any]


def proof_data(proof: Proof) -> Data:
    """A proof as plain data."""
    return {
        "problems": [
            {
                "code": problem.code,
                "message": problem.message,
                "line": problem.at.line,
                "column": problem.at.column,
                "severity": problem.severity,
                "story": list(problem.story),
            }
            for problem in proof.problems
        ],
        "promises": [
            {"name": verdict.name, "proved": verdict.proved, "story": verdict.story and story_data(verdict.story)}
            for verdict in proof.promises
        ],
        "stories": {key: story_data(story) for key, story in proof.stories.items()},
        "too_large": proof.too_large,
        "situations": proof.situations,
        "seconds": proof.seconds,
    }


def proof_from(data: Mapping[str, Any]) -> Proof:
    """The proof that `proof_data` made data of."""
    return Proof(
        problems=tuple(
            Problem(
                each["code"],
                each["message"],
                Position(each["line"], each["column"]),
                each["severity"],
                tuple(each["story"]),
            )
            for each in data["problems"]
        ),
        promises=tuple(
            Verdict(each["name"], each["proved"], story_from(each["story"]) if each["story"] else None)
            for each in data["promises"]
        ),
        stories={key: story_from(story) for key, story in data["stories"].items()},
        too_large=data["too_large"],
        situations=data["situations"],
        seconds=data["seconds"],
    )


def story_data(story: Story) -> Data:
    """A story as plain data; lengths of time in seconds."""
    return {
        "order": dict(story.order),
        "people": {name: list(roles) for name, roles in story.people.items()},
        "replayed": story.replayed,
        "steps": [
            {
                "says": step.says,
                "status": step.status,
                "by": step.by,
                "press": step.press,
                "answers": dict(step.answers),
                "rule": step.rule,
                "save": None if step.save is None else dict(step.save),
                "world": None if step.world is None else dict(step.world),
                "wait": None if step.wait is None else step.wait.total_seconds(),
            }
            for step in story.steps
        ],
    }


def story_from(data: Mapping[str, Any]) -> Story:
    """The story that `story_data` made data of."""
    return Story(
        order=data["order"],
        people={name: tuple(roles) for name, roles in data["people"].items()},
        replayed=data["replayed"],
        steps=tuple(
            StoryStep(**{**step, "wait": None if step["wait"] is None else timedelta(seconds=step["wait"])})
            for step in data["steps"]
        ),
    )


def staff_data(member: StaffMember) -> Data:
    """A person as plain data."""
    return {"name": member.name, "permissions": sorted(member.permissions)}


def staff_from(data: Mapping[str, Any]) -> StaffMember:
    """The person that `staff_data` made data of."""
    return StaffMember(data["name"], frozenset(data["permissions"]))


def limits_data(limits: Limits) -> Data:
    """Limits as plain data."""
    return {"seconds": limits.seconds, "situations": limits.situations, "megabytes": limits.megabytes}
