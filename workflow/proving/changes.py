"""What settings, effects, saves, the world and time do to a moment, as formulas over its values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from workflow.definition import Question, Setting
from workflow.expressions import Expression
from workflow.proving.formulas import (
    NOTHING,
    Formula,
    Formulas,
    Line,
    Moment,
    Term,
    and_,
    either,
    equal,
    not_,
    or_,
)
from workflow.proving.model import NOW, Model
from workflow.reading.building import answer_facts
from workflow.vocabulary import Effect, Fact, Relation


@dataclass(slots=True)
class Changed:
    """The moment after, what must hold of the new values, and for each record that must have been added where it is.

    `wishes` would make a story plainer: that something stays as it was.
    """

    after: Moment
    such_that: list[Formula] = field(default_factory=list)
    added: list[Formula] = field(default_factory=list)
    wishes: list[Formula] = field(default_factory=list)


class Changes:
    """Makes moments and changes them. With `lines` 1 a list is any one of its records; more make a list of its own."""

    def __init__(self, model: Model, formulas: Formulas, lines: int = 1) -> None:
        self.model = model
        self.formulas = formulas
        self.lines = lines

    # moments

    def moment(self, facts: Iterable[str], lists: Iterable[str]) -> Changed:
        """A moment of which nothing is known."""
        made = Changed(Moment({}))
        for name in facts:
            self._fill(made, name)
        for name in lists:
            made.after.lists[name] = tuple(self._line(made, name) for _ in range(self.lines))
        return made

    def first(self, at: Moment) -> list[Formula]:
        """What is true when an order is made: what only settings and effects write is empty."""
        known: list[Formula] = []
        for name, term in at.facts.items():
            if name != NOW and self.model.fact(name).nullable and self.model.only_performed(name):
                known.append(term.empty)
        for name, lines in at.lists.items():
            fields = self.model.vocabulary.facts[name].fields
            brought = any(self.model.uncovered(f"{name}.{each}") for each in fields)
            if all(self.model.only_performed(f"{name}.{each}") for each in fields):
                known.extend(not_(line.present) for line in lines)
                continue
            for each, fact in fields.items():
                if fact.nullable and brought and self._empty_at_first(f"{name}.{each}"):
                    known.extend(line.fields[each].empty for line in lines)
        return known

    def actor(self, *, person: bool | None) -> tuple[Term, list[Formula]]:
        """Who acts: a person, nobody (a link, the clock), or either of them for None."""
        fact = Fact("actor.id", "identity", "", nullable=person is None)
        term, known = self.formulas.term(fact)
        return (term, known) if person is not False else (Term(True, term.value), known)

    def answers(self, questions: Mapping[str, Question]) -> tuple[dict[str, Term], list[Formula]]:
        """Any answers the questions admit."""
        terms: dict[str, Term] = {}
        known: list[Formula] = []
        for name, fact in answer_facts(questions).items():
            terms[name], such = self.formulas.term(fact)
            known += such
            if fact.type == "text":
                known.append(terms[name].value != self.formulas.words.code(""))
        return terms, known

    # changes

    def performed(self, at: Moment, settings: Sequence[Setting], effects: Sequence[Effect]) -> Changed:
        """What a button's or a rule's settings and effects leave behind."""
        changed = Changed(at.copy())
        after = changed.after
        for setting in settings:
            if setting.fact in at.facts:
                guards = self.model.definition.guards
                when = True if setting.when is None else self.formulas.truth(guards[setting.when].check.tree, at)
                after.facts[setting.fact] = either(when, self._typed(setting.to, at, None), at.facts[setting.fact])
        for effect in effects:
            for relation in effect.relations:
                self._relate(changed, relation)
        self._without_orphans(after)
        return changed

    def saved(self, at: Moment, words: Sequence[str]) -> Changed:
        """Any save that changes no more than these words of `may_edit` allow."""
        changed = Changed(at.copy())
        fields = [self.model.vocabulary.fields[word] for word in words]
        names = {name for each in fields for name in each.changes}
        for name in at.facts:
            if name in names:
                self._fill(changed, name)
        for name in at.facts:
            given = self.model.fact(name).given if name in self.model.vocabulary.facts else None
            if given is not None and given in names and name not in names:
                self._fill(changed, name)
        for each in fields:
            touched = or_(*(not_(self._same(at, changed.after, name)) for name in each.changes if name in at.facts))
            for name, expression in each.also.items():
                if name in at.facts:
                    new = self._typed(expression, at, None)
                    changed.after.facts[name] = either(touched, new, changed.after.facts[name])
        changed.wishes += [self._same(at, changed.after, name) for name in at.facts if name in names]
        for name, lines in at.lists.items():
            if any(one.startswith(f"{name}.") for one in names):
                changed.after.lists[name] = tuple(self._edited(changed, at, name, line, words) for line in lines)
        return changed

    def world(self, at: Moment) -> Changed:
        """Any change of what the world decides alone."""
        changed = Changed(at.copy())
        for name in at.facts:
            if name in self.model.vocabulary.facts and self.model.fact(name).owner == "world":
                self._fill(changed, name)
                changed.wishes.append(self._same(at, changed.after, name))
        for name, lines in at.lists.items():
            fields = self.model.vocabulary.facts[name].fields
            loose = [each for each, fact in fields.items() if fact.owner == "world"]
            if loose:
                fresh = [self._line(changed, name) for _ in lines]
                changed.after.lists[name] = tuple(
                    Line(line.present, {**line.fields, **{each: new.fields[each] for each in loose}})
                    for line, new in zip(lines, fresh, strict=True)
                )
        return changed

    def later(self, at: Moment) -> Changed:
        """Time passes."""
        changed = Changed(at.copy())
        for name in at.facts:
            if name == NOW or (name in self.model.vocabulary.facts and self.model.fact(name).owner == "clock"):
                self._fill(changed, name)
        if NOW in at.facts:
            changed.such_that.append(changed.after.facts[NOW].value > at.facts[NOW].value)
        return changed

    # inside

    def _fill(self, changed: Changed, name: str) -> None:
        fact = self.model.fact(name)
        given = changed.after.facts.get(fact.given) if fact.given is not None else None
        changed.after.facts[name], known = self.formulas.term(fact, given)
        changed.such_that += known

    def _line(self, changed: Changed, name: str) -> Line:
        declared = self.model.vocabulary.facts[name].fields
        fields: dict[str, Term] = {}
        for each, fact in sorted(declared.items(), key=_givers_first):
            given = fields.get(fact.given.rpartition(".")[2]) if fact.given is not None else None
            fields[each], known = self.formulas.term(fact, given)
            changed.such_that += known
        return Line(self.formulas.flag(f"{name}+"), fields)

    def _empty_at_first(self, name: str) -> bool:
        if self.model.only_performed(name):
            return True
        first = self.model.definition.statuses[self.model.definition.first_status]
        fields = self.model.vocabulary.fields
        words = {word for each in first.may_edit.values() for word in each if word in fields}
        covering = {word for word, each in fields.items() if name in each.changes}
        return bool(covering) and not covering & words

    def _same(self, before: Moment, after: Moment, name: str) -> Formula:
        return equal(before.facts[name], after.facts[name])

    def _edited(self, changed: Changed, at: Moment, name: str, line: Line, words: Sequence[str]) -> Line:
        declared = self.model.vocabulary.facts[name].fields
        fresh = self._line(changed, name)
        new = and_(not_(line.present), fresh.present)
        fields = dict(line.fields)
        added = {
            each: fresh.fields[each] if self.model.uncovered(f"{name}.{each}") or not fact.nullable else NOTHING
            for each, fact in declared.items()
        }
        any_touched: list[Formula] = []
        for word in words:
            field_ = self.model.vocabulary.fields[word]
            mine = [each for each in declared if f"{name}.{each}" in field_.changes]
            if not mine:
                continue
            touched = self.formulas.flag(f"{name}~{word}")
            any_touched.append(touched)
            changed.wishes.append(not_(touched))
            for each in mine:
                fields[each] = either(touched, fresh.fields[each], fields[each])
                added[each] = fresh.fields[each]
            if self.lines > 1:
                differs = [not_(equal(line.fields[each], fresh.fields[each])) for each in mine]
                changed.such_that.append(or_(not_(touched), *differs))
            for target, expression in field_.also.items():
                of, _, bare = target.partition(".")
                if of == name and bare in declared:
                    value = self._typed(expression, at, line)
                    fields[bare] = either(touched, value, fields[bare])
                    added[bare] = value
        for each in declared:
            if self.model.uncovered(f"{name}.{each}"):
                if self.lines > 1:
                    changed.wishes.append(equal(line.fields[each], fresh.fields[each]))
                fields[each] = either(or_(*any_touched), fresh.fields[each], fields[each])
        changed.wishes.append(not_(fresh.present))
        return Line(
            or_(line.present, new), {each: either(line.present, fields[each], added[each]) for each in declared}
        )

    def _relate(self, changed: Changed, relation: Relation) -> None:
        after = changed.after
        values = {
            name: self._typed(expression, after, None)
            for name, expression in relation.set.items()
            if name in after.facts
        }
        after.facts.update(values)
        if relation.each is not None and relation.each in after.lists:
            after.lists[relation.each] = tuple(
                self._related(after, relation, line) for line in after.lists[relation.each]
            )
        if relation.add is not None and relation.add in after.lists:
            self._add(changed, relation, relation.add)

    def _related(self, at: Moment, relation: Relation, line: Line) -> Line:
        when = True if relation.when is None else self.formulas.truth(relation.when.tree, at, line)
        fields = dict(line.fields)
        for name, expression in relation.fields.items():
            fields[name] = either(when, self._typed(expression, at, line), line.fields[name])
        return Line(line.present, fields)

    def _add(self, changed: Changed, relation: Relation, name: str) -> None:
        after = changed.after
        declared = self.model.vocabulary.facts[name].fields
        record = {
            each: self._typed(relation.record[each], after, None) if each in relation.record else NOTHING
            for each in declared
        }
        lines = after.lists[name]
        there = [and_(line.present, *(equal(line.fields[each], record[each]) for each in declared)) for line in lines]
        if self.lines == 1:
            (line,) = lines
            new = and_(not_(line.present), self.formulas.flag(f"{name}+new"))
            after.lists[name] = (_put(line, new, record),)
            changed.added.append(or_(*there, new))
            return
        missing = not_(or_(*there))
        full: Formula = True
        placed: list[Line] = []
        for line in lines:
            placed.append(_put(line, and_(missing, full, not_(line.present)), record))
            full = and_(full, line.present)
        after.lists[name] = tuple(placed)
        changed.such_that.append(not_(and_(missing, full)))

    def _typed(self, expression: Expression, at: Moment, line: Line | None) -> Term:
        return self.formulas.value(expression.tree, at, line)

    def _without_orphans(self, at: Moment) -> None:
        for name, term in at.facts.items():
            given = self.model.fact(name).given if name in self.model.vocabulary.facts else None
            if given is not None and given in at.facts:
                at.facts[name] = Term(or_(term.empty, at.facts[given].empty), term.value)


def _put(line: Line, new: Formula, record: Mapping[str, Term]) -> Line:
    return Line(or_(line.present, new), {each: either(new, record[each], line.fields[each]) for each in line.fields})


def _givers_first(entry: tuple[str, Fact]) -> bool:
    return entry[1].given is not None
