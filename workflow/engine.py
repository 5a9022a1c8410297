"""A compiled lifecycle: what one order may do now, and what becomes of it when it does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from workflow.blockers import answers_wanting, by_blocker, guard_blocker, nowhere_blocker, status_blocker
from workflow.definition import AutomaticRule, Definition, Setting, Transition
from workflow.effects import applied, changed
from workflow.errors import EndlessRules, Refused, WorkflowError
from workflow.judging import Case
from workflow.machines import SAVED, Edge, Machines
from workflow.needed import facts_read
from workflow.offers import Blocker, Offer, Outcome, Taken
from workflow.values import Actor, Answers, Facts, Situation
from workflow.vocabulary import Effect, Vocabulary

ROUNDS = 5
"""How many automatic rules may follow one another after one save or press."""

SAMPLED = 64
"""In bulk, every so manyth order is decided by a real send and compared with the replay."""

NO_ANSWERS = Answers()

Path = tuple[str, tuple[bool, ...]]
"""A status, and the answers of its automatic rules in order up to the first that fires."""


class Disagreement(WorkflowError):
    """A replayed decision that the machine itself decides otherwise: a guard that is not pure."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation
        super().__init__(f"The state machine decides otherwise than it did before, in {situation.status}.")


class Lifecycle:
    """One version of a definition, compiled. Holds no order; every method is pure but for the pool of machines."""

    def __init__(self, *, definition: Definition, vocabulary: Vocabulary, machines: Machines) -> None:
        self.definition = definition
        self.vocabulary = vocabulary
        self.machines = machines
        self.facts_read: frozenset[str] = facts_read(definition, vocabulary)
        self._unanswered: Facts = {
            f"answer.{question}": None for transition in definition.transitions.values() for question in transition.ask
        }
        self._answer_guards = frozenset(
            name
            for name, guard in definition.guards.items()
            if any(fact.startswith("answer.") for fact in guard.check.facts)
        )
        self._leaving: Mapping[str, tuple[Transition, ...]] = {
            status: tuple(one for one in definition.transitions.values() if status in one.from_)
            for status in definition.statuses
        }
        self._rules: Mapping[str, tuple[AutomaticRule, ...]] = {
            status: tuple(one for one in definition.automatic.values() if status in one.from_)
            for status in definition.statuses
        }

    # Deciding

    def begin(self, facts: Facts, actor: Actor, now: datetime) -> Outcome:
        """The first status of a new order, and the automatic rules that follow its first save."""
        first = self.definition.first_status
        made = Taken(rule=None, automatic=False, from_status=None, to_status=first, facts=facts)
        return self._settled(Situation(status=first, facts=facts, now=now), actor, before=facts, steps=(made,))

    def begin_many(self, facts: Sequence[Facts], actor: Actor, now: datetime) -> tuple[Outcome, ...]:
        """The same for many new orders, decided as `settle_many` decides."""
        decided: dict[Path, Edge | None] = {}
        outcomes: list[Outcome] = []
        first = self.definition.first_status
        for index, one in enumerate(facts):
            made = Taken(rule=None, automatic=False, from_status=None, to_status=first, facts=one)
            situation = Situation(status=first, facts=one, now=now)
            outcome = self._settled(situation, actor, before=one, steps=(made,), decided=decided)
            if index % SAMPLED == 0 and outcome != self.begin(one, actor, now):
                raise Disagreement(situation)
            outcomes.append(outcome)
        return tuple(outcomes)

    def press(self, situation: Situation, transition: str, actor: Actor, answers: Answers = NO_ANSWERS) -> Outcome:
        """Takes a button and the automatic rules after it; raises Refused with every blocker when it may not be taken."""
        if transition not in self.definition.transitions:
            raise Refused(transition, (nowhere_blocker(transition),))
        case = self.case(situation, actor, answers)
        event = Edge(rule=transition, automatic=False, source=situation.status, target="").event
        edge = self.machines.send(event, status=situation.status, judge=case.may_take)
        if edge is None:
            raise Refused(transition, self._all_blockers(case, self.definition.transitions[transition]))
        taken, after = self._step(case, edge)
        return self._settled(
            replace(situation, status=edge.target, facts=after), actor, before=situation.facts, steps=(taken,)
        )

    def settle(self, situation: Situation, actor: Actor) -> Outcome:
        """The automatic rules after a save; no steps when nothing moves. Raises EndlessRules past five rounds."""
        return self._settled(situation, actor, before=situation.facts, steps=())

    def settle_many(self, situations: Sequence[Situation], actor: Actor) -> tuple[Outcome, ...]:
        """The same for many orders: the machine decides once per distinct path of answers, the rest replay it.

        Sound because guards are pure and effects are recorded, not run, inside a step; a sample is sent all the same.
        """
        decided: dict[Path, Edge | None] = {}
        outcomes: list[Outcome] = []
        for index, situation in enumerate(situations):
            outcome = self._settled(situation, actor, before=situation.facts, steps=(), decided=decided)
            if index % SAMPLED == 0 and outcome != self.settle(situation, actor):
                raise Disagreement(situation)
            outcomes.append(outcome)
        return tuple(outcomes)

    # Offering

    def offers(self, situation: Situation, actor: Actor) -> tuple[Offer, ...]:
        """The buttons this actor sees here, in the definition's order, with every reason and what would remove it."""
        return self._offers(situation, actor, with_remedies=True)

    def offers_page(self, situations: Iterable[Situation], actor: Actor) -> tuple[tuple[Offer, ...], ...]:
        """The buttons of every order of a list, with reasons but without remedies: those are for the order's own page."""
        return tuple(self._offers(situation, actor, with_remedies=False) for situation in situations)

    def may_edit(self, situation: Situation, actor: Actor) -> frozenset[str]:
        """The words of `may_edit` this actor may change here."""
        case = self.case(situation, actor)
        return frozenset(
            word
            for role, words in self.definition.statuses[situation.status].may_edit.items()
            if case.is_role(role)
            for word in words
            if self._holds_permission(word, actor)
        )

    def case(self, situation: Situation, actor: Actor, answers: Answers = NO_ANSWERS) -> Case:
        """The order judged for this actor: which guards hold and which roles fit."""
        return Case(self.definition, situation, actor, answers, self._unanswered)

    def leaving(self, status: str) -> tuple[Transition, ...]:
        """The buttons out of a status, in the order people see them."""
        return self._leaving[status]

    def following(self, status: str) -> tuple[AutomaticRule, ...]:
        """The automatic rules out of a status, in the order they are tried."""
        return self._rules[status]

    def _offers(self, situation: Situation, actor: Actor, *, with_remedies: bool) -> tuple[Offer, ...]:
        case = self.case(situation, actor)
        return tuple(
            Offer(
                transition=transition.name,
                label=transition.label,
                to=transition.to,
                look=transition.look,
                confirm=transition.confirm,
                ask=tuple(transition.ask.values()),
                blockers=self._failing_needs(case, transition, answered=False, with_remedies=with_remedies),
            )
            for transition in self.leaving(situation.status)
            if case.is_any(transition.by)
        )

    def _all_blockers(self, case: Case, transition: Transition) -> tuple[Blocker, ...]:
        blockers: list[Blocker] = []
        if case.situation.status not in transition.from_:
            blockers.append(status_blocker(self, case, transition))
        if not case.is_any(transition.by):
            blockers.append(by_blocker(self, case, transition))
        blockers.extend(self._failing_needs(case, transition, answered=True, with_remedies=True))
        blockers.extend(answers_wanting(case, transition))
        return tuple(blockers)

    def _failing_needs(
        self, case: Case, transition: Transition, *, answered: bool, with_remedies: bool
    ) -> tuple[Blocker, ...]:
        return tuple(
            guard_blocker(self, case, transition, guard, with_remedies=with_remedies)
            for guard in transition.needs
            if (answered or guard not in self._answer_guards) and not case.holds(guard)
        )

    def _holds_permission(self, word: str, actor: Actor) -> bool:
        field = self.vocabulary.fields.get(word)
        return field is None or field.permission is None or field.permission in actor.permissions

    # Stepping

    def _settled(
        self,
        situation: Situation,
        actor: Actor,
        *,
        before: Facts,
        steps: tuple[Taken, ...],
        decided: dict[Path, Edge | None] | None = None,
    ) -> Outcome:
        followed: list[Taken] = []
        while True:
            case = self.case(situation, actor)
            edge = self._decide(case) if decided is None else self._replayed(case, decided)
            if edge is None:
                break
            if len(followed) == ROUNDS:
                raise EndlessRules((*(str(step.rule) for step in followed), edge.rule))
            taken, after = self._step(case, edge)
            followed.append(taken)
            situation = replace(situation, status=edge.target, facts=after)
        return Outcome(
            status=situation.status,
            steps=(*steps, *followed),
            facts=situation.facts,
            changed=changed(before, situation.facts),
        )

    def _decide(self, case: Case) -> Edge | None:
        if not self.following(case.situation.status):
            return None
        return self.machines.send(SAVED, status=case.situation.status, judge=case.may_take)

    def _replayed(self, case: Case, decided: dict[Path, Edge | None]) -> Edge | None:
        answers: list[bool] = []
        for rule in self.following(case.situation.status):
            answers.append(case.may_take(rule.name, True))
            if answers[-1]:
                break
        path = (case.situation.status, tuple(answers))
        if path not in decided:
            decided[path] = self._decide(case)
        return decided[path]

    def _step(self, case: Case, edge: Edge) -> tuple[Taken, Facts]:
        rule: Transition | AutomaticRule
        lines: tuple[str, ...] = ()
        note = ""
        if edge.automatic:
            rule = self.definition.automatic[edge.rule]
            note = rule.note
        else:
            rule = self.definition.transitions[edge.rule]
            lines = rule.lines
        after = self.effect_of(case, rule.set, (*lines, *rule.do))
        taken = Taken(
            rule=edge.rule,
            automatic=edge.automatic,
            from_status=edge.source,
            to_status=edge.target,
            note=note,
            facts=case.situation.facts,
            guards=dict(case.guards),
            do=rule.do,
            lines=lines,
            notify=rule.notify,
            answers={} if edge.automatic else case.answered,
        )
        return taken, after

    def effect_of(self, case: Case, settings: tuple[Setting, ...], effects: tuple[str, ...]) -> Facts:
        """The facts after these settings and effects: what a step would leave behind."""
        known: list[Effect] = [self.vocabulary.effects[name] for name in effects]
        return applied(
            case.situation.facts,
            settings=settings,
            effects=known,
            extra=case.extra,
            holds=case.holds,
            vocabulary=self.vocabulary,
        )
