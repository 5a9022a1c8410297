"""Checks what an actor answered to a transition's questions, every mistake at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from workflow.definition import Question
from workflow.offers import Blocker
from workflow.values import Scalar

LONGEST_TEXT = 4000
POSITION = re.compile(r"(-?\d{1,2}(?:\.\d+)?),\s*(-?\d{1,3}(?:\.\d+)?)")


def answer_blockers(questions: Mapping[str, Question], given: Mapping[str, Scalar]) -> tuple[Blocker, ...]:
    """A blocker of code `answer`, named after the question, for every missing, unknown or ill-typed answer."""
    unknown = [_blocker(name, f"Nobody asked for “{name}” here.") for name in given if name not in questions]
    wrong = [
        _blocker(name, sentence)
        for name, question in questions.items()
        if (sentence := _mistake(question, given.get(name))) is not None
    ]
    return (*unknown, *wrong)


def empty(answer: Scalar) -> bool:
    """Nothing was answered: no value, or a text of blanks."""
    return answer is None or (isinstance(answer, str) and not answer.strip())


def _blocker(name: str, sentence: str) -> Blocker:
    return Blocker(code="answer", name=name, sentence=sentence)


def _mistake(question: Question, answer: Scalar) -> str | None:
    if empty(answer):
        return f"Answer “{question.label}” first." if question.required else None
    match question.kind:
        case "choice":
            if not isinstance(answer, str) or answer not in question.choices:
                return f"“{question.label}” must be one of: {', '.join(question.choices.values())}."
        case "date":
            if not isinstance(answer, datetime) or answer.tzinfo is None:
                return f"“{question.label}” must be a date."
        case "number":
            if not isinstance(answer, Decimal) or not answer.is_finite():
                return f"“{question.label}” must be a number."
        case "position":
            if not isinstance(answer, str) or not _on_earth(answer):
                return f"“{question.label}” must be a latitude and a longitude, such as 52.5, 13.4."
        case _:
            if not isinstance(answer, str):
                return f"“{question.label}” must be a text."
            if len(answer) > LONGEST_TEXT:
                return f"“{question.label}” is too long: at most {LONGEST_TEXT} characters."
    return None


def _on_earth(answer: str) -> bool:
    found = POSITION.fullmatch(answer.strip())
    return found is not None and abs(float(found[1])) <= 90 and abs(float(found[2])) <= 180
