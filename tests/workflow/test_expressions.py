"""The guard language: what it refuses, what it computes, and whom it blames."""

import contextlib
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.parcels import VOCABULARY
from workflow.errors import Unsound
from workflow.expressions import (
    And,
    Compare,
    Failing,
    Name,
    Quantifier,
    evaluate,
    failing,
    holds,
    parse,
    sentence,
)
from workflow.problems import Position, Problem
from workflow.values import Facts, Value

SCOPE = VOCABULARY.facts
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
EXTRA: Facts = {"now": NOW, "actor.id": "ann"}
WITHIN = "items.all(item, item.limit == null || item.quantity <= item.limit)"


def refused(text: str) -> tuple[Problem, ...]:
    with pytest.raises(Unsound) as caught:
        parse(text, SCOPE)
    return caught.value.problems


def value(text: str, facts: Facts | None = None) -> Value:
    return evaluate(parse(text, SCOPE), facts or {}, EXTRA)


def cups(*quantities_and_limits: tuple[int, int | None]) -> Facts:
    return {
        "items": tuple(
            {"name": "Cup", "quantity": Decimal(quantity), "limit": None if limit is None else Decimal(limit)}
            for quantity, limit in quantities_and_limits
        )
    }


REFUSED = {
    "order.wieght > 3": ("unknown-fact", 1, "Did you mean “order.weight”?"),
    "order.weight > 'a'": ("type", 16, "this is a text"),
    "order.weight == 'a'": ("type", 1, "never be compared"),
    "order.size == 'smal'": ("unknown-value", 15, "Did you mean “small”?"),
    "order.size in ['small', 'lage']": ("unknown-value", 25, "Did you mean “large”?"),
    "order.weight in [1, 'a']": ("type", 21, "this choice is a text"),
    "order.due < now": ("null-untested", 1, "order.due != null &&"),
    "order.due != null || order.due < now": ("null-untested", 22, "may be empty"),
    "order.due == null && order.due < now": ("null-untested", 22, "may be empty"),
    "!(order.due != null) && order.due < now": ("null-untested", 25, "may be empty"),
    "order.packer.is_trained": ("null-untested", 1, "only when “order.packer” is not empty"),
    "order.packer == actor.id": ("null-untested", 1, "two empty sides would count as equal"),
    "items.all(i, i.quantity <= i.limit)": ("null-untested", 28, "i.limit != null &&"),
    "items.all(i, i.limit != null) && items.all(i, i.quantity <= i.limit)": ("null-untested", 61, "may be empty"),
    "order.weight == null": ("null-never", 1, "never be empty"),
    "null == null": ("type", 1, "nothing with nothing"),
    "order.weight": ("ok", 0, ""),
    "order.weight && true": ("type", 1, "true or false"),
    "!order.weight": ("type", 2, "true or false"),
    "items": ("list-alone", 1, "items.all("),
    "items.all(item, item)": ("unknown-fact", 17, "whole record"),
    "items.all(item, item.size > 1)": ("unknown-fact", 17, "has no field"),
    "items.all(item, items.exists(other, true))": ("nested-loop", 17, "two guards"),
    "item.all(x, true)": ("unknown-fact", 1, "Did you mean “items”?"),
    "order.size.all(x, true)": ("type", 1, "is not a list"),
    "items.all(order, true)": ("taken-name", 11, "already means something"),
    "items.any(x, true)": ("unknown-function", 1, "list.exists(x, …)"),
    "upper(order.size)": ("unknown-function", 1, "days(n)"),
    "order.weight + order.size > 1": ("type", 1, "two numbers"),
    "now + 2 > now": ("type", 1, "days( ) or hours( )"),
    "days('a') == days(2)": ("type", 6, "a number inside days"),
    "now == days(1)": ("type", 1, "Compare times"),
    "1 < 2 < 3": ("syntax", 7, "two things at a time"),
    "order.urgent and true": ("syntax", 14, "Write && instead"),
    "not order.urgent": ("syntax", 1, "Write ! instead"),
    "order.weight = 3": ("syntax", 14, "Write == to compare"),
    "order.weight * 3 > 1": ("syntax", 14, "no multiplication"),
    "order.urgent == True": ("syntax", 17, "small letters"),
    "(order.urgent": ("syntax", 14, "to close the bracket"),
    "order.urgent)": ("syntax", 13, "cannot stand here"),
    "order.urgent &&": ("syntax", 16, "stops too early"),
    "&& order.urgent": ("syntax", 1, "must stand here"),
    "order.size == 'small": ("syntax", 15, "never ends"),
    "order.size in small": ("syntax", 15, "after “in”"),
    "order.size in [order.size]": ("syntax", 16, "written-out values"),
    "-order.weight > 1": ("syntax", 1, "minus"),
    "order.weight > 007": ("syntax", 16, "does not begin with 0"),
    "order.weight > 12345678901234567890": ("too-long", 16, "15 digits"),
    "": ("empty-expression", 1, "missing"),
    "((((((((((((((true))))))))))))))": ("too-deep", 13, "12 deep"),
    "!" * 200 + "true": ("too-long", 1, "150 words"),
    "true " * 100: ("too-long", 1, "400 characters"),
    "__import__('os').system('x')": ("syntax", 17, "“.” is not known"),
    "__import__('os')": ("unknown-function", 1, "does not exist"),
    "order.__class__.__mro__ == 1": ("unknown-fact", 1, "There is no fact"),
}  # fmt: skip
del REFUSED["order.weight"]


@pytest.mark.parametrize("text", REFUSED)
def test_a_mistake_is_refused_at_its_column_with_what_to_write(text: str) -> None:
    code, column, saying = REFUSED[text]
    problem = refused(text)[0]
    assert (problem.code, problem.at) == (code, Position(1, column))
    assert saying in problem.message


def test_every_unknown_name_and_every_wrong_type_is_told() -> None:
    found = refused("order.wieght > 3 && order.size == 'smal' && order.due < now")
    assert [problem.code for problem in found] == ["unknown-fact", "unknown-value", "null-untested"]


def test_places_count_lines() -> None:
    with pytest.raises(Unsound) as caught:
        parse("order.urgent &&\n  order.wieght > 3", SCOPE, Position(7, 12))
    assert caught.value.problems[0].at == Position(8, 3)


TRUE = [
    "order.packer != null && order.packer.is_trained",
    "!(order.packer == null || !order.packer.is_trained)",
    "order.packer == null || order.packer.is_trained",
    "actor.id != null && order.packer == actor.id && order.packer.is_trained",
    "order.packer in ['ann'] || order.packer == 'ann'",
    "order.due != null && order.due < now && order.due + days(2) > now",
    "order.due == null || order.due - hours(1) < now",
    "(order.due == null || order.due < now) && order.weight == 2.5",
    "order.weight + 1 - 0.5 == 3 && order.weight > -1",
    "order.size in ['small', 'large'] && order.size != 'large'",
    "order.note == null || order.note == 'it\\'s'",
    "items.exists(x, x.quantity > 3) && !items.all(x, x.quantity > 3)",
    "items.all(anything, anything.limit == null || anything.quantity <= anything.limit)",
    "order.urgent == false && !order.urgent",
]
FULL: Facts = {
    "order.packer": "ann",
    "order.packer.is_trained": True,
    "order.due": datetime(2026, 11, 24, tzinfo=UTC),
    "order.weight": Decimal("2.5"),
    "order.size": "small",
    "order.note": None,
    "order.urgent": False,
    **cups((2, 3), (5, None)),
}


@pytest.mark.parametrize("text", [each for each in TRUE if "'ann'" not in each])
def test_a_sound_test_holds_where_it_should(text: str) -> None:
    assert holds(parse(text, SCOPE), FULL, EXTRA)


def test_a_person_is_not_compared_with_a_text() -> None:
    assert refused("order.packer == 'ann'")[0].code == "type"


def test_all_of_nothing_holds_and_some_of_nothing_does_not() -> None:
    assert value("items.all(x, false)") is True
    assert value("items.exists(x, true)") is False


def test_missing_facts_count_as_empty() -> None:
    assert value("order.packer != null && order.packer.is_trained") is False
    assert value(WITHIN) is True


def test_values_other_than_tests_come_out_too() -> None:
    assert value("order.weight + 1", {"order.weight": Decimal(2)}) == Decimal(3)
    assert value("now") == NOW
    assert value("null") is None


def test_sums_of_time_end_at_the_end_of_time() -> None:
    assert value("now + days(999999999) > now") is True
    assert value("now - days(999999999) < now") is True


def test_the_facts_an_expression_reads_are_known() -> None:
    assert parse(WITHIN, SCOPE).facts == {"items", "items.limit", "items.quantity"}
    trained = parse("order.packer != null && order.packer.is_trained && now > now", SCOPE)
    assert trained.facts == {"order.packer", "order.packer.is_trained", "now"}


def test_the_tree_can_be_walked() -> None:
    tree = parse("order.urgent && order.weight > 3", SCOPE).tree
    assert isinstance(tree, And)
    assert isinstance(tree.parts[0], Name)
    assert isinstance(tree.parts[1], Compare)
    assert isinstance(parse(WITHIN, SCOPE).tree, Quantifier)


def blamed(text: str, facts: Facts) -> list[tuple[str, int | None]]:
    found: list[tuple[str, int | None]] = []
    for each in failing(parse(text, SCOPE), facts, EXTRA):
        node = each.node
        left = node.left if isinstance(node, Compare) else node
        found.append((left.fact if isinstance(left, Name) else type(node).__name__, each.record))
    return found


def test_nothing_is_blamed_when_a_test_holds() -> None:
    assert failing(parse(WITHIN, SCOPE), cups((1, 3))) == ()


def test_the_record_to_blame_is_named() -> None:
    assert blamed(WITHIN, cups((1, 3), (9, 5), (7, None), (8, 6))) == [
        ("items.limit", 1),
        ("items.quantity", 1),
        ("items.limit", 3),
        ("items.quantity", 3),
    ]


def test_every_failing_part_is_blamed() -> None:
    facts: Facts = {"order.weight": Decimal(1), "order.size": "small"}
    assert blamed("order.weight > 3 && order.size == 'large'", facts) == [("order.weight", None), ("order.size", None)]


def test_a_part_that_another_guards_is_not_blamed() -> None:
    assert blamed("order.packer != null && order.packer.is_trained", {}) == [("order.packer", None)]
    untrained: Facts = {"order.packer": "ann", "order.packer.is_trained": False}
    assert blamed("order.packer != null && order.packer.is_trained", untrained) == [("order.packer.is_trained", None)]


def test_blame_goes_through_not() -> None:
    text = "!(order.urgent || order.weight > 3)"
    (leaf,) = failing(parse(text, SCOPE), {"order.urgent": True, "order.weight": Decimal(1)})
    assert isinstance(leaf, Failing)
    assert leaf.wanted is False
    assert blamed(text, {"order.urgent": True, "order.weight": Decimal(1)}) == [("order.urgent", None)]


def test_an_empty_list_is_itself_to_blame() -> None:
    assert blamed("items.exists(x, x.quantity > 0)", {}) == [("Quantifier", None)]


def test_a_sentence_shows_the_values_of_the_record_to_blame() -> None:
    check = parse(WITHIN, SCOPE)
    told = sentence("{item.name}: {item.quantity} is over the limit of {item.limit}.", SCOPE, check=check)
    assert told.fill(cups((1, 3), (9, 5)), 1) == "Cup: 9 is over the limit of 5."
    assert told.facts == {"items.name", "items.quantity", "items.limit"}


def test_a_sentence_shows_plain_values() -> None:
    told = sentence("{{{order.weight}}} {order.due} {order.urgent} {order.note}", SCOPE)
    facts: Facts = {"order.weight": Decimal("2.50"), "order.due": NOW, "order.urgent": True}
    assert told.fill(facts) == "{2.5} 25 November 2026, 12:00 yes nothing"


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("Hello {order.wieght}", "unknown-fact", 7),
        ("Hello {item.name}", "unknown-fact", 7),
        ("Hello {items}", "list-alone", 7),
        ("Hello {order.weight", "brace", 7),
        ("Hello }", "brace", 7),
    ],
)
def test_a_sentence_mentions_only_what_exists(text: str, code: str, column: int) -> None:
    with pytest.raises(Unsound) as caught:
        sentence(text, SCOPE, check=parse("order.urgent", SCOPE))
    assert [(p.code, p.at.column) for p in caught.value.problems] == [(code, column)]


WORDS = st.sampled_from(
    [
        *SCOPE,
        "x.quantity",
        "x.limit",
        "actor.id",
        "now",
        "true",
        "false",
        "null",
        "1",
        "2.5",
        "'small'",
        "&&",
        "||",
        "!",
        "==",
        "!=",
        "<",
        ">=",
        "+",
        "-",
        "(",
        ")",
        "[",
        "]",
        ",",
        "in",
        "days(",
        "hours(",
        "items.all(x,",
        "items.exists(x,",
        "x",
    ]
)
SCALARS = st.none() | st.booleans() | st.decimals() | st.text(max_size=5) | st.datetimes() | st.just(NOW)
RECORDS = st.lists(st.dictionaries(st.sampled_from(["name", "quantity", "limit"]), SCALARS), max_size=3).map(tuple)
FACTS = st.dictionaries(st.sampled_from([*SCOPE]), SCALARS | RECORDS)


@given(st.text(max_size=80) | st.lists(WORDS, max_size=24).map(" ".join))
@settings(max_examples=600, deadline=None)
def test_any_text_is_parsed_or_refused(text: str) -> None:
    with contextlib.suppress(Unsound):
        parse(text, SCOPE)


@given(
    st.sampled_from(
        [*(t for t in TRUE if "'ann'" not in t), WITHIN, "order.weight + order.weight", "now + days(order.weight)"]
    ),
    FACTS,
    FACTS,
)
@settings(max_examples=600, deadline=None)
def test_evaluation_never_raises_whatever_the_facts(text: str, facts: Facts, extra: Facts) -> None:
    expression = parse(text, SCOPE)
    evaluate(expression, facts, extra)
    assert bool(failing(expression, facts, extra)) is not holds(expression, facts, extra)
