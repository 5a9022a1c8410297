"""A formula means to the prover exactly what the guard means to evaluation, for random tests and random facts."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import z3
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.workflow.test_expressions_oracle import SCOPE, START, expressions, facts, ours, record
from workflow.errors import Unsound
from workflow.expressions import Expression, evaluate, parse
from workflow.expressions.evaluate import compiled
from workflow.proving.atoms import Atoms
from workflow.proving.formulas import NOTHING, Formulas, Line, Moment, Term
from workflow.values import Scalar

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def known(formulas: Formulas, value: Scalar) -> Term:
    """A value the prover need not look for."""
    match value:
        case None:
            return NOTHING
        case bool():
            return Term(False, z3.BoolVal(value))
        case Decimal():
            return Term(False, z3.RealVal(str(value)))
        case datetime():
            return Term(False, z3.RealVal(int((value - EPOCH).total_seconds())))
        case str():
            return Term(False, z3.IntVal(formulas.words.code(value)))


def proved(expression: Expression, given: dict[str, Scalar], items: tuple[dict[str, Scalar], ...]) -> bool:
    """What the formula of a test comes to when every value is known."""
    formulas = Formulas()
    moment = Moment(
        {name: known(formulas, value) for name, value in given.items()},
        {"items": tuple(Line(True, {name: known(formulas, one) for name, one in row.items()}) for row in items)},
    )
    truth = formulas.truth(expression.tree, moment)
    return truth if isinstance(truth, bool) else z3.is_true(z3.simplify(truth))


@given(expressions, facts, st.lists(record, max_size=3))
@settings(max_examples=300, deadline=None)
def test_formulas_and_evaluation_agree(text: str, order: dict[str, Any], items: list[dict[str, Any]]) -> None:
    assume(len(text) <= 400)
    try:
        expression = parse(text, SCOPE)
    except Unsound:
        return  # too long or too deep; test_expressions_oracle.py holds that it is nothing else
    mine = {f"order.{key}": value for key, value in ours(order).items()}
    rows = tuple(ours(item) for item in items)
    answer = evaluate(expression, {**mine, "items": rows}, {"now": START})
    assert proved(expression, {**mine, "now": START}, rows) is answer


@given(expressions, facts, st.lists(record, max_size=3))
@settings(max_examples=200, deadline=None)
def test_a_guard_is_what_its_atoms_make_of_it(text: str, order: dict[str, Any], items: list[dict[str, Any]]) -> None:
    assume(len(text) <= 400)
    try:
        expression = parse(text, SCOPE)
    except Unsound:
        return
    atoms = Atoms()
    formed = atoms.formed(expression.tree)
    mine = {f"order.{key}": value for key, value in ours(order).items()}
    rows = tuple(ours(item) for item in items)
    every = {**mine, "items": rows}
    answers = {atom.number: compiled(atom.node)(every, {"now": START}, None) is True for atom in atoms.all}
    assert formed.holds(lambda number: answers[number]) is evaluate(expression, every, {"now": START})
