"""Solves a whole path once more with concrete values: one order, its facts at every step, and who acts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import z3

from workflow.proving.budget import Budget, TooLarge
from workflow.proving.changes import Changed, Changes
from workflow.proving.formulas import Formula, Formulas, Moment, Term, and_, not_
from workflow.proving.model import NOW, Model
from workflow.proving.moves import Move
from workflow.proving.relations import way_of
from workflow.proving.search import Edge

LINES = (2, 3)
"""Records a list may have in a story; the second is tried when the first does not do, then as many as could be needed."""

MOST_LINES = 8
"""Records of a story nobody would read any more."""

Test = Callable[[Formulas, Moment], Formula]


@dataclass(frozen=True, slots=True)
class Goal:
    """What a story must show: of the moment it ends with, and of the moment its last step is taken, who takes it included."""

    after: Test | None = None
    before_last: Test | None = None


@dataclass(slots=True)
class Leg:
    """One step of a path: the moments before it, after it (`moved`) and after the rules that follow; who acted and how."""

    edge: Edge
    before: Moment
    moved: Moment
    after: Moment
    actor: Term | None = None
    answers: dict[str, Term] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Solved:
    """A path with a value for every unknown."""

    legs: tuple[Leg, ...]
    formulas: Formulas
    values: z3.ModelRef


class Paths:
    """Looks for concrete values along paths of one definition."""

    def __init__(self, model: Model, budget: Budget) -> None:
        self.model = model
        self.budget = budget
        facts = set(model.relevant) | {
            timer.at_fact for timer in model.definition.timers.values() if timer.at_fact is not None and timer.take
        }
        for name in tuple(facts):
            given = model.fact(name).given if name != NOW and not model.is_list(name) else None
            if given is not None:
                facts.add(given)
        self.facts = tuple(model.ordered(name for name in facts if not model.is_list(name) and name != NOW))
        self.lists = tuple(sorted(name for name in facts if model.is_list(name)))
        needed = min(MOST_LINES, sum(1 for atom in model.atoms.all if atom.list is not None))  # a record for each test
        self.sizes = (*LINES, needed) if needed > LINES[-1] else LINES

    def solve(self, edges: Sequence[Edge], goal: Goal) -> Solved | None:
        """Values with which an order goes exactly this way and shows the goal; None when there are none."""
        for lines in self.sizes:
            solved = _Solving(self, lines).solve(edges, goal)
            if solved is not None:
                return solved
        return None


class _Solving:
    def __init__(self, paths: Paths, lines: int) -> None:
        self.model = paths.model
        self.budget = paths.budget
        self.paths = paths
        self.formulas = Formulas()
        self.changes = Changes(paths.model, self.formulas, lines)
        self.known: list[Formula] = []
        self.wishes: list[Formula] = []
        self.strangers: list[Formula] = []
        self.acting: list[tuple[str, Term]] = []

    def solve(self, edges: Sequence[Edge], goal: Goal) -> Solved | None:
        legs: list[Leg] = []
        for number, edge in enumerate(edges):
            last = goal.before_last if number == len(edges) - 1 else None
            legs.append(self._made(edge) if edge.move is None else self._gone(edge, edge.move, legs[-1].after, last))
        if goal.after is not None:
            self.known.append(goal.after(self.formulas, legs[-1].after))
        values = self._values()
        return None if values is None else Solved(tuple(legs), self.formulas, values)

    def _made(self, edge: Edge) -> Leg:
        made = self.changes.moment(self.paths.facts, self.paths.lists)
        made.after.facts[NOW] = Term(False, z3.RealVal(0))
        self._take(made)
        self.known += self.changes.first(made.after)
        for name in self.paths.facts:
            fact, term = self.model.fact(name), made.after.facts[name]
            self.wishes.append(term.value == bool(fact.sample) if fact.type == "boolean" else term.empty)
        for lines in made.after.lists.values():
            for line in lines:
                self.wishes.append(not_(line.present))
                self.wishes += [term.empty for term in line.fields.values()]
        after = self._followed(edge, self.model.definition.first_status, made.after, Term(True, z3.IntVal(-1)))
        return Leg(edge, made.after, made.after, after)

    def _gone(self, edge: Edge, move: Move, before: Moment, last: Test | None) -> Leg:
        at = before.copy()
        at.facts = {name: term for name, term in at.facts.items() if not name.startswith(("answer.", "actor."))}
        if move.timer is not None:
            self._fall_due(move.timer, at)
        actor, such = self.changes.actor(person=move.way.person)
        answers, more = self.changes.answers(dict(move.way.questions))
        self.known += [*such, *more]
        self.wishes += [term.empty for term in answers.values()]
        if move.way.person:
            for role, other in self.acting:
                same = actor.value == other.value
                self.wishes.append(same if role == move.roles[0] else z3.Not(same))
            self.acting.append((move.roles[0], actor))
            self.strangers += [
                not_(and_(not_(term.empty), term.value == actor.value))
                for name, term in before.facts.items()
                if name in self.paths.facts and self.model.fact(name).type == "identity"
            ]
        at.facts.update({"actor.id": actor, **answers})
        definition = self.model.definition
        guards = [definition.roles[role].and_guard for role in move.roles]
        target = move.status
        if move.transition is not None:
            guards += definition.transitions[move.transition].needs
            target = definition.transitions[move.transition].to
        self.known += [self._guard(name, at) for name in guards if name is not None]
        if last is not None:
            self.known.append(last(self.formulas, at))
        names = frozenset((*self.paths.facts, *self.paths.lists, NOW))
        change = move.way.change(names)
        changed = Changed(at) if change is None else change[1](self.changes, at)
        self._take(changed)
        after = changed.after
        if move.kind == "later":
            later = after.facts[NOW].value
            self.wishes += [later == at.facts[NOW].value + each for each in (3_600, 86_400, 86_400 * 30)]
        if move.settles:
            after = self._followed(edge, target, after, actor)
        return Leg(edge, at, changed.after, after, actor if move.way.person else None, answers)

    def _fall_due(self, name: str, at: Moment) -> None:
        timer = self.model.definition.timers[name]
        now = at.facts[NOW]
        later, _ = self.formulas.term(self.model.fact(NOW))
        at.facts[NOW] = later
        self.known.append(later.value > now.value)
        if timer.after is not None:
            self.known.append(later.value == now.value + timer.after.total_seconds())
        elif timer.at_fact is not None:
            due = at.facts[timer.at_fact]
            self.known += [not_(due.empty), later.value == due.value + timer.plus.total_seconds()]

    def _followed(self, edge: Edge, status: str, at: Moment, actor: Term) -> Moment:
        """The automatic rules, exactly those of the edge, and none after them."""
        at = at.copy()
        at.facts = {name: term for name, term in at.facts.items() if not name.startswith("answer.")}
        at.facts["actor.id"] = actor
        automatic = self.model.definition.automatic
        for number, name in enumerate((*edge.rules, None)):
            for rule in automatic.values():
                if status not in rule.from_:
                    continue
                fits = and_(
                    *(self._guard(guard, at) for guard in rule.when),
                    *(not_(self._guard(guard, at)) for guard in rule.unless),
                )
                if rule.name == name:
                    self.known.append(fits)
                    break
                self.known.append(not_(fits))
            if name is None or (edge.endless and number == len(edge.rules) - 1):
                break
            change = way_of(self.model, automatic[name]).change(frozenset((*self.paths.facts, *self.paths.lists)))
            if change is not None:
                changed = change[1](self.changes, at)
                self._take(changed)
                at = changed.after
            status = automatic[name].to
        return at

    def _guard(self, name: str, at: Moment) -> Formula:
        return self.formulas.truth(self.model.definition.guards[name].check.tree, at)

    def _take(self, changed: Changed) -> None:
        self.known += changed.such_that
        self.wishes += changed.wishes

    def _values(self) -> z3.ModelRef | None:
        """Values that grant as many wishes as fit together, the earlier ones first."""
        if any(each is False for each in self.known):
            return None
        solver = z3.Solver()
        solver.add(*(each for each in self.known if each is not True))
        if not self._fits(solver):
            return None
        small = [_small(number) for number in self.formulas.numbers]
        self._grant(solver, [wish for wish in (*self.wishes, *small, *self.strangers) if not isinstance(wish, bool)])
        assert self._fits(solver), "wishes that fit one by one fit together"
        return solver.model()

    def _grant(self, solver: z3.Solver, wishes: list[Formula]) -> None:
        if not wishes:
            return
        solver.push()
        solver.add(*wishes)
        fits = self._fits(solver)
        solver.pop()
        if fits:
            solver.add(*wishes)
        elif len(wishes) > 1:
            half = (len(wishes) + 1) // 2
            self._grant(solver, wishes[:half])
            self._grant(solver, wishes[half:])

    def _fits(self, solver: z3.Solver) -> bool:
        solver.set("timeout", self.budget.milliseconds)
        answer = solver.check()
        if answer == z3.unknown:
            raise TooLarge
        return bool(answer == z3.sat)


def _small(number: Formula) -> Formula:
    return z3.Or([number == each for each in range(10)])
