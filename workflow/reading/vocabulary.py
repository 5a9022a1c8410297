"""Reading vocabulary.yaml: the program's own list of everything a definition may mention."""

from __future__ import annotations

from typing import Any, cast

from workflow.errors import Unsound
from workflow.expressions import Expression, learned, misfit, parse
from workflow.problems import Position, Problem
from workflow.reading.building import flag, optional, said, table, words
from workflow.reading.checks import Checks
from workflow.reading.nodes import List, Node, Table, Text, tree
from workflow.reading.shapes import (
    Choice,
    Code,
    Entries,
    Flag,
    Keys,
    Many,
    Prose,
    Rows,
    Word,
)
from workflow.reading.text import admit
from workflow.reading.values import NOT_A_VALUE, scalar
from workflow.vocabulary import Effect, Fact, FactType, Field, Message, Owner, Relation, Vocabulary

VOCABULARY_FORMAT = "fieldwright-vocabulary/1"
_SCALARS = ("boolean", "number", "text", "time", "enumeration", "identity")
_FACT = Keys(
    required={"type": Choice(_SCALARS), "label": Prose()},
    optional={
        "values": Many(Word("any")),
        "owner": Choice(("order", "world", "clock")),
        "nullable": Flag(),
        "given": Word("fact"),
        "settable": Flag(),
        "sample": Code(),
    },
)
_LIST = Keys(
    required={"type": Choice(("list",)), "label": Prose(), "fields": Entries(_FACT, Word("any"))},
    optional={"owner": Choice(("order", "world", "clock"))},
)
_RELATION = Keys(
    optional={
        "set": Entries(Code(), Word("fact")),
        "each": Word("list"),
        "when": Code(),
        "fields": Entries(Code(), Word("any")),
        "add": Word("list"),
        "record": Entries(Code(), Word("any")),
    }
)
_EFFECT = Keys(
    required={"kind": Choice(("do", "lines")), "label": Prose()},
    optional={"approves": Flag(), "relations": Rows(_RELATION)},
)
_FIELD = Keys(
    required={"label": Prose(), "changes": Many(Word("changed"), empty=True)},
    optional={"permission": Word("permission"), "also": Entries(Code(), Word("changed"))},
)
_MESSAGE = Keys(required={"label": Prose(), "audiences": Many(Word("audience"))})
_SHAPE = Keys(
    required={
        "format": Choice((VOCABULARY_FORMAT,)),
        "lifecycle": Word("any"),
        "facts": Entries(_FACT, Word("any")),
        "fields": Entries(_FIELD, Word("any")),
        "permissions": Entries(Prose(), Word("any")),
    },
    optional={
        "messages": Entries(_MESSAGE, Word("any"), empty=True),
        "audiences": Entries(Prose(), Word("any"), empty=True),
        "links": Many(Word("any"), empty=True),
        "effects": Entries(_EFFECT, Word("any"), empty=True),
    },
)


class _Checks(Checks):
    """The same walk; words of kind `any` are new names, and a fact may be a list."""

    def word(self, text: Text, word: Word) -> None:
        if word.kind != "any":
            super().word(text, word)

    def keys(self, node: Node, shape: Keys, what: str) -> None:
        super().keys(node, _LIST if shape is _FACT and said(table(node), "type") == "list" else shape, what)


def read_vocabulary(source: str | bytes) -> Vocabulary:
    """The vocabulary in a text; raises `Unsound` with every problem found."""
    text, problems = admit(source)
    if problems:
        raise Unsound(problems)
    root, problems = tree(text)
    if problems or not isinstance(root, Table):
        raise Unsound(problems or (Problem("wrong-kind", f"A vocabulary begins with “format: {VOCABULARY_FORMAT}”."),))
    facts = table(root.get("facts"))
    lists = tuple(key.value for key, fact in facts.entries if said(table(fact), "type") == "list")
    inner = tuple(
        f"{key.value}.{name.value}"
        for key, fact in facts.entries
        for name, _ in table(table(fact).get("fields")).entries
    )
    everything = tuple(key.value for key, _ in facts.entries)
    checks = _Checks(
        {
            "fact": everything,
            "list": lists,
            "changed": (*everything, *inner),
            "permission": tuple(key.value for key, _ in table(root.get("permissions")).entries),
            "audience": tuple(key.value for key, _ in table(root.get("audiences")).entries),
        }
    )
    checks.walk(root, _SHAPE, "vocabulary")
    if not checks.sound:
        raise Unsound(tuple(checks.problems))
    vocabulary = _Building(root, checks).vocabulary()
    if not checks.sound:
        raise Unsound(tuple(checks.problems))
    return vocabulary


class _Building:
    def __init__(self, root: Table, checks: Checks) -> None:
        self.root = root
        self.checks = checks
        self.facts = {key.value: self.fact(key.value, table(node)) for key, node in table(root.get("facts")).entries}

    def vocabulary(self) -> Vocabulary:
        return Vocabulary(
            lifecycle=said(self.root, "lifecycle"),
            facts=self.facts,
            fields={key.value: self.field(key.value, table(node)) for key, node in self.section("fields")},
            permissions={
                key.value: value.value for key, value in self.section("permissions") if isinstance(value, Text)
            },
            messages={
                key.value: Message(key.value, said(table(node), "label"), words(table(node).get("audiences")))
                for key, node in self.section("messages")
            },
            audiences={key.value: value.value for key, value in self.section("audiences") if isinstance(value, Text)},
            effects={key.value: self.effect(key.value, table(node)) for key, node in self.section("effects")},
            links=words(self.root.get("links")),
        )

    def section(self, name: str) -> tuple[tuple[Text, Node], ...]:
        return table(self.root.get(name)).entries

    def fact(self, name: str, node: Table) -> Fact:
        fact = Fact(
            name,
            cast(FactType, said(node, "type")),
            said(node, "label"),
            owner=cast(Owner, said(node, "owner") or "order"),
            nullable=flag(node, "nullable"),
            values=words(node.get("values")),
            fields={key.value: self.fact(key.value, table(each)) for key, each in table(node.get("fields")).entries},
            given=optional(node, "given"),
            settable=flag(node, "settable"),
        )
        if (fact.type == "enumeration") != bool(fact.values):
            self.report("values", f"“{name}” needs “values:” when it is an enumeration, and only then.", node.at)
        sample = node.get("sample")
        if sample is None:
            return fact
        value: Any = scalar(sample, fact, (), self.report)
        return fact if value is NOT_A_VALUE else _with_sample(fact, value)

    def report(self, code: str, message: str, at: Position) -> None:
        self.checks.report(code, message, at)

    def field(self, name: str, node: Table) -> Field:
        return Field(
            name,
            said(node, "label"),
            words(node.get("changes")),
            permission=optional(node, "permission"),
            also={key.value: self.also(key, value) for key, value in table(node.get("also")).entries},
        )

    def also(self, key: Text, node: Node) -> Expression:
        listed, _, field = key.value.rpartition(".")
        fact = (
            self.facts[listed].fields[field]
            if listed in self.facts and field in self.facts[listed].fields
            else self.facts[key.value]
        )
        return self.value(node, fact, None, frozenset(), empty=False)

    def effect(self, name: str, node: Table) -> Effect:
        relations = node.get("relations")
        rows = relations.items if isinstance(relations, List) else ()
        return Effect(
            name,
            said(node, "label"),
            kind="lines" if said(node, "kind") == "lines" else "do",
            relations=tuple(self.relation(table(row)) for row in rows),
            approves=flag(node, "approves"),
        )

    def relation(self, node: Table) -> Relation:
        has = {key.value for key, _ in node.entries}
        if has not in ({"set"}, {"each", "fields"}, {"each", "when", "fields"}, {"add", "record"}):
            self.report("relation", "A relation is: set · each, fields (and when) · add, record.", node.at)
            return Relation()
        each, add = optional(node, "each"), optional(node, "add")
        when_node = node.get("when")
        record = ("item", each) if each is not None else None
        when = self.expression(when_node, record, frozenset()) if isinstance(when_node, Text) else None
        if when is not None and when.type.kind != "boolean":
            self.report("type", "“when” must be true or false.", when.at)
        known = learned(when.tree, True) if when is not None else frozenset()
        return Relation(
            set={
                key.value: self.value(value, self.facts[key.value], None, frozenset(), empty=False)
                for key, value in table(node.get("set")).entries
            },
            each=each,
            when=when,
            fields=self.record(node.get("fields"), each, record, known, empty=False),
            add=add,
            record=self.record(node.get("record"), add, None, frozenset(), empty=True),
        )

    def record(
        self,
        node: Node | None,
        listed: str | None,
        record: tuple[str, str] | None,
        known: frozenset[str],
        *,
        empty: bool,
    ) -> dict[str, Expression]:
        found: dict[str, Expression] = {}
        for key, value in table(node).entries:
            field = self.facts[listed].fields.get(key.value) if listed is not None else None
            if field is None:
                self.report("unknown-fact", f"“{listed}” has no field “{key.value}”.", key.at)
            else:
                found[key.value] = self.value(value, field, record, known, empty=empty)
        return found

    def value(
        self, node: Node, fact: Fact, record: tuple[str, str] | None, known: frozenset[str], *, empty: bool
    ) -> Expression:
        """An expression that fits `fact`; where `empty`, nothing may come out, and then no record is added."""
        found = self.expression(node, record, known)
        if found is None:
            return parse("null", {})
        wanted = Fact(fact.name, fact.type, fact.label, nullable=fact.nullable or empty, values=fact.values)
        if (why := misfit(found.type, found.tree, wanted)) is not None:
            self.report("type", why, found.at)
        return found

    def expression(self, node: Node, record: tuple[str, str] | None, known: frozenset[str]) -> Expression | None:
        if not isinstance(node, Text):
            return None
        try:
            return parse(node.value, self.facts, node.at, record=record, locate=node.locate, known=known)
        except Unsound as unsound:
            self.checks.problems.extend(unsound.problems)
            return None


def _with_sample(fact: Fact, value: Any) -> Fact:
    return Fact(
        fact.name,
        fact.type,
        fact.label,
        fact.owner,
        fact.nullable,
        fact.values,
        fact.fields,
        fact.given,
        fact.settable,
        value,
    )
