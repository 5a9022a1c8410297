"""A real CEL engine says the same about random tests and random facts as ours does."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from cel_expr_python import cel
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from workflow.errors import Unsound
from workflow.expressions import evaluate, parse
from workflow.vocabulary import Fact

SCOPE = {
    "order.number": Fact("order.number", "number", "Number"),
    "order.limit": Fact("order.limit", "number", "Limit", nullable=True),
    "order.kind": Fact("order.kind", "enumeration", "Kind", values=("red", "blue")),
    "order.text": Fact("order.text", "text", "Text", nullable=True),
    "order.flag": Fact("order.flag", "boolean", "Flag"),
    "order.due": Fact("order.due", "time", "Due", nullable=True),
    "items": Fact(
        "items",
        "list",
        "Items",
        fields={"a": Fact("a", "number", "A"), "b": Fact("b", "number", "B", nullable=True)},
    ),
}
START = datetime(2026, 1, 1, tzinfo=UTC)
ENV = cel.NewEnv(
    variables={
        "order": cel.Type("map<string, dyn>"),
        "due": cel.Type.TIMESTAMP,
        "has_due": cel.Type.BOOL,
        "items": cel.Type("list<dyn>"),
        "now": cel.Type.TIMESTAMP,
    }
)

numbers = st.integers(-3, 3).map(str)
times = st.just("now") | st.tuples(st.sampled_from(["+", "-"]), st.integers(0, 3)).map(
    lambda x: f"now {x[0]} hours({x[1]})"
)
order = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
equal = st.sampled_from(["==", "!="])


def leaves(loop: bool) -> st.SearchStrategy[str]:
    number = numbers | st.just("order.number") | st.tuples(numbers, st.just("+ order.number")).map(" ".join)
    if loop:
        number |= st.just("x.a")
    safe: list[tuple[str, st.SearchStrategy[str]]] = [("order.limit", number), ("order.due", times)]
    if loop:
        safe.append(("x.b", number))
    tested = st.sampled_from(safe).flatmap(
        lambda pair: st.tuples(order, pair[1], st.booleans()).map(
            lambda x: (
                f"({pair[0]} != null && {pair[0]} {x[0]} {x[1]})"
                if x[2]
                else f"({pair[0]} == null || {pair[0]} {x[0]} {x[1]})"
            )
        )
    )
    return st.one_of(
        st.tuples(number, order, number).map(" ".join),
        st.tuples(st.just("order.kind"), equal, st.sampled_from(["'red'", "'blue'"])).map(" ".join),
        st.tuples(st.just("order.text"), equal, st.sampled_from(["''", "'a'", "null"])).map(" ".join),
        st.tuples(st.sampled_from(["order.limit", "order.due"]), equal, st.just("null")).map(" ".join),
        st.sampled_from(["order.kind in ['red', 'blue']", "order.number in [1, 2]", "order.text in ['a']"]),
        st.sampled_from(["order.flag", "true", "false"]),
        tested,
    )


def combined(leaf: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(" ".join),
            inner.map(lambda text: f"!({text})"),
            inner.map(lambda text: f"({text})"),
        ),
        max_leaves=5,
    )


loops = st.tuples(st.sampled_from(["all", "exists"]), combined(leaves(loop=True))).map(
    lambda x: f"items.{x[0]}(x, {x[1]})"
)
expressions = combined(leaves(loop=False) | loops)
small = st.integers(-3, 3)
record = st.fixed_dictionaries({"a": small, "b": st.none() | small})
facts = st.fixed_dictionaries(
    {
        "number": small,
        "limit": st.none() | small,
        "kind": st.sampled_from(["red", "blue"]),
        "text": st.none() | st.sampled_from(["", "a"]),
        "flag": st.booleans(),
        "due": st.none() | st.integers(-4, 4).map(lambda hours: START + timedelta(hours=hours)),
    }
)


def ours(values: dict[str, Any]) -> dict[str, Any]:
    return {key: Decimal(value) if type(value) is int else value for key, value in values.items()}


def theirs(text: str) -> str:
    """A span of time is spelled differently in CEL, and this engine takes no time that may be empty."""
    text = (
        text.replace("order.due == null", "!has_due")
        .replace("order.due != null", "has_due")
        .replace("order.due", "due")
    )
    for hours in range(4):
        text = text.replace(f"hours({hours})", f"duration('{hours}h')")
    return text


@given(expressions, facts, st.lists(record, max_size=3))
@settings(max_examples=400, deadline=None)
def test_a_real_cel_engine_agrees(text: str, order_facts: dict[str, Any], items: list[dict[str, Any]]) -> None:
    assume(len(text) <= 400)
    try:
        expression = parse(text, SCOPE)
    except Unsound as unsound:
        if {problem.code for problem in unsound.problems} <= {"too-long", "too-deep"}:
            return
        raise
    mine = {f"order.{key}": value for key, value in ours(order_facts).items()}
    answer = evaluate(expression, {**mine, "items": tuple(ours(item) for item in items)}, {"now": START})
    due = order_facts.pop("due")
    data = {"order": order_facts, "due": due or START, "has_due": due is not None, "items": items, "now": START}
    assert answer is ENV.compile(theirs(text)).eval(data=data).plain_value()
