"""Failures of expressions in AWS's words (recorded, if not marked as ours)."""

from __future__ import annotations

from typing import Any

from statemachine.errors import QueryEvaluationError
from statemachine.json_text import dump
from statemachine.query.evaluation import ExpressionFailed, Undefined, Unsupported
from statemachine.query.jsonata.evaluation.messages import worded
from statemachine.query.jsonata.expressions import Expression

_TYPES: dict[type, str] = {
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    list: "array",
    dict: "object",
    type(None): "null",
}


def without_value(expression: Expression, result: Undefined | Unsupported | ExpressionFailed) -> QueryEvaluationError:
    """The expression gave no JSON value."""
    if isinstance(result, ExpressionFailed):
        # AWS says so of an error without a code; the words after it are ours.
        kind = "an error" if result.code else "an internal error"
        return _failure(expression, f"threw {kind} during evaluation. {worded(result)}")
    if isinstance(result, Undefined):
        return _failure(expression, "returned nothing (undefined).")
    return _failure(expression, "returned an unsupported result type.")


def unexpected_type(expression: Expression, expected: str, value: Any) -> QueryEvaluationError:
    """The type of the value is not the type of the field. `expected` is a JSON type."""
    found = _TYPES[type(value)]
    return _failure(
        expression,
        f"returned an unexpected result type. Expected '{expected}', but was '{found}' for value: {dump(value)}",
    )


def unexpected_value(expression: Expression, expected: str, value: Any) -> QueryEvaluationError:
    """The value has the right type, but the field does not accept it (our words)."""
    return _failure(expression, f"returned an unexpected value. Expected {expected}, but was: {dump(value)}")


def _failure(expression: Expression, what: str) -> QueryEvaluationError:
    text = f"The JSONata expression '{expression.text}' specified for the field '{expression.location}' {what}"
    return QueryEvaluationError(text, expression.location)
