"""The guard language: a small, total, typed subset of CEL with one tree for deciding, explaining and proving."""

from workflow.expressions.evaluate import evaluate, failing, holds
from workflow.expressions.parser import BUILT_IN, Scope, parse
from workflow.expressions.sentences import Sentence, loops, plain, sentence
from workflow.expressions.tree import (
    Add,
    And,
    Compare,
    Expression,
    Failing,
    In,
    Literal,
    Name,
    Node,
    Not,
    Operator,
    Or,
    Quantifier,
    Span,
    Subtract,
    children,
    facts_read,
    walk,
)
from workflow.expressions.types import Type, learned, misfit, type_of_fact

__all__ = [
    "parse", "Expression", "Scope", "BUILT_IN",
    "evaluate", "holds", "failing", "Failing",
    "Sentence", "sentence", "plain", "loops",
    "Node", "Literal", "Name", "Not", "And", "Or", "Compare", "Operator", "In", "Add", "Subtract", "Span", "Quantifier",
    "children", "walk", "facts_read",
    "Type", "learned", "misfit", "type_of_fact",
]  # fmt: skip
