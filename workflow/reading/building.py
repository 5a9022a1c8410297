"""From a tree whose shape and names are checked to the definition: expressions get types, parts get compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Literal, TypeVar, cast

from workflow.definition import (
    AutomaticRule,
    Definition,
    Guard,
    Notice,
    Promise,
    Question,
    Role,
    Scenario,
    Setting,
    Status,
    Step,
    Timer,
    Transition,
)
from workflow.errors import Unsound
from workflow.expressions import Expression, Scope, Sentence, misfit, parse, sentence
from workflow.problems import Position
from workflow.reading.checks import Checks
from workflow.reading.names import full
from workflow.reading.nodes import List, Node, Table, Text
from workflow.reading.values import NOT_A_VALUE, duration, facts, scalar
from workflow.vocabulary import Fact, Vocabulary

T = TypeVar("T")
TESTS = 40_000
"""Characters all expressions of a definition may have together."""

_ANSWER_TYPES: Mapping[str, Literal["text", "enumeration", "time", "number"]] = {
    "text": "text",
    "choice": "enumeration",
    "date": "time",
    "number": "number",
    "position": "text",
}


def table(node: Node | None) -> Table:
    """A table, empty where something else was reported already."""
    return node if isinstance(node, Table) else Table((), node.at if node is not None else Position(1, 1))


def said(node: Table, key: str) -> str:
    """The text under `key`, empty when there is none."""
    value = node.get(key)
    return value.value if isinstance(value, Text) else ""


def optional(node: Table, key: str) -> str | None:
    """The text under `key`."""
    return said(node, key) or None


def words(node: Node | None) -> tuple[str, ...]:
    """One word or a list of them."""
    if isinstance(node, Text):
        return (node.value,) if node.value else ()
    if isinstance(node, List):
        return tuple(item.value for item in node.items if isinstance(item, Text))
    return ()


def flag(node: Table, key: str) -> bool:
    """True when `key: true`."""
    return said(node, key) == "true"


def answer_facts(questions: Mapping[str, Question]) -> Scope:
    """The answers of a transition as facts; one that need not be given may be empty."""
    return {
        f"answer.{name}": Fact(
            f"answer.{name}",
            _ANSWER_TYPES.get(question.kind, "text"),
            question.label,
            owner="world",
            nullable=not question.required,
            values=tuple(question.choices),
        )
        for name, question in questions.items()
    }


class Building:
    """Builds every part it can, so that one mistake does not hide the next; `definition` is only whole when sound."""

    def __init__(self, root: Table, vocabulary: Vocabulary, checks: Checks, text: str) -> None:
        self.root = root
        self.vocabulary = vocabulary
        self.checks = checks
        self.report = checks.report
        self.text = text
        self.left = TESTS

    def section(self, name: str, build: Callable[[Text, Table], T]) -> dict[str, T]:
        return {key.value: build(key, table(value)) for key, value in table(self.root.get(name)).entries}

    def definition(self) -> Definition:
        """The definition; only to be used when the checks found nothing that stops."""
        return Definition(
            lifecycle=said(self.root, "lifecycle"),
            name=said(self.root, "name"),
            first_status=said(self.root, "first_status"),
            roles=self.section("roles", self.role),
            statuses=self.section("statuses", self.status),
            guards=self.section("guards", self.guard),
            transitions=self.section("transitions", self.transition),
            automatic=self.section("automatic", self.automatic),
            when_changed={
                key.value: self.notices(value) for key, value in table(self.root.get("when_changed")).entries
            },
            timers=self.section("timers", self.timer),
            promises=self.section("promises", self.promise),
            people={key.value: words(value) for key, value in table(self.root.get("people")).entries},
            scenarios=self.scenarios(),
            text=self.text,
        )

    # parts

    def role(self, key: Text, node: Table) -> Role:
        ways = [way for way in ("permission", "link", "clock") if node.get(way) is not None]
        if len(ways) != 1:
            self.report("role", f"“{key.value}” needs exactly one of: permission, link, clock.", key.at)
        if node.get("and") is not None and "permission" not in ways:
            self.report("role", "“and” narrows a permission, and this role has none.", node.at)
        if node.get("clock") is not None and not flag(node, "clock"):
            self.report("role", "“clock” can only be true. Leave it out otherwise.", node.at)
        return Role(
            key.value,
            said(node, "label"),
            permission=optional(node, "permission"),
            and_guard=optional(node, "and"),
            link=optional(node, "link"),
            clock=flag(node, "clock"),
            at=key.at,
        )

    def status(self, key: Text, node: Table) -> Status:
        roles = table(self.root.get("roles"))
        may_edit = table(node.get("may_edit"))
        for role, _ in may_edit.entries:
            if table(roles.get(role.value)).entries and not said(table(roles.get(role.value)), "permission"):
                self.report("role", f"“{role.value}” is no person who signs in and cannot edit fields.", role.at)
        return Status(
            key.value,
            said(node, "label"),
            said(node, "kind"),
            said(node, "color"),
            help=said(node, "help"),
            may_edit={role.value: words(fields) for role, fields in may_edit.entries},
            final=flag(node, "final"),
            at=key.at,
        )

    def guard(self, key: Text, node: Table) -> Guard:
        check = self.expression(node.get("check"), self.vocabulary.facts)
        if check is not None and check.type.kind != "boolean":
            self.report("type", "A check must be true or false: compare something with ==, <, > or != null.", check.at)
        otherwise = node.get("otherwise")
        filled = None
        if isinstance(otherwise, Text) and check is not None:
            try:
                filled = sentence(
                    otherwise.value, self.vocabulary.facts, otherwise.at, check=check, locate=otherwise.locate
                )
            except Unsound as unsound:
                self.checks.problems.extend(unsound.problems)
        return Guard(key.value, cast(Expression, check), filled or Sentence("", ()), at=key.at)

    def expression(self, node: Node | None, scope: Scope) -> Expression | None:
        if not isinstance(node, Text) or not node.value.strip():
            return None
        if 0 <= self.left < len(node.value):
            message = f"All tests of a definition together may have {TESTS:,} characters. Take some out."
            self.report("too-big", message, node.at)
            self.left = -1
        if self.left < 0:
            return None
        self.left -= len(node.value)
        try:
            return parse(node.value, scope, node.at, locate=node.locate)
        except Unsound as unsound:
            self.checks.problems.extend(unsound.problems)
            return None

    def question(self, key: Text, node: Table) -> Question:
        kind = said(node, "kind")
        choices = {
            name.value: label.value for name, label in table(node.get("choices")).entries if isinstance(label, Text)
        }
        if kind == "choice" and node.get("choices") is None:
            self.report("choices", f"“{key.value}” lets people choose, so it needs “choices:”.", key.at)
        if kind != "choice" and (extra := node.key("choices")) is not None:
            self.report("choices", "Only a question of kind choice has choices.", extra.at)
        return Question(
            key.value, said(node, "label"), kind, flag(node, "required"), choices, said(node, "help"), at=key.at
        )

    def settings(self, node: Node | None, answers: Scope) -> tuple[Setting, ...]:
        found: dict[str, Setting] = {}
        for key, value in table(node).entries:
            name = full(key.value, self.vocabulary)
            fact = self.vocabulary.facts.get(name)
            to = value.get("to") if isinstance(value, Table) else value
            tree = self.expression(to, {**self.vocabulary.facts, **answers})
            if tree is None or fact is None:
                continue
            if name in found:
                self.report("duplicate-key", f"“{name}” is set twice here. Keep one.", key.at)
            why = misfit(tree.type, tree.tree, fact)
            if why is not None:
                self.report("type", why, tree.at)
            when = said(value, "when") or None if isinstance(value, Table) else None
            found[name] = Setting(name, tree, when)
        return tuple(found.values())

    def notices(self, node: Node | None) -> tuple[Notice, ...]:
        rows = node.items if isinstance(node, List) else (node,) if isinstance(node, Table) else ()
        found: list[Notice] = []
        for row in rows:
            message = self.vocabulary.messages.get(said(table(row), "message"))
            to = table(row).get("to")
            for each in to.items if isinstance(to, List) else (to,):
                if message is None or not isinstance(each, Text) or each.value not in self.vocabulary.audiences:
                    continue
                if each.value not in message.audiences:
                    self.report(
                        "audience",
                        f"“{message.name}” cannot go to “{each.value}”; it can go to: {', '.join(message.audiences)}.",
                        each.at,
                    )
            found.append(Notice(said(table(row), "message"), words(to)))
        return tuple(found)

    def transition(self, key: Text, node: Table) -> Transition:
        ask = {name.value: self.question(name, table(value)) for name, value in table(node.get("ask")).entries}
        if node.get("by") is not None and not words(node.get("by")):
            self.report(
                "nobody", f"“{key.value}” names nobody, so nobody can press it. Add a role to “by:”.", key.at, "warning"
            )
        return Transition(
            key.value,
            said(node, "label"),
            words(node.get("from")),
            said(node, "to"),
            words(node.get("by")),
            needs=words(node.get("needs")),
            ask=ask,
            set=self.settings(node.get("set"), answer_facts(ask)),
            lines=words(node.get("lines")),
            do=words(node.get("do")),
            notify=self.notices(node.get("notify")),
            look=cast(Literal["primary", "plain", "danger"], said(node, "look") or "plain"),
            confirm=said(node, "confirm"),
            help=said(node, "help"),
            at=key.at,
        )

    def automatic(self, key: Text, node: Table) -> AutomaticRule:
        if said(node, "to") in words(node.get("from")):
            self.report("same-status", f"“{key.value}” leads from a status to itself and would never rest.", key.at)
        return AutomaticRule(
            key.value,
            words(node.get("from")),
            said(node, "to"),
            when=words(node.get("when")),
            unless=words(node.get("unless")),
            note=said(node, "note"),
            set=self.settings(node.get("set"), {}),
            do=words(node.get("do")),
            notify=self.notices(node.get("notify")),
            at=key.at,
        )

    def timer(self, key: Text, node: Table) -> Timer:
        has = {name for name in ("after", "at", "plus", "take", "by", "notify") if node.get(name) is not None}
        if len(has & {"after", "at"}) != 1:
            self.report("timer", f"“{key.value}” needs either “after:” or “at:”.", key.at)
        if "plus" in has and "at" not in has:
            self.report("timer", "“plus” is counted from the time in “at:”, which is missing.", key.at)
        if not has & {"take", "notify"}:
            self.report("timer", f"“{key.value}” does nothing. Add “take:” with a transition, or “notify:”.", key.at)
        if len(has & {"take", "by"}) == 1:
            self.report(
                "timer", "“take” and “by” belong together: who takes the transition when the time has come.", key.at
            )
        elif "take" in has:
            self.timer_takes(key, node)
        at = said(node, "at")
        return Timer(
            key.value,
            words(node.get("in")),
            after=duration(said(node, "after")),
            at_fact=full(at, self.vocabulary) if at else None,
            plus=duration(said(node, "plus")) or timedelta(0),
            take=optional(node, "take"),
            by=optional(node, "by"),
            notify=self.notices(node.get("notify")),
            at=key.at,
        )

    def timer_takes(self, key: Text, node: Table) -> None:
        name, by = said(node, "take"), said(node, "by")
        taken = table(table(self.root.get("transitions")).get(name))
        if not taken.entries:
            return
        role = table(table(self.root.get("roles")).get(by))
        if role.entries and not flag(role, "clock"):
            self.report("timer", f"“{by}” is no clock. Write the role that has “clock: true”.", key.at)
        if by not in words(taken.get("by")):
            self.report("timer", f"“{name}” cannot be taken by “{by}”. Add it to the “by:” of “{name}”.", key.at)
        missing = [status for status in words(node.get("in")) if status not in words(taken.get("from"))]
        if missing:
            self.report(
                "timer",
                f"“{name}” does not begin in “{missing[0]}”. Add it to its “from:”, or take it out here.",
                key.at,
            )
        for question, asked in table(taken.get("ask")).entries:
            if flag(table(asked), "required"):
                self.report("timer", f"“{name}” asks “{question.value}”, which a clock cannot answer.", key.at)

    def promise(self, key: Text, node: Table) -> Promise:
        has = {
            name for name in ("never", "without_pressing", "without", "never_reach", "always_reach") if node.get(name)
        }
        shapes = ({"never"}, {"never", "without_pressing"}, {"without", "never_reach"}, {"always_reach"})
        if has not in shapes:
            self.report(
                "promise",
                f"“{key.value}” must have one of these shapes: never · without_pressing and never · without and never_reach · always_reach.",
                key.at,
            )
        never = table(node.get("never"))
        if never.entries and never.get("unless") is not None and never.get("when") is not None:
            self.report("promise", "Write “unless” or “when”, not both.", never.at)
        return Promise(
            key.value,
            said(node, "says"),
            never_status=words(never.get("status")),
            unless=words(never.get("unless")),
            when=words(never.get("when")),
            without_pressing=words(node.get("without_pressing")),
            without=words(node.get("without")),
            never_reach=words(node.get("never_reach")),
            always_reach=words(node.get("always_reach")),
            at=key.at,
        )

    # scenarios

    @property
    def people(self) -> tuple[str, ...]:
        return tuple(key.value for key, _ in table(self.root.get("people")).entries)

    def scenarios(self) -> tuple[Scenario, ...]:
        node = self.root.get("scenarios")
        rows = node.items if isinstance(node, List) else ()
        return tuple(self.scenario(table(row)) for row in rows)

    def scenario(self, node: Table) -> Scenario:
        order = node.get("order")
        steps = node.get("steps")
        rows = steps.items if isinstance(steps, List) else ()
        return Scenario(
            said(node, "says"),
            facts(order, self.vocabulary, self.people, self.report) if isinstance(order, Table) else {},
            tuple(self.step(table(row)) for row in rows),
            at=node.at,
        )

    def step(self, node: Table) -> Step:
        does = [name for name in ("save", "press", "wait") if node.get(name) is not None]
        if len(does) != 1:
            self.report("step", "A step needs exactly one of: save, press, wait.", node.at)
        elif does[0] != "wait" and node.get("by") is None:
            self.report("step", f"Who does this? Add “by:” beside “{does[0]}:”.", node.at)
        elif does[0] == "wait" and node.get("by") is not None:
            self.report("step", "Time passes by itself; leave “by:” out.", node.at)
        if node.get("refused") is not None and does == ["wait"]:
            self.report("step", "Only a press or a save can be refused.", node.at)
        if node.get("then") is None and node.get("refused") is None:
            self.report("step", "Say what comes out: “then:” with a status, or “refused:” with a guard.", node.at)
        save = node.get("save")
        return Step(
            by=optional(node, "by"),
            save=facts(save, self.vocabulary, self.people, self.report) if isinstance(save, Table) else None,
            press=optional(node, "press"),
            answers=self.answers(node),
            wait=duration(said(node, "wait")),
            then=optional(node, "then"),
            refused=words(node.get("refused")),
            at=node.at,
        )

    def answers(self, node: Table) -> dict[str, object]:
        given = node.get("answers")
        if not isinstance(given, Table):
            return {}
        if node.get("press") is None:
            self.report("step", "Answers belong to a press.", given.at)
            return {}
        asked = table(table(table(self.root.get("transitions")).get(said(node, "press"))).get("ask"))
        found: dict[str, object] = {}
        for key, value in given.entries:
            question = asked.get(key.value)
            if not isinstance(question, Table):
                there = ", ".join(name.value for name, _ in asked.entries)
                self.report(
                    "unknown-question",
                    f"“{said(node, 'press')}” does not ask “{key.value}”; it asks: {there or 'nothing'}.",
                    key.at,
                )
                continue
            kind = _ANSWER_TYPES.get(said(question, "kind"), "text")
            choices = tuple(name.value for name, _ in table(question.get("choices")).entries)
            found[key.value] = scalar(
                value, Fact(key.value, kind, key.value, nullable=True, values=choices), (), self.report
            )
        return {name: value for name, value in found.items() if value is not NOT_A_VALUE}
