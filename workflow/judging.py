"""One order judged for one actor at one moment: which guards hold, who he is, what he may take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from workflow.answering import answer_blockers, empty
from workflow.definition import Definition
from workflow.expressions import evaluate, plain
from workflow.values import Actor, Answers, Facts, Scalar, Situation, Value
from workflow.vocabulary import Fact


class Case:
    """Answers each guard once and remembers it; pure, so the library may ask in any order."""

    __slots__ = ("actor", "answered", "definition", "extra", "guards", "situation")

    def __init__(
        self, definition: Definition, situation: Situation, actor: Actor, answers: Answers, unanswered: Facts
    ) -> None:
        self.definition = definition
        self.situation = situation
        self.actor = actor
        self.answered: Mapping[str, Scalar] = {
            name: answer for name, answer in answers.given.items() if not empty(answer)
        }
        self.extra: Facts = {
            **unanswered,
            **{f"answer.{name}": answer for name, answer in self.answered.items()},
            "actor.id": actor.id,
            "now": situation.now,
        }
        self.guards: dict[str, bool] = {}

    def shown(self, fact: Fact, value: Value) -> str:
        """A value as a person reads it; times in the zone of the situation's own `now`."""
        if isinstance(value, datetime):
            value = value.astimezone(self.situation.now.tzinfo)
        return plain(fact, value)

    def holds(self, guard: str) -> bool:
        """Whether the guard of this name holds for these facts."""
        known = self.guards.get(guard)
        if known is None:
            check = self.definition.guards[guard].check
            known = self.guards[guard] = evaluate(check, self.situation.facts, self.extra) is True
        return known

    def is_role(self, name: str) -> bool:
        """Whether the actor is who this role's word means, for this order."""
        role = self.definition.roles[name]
        if role.clock:
            return self.actor.clock
        if role.link is not None:
            return self.actor.link == role.link
        if role.permission is None or role.permission not in self.actor.permissions:
            return False
        return role.and_guard is None or self.holds(role.and_guard)

    def is_any(self, roles: Iterable[str]) -> bool:
        """Whether one of the roles fits; nobody is anybody of none."""
        return any(self.is_role(role) for role in roles)

    def may_take(self, rule: str, automatic: bool) -> bool:
        """What the library asks of every edge it considers."""
        return self._fires(rule) if automatic else self._may_press(rule)

    def _may_press(self, name: str) -> bool:
        transition = self.definition.transitions[name]
        return (
            self.is_any(transition.by)
            and all(self.holds(guard) for guard in transition.needs)
            and not answer_blockers(transition.ask, self.answered)
        )

    def _fires(self, name: str) -> bool:
        rule = self.definition.automatic[name]
        return all(self.holds(guard) for guard in rule.when) and not any(self.holds(guard) for guard in rule.unless)
