"""Sets the scene of a scenario: people with their roles, an order's facts from a few words, and what a save changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation

from workflow.definition import Definition, Role
from workflow.effects import records, without_orphans
from workflow.errors import WorkflowError
from workflow.expressions import evaluate
from workflow.spelling import did_you_mean
from workflow.values import Actor, Facts, Record, Scalar, Value
from workflow.vocabulary import Fact, FactType, Field, Vocabulary

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""When every scenario begins: a Monday morning."""


class Misstaged(WorkflowError):
    """A scenario that mentions what is not there, or a value that does not fit; carries the sentence to show."""


def actor_of(definition: Definition, name: str | None) -> Actor:
    """The person of that name, or whoever the role's word means, or nobody (a plan's save) for None."""
    if name is None:
        return Actor()
    if name in definition.people:
        words: tuple[str, ...] = definition.people[name]
    elif name in definition.roles:
        words = (name,)
    else:
        known = (*definition.people, *definition.roles)
        raise Misstaged(f"There is no “{name}” among the people.{did_you_mean(name, known)}")
    roles = [definition.roles[word] for word in words]
    return Actor(
        id=name if _is_person(roles) else None,
        permissions=frozenset(role.permission for role in roles if role.permission is not None),
        link=next((role.link for role in roles if role.link is not None), None),
        clock=any(role.clock for role in roles),
    )


def first_facts(definition: Definition, vocabulary: Vocabulary, order: Mapping[str, object]) -> Facts:
    """Every declared fact: as the scenario says, else its sample, else empty."""
    facts: dict[str, Value] = {name: _default(fact) for name, fact in vocabulary.facts.items()}
    said = _by_fact(vocabulary, order)
    for fact, value in said:
        facts[fact.name] = _new_list(fact, value) if fact.type == "list" else converted(fact, value)
    return derived(definition, vocabulary, facts, kept={fact.name for fact, _ in said})


def saved_facts(
    definition: Definition,
    vocabulary: Vocabulary,
    facts: Facts,
    save: Mapping[str, object],
    *,
    actor: Actor,
    words: frozenset[str],
    now: datetime,
) -> tuple[Facts, frozenset[str]]:
    """The facts after a save, and the facts it touched that no word of `may_edit` lets this actor touch.

    A list names only the records it changes (by their first field) or adds. What the world alone decides may change
    without anybody's permission.
    """
    after = dict(facts)
    touched: set[str] = set()
    also = _also(vocabulary, words)
    extra: Facts = {"actor.id": actor.id, "now": now}
    said = _by_fact(vocabulary, save)
    for fact, value in said:
        if fact.type == "list":
            after[fact.name], fields = _merged(fact, records(facts, fact.name), value, also, facts, extra)
            touched |= fields
        else:
            after[fact.name] = converted(fact, value)
            if after[fact.name] != facts.get(fact.name):
                touched.add(fact.name)
    for name in touched & also.keys():
        for target, expression in also[name].also.items():
            if target in vocabulary.facts:
                after[target] = evaluate(expression, facts, extra)
    allowed = {name for word in words if word in vocabulary.fields for name in vocabulary.fields[word].changes}
    forbidden = frozenset(name for name in touched - allowed if not _of_the_world(vocabulary, name))
    return derived(definition, vocabulary, after, kept={fact.name for fact, _ in said}, before=facts), forbidden


def derived(
    definition: Definition,
    vocabulary: Vocabulary,
    facts: dict[str, Value],
    *,
    kept: set[str],
    before: Facts | None = None,
) -> Facts:
    """Facts about a person (`order.technician.is_technician`) follow from the roles the scenario gives him."""
    for name, fact in vocabulary.facts.items():
        if fact.given is None or name in kept:
            continue
        person = facts.get(fact.given)
        if before is not None and before.get(fact.given) == person:
            continue
        role = name.rpartition(".")[2].removeprefix("is_")
        if fact.type == "boolean" and role in definition.roles and person in definition.people:
            facts[name] = role in definition.people[str(person)]
        elif person is not None and facts.get(name) is None:
            facts[name] = _sample(fact)
    return without_orphans(facts, vocabulary)


def converted(fact: Fact, value: object) -> Scalar:
    """A value written in a scenario, as a value of this fact; raises Misstaged when it does not fit."""
    if value is None or (value == "null" and fact.nullable):
        if not fact.nullable:
            raise Misstaged(f"“{fact.label}” cannot be empty.")
        return None
    if fact.type == "enumeration" and value not in fact.values:
        raise Misstaged(f"“{value}” is no value of “{fact.label}”.{did_you_mean(str(value), fact.values)}")
    return scalar(fact.type, fact.label, value)


def scalar(kind: FactType, label: str, value: object) -> Scalar:
    """A value of this type; a date without an hour is its first moment, and without a zone UTC."""
    match kind, value:
        case "boolean", bool():
            return value
        case "boolean", "true" | "false":
            return value == "true"
        case "number", bool():
            raise Misstaged(f"“{label}” must be a number, not {str(value).lower()}.")
        case "number", int() | float() | Decimal() | str():
            try:
                return Decimal(str(value))
            except InvalidOperation:
                raise Misstaged(f"“{label}” must be a number, not “{value}”.") from None
        case "time", datetime():
            return value if value.tzinfo else value.replace(tzinfo=UTC)
        case "time", date():
            return datetime.combine(value, time(), UTC)
        case "time", str():
            try:
                return scalar(kind, label, datetime.fromisoformat(value))
            except ValueError:
                raise Misstaged(f"“{label}” must be a date such as 2026-03-02, not “{value}”.") from None
        case "text" | "identity" | "enumeration", str() | int() | Decimal() if not isinstance(value, bool):
            return str(value)
    raise Misstaged(f"“{value}” does not fit “{label}”.")


def _is_person(roles: Iterable[Role]) -> bool:
    return not any(role.link is not None or role.clock for role in roles)


def _by_fact(vocabulary: Vocabulary, said: Mapping[str, object]) -> list[tuple[Fact, object]]:
    return [(_fact_named(vocabulary, name), value) for name, value in said.items()]


def _fact_named(vocabulary: Vocabulary, name: str) -> Fact:
    """Bare names mean the order's own facts: `technician` is order.technician."""
    if name in vocabulary.facts:
        return vocabulary.facts[name]
    for full, fact in vocabulary.facts.items():
        if full.partition(".")[2] == name:
            return fact
    known = {full.partition(".")[2] or full: None for full in vocabulary.facts}
    raise Misstaged(f"There is no fact “{name}”.{did_you_mean(name, known)}")


def _sample(fact: Fact) -> Scalar:
    if fact.sample is not None and not isinstance(fact.sample, tuple):
        return converted(fact, fact.sample)
    match fact.type:
        case "boolean":
            return False
        case "number":
            return Decimal(0)
        case "time":
            return START
        case "enumeration":
            return fact.values[0]
        case "identity":
            return "somebody"
        case _:
            return ""


def _default(fact: Fact) -> Value:
    if fact.type == "list":
        return ()
    return None if fact.nullable or fact.given is not None else _sample(fact)


def _rows(fact: Fact, value: object) -> list[Mapping[str, object]]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(row, Mapping) for row in value):
        raise Misstaged(f"“{fact.label}” is a list. Write [{{{next(iter(fact.fields))}: …}}].")
    for row in value:
        for name in row:
            if name not in fact.fields:
                raise Misstaged(f"“{fact.label}” have no field “{name}”.{did_you_mean(str(name), fact.fields)}")
    return list(value)


def _new_record(fact: Fact, row: Mapping[str, object]) -> dict[str, Scalar]:
    record: dict[str, Scalar] = {}
    for name, declared in fact.fields.items():
        default = _default(declared)
        assert not isinstance(default, tuple), "a list holds no lists"
        record[name] = converted(declared, row[name]) if name in row else default
    return record


def _new_list(fact: Fact, value: object) -> tuple[Record, ...]:
    return tuple(_new_record(fact, row) for row in _rows(fact, value))


def _merged(
    fact: Fact, present: tuple[Record, ...], value: object, also: Mapping[str, Field], facts: Facts, extra: Facts
) -> tuple[tuple[Record, ...], set[str]]:
    result = [dict(record) for record in present]
    key = next(iter(fact.fields))
    touched: set[str] = set()
    for row in _rows(fact, value):
        wanted = converted(fact.fields[key], row.get(key)) if key in row else None
        found = next((record for record in result if wanted is not None and record[key] == wanted), None)
        if found is None:
            found = _new_record(fact, row)
            result.append(found)
            # What a new record brings from the catalogue (its name, its limit) is nobody's edit.
            names = {f"{fact.name}.{name}" for name in row} & also.keys() or {fact.name}
        else:
            given = {name: converted(fact.fields[name], one) for name, one in row.items()}
            names = {f"{fact.name}.{name}" for name, one in given.items() if found[name] != one}
            found.update(given)
        for name in names & also.keys():
            _follow(fact, found, also[name], facts, extra)
        touched |= names
    return tuple(result), touched


def _follow(fact: Fact, record: dict[str, Scalar], field: Field, facts: Facts, extra: Facts) -> None:
    for target, expression in field.also.items():
        of, _, name = target.partition(".")
        if of == fact.name and name in fact.fields:
            value = evaluate(expression, facts, extra, record)
            assert not isinstance(value, tuple), "a list holds no lists"
            record[name] = value


def _also(vocabulary: Vocabulary, words: frozenset[str]) -> dict[str, Field]:
    """By fact, the field whose edit touches it: one the actor may edit before any other."""
    ordered = sorted(vocabulary.fields.values(), key=lambda field: field.name in words)
    return {name: field for field in ordered for name in field.changes}


def _of_the_world(vocabulary: Vocabulary, name: str) -> bool:
    fact = vocabulary.facts.get(name)
    covered = any(name in field.changes for field in vocabulary.fields.values())
    return fact is not None and fact.owner == "world" and not covered
