"""Which rows of truth a group can have, and which rows a change can lead to: z3 lists them, group by group."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import z3

from workflow.definition import AutomaticRule, Question, Transition
from workflow.proving.atoms import Atom, Formed
from workflow.proving.budget import Budget, TooLarge
from workflow.proving.changes import Changed, Changes
from workflow.proving.formulas import Formula, Formulas, Moment
from workflow.proving.model import NOW, Group, Model

Row = int
"""One bit per atom of a group, the first atom lowest."""

Leads = Mapping[Row, tuple[Row, ...]]
"""The rows a change leads to from each row it can be made in."""


Change = Callable[[Changes, Moment], Changed]


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """What a move or a rule asks for and does: who acts, which guards must hold, and how the facts change.

    `change` gives, for some facts, a name of what happens to them and how; None where nothing does.
    """

    change: Callable[[frozenset[str]], tuple[str, Change] | None]
    person: bool | None = None
    guards: tuple[Formed, ...] = ()
    questions: tuple[tuple[str, Question], ...] = ()


class Relations:
    """Answers, group by group, from which row which rows can follow; each question is put to z3 once."""

    def __init__(self, model: Model, budget: Budget) -> None:
        self.model = model
        self.budget = budget
        self.formulas = Formulas()
        self.changes = Changes(model, self.formulas)
        self._known: dict[tuple[int, str], Leads | None] = {}
        self._bits = {
            atom.number: (group.number, position) for group in model.groups for position, atom in enumerate(group.rows)
        }

    def bit(self, atom: int, rows: Sequence[Row]) -> bool | None:
        """The truth of an atom in a situation; None for one that depends on who acts."""
        place = self._bits.get(atom)
        return None if place is None else bool(rows[place[0]] >> place[1] & 1)

    def holds(self, formed: Formed, rows: Sequence[Row]) -> bool | None:
        """Whether a guard holds in a situation; None when it depends on who acts."""
        return formed.holds(lambda atom: self.bit(atom, rows))

    def held(self, formed: Formed, group: int, row: Row) -> bool | None:
        """Whether a guard holds as far as one group can tell."""

        def known(atom: int) -> bool | None:
            place = self._bits.get(atom)
            return bool(row >> place[1] & 1) if place is not None and place[0] == group else None

        return formed.holds(known)

    def first(self, group: Group) -> tuple[Row, ...]:
        """The rows an order can be made with."""
        made = self.changes.moment(group.facts, group.lists)
        columns = [(self.formulas.truth(atom.node, made.after), atom.list is not None) for atom in group.rows]
        vectors = self._all(columns, [*made.such_that, *self.changes.first(made.after)])
        return tuple(sorted(vectors))

    def leads(self, way: Way, group: Group) -> Leads | None:
        """Where a way leads from each row of a group; None where it neither asks nor changes anything."""
        volatile = [atom for atom in group.volatile if any(atom.number in guard.atoms() for guard in way.guards)]
        change = way.change(frozenset((*group.facts, *group.lists)))
        if not volatile and change is None:
            return None
        asked = " ".join(str(sorted(guard.atoms())) for guard in way.guards) if volatile else ""
        key = (group.number, f"{change[0] if change is not None else ''} {way.person} {asked}")
        if key not in self._known:
            self._known[key] = self._ask(way, group, volatile, change[1] if change is not None else None)
        return self._known[key]

    def _ask(self, way: Way, group: Group, volatile: Sequence[Atom], change: Change | None) -> Leads:
        made = self.changes.moment(group.facts, group.lists)
        at, known = made.after, list(made.such_that)
        at.facts["actor.id"], such = self.changes.actor(person=way.person)
        known += such
        if NOW not in at.facts:
            at.facts[NOW], _ = self.formulas.term(self.model.fact(NOW))
        answers, such = self.changes.answers(dict(way.questions))
        at.facts.update(answers)
        known += such
        columns = [(self.formulas.truth(atom.node, at), atom.list is not None) for atom in (*group.rows, *volatile)]
        changed = Changed(at) if change is None else change(self.changes, at)
        known += changed.such_that
        columns += [(self.formulas.truth(atom.node, changed.after), atom.list is not None) for atom in group.rows]
        columns += [(z3.Not(z3.BoolVal(added) if isinstance(added, bool) else added), True) for added in changed.added]
        width, asked = len(group.rows), len(volatile)
        positions = {atom.number: place for place, atom in enumerate((*group.rows, *volatile))}
        found: dict[Row, set[Row]] = {}
        for vector in self._all(columns, known):
            if vector >> (2 * width + asked):
                continue  # a record that must have been added was not
            truths = {atom: bool(vector >> place & 1) for atom, place in positions.items()}
            if all(guard.holds(truths.get) is not False for guard in way.guards):
                found.setdefault(vector & ((1 << width) - 1), set()).add(vector >> (width + asked) & ((1 << width) - 1))
        return {row: tuple(sorted(rows)) for row, rows in found.items()}

    def _all(self, columns: Sequence[tuple[Formula, bool]], known: Iterable[Formula]) -> set[int]:
        """Every combination of truths the columns can have at once; a list's columns hold for a list as for its lines."""
        solver = z3.SolverFor("QF_LIRA")
        solver.add(*known)
        names = [z3.Bool(f"column{number}") for number in range(len(columns))]
        solver.add(*(name == formula for name, (formula, _) in zip(names, columns, strict=True)))
        listing = Listing(solver, names)
        vectors: set[int] = set()
        while (vector := listing.next(self.budget.milliseconds)) is not None:
            vectors.add(vector)
        listed = sum(1 << place for place, (_, of_list) in enumerate(columns) if of_list)
        return self._closed(vectors, listed) if listed else vectors

    def _closed(self, vectors: set[int], listed: int) -> set[int]:
        """What many lines can show together, when each line alone can show one of `vectors`.

        A list passes a test when each of its lines does, so two lines show the common truths of both. Lines of one list
        share the scalars beside them, so only vectors with equal scalars meet.
        """
        homes: dict[int, list[int]] = {}
        for vector in vectors:
            homes.setdefault(vector & ~listed, []).append(vector)
        everything: set[int] = set()
        for alone in homes.values():
            telling = _irreducible(alone)
            known, new = set(alone), list(alone)
            while new:
                self.budget.check()
                self.budget.count(len(known))
                one = new.pop()
                both = {one & other for other in telling} - known
                known |= both
                new.extend(both)
            everything |= known
        return everything


class Listing:
    """Lists the truths some named tests can have at once, one combination after another, each only once.

    Speaks to z3 below its Python classes: thousands of combinations are asked for, and those classes cost more than the
    answers.
    """

    def __init__(self, solver: z3.Solver, names: Sequence[Formula]) -> None:
        self.solver = solver
        self._context = solver.ctx.ref()
        self._names = list(names)
        self._opposites = [z3.Not(name) for name in names]
        self._declared = [name.decl() for name in names]
        self._ended = False

    def next(self, milliseconds: int) -> int | None:
        """The next combination, one bit per name, the first lowest; None when there is no more."""
        if self._ended:
            return None
        self.solver.set("timeout", milliseconds)
        answer = self.solver.check()
        if answer == z3.unknown:
            raise TooLarge
        if answer == z3.unsat:
            return None
        found = self._read(self.solver.model())
        self._exclude(found)
        return found

    def _read(self, model: z3.ModelRef) -> int:
        found = 0
        for place, declared in enumerate(self._declared):
            value = z3.Z3_model_get_const_interp(self._context, model.model, declared.ast)
            if value and z3.Z3_get_bool_value(self._context, value) == z3.Z3_L_TRUE:
                found |= 1 << place
        return found

    def _exclude(self, found: int) -> None:
        count = len(self._names)
        self._ended = count == 0
        if count:
            others = (z3.Ast * count)(
                *((self._opposites if found >> place & 1 else self._names)[place].as_ast() for place in range(count))
            )
            clause = z3.Z3_mk_or(self._context, count, others)
            z3.Z3_solver_assert(self._context, self.solver.solver, clause)


def _irreducible(vectors: Sequence[int]) -> list[int]:
    """The vectors that are not the common truths of others: these alone make all combinations."""
    kept: list[int] = []
    for one in vectors:
        common = -1
        for other in vectors:
            if other != one and other & one == one:
                common &= other
        if common != one:
            kept.append(one)
    return kept


def way_of(
    model: Model,
    rule: Transition | AutomaticRule,
    *,
    person: bool | None = None,
    guards: tuple[Formed, ...] = (),
    questions: tuple[tuple[str, Question], ...] = (),
) -> Way:
    """What a button or an automatic rule does. A rule's own guards are asked by the search, in order."""
    verbs = (*rule.lines, *rule.do) if isinstance(rule, Transition) else rule.do
    effects = [model.effects[name] for name in verbs]
    touched = {setting.fact for setting in rule.set}
    for effect in effects:
        for relation in effect.relations:
            touched |= {*relation.set, *(name for name in (relation.each, relation.add) if name is not None)}

    def change(names: frozenset[str]) -> tuple[str, Change] | None:
        if not touched & names:
            return None
        return f"{type(rule).__name__} {rule.name}", lambda changes, at: changes.performed(at, rule.set, effects)

    return Way(change, person, guards, questions)
